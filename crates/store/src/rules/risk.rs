//! How it stands with what was promised: told when it changes, and not otherwise.

use jiff::Timestamp;
use parcelgate_domain::{Deadlines, RiskLevel};

use super::ledger::{Ledger, News, Now};
use super::shipment::told;
use crate::{Error, Judged, Result, Risk, RiskNews, ShipmentId};

impl Ledger {
    pub(super) fn promise(
        &mut self,
        now: &Now<'_>,
        id: ShipmentId,
        deadlines: Deadlines,
        look_at: Timestamp,
    ) -> Result<()> {
        self.own_shipment(now, &id)?;
        let row = (now.tenant.clone(), id.clone());
        if self.risks.get(&row).is_some() {
            return Err(Error::Taken(format!("promises of shipment {id}")));
        }
        let risk = Risk {
            tenant: now.tenant.clone(),
            shipment: id,
            deadlines,
            level: RiskLevel::Green,
            reason: None,
            since: now.at,
            look_at: Some(look_at),
            told: 0,
        };
        self.risks.put(row, risk);
        Ok(())
    }

    pub(super) fn judge(&mut self, now: &Now<'_>, id: &ShipmentId, judged: Judged) -> Result<()> {
        let row = (now.tenant.clone(), id.clone());
        let risk = self.risks.get(&row).cloned();
        let mut risk = risk.ok_or_else(|| Error::Missing(format!("promises of shipment {id}")))?;
        let is_news = (risk.level, risk.reason) != (judged.level, judged.reason);
        risk.look_at = judged.look_at;
        if is_news {
            let shipment = self.own_shipment(now, id)?;
            risk.level = judged.level;
            risk.reason = judged.reason;
            risk.since = now.at;
            risk.told = risk.told.saturating_add(1);
            let kind = if judged.level == RiskLevel::Green {
                "parcel.risk_over"
            } else {
                "parcel.at_risk"
            };
            let news = News {
                kind: kind.to_owned(),
                subject: format!("risks/{id}"),
                subject_seq: risk.told,
                carrier: shipment.carrier.clone(),
                data: told(&RiskNews {
                    shipment: shipment.id,
                    order_number: shipment.order_number,
                    level: risk.level,
                    reason: risk.reason,
                    deadlines: risk.deadlines,
                })?,
            };
            self.tell(now, news);
        }
        self.risks.put(row, risk);
        Ok(())
    }
}
