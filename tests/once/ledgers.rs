//! Where the books are read from: the sandbox, and the gateway's store.

use parcelgate::service::main_tenant;
use parcelgate_domain::Reference;
use parcelgate_sandbox::Control;
use parcelgate_store::{Page, Purchase, ShipmentFilter, Store};

use crate::books::{Books, Kept, Sent, Sold};

const PAGE: u32 = 500;

/// All that the carriers and the gateway know. What callers were told is theirs to add.
pub(crate) async fn read(control: &Control, store: &dyn Store) -> Books {
    Books {
        sold: sold(control),
        kept: kept(store).await,
        sent: sent(control),
        told: Vec::new(),
    }
}

/// Every label that was sold.
pub(crate) fn sold(control: &Control) -> Vec<Sold> {
    let parcels = control.parcels().into_iter().map(|parcel| Sold {
        carrier: parcel.carrier.name().to_owned(),
        number: parcel.number,
        sale: parcel.purchase,
        references: parcel.references,
        live: parcel.voided.is_none(),
    });
    parcels.collect()
}

/// Every request for a label that came whole.
pub(crate) fn sent(control: &Control) -> Vec<Sent> {
    let calls = control.ship_calls().into_iter().map(|call| Sent {
        carrier: call.carrier.name().to_owned(),
        body: String::from_utf8_lossy(&call.body).into_owned(),
    });
    calls.collect()
}

/// Every purchase.
pub(crate) async fn kept(store: &dyn Store) -> Vec<Kept> {
    let mut kept = Vec::new();
    let mut after = None;
    loop {
        let page = Page {
            after: after.as_ref(),
            limit: PAGE,
        };
        let filter = ShipmentFilter::default();
        let rows = store.shipments(&main_tenant(), &filter, page).await;
        let rows = rows.expect("the shipments");
        let Some(last) = rows.last() else {
            return kept;
        };
        after = Some(last.id.clone());
        kept.extend(rows.iter().map(purchase));
    }
}

fn purchase(row: &Purchase) -> Kept {
    let numbers = row.parcels.iter().map(|parcel| parcel.number.to_string());
    Kept {
        wish: row.order_number.clone().unwrap_or_default(),
        reference: Reference::as_str(&row.reference).to_owned(),
        state: row.version.state,
        numbers: numbers.collect(),
    }
}
