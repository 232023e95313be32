//! Labels: ship v1, and track v1 for finding what was bought.

mod answer;
mod find;
mod order;
mod void;

use async_trait::async_trait;
use http::Method;
use parcelgate_carrier::{Call, Class, Kind, Order, Outgoing, Result, Shipping};
use parcelgate_domain::{Label, LabelFormat, Reference, Shipment, Violations};

use crate::party::{self, check_text};
use crate::units::Units;
use crate::{Fedex, TRANSACTION_ID, codes, customs, error};

#[async_trait]
impl Shipping for Fedex {
    fn check(&self, order: &Order) -> Violations {
        violations(order)
    }

    async fn buy(&self, call: &Call<'_>, order: &Order) -> Result<Shipment> {
        let response = call.send(self.encode_order(order)?).await?;
        answer::decode(order, &response)
    }

    async fn find(&self, call: &Call<'_>, reference: &Reference) -> Result<Option<Shipment>> {
        self.look_up(call, reference).await
    }

    /// FedEx gives a label once, in the answer to the purchase, and has no interface that gives it
    /// again.
    async fn label(&self, _call: &Call<'_>, _shipment: &Shipment) -> Result<Vec<Label>> {
        Err(error(Kind::Unsupported, "label").said("", NO_REPRINT))
    }

    async fn void(&self, call: &Call<'_>, shipment: &Shipment) -> Result<()> {
        self.void_shipment(call, shipment).await
    }
}

const NO_REPRINT: &str = "FedEx gives a label once, with the purchase, and has no interface to \
                          print it again: void the shipment and buy another";

impl Fedex {
    fn encode_order(&self, order: &Order) -> Result<Outgoing> {
        let found = violations(order);
        if !found.is_empty() {
            return Err(error(Kind::Invalid, "buy").at(found));
        }
        let body = order::Body::of(order, &self.account);
        Self::outgoing(Method::POST, "buy", "/ship/v1/shipments")
            .header(TRANSACTION_ID, order.reference.as_str())
            .class(Class::Ship)
            .only_if_unsent()
            .json(&crate::ID, &body)
    }
}

/// A purchase order number prints on the label and is looked up by FedEx's people.
const ORDER_NUMBER_CHARS_MAX: usize = 30;

/// Everything that FedEx would not take of an order, before anything is sent.
fn violations(order: &Order) -> Violations {
    let mut found = Violations::new();
    party::violations(&order.from, "from", &mut found);
    party::violations(&order.to, "to", &mut found);
    let units = Units::of(order.from.country, order.to.country);
    units.violations(&order.parcels, &mut found);
    check_service(order, &mut found);
    customs::check(order, &mut found);
    let number = order.order_number.as_deref().unwrap_or("");
    check_text("order_number", number, ORDER_NUMBER_CHARS_MAX, &mut found);
    if drawn(order.label_format).is_none() {
        found.refuse("label_format", order.label_format, "pdf, png or zpl");
    }
    found
}

fn check_service(order: &Order, found: &mut Violations) {
    let code = order.service.as_str();
    let mut not_sold = codes::NOT_SOLD.iter();
    let plain = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    if let Some((_, name)) = not_sold.find(|(known, _)| *known == code) {
        let allowed = format!("a service for ordinary parcels, which {name} is not");
        found.refuse("service", code, allowed);
    } else if code.is_empty() || code.len() > 60 || !code.bytes().all(plain) {
        found.refuse("service", code, "a service of FedEx, such as FEDEX_GROUND");
    }
}

/// How a form of label is called in an order, with the paper it is drawn for; none for a form that
/// FedEx does not draw.
const fn drawn(format: LabelFormat) -> Option<(&'static str, &'static str)> {
    match format {
        LabelFormat::Pdf => Some(("PDF", "PAPER_4X6")),
        LabelFormat::Png => Some(("PNG", "PAPER_4X6")),
        LabelFormat::Zpl => Some(("ZPLII", "STOCK_4X6")),
        LabelFormat::Gif | LabelFormat::Epl => None,
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use parcelgate_domain::{
        Contents, Country, Currency, Customs, CustomsItem, Dimensions, Incoterm, Money, Parcel,
        ServiceCode, TaxIds, Weight,
    };

    use super::*;
    use crate::party::tests::address;

    pub(crate) fn customs(currency: Currency) -> Customs {
        Customs {
            contents: Contents::Merchandise,
            incoterm: Incoterm::Ddp,
            items: vec![CustomsItem {
                sku: None,
                description: "Ceramic mug".to_owned(),
                description_zh: None,
                quantity: 2,
                unit_value: Money::of_minor(1_250, currency),
                unit_weight: Weight::grams(400),
                hs_code: Some("6911.10".to_owned()),
                origin: Country::CN,
                battery: false,
            }],
            tax_ids: TaxIds::default(),
            invoice_number: None,
        }
    }

    pub(crate) fn order(from: &str, to: &str) -> Order {
        Order {
            reference: "PG01JDX".parse().unwrap(),
            service: ServiceCode::new("FEDEX_INTERNATIONAL_PRIORITY"),
            from: address(from, "OH", "43215"),
            to: address(to, "ON", "43215"),
            parcels: vec![Parcel {
                weight: Weight::grams(1_200),
                size: Some(Dimensions::millimetres(300, 200, 100)),
            }],
            customs: Some(customs(Currency::USD)),
            ship_on: jiff::civil::date(2026, 11, 30),
            label_format: LabelFormat::Pdf,
            order_number: Some("7-11".to_owned()),
            sales_platform: None,
        }
    }

    #[test]
    fn everything_wrong_is_said_at_once() {
        let mut bad = order("US", "GB");
        bad.to.phone = None;
        bad.to.name = "x".repeat(71).into();
        bad.service = ServiceCode::new("SMART_POST");
        bad.label_format = LabelFormat::Gif;
        bad.parcels[0].weight = Weight::grams(68_039);
        bad.order_number = Some("9".repeat(31));
        bad.customs = None;
        let found = violations(&bad);
        let fields: Vec<_> = found.as_slice().iter().map(|v| v.field.as_str()).collect();
        assert_eq!(
            fields,
            [
                "to.name",
                "to.phone",
                "parcels[0].weight_grams",
                "service",
                "customs",
                "order_number",
                "label_format"
            ]
        );
        bad.service = ServiceCode::new("FedEx Ground");
        let found = violations(&bad);
        assert!(found.as_slice().iter().any(|v| v.field == "service"));
        assert_eq!(violations(&order("US", "GB")), Violations::new());
    }
}
