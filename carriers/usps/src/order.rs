//! A label, asked for.

use parcelgate_carrier::form::Fitted;
use parcelgate_carrier::json::{Digits, compact, filled};
use parcelgate_carrier::latin::Alphabet;
use parcelgate_carrier::{Direction, Order};
use parcelgate_domain::{Incoterm, LabelFormat, Violations};
use serde::Serialize;
use serde_json::{Value, json};

use crate::account::{Account, ZplDpi};
use crate::codes::{Product, Way};
use crate::customs::{self, Form};
use crate::parcels::{self, Measured};
use crate::party;
use crate::{extras, services};

/// An order that USPS would take, with its addresses fitted.
pub(crate) struct Checked<'a> {
    pub(crate) order: &'a Order,
    pub(crate) product: &'static Product,
    from: Fitted,
    to: Fitted,
}

/// Which way an order goes.
fn way(order: &Order) -> Way {
    match order.direction {
        Direction::Return => Way::Return,
        Direction::Outbound if party::is_home(order.to.country) => Way::Domestic,
        Direction::Outbound => Way::Abroad,
    }
}

/// `order`, when USPS would take it.
///
/// # Errors
/// Everything that it would not.
pub(crate) fn check(order: &Order) -> Result<Checked<'_>, Violations> {
    let way = way(order);
    let mut found = parcels::violations(&order.parcels);
    party::origin(order.from.country, &mut found);
    let to_form = if way == Way::Abroad {
        party::ABROAD
    } else {
        party::HOME
    };
    let parties = [
        (&order.from, party::HOME, "from"),
        (&order.to, to_form, "to"),
    ];
    let [from, to] = parties.map(|(address, form, field)| {
        let fitted = form.fit(address, field);
        fitted.map_err(|wrong| found.append(wrong)).ok()
    });
    if way == Way::Return && !party::is_home(order.to.country) {
        found.refuse(
            "to.country",
            order.to.country,
            "US: USPS brings nothing back from abroad",
        );
    }
    check_areas(from.as_ref(), to.as_ref(), &mut found);
    let product = services::sold(&order.service, way, &mut found);
    found.append(extras::violations(&order.options, way));
    found.append(customs::violations(order, product));
    check_paper(order, way, &mut found);
    match (product, from, to) {
        (Some(product), Some(from), Some(to)) if found.is_empty() => Ok(Checked {
            order,
            product,
            from,
            to,
        }),
        _ => Err(found),
    }
}

/// Whatever is at home has a state and a ZIP Code.
fn check_areas(from: Option<&Fitted>, to: Option<&Fitted>, found: &mut Violations) {
    for (party, field) in [(from, "from"), (to, "to")] {
        let Some(place) = party.map(|party| &party.place) else {
            continue;
        };
        if !party::is_home(place.country) {
            continue;
        }
        if party::zip(place.postal_code.as_deref()).is_none() {
            found.require(format!("{field}.postal_code"), "a ZIP Code of five digits");
        }
        if party::state(place.country, place.region.as_deref()).is_none() {
            let region = place.region.as_deref().unwrap_or_default();
            found.refuse(
                format!("{field}.region"),
                region,
                "a state that USPS delivers to",
            );
        }
    }
}

/// The longest number that is printed.
const ORDER_NUMBER_MAX: usize = 30;

fn check_paper(order: &Order, way: Way, found: &mut Violations) {
    let number = order.order_number.as_deref().unwrap_or_default();
    let fits = number.chars().all(|c| Alphabet::Ascii.has(c));
    if !fits || number.chars().count() > ORDER_NUMBER_MAX {
        let allowed = format!("at most {ORDER_NUMBER_MAX} characters of ASCII");
        found.require("order_number", allowed);
    }
    if !order.documents.is_empty() {
        found.require("documents", "left out: USPS takes no papers as files");
    }
    let format = order.label_format;
    let printed = match way {
        Way::Domestic if !customs::is_far(order) => true,
        Way::Domestic | Way::Abroad => matches!(format, LabelFormat::Pdf | LabelFormat::Zpl),
        Way::Return => format != LabelFormat::Epl,
    };
    if !printed {
        let allowed = match way {
            Way::Return => "pdf, zpl, png or gif: USPS draws no return label otherwise",
            Way::Domestic | Way::Abroad => "pdf or zpl: USPS draws no customs form otherwise",
        };
        found.refuse("label_format", format, allowed);
    }
}

/// What USPS calls a form of label.
const fn image_type(format: LabelFormat, dpi: ZplDpi) -> &'static str {
    match (format, dpi) {
        (LabelFormat::Pdf, _) => "PDF",
        (LabelFormat::Png, _) => "PNG",
        (LabelFormat::Gif, _) => "GIF",
        (LabelFormat::Zpl, ZplDpi::Dpi203) => "ZPL203DPI",
        (LabelFormat::Zpl, ZplDpi::Dpi300) => "ZPL300DPI",
        (LabelFormat::Epl, _) => "EPL300DPI",
    }
}

/// What to draw: a label of four by six inches, without a receipt, of which abroad there is none.
pub(crate) fn image(format: LabelFormat, account: &Account, way: Option<Way>) -> Value {
    let at_home = matches!(way, Some(Way::Domestic | Way::Return));
    compact(json!({
        "imageType": image_type(format, account.zpl_dpi),
        "labelType": "4X6LABEL",
        "receiptOption": at_home.then_some("NONE"),
    }))
}

/// The request for a label.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Body {
    image_info: Value,
    to_address: Value,
    from_address: Value,
    package_description: Package,
    #[serde(skip_serializing_if = "Option::is_none")]
    customs_form: Option<Form>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Package {
    #[serde(flatten)]
    told: Value,
    #[serde(flatten)]
    measured: Measured,
    #[serde(skip_serializing_if = "Option::is_none")]
    package_options: Option<PackageOptions>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PackageOptions {
    package_value: Digits,
}

impl Body {
    pub(crate) fn of(checked: &Checked<'_>, account: &Account) -> Self {
        let Checked {
            order,
            product,
            from,
            to,
        } = checked;
        let customs_form = Form::of(order, product);
        let to_address = match product.way {
            Way::Abroad => party::abroad(to),
            Way::Domestic | Way::Return => party::at_home(to, false),
        };
        Self {
            image_info: image(order.label_format, account, Some(product.way)),
            to_address,
            from_address: party::at_home(from, customs_form.is_some()),
            package_description: Package::of(order, product),
            customs_form,
        }
    }
}

impl Package {
    fn of(order: &Order, product: &Product) -> Self {
        // A return is mailed whenever the customer likes, at any post office.
        let outbound = product.way != Way::Return;
        let abroad = product.way == Way::Abroad;
        let extras = extras::codes(&order.options, Some(product));
        let number = order.order_number.as_deref().and_then(filled);
        let number = number.map(|number| {
            let printed = (!abroad).then_some(true);
            json!([{ "referenceNumber": number, "printReferenceNumber": printed }])
        });
        let incoterm = order.customs.as_ref().map(|customs| customs.incoterm);
        let prepays = abroad && incoterm == Some(Incoterm::Ddp);
        let value = extras::value(&order.options);
        Self {
            told: compact(json!({
                "mailClass": product.class,
                "rateIndicator": parcels::rate_indicator(product, &order.parcels),
                "processingCategory": parcels::category(product, &order.parcels),
                "weightUOM": "lb",
                "dimensionsUOM": "in",
                "mailingDate": outbound.then(|| order.ship_on.to_string()),
                "destinationEntryFacilityType": outbound.then_some("NONE"),
                "extraServices": (!extras.is_empty()).then_some(extras),
                "customerReference": number,
                "prepayDutiesTaxesFees": prepays.then_some(true),
            })),
            measured: Measured::of(&order.parcels),
            package_options: value.map(|package_value| PackageOptions { package_value }),
        }
    }
}

#[cfg(test)]
mod tests;
