//! What is told to customs, with a price and with a purchase.

use parcelgate_carrier::Order;
use parcelgate_domain::{
    Contents, Country, Currency, Customs, CustomsItem, Incoterm, Money, Violations,
};
use serde::Serialize;

use crate::party::{TIN_CHARS_MAX, Tin, check_text};
use crate::units::WeightOut;
use crate::wire::{AccountNumber, Amount, filled};

/// Whether goods pass customs on this way. Puerto Rico counts as abroad, as it does with FedEx.
pub(crate) fn passes_customs(from: Country, to: Country) -> bool {
    from != to && !(from.is_in_eu() && to.is_in_eu())
}

/// One kind of goods.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Commodity<'a> {
    description: &'a str,
    quantity: u32,
    quantity_units: &'static str,
    number_of_pieces: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    weight: Option<WeightOut>,
    unit_price: Amount,
    customs_value: Amount,
    country_of_manufacture: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    harmonized_code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    part_number: Option<&'a str>,
}

/// Every kind of goods; none when a value is larger than money can be.
pub(crate) fn commodities(customs: &Customs) -> Option<Vec<Commodity<'_>>> {
    customs.items.iter().map(Commodity::of).collect()
}

impl<'a> Commodity<'a> {
    fn of(item: &'a CustomsItem) -> Option<Self> {
        let code = item.hs_code.as_deref().unwrap_or("");
        let code: String = code.chars().filter(char::is_ascii_digit).collect();
        let weight = item.unit_weight.saturating_mul(item.quantity);
        Some(Self {
            description: item.description.trim(),
            quantity: item.quantity,
            quantity_units: "PCS",
            number_of_pieces: item.quantity,
            weight: (weight.as_grams() > 0).then(|| WeightOut::exact(weight)),
            unit_price: item.unit_value.into(),
            customs_value: line_value(item)?.into(),
            country_of_manufacture: item.origin.code(),
            harmonized_code: (!code.is_empty()).then_some(code),
            part_number: item.sku.as_deref().and_then(filled),
        })
    }
}

fn line_value(item: &CustomsItem) -> Option<Money> {
    let value = item.unit_value.checked_mul(i64::from(item.quantity));
    value.ok()
}

/// The declaration of a purchase.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Clearance<'a> {
    commercial_invoice: Invoice<'a>,
    duties_payment: Duties<'a>,
    commodities: Vec<Commodity<'a>>,
    is_document_only: bool,
    total_customs_value: Amount,
    #[serde(skip_serializing_if = "Option::is_none")]
    export_detail: Option<ExportDetail>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invoice<'a> {
    shipment_purpose: &'static str,
    terms_of_sale: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    customer_references: Vec<CustomerReference<'a>>,
}

/// A reference of the sender's.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CustomerReference<'a> {
    pub(crate) customer_reference_type: &'static str,
    pub(crate) value: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Duties<'a> {
    payment_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    payor: Option<Payor<'a>>,
}

/// Who pays.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Payor<'a> {
    responsible_party: ResponsibleParty<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ResponsibleParty<'a> {
    account_number: AccountNumber<'a>,
}

impl<'a> Payor<'a> {
    pub(crate) fn account(value: &'a str) -> Self {
        Self {
            responsible_party: ResponsibleParty {
                account_number: AccountNumber { value },
            },
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ExportDetail {
    export_compliance_statement: &'static str,
}

/// The declaration of an order; none when the order passes no customs, or declares nothing that
/// [`check`] would let pass.
pub(crate) fn clearance<'a>(order: &'a Order, account: &'a str) -> Option<Clearance<'a>> {
    let customs = order.customs.as_ref();
    let customs = customs.filter(|_| passes_customs(order.from.country, order.to.country))?;
    let invoice = customs.invoice_number.as_deref().and_then(filled);
    let (terms, payer) = match customs.incoterm {
        Incoterm::Dap => ("DAP", "RECIPIENT"),
        Incoterm::Ddp => ("DDP", "SENDER"),
    };
    let sender_pays = customs.incoterm == Incoterm::Ddp;
    Some(Clearance {
        commercial_invoice: Invoice {
            shipment_purpose: purpose(customs.contents),
            terms_of_sale: terms,
            customer_references: invoice
                .map(|value| CustomerReference {
                    customer_reference_type: "INVOICE_NUMBER",
                    value,
                })
                .into_iter()
                .collect(),
        },
        duties_payment: Duties {
            payment_type: payer,
            payor: sender_pays.then(|| Payor::account(account)),
        },
        commodities: commodities(customs)?,
        is_document_only: customs.contents == Contents::Documents,
        total_customs_value: customs.total()?.into(),
        export_detail: needs_no_filing(order, customs).then_some(ExportDetail {
            export_compliance_statement: "NO_EEI_30_37_A",
        }),
    })
}

const fn purpose(contents: Contents) -> &'static str {
    match contents {
        Contents::Merchandise => "SOLD",
        Contents::Gift => "GIFT",
        Contents::Sample => "SAMPLE",
        Contents::Documents => "NOT_SOLD",
        Contents::ReturnOfGoods => "REPAIR_AND_RETURN",
    }
}

/// Goods of up to 2500 USD a kind leave the United States without an export filing (15 CFR 30.37
/// a); to Canada none is needed at all. Of other goods nothing is said here, and FedEx asks.
fn needs_no_filing(order: &Order, customs: &Customs) -> bool {
    const LIMIT: Money = Money::of_minor(250_000, Currency::USD);
    let small = |item: &CustomsItem| {
        let value = line_value(item).filter(|value| value.currency() == Currency::USD);
        value.is_some_and(|value| value.minor() <= LIMIT.minor())
    };
    order.from.country == Country::US
        && order.to.country.code() != "CA"
        && customs.contents != Contents::Documents
        && customs.items.iter().all(small)
}

/// The registrations of the seller. FedEx describes three kinds of business numbers and no list of
/// uses; a number of the Union is an EORI or, where tax was collected at the sale, an IOSS number.
pub(crate) fn registrations(customs: &Customs) -> impl Iterator<Item = Tin<'_>> {
    let ids = &customs.tax_ids;
    let rows = [
        (&ids.ioss, "BUSINESS_UNION", "IOSS"),
        (&ids.eori, "BUSINESS_UNION", "EORI"),
        (&ids.vat, "BUSINESS_NATIONAL", "VAT"),
    ];
    rows.into_iter().filter_map(|(id, tin_type, usage)| {
        Some(Tin {
            number: filled(id.as_deref()?)?,
            tin_type,
            usage: Some(usage),
        })
    })
}

const DESCRIPTION_CHARS_MAX: usize = 450;
const INVOICE_NUMBER_CHARS_MAX: usize = 30;
const PART_NUMBER_CHARS_MAX: usize = 35;
const PIECES_MAX: u32 = 9_999;
const UNIT_VALUE_MAX: i64 = 99_999;

/// What FedEx would not take of the declaration of an order.
pub(crate) fn check(order: &Order, found: &mut Violations) {
    if !passes_customs(order.from.country, order.to.country) {
        return;
    }
    let Some(customs) = &order.customs else {
        let allowed = "a customs declaration, which this way needs";
        found.require("customs", allowed);
        return;
    };
    found.append(customs.violations("customs"));
    for (index, item) in customs.items.iter().enumerate() {
        check_item(item, &format!("customs.items[{index}]"), found);
    }
    let number = customs.invoice_number.as_deref().unwrap_or("");
    check_text(
        "customs.invoice_number",
        number,
        INVOICE_NUMBER_CHARS_MAX,
        found,
    );
    let ids = [
        ("ioss", &customs.tax_ids.ioss),
        ("eori", &customs.tax_ids.eori),
        ("vat", &customs.tax_ids.vat),
    ];
    for (name, id) in ids {
        let field = format!("customs.tax_ids.{name}");
        check_text(&field, id.as_deref().unwrap_or(""), TIN_CHARS_MAX, found);
    }
}

fn check_item(item: &CustomsItem, field: &str, found: &mut Violations) {
    let description = format!("{field}.description");
    check_text(
        &description,
        &item.description,
        DESCRIPTION_CHARS_MAX,
        found,
    );
    let sku = item.sku.as_deref().unwrap_or("");
    check_text(&format!("{field}.sku"), sku, PART_NUMBER_CHARS_MAX, found);
    if item.quantity > PIECES_MAX {
        let allowed = format!("at most {PIECES_MAX} pieces");
        found.refuse(format!("{field}.quantity"), item.quantity, allowed);
    }
    if item.unit_weight.as_grams() == 0 {
        let allowed = "1 gram or more, which FedEx tells customs";
        found.refuse(format!("{field}.unit_weight_grams"), 0, allowed);
    }
    let whole = Money::parse("1", item.unit_value.currency()).map_or(1, Money::minor);
    if item.unit_value.minor() / whole > UNIT_VALUE_MAX {
        let allowed = "of at most five digits before the decimals";
        found.refuse(format!("{field}.unit_value"), item.unit_value, allowed);
    }
}

#[cfg(test)]
mod tests {
    use parcelgate_domain::TaxIds;
    use serde_json::{Value, json};

    use super::*;
    use crate::ship::tests::{customs, order};

    fn declared(order: &Order) -> Value {
        serde_json::to_value(clearance(order, "740561073")).unwrap()
    }

    #[test]
    fn goods_are_declared_in_the_letters_and_units_of_fedex() {
        let mut order = order("CN", "JP");
        order.customs = Some(customs(Currency::JPY));
        let declared = declared(&order);
        assert_eq!(
            declared["commodities"][0],
            json!({
                "description": "Ceramic mug", "quantity": 2, "quantityUnits": "PCS",
                "numberOfPieces": 2, "weight": {"units": "KG", "value": 0.8},
                "unitPrice": {"amount": 1250, "currency": "JYE"},
                "customsValue": {"amount": 2500, "currency": "JYE"},
                "countryOfManufacture": "CN", "harmonizedCode": "691110"
            })
        );
        assert_eq!(declared["totalCustomsValue"]["amount"], 2500);
        assert_eq!(declared["exportDetail"], Value::Null);
    }

    #[test]
    fn who_pays_duties_follows_from_the_terms() {
        let mut order = order("CN", "US");
        let payer = |order: &Order| {
            let declared = declared(order);
            let account = &declared["dutiesPayment"]["payor"]["responsibleParty"]["accountNumber"];
            let payment = declared["dutiesPayment"]["paymentType"].clone();
            (payment, account["value"].clone())
        };
        assert_eq!(payer(&order), (json!("SENDER"), json!("740561073")));
        order.customs.as_mut().unwrap().incoterm = Incoterm::Dap;
        assert_eq!(payer(&order), (json!("RECIPIENT"), Value::Null));
    }

    #[test]
    fn small_exports_of_the_united_states_need_no_filing() {
        let statement = |to: &str, minor| {
            let mut order = order("US", to);
            let item = &mut order.customs.as_mut().unwrap().items[0];
            item.unit_value = Money::of_minor(minor, Currency::USD);
            declared(&order)["exportDetail"]["exportComplianceStatement"].clone()
        };
        assert_eq!(statement("GB", 125_000), json!("NO_EEI_30_37_A"));
        assert_eq!(statement("GB", 125_001), Value::Null);
        assert_eq!(statement("CA", 1_250), Value::Null);
    }

    #[test]
    fn registrations_are_of_the_union_or_of_a_country() {
        let mut goods = customs(Currency::EUR);
        goods.tax_ids = TaxIds {
            ioss: Some("IM2760000742".to_owned()),
            eori: Some(" ".to_owned()),
            vat: Some("DE129273398".to_owned()),
        };
        let tins: Vec<_> = registrations(&goods).collect();
        let kinds: Vec<_> = tins.iter().map(|tin| (tin.tin_type, tin.usage)).collect();
        assert_eq!(
            kinds,
            [
                ("BUSINESS_UNION", Some("IOSS")),
                ("BUSINESS_NATIONAL", Some("VAT"))
            ]
        );
    }

    #[test]
    fn everything_wrong_is_said_at_once() {
        let mut bad = order("CN", "US");
        let goods = bad.customs.as_mut().unwrap();
        goods.invoice_number = Some("7".repeat(31));
        goods.tax_ids.eori = Some("8".repeat(19));
        let item = &mut goods.items[0];
        item.description = "很".repeat(451);
        item.quantity = 10_000;
        item.unit_weight = parcelgate_domain::Weight::grams(0);
        item.unit_value = Money::of_minor(10_000_000, Currency::USD);
        let mut found = Violations::new();
        check(&bad, &mut found);
        let fields: Vec<_> = found.as_slice().iter().map(|v| v.field.as_str()).collect();
        assert_eq!(
            fields,
            [
                "customs.items[0].description",
                "customs.items[0].description",
                "customs.items[0].quantity",
                "customs.items[0].unit_weight_grams",
                "customs.items[0].unit_value",
                "customs.invoice_number",
                "customs.tax_ids.eori"
            ]
        );
        bad.customs = None;
        let mut found = Violations::new();
        check(&bad, &mut found);
        assert_eq!(found.as_slice()[0].field, "customs");
    }

    #[test]
    fn within_the_european_union_nothing_is_declared() {
        let at_home = Order {
            customs: None,
            ..order("DE", "FR")
        };
        let mut found = Violations::new();
        check(&at_home, &mut found);
        assert!(found.is_empty());
        assert_eq!(declared(&order("DE", "FR")), Value::Null);
    }
}
