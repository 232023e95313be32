//! Lines of carriers' invoices: each is taken in once, and what it charges for is entered with it.

use super::ledger::{Ledger, Now};
use crate::records::add;
use crate::{Error, InvoiceLine, NewInvoiceLine, Result};

impl Ledger {
    pub(super) fn invoice(&mut self, now: &Now<'_>, line: NewInvoiceLine) -> Result<()> {
        let NewInvoiceLine {
            account,
            invoice,
            key,
            ..
        } = line.clone();
        let row = (now.tenant.clone(), account, invoice, key);
        if let Some(known) = self.invoices.get(&row) {
            if !known.line.says_the_same(&line) {
                return Err(Error::InvoiceChanged(Box::new(known.clone())));
            }
            // What it charges for may be found later, but is never changed.
            if known.line.shipment.is_some() || line.shipment.is_none() {
                return Ok(());
            }
        }
        if let Some(id) = &line.shipment {
            let mut purchase = self.own_shipment(now, id)?;
            if purchase.account != line.account {
                let (account, what) = (&line.account, &purchase.id);
                return Err(Error::Missing(format!("shipment {what} with {account}")));
            }
            add(&mut purchase.invoiced, line.amount);
            // It stands where it stood: no event, and no other version.
            self.enter(now, &purchase);
            let shipment = (now.tenant.clone(), purchase.id.clone());
            self.shipments.put(shipment, purchase);
        }
        let line = InvoiceLine {
            tenant: now.tenant.clone(),
            line,
            imported_at: now.at,
        };
        self.invoices.put(row, line);
        Ok(())
    }
}
