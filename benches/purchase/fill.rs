//! Shipments that were bought before, put into a store as purchases put them there.

use futures::TryStreamExt as _;
use jiff::Timestamp;
use parcelgate_clock::{Clock as _, System};
use parcelgate_domain::{
    CarrierId, Label, LabelFormat, Money, PurchaseState, Service, ServiceCode,
};
use parcelgate_store::{
    Batch, Bought, BoughtParcel, NewPurchase, NewTracker, Page, Parcel, RequestKey, ShipmentFilter,
    ShipmentId, Step, Store, Tenant, TrackerId, Version,
};

use crate::place::Place;
use crate::serve::ACCOUNT;

/// How many purchases one batch holds, and how many batches wait for the disk at once.
const BATCH: u32 = 50;
const AT_ONCE: usize = 8;
/// Of a label. One that a carrier draws has some ten thousand bytes, which lie apart from the rows.
const LABEL_BYTES: usize = 256;

/// Puts as many shipments into the store at `place` as lack to `count`. Says how many it has then.
pub(crate) async fn to(place: &Place, count: u32) -> anyhow::Result<u32> {
    let store = place.open().await?;
    let present = stored(store.as_ref()).await?;
    let lacking = count.saturating_sub(present);
    let batches = (0..lacking).step_by(usize::try_from(BATCH)?);
    let store_ref = store.as_ref();
    futures::stream::iter(batches.map(Ok))
        .try_for_each_concurrent(AT_ONCE, |first| async move {
            let mut batch = Batch::of(&Tenant::operator(), System.now());
            for number in first..lacking.min(first + BATCH) {
                batch = purchase(batch, number)?;
            }
            store_ref.apply(batch).await?;
            anyhow::Ok(())
        })
        .await?;
    store.close().await;
    Ok(present + lacking)
}

async fn stored(store: &dyn Store) -> anyhow::Result<u32> {
    let (tenant, filter) = (Tenant::operator(), ShipmentFilter::default());
    let (mut count, mut after) = (0, None);
    loop {
        let page = Page {
            after: after.as_ref(),
            limit: 1_000,
        };
        let page = store.shipments(&tenant, &filter, page).await?;
        let Some(last) = page.last() else {
            return Ok(count);
        };
        count += u32::try_from(page.len())?;
        after = Some(last.id.clone());
    }
}

fn purchase(batch: Batch, number: u32) -> anyhow::Result<Batch> {
    let now = System.now();
    let id = ShipmentId::fresh(now);
    let request = RequestKey {
        method: "PurchaseLabel".to_owned(),
        request_id: uuid::Uuid::new_v4().to_string(),
    };
    let cost = Money::of_minor(1_111, "USD".parse()?);
    let new = NewPurchase {
        id: id.clone(),
        reference: format!("PGF{number:019}").parse()?,
        account: ACCOUNT.parse()?,
        carrier: CarrierId::known("ups"),
        service: Service {
            code: ServiceCode::new("03"),
            name: "UPS Ground".to_owned(),
        },
        order: format!(r#"{{"of":"{number}"}}"#).into(),
        quoted: None,
        order_number: Some(format!("F-{number}")),
        twin: Some(format!("{number:064x}")),
        replaces: None,
    };
    let number = format!("1ZF{number:015}");
    let bought = Bought {
        carrier_number: number.clone(),
        charged: Some(cost),
        parcels: vec![BoughtParcel {
            parcel: Parcel {
                number: number.parse()?,
                last_mile_number: None,
            },
            labels: vec![Label {
                format: LabelFormat::Zpl,
                bytes: vec![b'^'; LABEL_BYTES],
            }],
        }],
    };
    let tracker = NewTracker {
        id: TrackerId::fresh(now),
        account: Some(ACCOUNT.parse()?),
        carrier: CarrierId::known("ups"),
        number: number.parse()?,
        shipment: Some(id.clone()),
        next_check_at: Some(Timestamp::MAX),
    };
    let lease_until = now;
    let accepted = version(PurchaseState::Accepted, 1);
    let sending = version(PurchaseState::Sending, 2);
    Ok(batch
        .accept(new, request, [7; 32])
        .advance(&id, accepted, Step::Sending { lease_until })
        .advance(&id, sending, Step::Bought(bought))
        .track(tracker))
}

const fn version(state: PurchaseState, epoch: i64) -> Version {
    Version { state, epoch }
}
