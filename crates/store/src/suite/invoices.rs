//! What carriers invoice is in the ledger once, whatever became of the purchase.

use std::sync::Arc;

use parcelgate_domain::{LabelFormat, Money};

use super::make::{accept, accepted, at, batch, bought, fault, label, purchase, tenant, usd, walk};
use super::money::{Made, books, ledger};
use super::shipments::{steps, ways};
use super::{Case, Outcome, Place};
use crate::{Entry, Error, NewInvoiceLine, ShipmentId, Step, Store, Version, audit_invoices};

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case::new("invoices::what_is_invoiced_is_owed_once", once),
        Case::new("invoices::a_line_may_find_its_purchase_later", later),
        Case::new("invoices::a_changed_line_changes_nothing", changed),
        Case::new("invoices::what_was_not_bought_may_be_charged_for", nothing),
        Case::new("invoices::in_whatever_state_the_ledger_is_right", any_state),
        Case::new("invoices::currencies_are_apart", currencies),
    ]
}

pub(super) fn line(key: &str, cents: i64, shipment: Option<ShipmentId>) -> Made<NewInvoiceLine> {
    Ok(NewInvoiceLine {
        account: "ups-ohio".parse()?,
        invoice: "F-1".to_owned(),
        key: key.to_owned(),
        invoiced_on: "2026-12-01".parse()?,
        number: Some("1Z999AA10000000001".to_owned()),
        carrier_number: None,
        reference: Some("PG000001".to_owned()),
        kind: "Fuel \"surcharge\" \u{4e2d}".to_owned(),
        amount: usd(cents)?,
        shipment,
    })
}

fn of(number: usize) -> Made<Option<ShipmentId>> {
    Ok(Some(purchase(number)?.id))
}

/// The ledger about purchase `number`, which must be right about its invoices too.
async fn checked(store: &dyn Store, number: usize) -> Made<Vec<Entry>> {
    let id = purchase(number)?.id;
    let lines = store.invoiced(&tenant(), std::slice::from_ref(&id)).await?;
    let kept = store.shipment(&tenant(), &id).await?.ok_or("a shipment")?;
    assert_eq!(audit_invoices(&kept, &lines), None);
    ledger(store, number).await
}

async fn sold(store: &dyn Store, number: usize) -> Made<Version> {
    let lease_until = at(60);
    let labels = vec![label(LabelFormat::Pdf, "one")];
    let way = vec![
        Step::Sending { lease_until },
        Step::Bought(bought(number, labels)?),
    ];
    let id = purchase(number)?.id;
    let (walked, version) = walk(accept(batch(0), number)?, &id, way);
    store.apply(walked).await?;
    Ok(version)
}

async fn once(place: Arc<dyn Place>) -> Outcome {
    let store = place.open().await?;
    let version = sold(&*store, 1).await?;
    let seq = store.head_seq().await?;
    for _ in 0..2 {
        let freight = line("1", 1_000, of(1)?)?;
        let fuel = line("2", 234, of(1)?)?;
        store.apply(batch(1).invoice(freight).invoice(fuel)).await?;
        let entries = checked(&*store, 1).await?;
        assert_eq!(books(&entries), [0, 0, 1_234, -1_234]);
        assert_eq!(entries.len(), 4, "{entries:?}");
        assert_eq!(store.head_seq().await?, seq, "it stands where it stood");
    }
    store.close().await;
    let store = place.open().await?;
    let account = "ups-ohio".parse()?;
    let invoice = (&account, "F-1");
    let kept = store.invoice_lines(&tenant(), invoice, ("", 9)).await?;
    let lines: Vec<_> = kept.into_iter().map(|kept| kept.line).collect();
    let due = [line("1", 1_000, of(1)?)?, line("2", 234, of(1)?)?];
    assert_eq!(lines, due);
    let rest = store.invoice_lines(&tenant(), invoice, ("1", 9)).await?;
    assert_eq!(rest.len(), 1);
    // Whoever moves the purchase meanwhile is not held up by it, and keeps it.
    let voiding = batch(2).advance(&purchase(1)?.id, version, Step::VoidWanted(None));
    store.apply(voiding).await?;
    let credit = line("3", -1_234, of(1)?)?;
    store.apply(batch(3).invoice(credit)).await?;
    assert_eq!(books(&checked(&*store, 1).await?), [0; 4]);
    Ok(())
}

async fn later(place: Arc<dyn Place>) -> Outcome {
    let store = place.open().await?;
    store
        .apply(batch(0).invoice(line("1", 1_500, None)?))
        .await?;
    sold(&*store, 1).await?;
    sold(&*store, 2).await?;
    store
        .apply(batch(1).invoice(line("1", 1_500, None)?))
        .await?;
    assert_eq!(books(&checked(&*store, 1).await?), [0, 0, 1_111, -1_111]);
    let found = line("1", 1_500, of(1)?)?;
    store.apply(batch(2).invoice(found)).await?;
    assert_eq!(books(&checked(&*store, 1).await?), [0, 0, 1_500, -1_500]);
    // It stays with the first.
    let other = line("1", 1_500, of(2)?)?;
    store.apply(batch(3).invoice(other)).await?;
    assert_eq!(books(&checked(&*store, 1).await?), [0, 0, 1_500, -1_500]);
    assert_eq!(books(&checked(&*store, 2).await?), [0, 0, 1_111, -1_111]);
    Ok(())
}

async fn changed(place: Arc<dyn Place>) -> Outcome {
    let store = place.open().await?;
    sold(&*store, 1).await?;
    store
        .apply(batch(1).invoice(line("1", 1_500, of(1)?)?))
        .await?;
    let fresh = line("0", 7, of(1)?)?;
    let dearer = batch(2).invoice(fresh).invoice(line("1", 1_501, of(1)?)?);
    let outcome = store.apply(dearer).await;
    let Err(Error::InvoiceChanged(known)) = &outcome else {
        return Err(format!("{outcome:?}").into());
    };
    assert_eq!(known.line, line("1", 1_500, of(1)?)?);
    assert_eq!(books(&checked(&*store, 1).await?), [0, 0, 1_500, -1_500]);
    // Another account's purchase is nobody's here.
    let foreign = NewInvoiceLine {
        account: "ups-other".parse()?,
        ..line("1", 1, of(1)?)?
    };
    let outcome = store.apply(batch(2).invoice(foreign)).await;
    assert!(matches!(outcome, Err(Error::Missing(_))), "{outcome:?}");
    Ok(())
}

async fn nothing(place: Arc<dyn Place>) -> Outcome {
    let store = place.open().await?;
    let lease_until = at(60);
    let way = vec![
        Step::Sending { lease_until },
        Step::Unknown(fault("OUTCOME_UNKNOWN")),
        Step::Absent,
    ];
    let id = purchase(1)?.id;
    let (walked, version) = walk(accept(batch(0), 1)?, &id, way);
    store.apply(walked).await?;
    let orphaned = Step::Orphaned(bought(1, Vec::new())?, fault("OUTCOME_UNKNOWN"));
    let found = batch(1)
        .invoice(line("1", 1_500, of(1)?)?)
        .advance(&id, version, orphaned);
    let applied = store.apply(found).await?;
    let wanted = applied.shipments.first().ok_or("a shipment")?.version;
    assert_eq!(books(&checked(&*store, 1).await?), [0, 0, 1_500, -1_500]);
    let voiding = batch(2).advance(&id, wanted, Step::Voiding { lease_until });
    let applied = store.apply(voiding).await?;
    let voiding = applied.shipments.first().ok_or("a shipment")?.version;
    store
        .apply(batch(3).advance(&id, voiding, Step::Voided))
        .await?;
    let owed = books(&checked(&*store, 1).await?);
    assert_eq!(
        owed,
        [0, 0, 1_500, -1_500],
        "until the carrier gives it back"
    );
    store
        .apply(batch(4).invoice(line("2", -1_500, of(1)?)?))
        .await?;
    assert_eq!(books(&checked(&*store, 1).await?), [0; 4]);

    // What the carrier refused and charges for, a person decides.
    let way = vec![
        Step::Sending { lease_until },
        Step::Rejected(fault("REFUSED")),
        Step::NeedsReview(fault("OUTCOME_UNKNOWN")),
    ];
    let id = purchase(2)?.id;
    let (walked, version) = walk(accept(batch(0), 2)?, &id, way);
    store.apply(walked.invoice(line("3", 900, of(2)?)?)).await?;
    assert_eq!(books(&checked(&*store, 2).await?), [0, 0, 900, -900]);
    store
        .apply(batch(5).advance(&id, version, Step::Absent))
        .await?;
    assert_eq!(books(&checked(&*store, 2).await?), [0, 0, 900, -900]);
    Ok(())
}

/// A line at every point of every way a purchase may go.
async fn any_state(place: Arc<dyn Place>) -> Outcome {
    let store = place.open().await?;
    let (mut number, mut ends) = (0, 0);
    for way in ways()?.into_values() {
        for step in steps()? {
            let at_end = way.last().map_or(accepted().state, Step::leads_to);
            if !at_end.may_become(step.leads_to()) {
                continue;
            }
            let way: Vec<Step> = way.iter().cloned().chain([step]).collect();
            for lines_at in 0..=way.len() {
                number += 1;
                let id = purchase(number)?.id;
                store.apply(accept(batch(0), number)?).await?;
                let mut version = accepted();
                for (done, step) in (0..).zip(way.iter().map(Some).chain([None])) {
                    if done == lines_at {
                        let key = format!("{number}");
                        let line = line(&key, 1_700, Some(id.clone()))?;
                        store.apply(batch(1).invoice(line)).await?;
                        checked(&*store, number).await?;
                    }
                    let Some(step) = step else { break };
                    let applied = store
                        .apply(batch(1).advance(&id, version, step.clone()))
                        .await?;
                    version = applied.shipments.first().ok_or("a shipment")?.version;
                }
                let entries = checked(&*store, number).await?;
                ends += usize::from(books(&entries) == [0, 0, 1_700, -1_700]);
            }
        }
    }
    assert!(number > 100 && ends > 80, "{number} ways, {ends} ends");
    Ok(())
}

async fn currencies(place: Arc<dyn Place>) -> Outcome {
    let store = place.open().await?;
    sold(&*store, 1).await?;
    let duty = NewInvoiceLine {
        amount: Money::of_minor(300, "EUR".parse()?),
        ..line("1", 0, of(1)?)?
    };
    store.apply(batch(1).invoice(duty)).await?;
    store
        .apply(batch(2).invoice(line("2", 1_500, of(1)?)?))
        .await?;
    let entries = checked(&*store, 1).await?;
    let spent = crate::balance(&entries, crate::Book::Spent);
    let due = [usd(1_500)?, Money::of_minor(300, "EUR".parse()?)];
    assert_eq!(spent, due);
    assert_eq!(
        crate::counted(&entries),
        Some(usd(1_500)?),
        "for a limit in dollars"
    );
    Ok(())
}
