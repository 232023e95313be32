//! An order of a label: one shipment, which is one box.

use parcelgate_carrier::Order;
use parcelgate_carrier::declaration::{CustomsForm, hs_digits, passes_customs};
use parcelgate_carrier::json::{Digits, filled};
use parcelgate_carrier::latin::Alphabet;
use parcelgate_carrier::measure::{LengthUnit, ParcelLimits};
use parcelgate_domain::{
    Contents, Currency, Customs, CustomsItem, Incoterm, LabelFormat, Money, Offered, Parcel,
    Signature, Violations, Weight,
};

use super::Paket;
use super::codes::{PRODUCTS, three_letters};
use super::party::{self, FORM};
use crate::object::Object;

/// A request may hold thirty; each is a shipment of its own, with its own fate.
pub(super) const PARCELS_MAX: usize = 1;

const LIMITS: ParcelLimits = ParcelLimits {
    carrier: "DHL Paket",
    parcels_max: PARCELS_MAX,
    weight: Weight::grams(31_500),
    unit: LengthUnit::Millimetre,
    length: None,
    length_and_girth: None,
};

const CUSTOMS: CustomsForm = CustomsForm {
    carrier: "DHL Paket",
    alphabet: Alphabet::Latin1,
    items_max: 99,
    description_max: 256,
    hs_digits_max: 11,
    weight: true,
    invoice_number_max: 35,
    tax_ids_max: [35; 3],
    ..CustomsForm::OPEN
};

const OFFERED: Offered = Offered {
    insurance: true,
    signature: true,
    adult_signature: true,
    saturday_delivery: false,
};

const ORDER_NUMBER_CHARS_MAX: usize = 50;

/// Everything that DHL would not take of an order.
pub(super) fn check(order: &Order) -> Violations {
    let mut found = party::check(&order.from, "from");
    found.append(party::check(&order.to, "to"));
    if order.from.country.code() != "DE" {
        let allowed = "DE: DHL Paket ships from Germany alone";
        found.refuse("from.country", order.from.country, allowed);
    }
    found.append(LIMITS.violations(&order.parcels));
    check_product(order, &mut found);
    if let Some(customs) = &order.customs {
        found.append(CUSTOMS.violations(customs, "customs"));
    } else if passes_customs(order.from.country, order.to.country) {
        found.require(
            "customs",
            "a declaration, which is needed beyond the European Union",
        );
    }
    found.append(order.options.refused("options", OFFERED));
    let number = order.order_number.as_deref().unwrap_or("");
    if number.chars().count() > ORDER_NUMBER_CHARS_MAX {
        let allowed = format!("at most {ORDER_NUMBER_CHARS_MAX} characters");
        found.refuse("order_number", number, allowed);
    }
    if doc_format(order.label_format).is_none() {
        found.refuse("label_format", order.label_format, "pdf or zpl");
    }
    if !order.documents.is_empty() {
        found.require("documents", "none: DHL Paket takes the declaration as data");
    }
    found
}

fn check_product(order: &Order, found: &mut Violations) {
    let domestic = order.to.country.code() == "DE";
    let codes = PRODUCTS
        .iter()
        .filter(|product| product.domestic == domestic);
    let codes: Vec<&str> = codes.map(|product| product.code).collect();
    if !codes.contains(&order.service.as_str()) {
        let allowed = format!("a product for this way: {}", codes.join(", "));
        found.refuse("service", &order.service, allowed);
    }
}

pub(super) const fn doc_format(format: LabelFormat) -> Option<&'static str> {
    match format {
        LabelFormat::Pdf => Some("PDF"),
        LabelFormat::Zpl => Some("ZPL2"),
        LabelFormat::Png | LabelFormat::Gif | LabelFormat::Epl => None,
    }
}

/// A weight in grams.
pub(super) fn grams(weight: Weight) -> Object {
    Object::new()
        .put("uom", "g")
        .put("value", weight.as_grams())
}

/// An amount, digit for digit.
fn amount(money: Money) -> Object {
    Object::new()
        .put("currency", money.currency().code())
        .put("value", Digits::of(money.to_decimal()))
}

impl Paket {
    /// The body of an order.
    ///
    /// # Errors
    /// Everything that DHL would not take of it.
    pub(super) fn body(&self, order: &Order) -> Result<Object, Violations> {
        check(order).none_or(())?;
        let from = FORM.fit(&order.from, "from")?;
        let to = FORM.fit(&order.to, "to")?;
        let mut products = PRODUCTS.iter();
        let product = products.find(|product| product.code == order.service.as_str());
        let procedure = product.map_or("", |product| product.procedure);
        let customs = order.customs.as_ref();
        let customs = customs.filter(|_| passes_customs(order.from.country, order.to.country));
        // DHL takes no reference that is shorter.
        let reference = Some(order.reference.as_str()).filter(|text| text.len() >= 8);
        let shipment = Object::new()
            .put("product", order.service.as_str())
            .put("billingNumber", self.billing_number(procedure))
            .put("refNo", reference)
            .put("costCenter", order.order_number.as_deref().and_then(filled))
            .put("shipDate", order.ship_on.to_string())
            .put("shipper", party::sender(&from))
            .put("consignee", party::recipient(&to))
            .put("details", order.parcels.first().map(details))
            .put("services", services(order, customs))
            .put("customs", customs.map(|customs| declared(order, customs)));
        Ok(Object::new()
            .put("profile", self.account.profile.as_str())
            .put("shipments", vec![shipment]))
    }

    /// Customer number, procedure and participation: which contract pays.
    pub(super) fn billing_number(&self, procedure: &str) -> String {
        format!(
            "{}{procedure}{}",
            self.account.ekp, self.account.participation
        )
    }
}

fn details(parcel: &Parcel) -> Object {
    let sides = parcel.size.map(|size| {
        Object::new()
            .put("uom", "mm")
            .put("length", size.length.as_millimetres())
            .put("width", size.width.as_millimetres())
            .put("height", size.height.as_millimetres())
    });
    Object::new()
        .put("dim", sides)
        .put("weight", grams(parcel.weight))
}

const EUROPAKET: &str = "V54EPAK";

fn services(order: &Order, customs: Option<&Customs>) -> Option<Object> {
    let paid = customs.is_some_and(|customs| customs.incoterm == Incoterm::Ddp);
    let paid = paid && order.service.as_str() != EUROPAKET;
    let wanted = |wanted: bool| wanted.then_some(true);
    let signed = order.options.signature;
    let age = (signed == Some(Signature::Adult)).then_some("A18");
    (paid || !order.options.is_plain()).then(|| {
        Object::new()
            .put(
                "signedForByRecipient",
                wanted(signed == Some(Signature::Anyone)),
            )
            .put("visualCheckOfAge", age)
            .put("postalDeliveryDutyPaid", wanted(paid))
            .put("additionalInsurance", order.options.insured.map(amount))
    })
}

fn declared(order: &Order, customs: &Customs) -> Object {
    let terms = match customs.incoterm {
        Incoterm::Dap => "DAP",
        Incoterm::Ddp => "DDP",
    };
    let kind = match customs.contents {
        Contents::Merchandise => "COMMERCIAL_GOODS",
        Contents::Gift => "PRESENT",
        Contents::Sample => "COMMERCIAL_SAMPLE",
        Contents::Documents => "DOCUMENT",
        Contents::ReturnOfGoods => "RETURN_OF_GOODS",
    };
    let currency = customs.total().map_or(Currency::EUR, Money::currency);
    let europaket = order.service.as_str() == EUROPAKET;
    Object::new()
        .put(
            "invoiceNo",
            customs.invoice_number.as_deref().and_then(filled),
        )
        .put("exportType", kind)
        // Of Europaket alone.
        .put("shippingConditions", europaket.then_some(terms))
        // What the recipient paid for carriage. An order does not say: nothing.
        .put("postalCharges", amount(Money::zero(currency)))
        .put(
            "shipperCustomsRef",
            customs.tax_ids.eori.as_deref().and_then(filled),
        )
        .put("items", customs.items.iter().map(item).collect::<Vec<_>>())
}

/// One kind of goods, of which one piece is weighed and valued.
fn item(item: &CustomsItem) -> Object {
    Object::new()
        .put("itemDescription", CUSTOMS.spelled(&item.description))
        .put("countryOfOrigin", three_letters(item.origin))
        .put("hsCode", hs_digits(item))
        .put("packagedQuantity", item.quantity)
        .put("itemValue", amount(item.unit_value))
        .put("itemWeight", grams(item.unit_weight))
}
