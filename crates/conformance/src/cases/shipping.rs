//! Cases about labels.

use std::path::Path;

use parcelgate_carrier::{Ability, Carrier, Kind, Order};
use parcelgate_domain::{Label, LabelFormat, Shipment};

use super::{Case, lanes, most_ordinary_lane, other, refused, tells_why};
use crate::Subject;
use crate::ask::{Ask, Facet, Outcome, Reply};
use crate::fixture::Fixture;
use crate::input::{
    EXTRAS, REFERENCE, UNUSED_REFERENCE, adorn, order, reference, second_parcel, shipment,
};
use crate::play::bare;

pub(super) fn cases(subject: &Subject, carrier: &dyn Carrier) -> Result<Vec<Case>, String> {
    let formats = carrier.profile().label_formats;
    let format = formats.first().copied().unwrap_or(LabelFormat::Pdf);
    let mut cases = Vec::new();
    for (lane, name, served) in lanes(subject) {
        let service = served.map_or_else(|| subject.service(), parcelgate_domain::ServiceCode::new);
        let ask = Ask::Buy(Box::new(order(lane, service, format)?));
        let case = Case::new(Facet::Shipping, format!("buy_{name}"), ask, bought);
        cases.push(case.only_if(served.is_some(), format!("{name} is not served")));
    }
    let ordinary = || order(most_ordinary_lane(subject), subject.service(), format).map(Box::new);
    let shipping = |name, ask, check| Case::new(Facet::Shipping, name, ask, check);
    let mut two = ordinary()?;
    two.parcels.push(second_parcel());
    let several = carrier.profile().parcels_max > 1;
    cases.push(
        shipping("buy_two_parcels", Ask::Buy(two), bought)
            .only_if(several, "a shipment is one parcel"),
    );
    cases.push(shipping("buy_refused", Ask::Buy(ordinary()?), refused));
    let late = Ask::Buy(ordinary()?);
    cases.push(
        shipping("buy_label_late", late, sold_without_label)
            .only_if(buys_in_steps(subject)?, "a label is bought in one request"),
    );
    cases.extend(extras(subject, carrier, *ordinary()?));
    cases.extend(afterwards(subject, carrier)?);
    Ok(cases)
}

/// The same with whatever extras the carrier sells, and whether it would be bought at all.
fn extras(subject: &Subject, carrier: &dyn Carrier, order: Order) -> Vec<Case> {
    let shipping = |name, ask, check| Case::new(Facet::Shipping, name, ask, check);
    let mut adorned = order.clone();
    for (_, wanted) in EXTRAS {
        let mut order = adorned.clone();
        adorn(&mut order, wanted);
        let sold = carrier.shipping().map(|it| it.check(&order).is_empty());
        if sold == Some(true) {
            adorned = order;
        }
    }
    let sells = adorned != order;
    let adorned = Ask::Buy(Box::new(adorned));
    let asks = || Ask::Rehearse(Box::new(order.clone()));
    let rehearses = sends(subject, &asks());
    let no_rehearsal = "the carrier has no rehearsal";
    vec![
        shipping("buy_with_extras", adorned, bought).only_if(sells, "the carrier has no extras"),
        shipping("rehearse", asks(), rehearsed).only_if(rehearses, no_rehearsal),
        shipping("rehearse_refused", asks(), refused).only_if(rehearses, no_rehearsal),
    ]
}

fn afterwards(subject: &Subject, carrier: &dyn Carrier) -> Result<Vec<Case>, String> {
    let shipping = |name, ask, check| Case::new(Facet::Shipping, name, ask, check);
    let can = |ability: Ability| carrier.profile().absence(ability).is_none();
    let void = || shipment(subject).map(Ask::Void);
    let (voids, no_void) = (can(Ability::Void), "the carrier has no void");
    let (finds, no_look_up) = (can(Ability::Find), "the carrier has no look-up");
    let known = Ask::Find(reference(REFERENCE)?);
    let unknown = Ask::Find(reference(UNUSED_REFERENCE)?);
    let again = Ask::Labels(shipment(subject)?);
    Ok(vec![
        shipping("void", void()?, voided).only_if(voids, no_void),
        shipping("void_twice", void()?, voided).only_if(voids, no_void),
        shipping("void_refused", void()?, refused).only_if(voids, no_void),
        shipping("find_existing", known, found).only_if(finds, no_look_up),
        shipping("find_nothing", unknown, found_nothing).only_if(finds, no_look_up),
        shipping("label_again", again, labelled),
    ])
}

/// Whether the adapter sends anything at all for `ask`.
fn sends(subject: &Subject, ask: &Ask) -> bool {
    let played = subject
        .carrier(None)
        .and_then(|carrier| bare(carrier.as_ref(), ask, &Fixture::default(), None));
    played.is_ok_and(|played| !played.log.sent.is_empty())
}

fn rehearsed(_: &Ask, reply: &Reply) -> Result<(), String> {
    match reply {
        Ok(Outcome::Rehearsed) => Ok(()),
        _ => Err(other(reply)),
    }
}

/// Whether the recorded purchase took more than one request.
fn buys_in_steps(subject: &Subject) -> Result<bool, String> {
    let name = format!("shipping.buy_{}", most_ordinary_lane(subject).name());
    let fixture = Fixture::load(Path::new(subject.fixtures), &name)?;
    Ok(fixture.is_some_and(|fixture| fixture.exchanges.len() > 1))
}

/// One box for each that was ordered, each with a label in the form that was asked for.
pub(super) fn bought(ask: &Ask, reply: &Reply) -> Result<(), String> {
    let (order, shipment) = sold(ask, reply)?;
    for parcel in &shipment.parcels {
        let number = &parcel.tracking_number;
        let label = parcel.label.as_ref();
        let label = label.ok_or_else(|| format!("{number} has no label"))?;
        fits(label, order.label_format)?;
    }
    Ok(())
}

/// Sold, and said so although a label is missing.
fn sold_without_label(ask: &Ask, reply: &Reply) -> Result<(), String> {
    let (_, shipment) = sold(ask, reply)?;
    if shipment.parcels.iter().any(|parcel| parcel.label.is_none()) {
        Ok(())
    } else {
        Err("every label came".to_owned())
    }
}

fn sold<'a>(ask: &'a Ask, reply: &'a Reply) -> Result<(&'a Order, &'a Shipment), String> {
    let (Ask::Buy(order), Ok(Outcome::Bought(shipment))) = (ask, reply) else {
        return Err(other(reply));
    };
    if shipment.reference != order.reference {
        return Err(format!("bought under {}", shipment.reference));
    }
    if shipment.service.code != order.service {
        return Err(format!("bought service {}", shipment.service.code));
    }
    let (given, asked) = (shipment.parcels.len(), order.parcels.len());
    if given != asked {
        return Err(format!("{given} boxes for {asked}"));
    }
    for (index, parcel) in shipment.parcels.iter().enumerate() {
        let before = shipment.parcels.iter().take(index);
        let number = &parcel.tracking_number;
        if before.into_iter().any(|p| p.tracking_number == *number) {
            return Err(format!("two boxes are {number}"));
        }
    }
    Ok((order, shipment))
}

fn fits(label: &Label, format: LabelFormat) -> Result<(), String> {
    if label.format != format {
        return Err(format!("a label is {}, not {format}", label.format));
    }
    if !format.fits(&label.bytes) {
        return Err(format!("a label does not begin as {format} does"));
    }
    Ok(())
}

fn voided(_: &Ask, reply: &Reply) -> Result<(), String> {
    match reply {
        Ok(Outcome::Voided) => Ok(()),
        _ => Err(other(reply)),
    }
}

fn found(ask: &Ask, reply: &Reply) -> Result<(), String> {
    match (ask, reply) {
        (Ask::Find(reference), Ok(Outcome::Found(Some(shipment)))) => {
            if shipment.reference != *reference {
                Err(format!("found {}", shipment.reference))
            } else if shipment.parcels.is_empty() {
                Err("found a shipment without a box".to_owned())
            } else {
                Ok(())
            }
        }
        _ => Err(other(reply)),
    }
}

fn found_nothing(_: &Ask, reply: &Reply) -> Result<(), String> {
    match reply {
        Ok(Outcome::Found(None)) => Ok(()),
        _ => Err(other(reply)),
    }
}

/// One label for each box, of a form that its bytes bear out; or the carrier's reason for giving
/// none a second time.
fn labelled(ask: &Ask, reply: &Reply) -> Result<(), String> {
    if let Err(error) = reply
        && error.kind == Kind::Unsupported
    {
        return tells_why(error);
    }
    let (Ask::Labels(shipment), Ok(Outcome::Labels(labels))) = (ask, reply) else {
        return Err(other(reply));
    };
    let (given, asked) = (labels.len(), shipment.parcels.len());
    if given != asked {
        return Err(format!("{given} labels for {asked} boxes"));
    }
    labels
        .iter()
        .try_for_each(|label| fits(label, label.format))
}
