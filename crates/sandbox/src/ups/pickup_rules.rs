//! What UPS asks of a pickup: where, when, what, and who pays.

use jiff::civil::{Date, Time, Weekday};
use serde_json::Value;

use super::guard::{one_of, required};
use super::refusal::{Answer, Refusal};
use crate::document::{at, list, scalar, text};
use crate::place::{Place, working_days_after};
use crate::server::World;
use crate::zip;

/// Days ahead that a pickup may be ordered.
const AHEAD_MAX: i32 = 30;
/// The latest a driver can be called for the same day.
const CALL_BY: Time = Time::constant(16, 0, 0, 0);
/// Minutes that UPS needs between ready and closing.
const LEAD_MINUTES: i64 = 60;
/// How pickups are paid.
const PAYMENTS: &[&str] = &["00", "01", "03", "04", "05", "06", "07"];

pub(crate) fn version(version: &str) -> Answer<()> {
    let known = matches!(version, "v2409" | "v2403");
    known.then_some(()).ok_or_else(Refusal::unknown_resource)
}

pub(crate) fn kind(kind: &str) -> Answer<()> {
    let known = matches!(kind, "oncall" | "smart" | "both");
    let wrong = || Refusal::wrong("pickuptype", kind);
    known.then_some(()).ok_or_else(wrong)
}

/// The account at `path`, if one is named, is ours.
pub(crate) fn account(world: &World, ask: &Value, path: &str) -> Answer<bool> {
    let Some(account) = at(ask, path) else {
        return Ok(false);
    };
    let number = required(account, "AccountNumber")?;
    required(account, "AccountCountryCode")?;
    if number != world.settings.ups.shipper_number {
        return Err(Refusal::wrong("AccountNumber", number));
    }
    Ok(true)
}

/// Who pays: `01` is the account, others bring what they need.
pub(crate) fn payment(world: &World, ask: &Value) -> Answer<()> {
    let method = one_of(ask, "PaymentMethod", PAYMENTS)?;
    let named = account(world, ask, "Shipper.Account")?;
    match method {
        "01" if !named => Err(Refusal::missing("Shipper.Account.AccountNumber")),
        "03" if at(ask, "Shipper.ChargeCard").is_none() => {
            Err(Refusal::missing("Shipper.ChargeCard"))
        }
        "04" if list(ask, "TrackingData").is_empty() => Err(Refusal::missing("TrackingData")),
        _ => Ok(()),
    }
}

/// Who waits at the door.
pub(crate) fn contact(ask: &Value) -> Answer<()> {
    for (name, longest) in [
        ("PickupAddress.CompanyName", 27),
        ("PickupAddress.ContactName", 22),
        ("PickupAddress.Phone.Number", 25),
    ] {
        let given = required(ask, name)?;
        if given.chars().count() > longest {
            return Err(Refusal::wrong(name, given));
        }
    }
    let lines = list(ask, "PickupAddress.AddressLine");
    let line = lines.first().and_then(|line| line.as_str());
    match line.map(str::trim).filter(|line| !line.is_empty()) {
        Some(line) if line.chars().count() <= 73 => Ok(()),
        Some(line) => Err(Refusal::wrong("PickupAddress.AddressLine", line)),
        None => Err(Refusal::missing("PickupAddress.AddressLine")),
    }
}

/// What is fetched, and how heavy it is.
pub(crate) fn packages(ask: &Value) -> Answer<()> {
    let pieces = list(ask, "PickupPiece");
    if pieces.is_empty() {
        return Err(Refusal::missing("PickupPiece"));
    }
    for piece in pieces {
        let service = required(piece, "ServiceCode")?;
        if service.len() != 3 {
            return Err(Refusal::wrong("PickupPiece.ServiceCode", service));
        }
        let quantity =
            scalar(piece, "Quantity").ok_or_else(|| Refusal::missing("PickupPiece.Quantity"))?;
        if !matches!(quantity.parse::<u16>(), Ok(1..=999)) {
            return Err(Refusal::wrong("PickupPiece.Quantity", &quantity));
        }
        required(piece, "DestinationCountryCode")?;
        one_of(piece, "ContainerCode", &["01", "02", "03"])?;
    }
    if at(ask, "TotalWeight").is_some() {
        let weight = scalar(ask, "TotalWeight.Weight").unwrap_or_default();
        if crate::decimal::hundredths(&weight).is_none_or(|weight| weight == 0) {
            return Err(Refusal::wrong("TotalWeight.Weight", &weight));
        }
        one_of(ask, "TotalWeight.UnitOfMeasurement", &["LBS", "KGS"])?;
    }
    if at(ask, "OverweightIndicator").is_some() {
        one_of(ask, "OverweightIndicator", &["Y", "N"])?;
    }
    Ok(())
}

/// A driver's visit.
pub(crate) struct Visit {
    pub(crate) date: Date,
    place: Place,
    /// The address and the spot: what makes two orders one.
    pub(crate) door: String,
    residential: bool,
}

impl Visit {
    /// Of a question for the price.
    pub(crate) fn asked(world: &World, ask: &Value) -> Answer<Self> {
        let options = ["01", "02", "03"];
        let option = one_of(ask, "ServiceDateOption", &options)?;
        let mut visit = Self::at_door(ask)?;
        let today = visit.today(world);
        visit.date = match option {
            "01" => today,
            "02" => working_days_after(today, 1),
            _ => visit.day(world, ask)?,
        };
        Ok(visit)
    }

    /// Of an order.
    pub(crate) fn ordered(world: &World, ask: &Value) -> Answer<Self> {
        let mut visit = Self::at_door(ask)?;
        visit.date = visit.day(world, ask)?;
        Ok(visit)
    }

    fn at_door(ask: &Value) -> Answer<Self> {
        let field = |name: &str| text(ask, &format!("PickupAddress.{name}")).unwrap_or_default();
        required(ask, "PickupAddress.City")?;
        let country = required(ask, "PickupAddress.CountryCode")?;
        if country.len() != 2 || !country.bytes().all(|byte| byte.is_ascii_uppercase()) {
            return Err(Refusal::wrong("PickupAddress.CountryCode", country));
        }
        let (state, postal) = (field("StateProvince"), field("PostalCode"));
        if country == "US" {
            let of_zip = zip::state(postal);
            if of_zip.is_none() {
                return Err(Refusal::wrong("PickupAddress.PostalCode", postal));
            }
            if of_zip != Some(state) {
                return Err(Refusal::wrong("PickupAddress.StateProvince", state));
            }
        }
        let residential = one_of(ask, "PickupAddress.ResidentialIndicator", &["Y", "N"])?;
        let lines = list(ask, "PickupAddress.AddressLine");
        let line = lines
            .first()
            .and_then(|line| line.as_str())
            .unwrap_or_default();
        let door = [line, postal, country, field("PickupPoint")].join("\n");
        Ok(Self {
            date: Date::ZERO,
            place: Place::new(field("City"), state, postal, country),
            door: door.to_ascii_uppercase(),
            residential: residential == "Y",
        })
    }

    /// The day that is named, if a driver can come on it at the hours that are named.
    fn day(&self, world: &World, ask: &Value) -> Answer<Date> {
        let named = required(ask, "PickupDateInfo.PickupDate")?;
        let wrong = || Refusal::wrong("PickupDateInfo.PickupDate", named);
        let eight = (named.len() == 8).then_some(named);
        let date = eight.and_then(|named| Date::strptime("%Y%m%d", named).ok());
        let date = date.ok_or_else(wrong)?;
        let hour = |name: &str| {
            let path = format!("PickupDateInfo.{name}");
            let given = required(ask, &path)?;
            clock(given).ok_or_else(|| Refusal::wrong(&path, given))
        };
        let (mut ready, closes) = (hour("ReadyTime")?, hour("CloseTime")?);
        let now = self.place.local(world.settings.protocol_clock.now());
        let last = now.date().saturating_add(jiff::Span::new().days(AHEAD_MAX));
        if date < now.date() || date > last {
            return Err(wrong());
        }
        if date.weekday() == Weekday::Sunday {
            let message = "Pickup is not available on the requested date.";
            return Err(Refusal::invalid("9510115", message));
        }
        if date == now.date() {
            if now.time() >= CALL_BY {
                let message = "The latest time to request a pickup for today has passed.";
                return Err(Refusal::invalid("9510116", message));
            }
            ready = ready.max(now.time());
        }
        let room = ready.duration_until(closes).as_secs() / 60;
        if room < LEAD_MINUTES {
            let message = "The time between ready time and close time is too short.";
            return Err(Refusal::invalid("9510117", message));
        }
        Ok(date)
    }

    /// What the machine's calendar shows at the door.
    pub(crate) fn today(&self, world: &World) -> Date {
        self.place.local(world.settings.protocol_clock.now()).date()
    }

    /// Whether its day is past.
    pub(crate) fn is_over(&self, world: &World) -> bool {
        self.date < self.today(world)
    }

    /// Kind, name and cents of each charge; the amounts are made up.
    pub(crate) fn charges(&self, world: &World) -> Vec<(&'static str, &'static str, u64)> {
        let same_day = self.date == self.today(world);
        let mut charges = vec![("B", "BASE CHARGE", if same_day { 1_120 } else { 880 })];
        if self.residential {
            charges.push(("S", "RESIDENTIAL SURCHARGE", 385));
        }
        if self.date.weekday() == Weekday::Saturday {
            charges.push(("S", "SATURDAY PICKUP SURCHARGE", 450));
        }
        let sum = super::price::itemized_total(&charges);
        charges.push(("S", "FUEL SURCHARGE", sum * 185 / 1000));
        charges
    }
}

/// `HHmm`, or `Hmm` as UPS's own sample has it.
fn clock(text: &str) -> Option<Time> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits || !matches!(text.len(), 3 | 4) {
        return None;
    }
    let (hour, minute) = text.split_at_checked(text.len() - 2)?;
    Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_have_three_or_four_digits() {
        assert_eq!(clock("900"), Some(Time::constant(9, 0, 0, 0)));
        assert_eq!(clock("1730"), Some(Time::constant(17, 30, 0, 0)));
        for wrong in ["", "9", "24:0", "2460", "2500", "09000", "+900"] {
            assert_eq!(clock(wrong), None, "{wrong}");
        }
    }
}
