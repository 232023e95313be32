//! What the gateway asks of an order before it takes it. The first mistake is told.

use serde_json::Value;

use super::catalog::{Country, Product};
use super::envelope::{Answer, Refusal};
use super::goods;
use crate::document::{list, present, scalar};

/// A text field: its path, its longest length.
struct Field(&'static str, usize);

#[rustfmt::skip]
const REQUIRED: &[Field] = &[
    Field("return_info.is_return_on_domestic", 1),
    Field("return_info.is_return_on_oversea", 1),
    Field("sender.first_name", 64),
    Field("sender.country", 2),
    Field("sender.city", 64),
    Field("recipient_info.first_name", 64),
    Field("recipient_info.country", 2),
    Field("recipient_info.city", 64),
    Field("recipient_info.phone", 32),
    Field("recipient_info.street", 128),
    Field("deliver_type_info.deliver_type", 1),
];

#[rustfmt::skip]
const OPTIONAL: &[Field] = &[
    Field("vat_no", 32),
    Field("eori_no", 32),
    Field("ioss_no", 32),
    Field("mid", 32),
    Field("csp", 32),
    Field("sender.last_name", 64),
    Field("recipient_info.last_name", 64),
    Field("recipient_info.post_code", 32),
    Field("recipient_info.state", 64),
    Field("recipient_info.email", 64),
];

/// What is one of a few words.
#[rustfmt::skip]
const WORDS: &[(&str, bool, &[&str])] = &[
    ("duty_type", true, &["U", "P", "F"]),
    ("cargo_type", false, &["1", "2", "3", "5"]),
    ("is_insure", true, &["Y", "N"]),
    ("is_commercial_invoice", false, &["Y", "N"]),
    ("return_info.is_return_on_domestic", true, &["Y", "N", "U"]),
    ("return_info.is_return_on_oversea", true, &["Y", "N", "U"]),
    ("logistics_service_info.customs_service", false, &["Y", "N"]),
    ("logistics_service_info.signature_service", false, &["Y", "N"]),
    ("deliver_type_info.deliver_type", true, &["1", "2", "3", "5"]),
    ("deliver_to_recipient_info.deliver_type", false, &["HOME_DELIVERY"]),
];

/// What a return address must have.
const RETURN: [&str; 6] = [
    "first_name",
    "phone",
    "post_code",
    "country",
    "city",
    "street",
];
/// Names that must be English.
const NAMES: [&str; 4] = [
    "sender.first_name",
    "sender.last_name",
    "recipient_info.first_name",
    "recipient_info.last_name",
];
/// Destinations that want to reach the sender.
const CALL_SENDER: [&str; 5] = ["AU", "CA", "NZ", "GB", "US"];

/// What the rest of the sale needs of a checked order.
pub(crate) struct Checked {
    pub(crate) reference: String,
    pub(crate) product: &'static Product,
    pub(crate) country: &'static Country,
    pub(crate) grams: u64,
}

/// Checks an order.
pub(crate) fn check(order: &Value) -> Answer<Checked> {
    let text = |path: &str| scalar(order, path).unwrap_or_default();
    let reference = reference(&text("ref_no"))?;
    if text("business_type").is_empty() {
        return Err(Refusal::new("DS000052", "business_type must not be empty"));
    }
    if text("business_type") != "BDS" {
        return Err(Refusal::parameter("business_type must be BDS"));
    }
    let code = text("logistics_service_info.logistics_product_code");
    let unknown = || Refusal::new("DS000110", format!("Unknown product code {code}"));
    let product = Product::of(&code).ok_or_else(unknown)?;
    fields(order)?;
    people(order)?;
    let code = text("recipient_info.country");
    let country = Country::of(&code)
        .filter(|country| product.serves(country))
        .ok_or_else(|| Refusal::rule(format!("{} does not serve {code}", product.code)))?;
    if CALL_SENDER.contains(&country.code) && text("sender.phone").is_empty() {
        return Err(Refusal::rule("sender.phone is required"));
    }
    returns(order)?;
    handing_over(order)?;
    let grams = goods::check(order, product, country)?;
    Ok(Checked {
        reference,
        product,
        country,
        grams,
    })
}

fn reference(text: &str) -> Answer<String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
    if text.is_empty() || text.len() > 32 || !text.chars().all(plain) {
        let rule = "ref_no must be 1 to 32 letters, digits and hyphens";
        return Err(Refusal::about("DS000004", rule, text));
    }
    Ok(text.to_owned())
}

fn fields(order: &Value) -> Answer<()> {
    for Field(path, longest) in REQUIRED {
        let text = scalar(order, path);
        if text.is_none_or(|text| text.chars().count() > *longest) {
            let text = format!("{path} must have 1 to {longest} characters");
            return Err(Refusal::parameter(text));
        }
    }
    for Field(path, longest) in OPTIONAL {
        let text = scalar(order, path).unwrap_or_default();
        if text.chars().count() > *longest {
            let text = format!("{path} must have at most {longest} characters");
            return Err(Refusal::parameter(text));
        }
    }
    for (path, required, words) in WORDS {
        let fine = match scalar(order, path) {
            None => !required,
            Some(word) => words.contains(&word.as_str()),
        };
        if !fine {
            let text = format!("{path} must be one of {}", words.join(" "));
            return Err(Refusal::parameter(text));
        }
    }
    if scalar(order, "is_insure").as_deref() == Some("Y") && !present(order, "insurance_info") {
        return Err(Refusal::parameter("insurance_info is required"));
    }
    Ok(())
}

/// What live orders were refused for.
fn people(order: &Value) -> Answer<()> {
    let text = |path: &str| scalar(order, path).unwrap_or_default();
    // An HTML entity is not English either.
    let entity = |text: &str| {
        let after = text.split_once('&');
        after.is_some_and(|(_, after)| after.contains(';'))
    };
    let english = |text: &str| text.is_ascii() && !entity(text);
    if let Some(path) = NAMES.iter().find(|path| !english(&text(path))) {
        return Err(Refusal::new("010101005", format!("{path}: English only")));
    }
    let name = format!(
        "{}{}",
        text("recipient_info.first_name"),
        text("recipient_info.last_name")
    );
    let visible = name.chars().filter(|c| !c.is_whitespace()).count();
    if !(4..=30).contains(&visible) {
        return Err(Refusal::rule(
            "The recipient's name must have 4 to 30 characters",
        ));
    }
    if text("sender.post_code").is_empty() {
        return Err(Refusal::rule("sender.post_code is required"));
    }
    if !(10..=90).contains(&text("sender.street").chars().count()) {
        return Err(Refusal::rule("sender.street must have 10 to 90 characters"));
    }
    Ok(())
}

fn returns(order: &Value) -> Answer<()> {
    for which in ["domestic_return_addr", "oversea_return_addr"] {
        let path = format!("return_info.{which}");
        let missing = |name: &&str| scalar(order, &format!("{path}.{name}")).is_none();
        // An object without members says as little as none.
        let given = list(order, &path)
            .into_iter()
            .any(|given| given.as_object().is_some_and(|members| !members.is_empty()));
        if let Some(name) = RETURN.iter().find(|name| given && missing(name)) {
            return Err(Refusal::parameter(format!("{path}.{name} is required")));
        }
    }
    Ok(())
}

/// How the parcel comes to 4PX.
fn handing_over(order: &Value) -> Answer<()> {
    let way = scalar(order, "deliver_type_info.deliver_type").unwrap_or_default();
    let needed: &[&str] = match way.as_str() {
        "1" => &["deliver_type_info.pick_up_info"],
        "2" => &[
            "deliver_type_info.express_to_4px_info.express_company",
            "deliver_type_info.express_to_4px_info.tracking_no",
        ],
        _ => &[],
    };
    let missing = needed.iter().find(|path| !present(order, path));
    missing.map_or(Ok(()), |path| {
        Err(Refusal::parameter(format!("{path} is required")))
    })
}
