//! What a carrier takes of a customs declaration, as data.

use parcelgate_domain::{Country, Customs, CustomsItem, Incoterm, Money, Violations, Weight};

use crate::latin::{Alphabet, Wording, has_han};

/// What a carrier takes of a customs declaration.
#[derive(Debug, Clone, Copy)]
pub struct CustomsForm {
    /// How the violations call the carrier.
    pub carrier: &'static str,
    /// The letters that it takes.
    pub alphabet: Alphabet,
    /// How many lines of goods.
    pub items_max: usize,
    /// The longest description.
    pub description_max: usize,
    /// Whether goods must be described in Chinese, too.
    pub chinese: bool,
    /// Whether goods must have a code of the Harmonised System.
    pub hs_code: bool,
    /// The most digits of such a code.
    pub hs_digits_max: usize,
    /// Whether a piece must have a weight.
    pub weight: bool,
    /// The longest article number.
    pub sku_max: usize,
    /// The longest number of an invoice.
    pub invoice_number_max: usize,
    /// The longest tax number of each kind: IOSS, EORI, VAT.
    pub tax_ids_max: [usize; 3],
    /// In which currencies goods are declared; any when empty.
    pub currencies: &'static [&'static str],
    /// Who may pay duties; anybody when empty.
    pub incoterms: &'static [Incoterm],
}

impl CustomsForm {
    /// Takes what the domain takes, in Latin letters: a form states what its carrier does not.
    pub const OPEN: Self = Self {
        carrier: "this carrier",
        alphabet: Alphabet::Latin1,
        items_max: 100,
        description_max: 200,
        chinese: false,
        hs_code: false,
        hs_digits_max: 12,
        weight: false,
        sku_max: 50,
        invoice_number_max: 50,
        tax_ids_max: [50; 3],
        currencies: &[],
        incoterms: &[],
    };

    /// Everything in `customs` that the carrier would not take, under field names that begin with
    /// `field`.
    #[must_use]
    pub fn violations(&self, customs: &Customs, field: &str) -> Violations {
        let mut found = customs.violations(field);
        let count = customs.items.len();
        if count > self.items_max {
            let allowed = format!("at most {} lines with {}", self.items_max, self.carrier);
            found.refuse(format!("{field}.items"), count, allowed);
        }
        for (index, item) in customs.items.iter().enumerate() {
            self.check_item(item, &format!("{field}.items[{index}]"), &mut found);
        }
        if !self.incoterms.is_empty() && !self.incoterms.contains(&customs.incoterm) {
            let (wanted, other) = match customs.incoterm {
                Incoterm::Dap => ("DAP", "DDP"),
                Incoterm::Ddp => ("DDP", "DAP"),
            };
            let allowed = format!("{other}, the only term that {} takes", self.carrier);
            found.refuse(format!("{field}.incoterm"), wanted, allowed);
        }
        let ids = &customs.tax_ids;
        let [ioss, eori, vat] = self.tax_ids_max;
        let texts = [
            (
                "invoice_number",
                &customs.invoice_number,
                self.invoice_number_max,
            ),
            ("ioss", &ids.ioss, ioss),
            ("eori", &ids.eori, eori),
            ("vat", &ids.vat, vat),
        ];
        for (part, text, most) in texts {
            self.text(
                text.as_deref(),
                most,
                &format!("{field}.{part}"),
                &mut found,
            );
        }
        found
    }

    fn check_item(&self, item: &CustomsItem, field: &str, found: &mut Violations) {
        self.text(
            Some(&item.description),
            self.description_max,
            &format!("{field}.description"),
            found,
        );
        self.text(
            item.sku.as_deref(),
            self.sku_max,
            &format!("{field}.sku"),
            found,
        );
        if self.chinese && !item.description_zh.as_deref().is_some_and(has_han) {
            let allowed = "what the goods are, in Chinese, for export";
            found.require(format!("{field}.description_zh"), allowed);
        }
        let digits = hs_digits(item);
        if self.hs_code && digits.is_none() {
            let allowed = format!(
                "a code of the Harmonised System, which {} needs",
                self.carrier
            );
            found.require(format!("{field}.hs_code"), allowed);
        }
        let digits = digits.unwrap_or_default();
        if digits.len() > self.hs_digits_max {
            let allowed = format!("at most {} digits", self.hs_digits_max);
            found.refuse(format!("{field}.hs_code"), digits, allowed);
        }
        if self.weight && item.unit_weight == Weight::grams(0) {
            let allowed = format!("the weight of one piece, which {} needs", self.carrier);
            found.require(format!("{field}.unit_weight_grams"), allowed);
        }
        let currency = item.unit_value.currency().code();
        if !self.currencies.is_empty() && !self.currencies.contains(&currency) {
            let allowed = format!("in one of {}", self.currencies.join(", "));
            found.refuse(format!("{field}.unit_value"), item.unit_value, allowed);
        }
    }

    fn text(&self, text: Option<&str>, chars_max: usize, field: &str, found: &mut Violations) {
        let text = text.unwrap_or_default();
        let _spelled = self
            .alphabet
            .fit(text, Wording::Plain, chars_max, field, found);
    }

    /// A description or number as the carrier prints it. What `violations` has passed is whole.
    #[must_use]
    pub fn spelled(&self, text: &str) -> String {
        self.alphabet
            .spell(text, Wording::Plain)
            .unwrap_or_default()
    }
}

/// The digits of an item's code, without the points that some write into it.
#[must_use]
pub fn hs_digits(item: &CustomsItem) -> Option<String> {
    let code = item.hs_code.as_deref()?;
    let digits: String = code.chars().filter(char::is_ascii_digit).collect();
    (!digits.is_empty()).then_some(digits)
}

/// The value of all pieces of an item; none when it is larger than money can be.
#[must_use]
pub fn line_value(item: &CustomsItem) -> Option<Money> {
    item.unit_value.checked_mul(i64::from(item.quantity)).ok()
}

/// Whether goods pass customs on this way: between countries, except within the European Union.
#[must_use]
pub fn passes_customs(from: Country, to: Country) -> bool {
    from != to && !(from.is_in_eu() && to.is_in_eu())
}

#[cfg(test)]
mod tests {
    use parcelgate_domain::{Contents, Currency, TaxIds};

    use super::*;

    fn customs() -> Customs {
        Customs {
            contents: Contents::Merchandise,
            incoterm: Incoterm::Dap,
            items: vec![CustomsItem {
                sku: Some("LAMP-1".to_owned()),
                description: "LED lamp".to_owned(),
                description_zh: Some("LED灯".to_owned()),
                quantity: 2,
                unit_value: Money::of_minor(950, Currency::USD),
                unit_weight: Weight::grams(110),
                hs_code: Some("9405.42".to_owned()),
                origin: Country::CN,
                battery: false,
            }],
            tax_ids: TaxIds::default(),
            invoice_number: None,
        }
    }

    const STRICT: CustomsForm = CustomsForm {
        carrier: "Acme",
        alphabet: Alphabet::Ascii,
        items_max: 1,
        description_max: 8,
        chinese: true,
        hs_code: true,
        hs_digits_max: 8,
        weight: true,
        currencies: &["USD"],
        incoterms: &[Incoterm::Dap],
        tax_ids_max: [12, 17, 17],
        ..CustomsForm::OPEN
    };

    #[test]
    fn everything_wrong_is_named_at_once() {
        assert!(STRICT.violations(&customs(), "customs").is_empty());
        let mut bad = customs();
        bad.incoterm = Incoterm::Ddp;
        bad.tax_ids.ioss = Some("IM27600000001".to_owned());
        bad.items[0] = CustomsItem {
            description: "Leuchte mit 灯".to_owned(),
            description_zh: Some("LED".to_owned()),
            hs_code: None,
            unit_weight: Weight::grams(0),
            unit_value: Money::of_minor(950, Currency::EUR),
            ..bad.items[0].clone()
        };
        bad.items.push(bad.items[0].clone());
        bad.items[1].hs_code = Some("940542.00.10".to_owned());
        let found = STRICT.violations(&bad, "customs");
        let mut fields: Vec<_> = found.as_slice().iter().map(|v| v.field.as_str()).collect();
        fields.sort_unstable();
        fields.dedup();
        assert_eq!(
            fields,
            [
                "customs.incoterm",
                "customs.ioss",
                "customs.items",
                "customs.items[0].description",
                "customs.items[0].description_zh",
                "customs.items[0].hs_code",
                "customs.items[0].unit_value",
                "customs.items[0].unit_weight_grams",
                "customs.items[1].description",
                "customs.items[1].description_zh",
                "customs.items[1].hs_code",
                "customs.items[1].unit_value",
                "customs.items[1].unit_weight_grams",
            ]
        );
    }

    #[test]
    fn what_a_form_does_not_state_is_open() {
        let mut open = customs();
        open.items[0].description = "Söckchen".to_owned();
        assert!(CustomsForm::OPEN.violations(&open, "customs").is_empty());
        assert_eq!(STRICT.spelled("Söckchen"), "Sockchen");
        assert_eq!(hs_digits(&open.items[0]).as_deref(), Some("940542"));
        assert_eq!(line_value(&open.items[0]).unwrap().minor(), 1_900);
    }
}
