//! What customs wants to know of a parcel that crosses a border.

use serde::{Deserialize, Serialize};

use crate::{Country, Money, Violations, Weight};

/// The declaration of one shipment.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Customs {
    /// Why it is sent.
    pub contents: Contents,
    /// Who pays duties and taxes.
    pub incoterm: Incoterm,
    /// What is inside.
    pub items: Vec<CustomsItem>,
    /// Registrations of the sender.
    pub tax_ids: TaxIds,
    /// Number of the commercial invoice, if there is one already.
    pub invoice_number: Option<String>,
}

/// One kind of goods inside.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct CustomsItem {
    /// The seller's own article number.
    pub sku: Option<String>,
    /// What it is, in English.
    pub description: String,
    /// What it is, in Chinese, for export from China.
    pub description_zh: Option<String>,
    /// How many pieces.
    pub quantity: u32,
    /// Value of one piece.
    pub unit_value: Money,
    /// Weight of one piece.
    pub unit_weight: Weight,
    /// Harmonised System code, 6 to 12 digits.
    pub hs_code: Option<String>,
    /// Where it was made.
    pub origin: Country,
    /// Whether it holds a battery.
    pub battery: bool,
}

/// Why a parcel is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Contents {
    /// Sold goods.
    Merchandise,
    /// A present.
    Gift,
    /// A commercial sample.
    Sample,
    /// Papers.
    Documents,
    /// Goods that go back.
    ReturnOfGoods,
}

/// Who pays duties and taxes, of the terms that parcel carriers know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Incoterm {
    /// The recipient (delivered at place; formerly DDU).
    Dap,
    /// The sender (delivered duty paid).
    Ddp,
}

/// Registrations of the sender with tax and customs offices.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TaxIds {
    /// Import One-Stop Shop, for goods to the EU of up to 150 EUR.
    pub ioss: Option<String>,
    /// Economic operator number of the EU or the UK.
    pub eori: Option<String>,
    /// Value added tax number.
    pub vat: Option<String>,
}

/// More lines than a parcel's declaration can carry.
const ITEMS_MAX: usize = 100;

impl Customs {
    /// The value of all items, when they are all declared in one currency and the sum is no larger
    /// than money can be.
    #[must_use]
    pub fn total(&self) -> Option<Money> {
        let mut total: Option<Money> = None;
        for item in &self.items {
            let value = item.unit_value.checked_mul(i64::from(item.quantity)).ok()?;
            total = Some(match total {
                Some(sum) => sum.checked_add(value).ok()?,
                None => value,
            });
        }
        total
    }

    /// How many pieces are inside.
    #[must_use]
    pub fn quantity(&self) -> u32 {
        self.items
            .iter()
            .fold(0, |sum, item| sum.saturating_add(item.quantity))
    }

    /// Everything that no customs office would take, under field names that begin with `field`.
    #[must_use]
    pub fn violations(&self, field: &str) -> Violations {
        let mut found = Violations::new();
        if !(1..=ITEMS_MAX).contains(&self.items.len()) {
            found.refuse(
                format!("{field}.items"),
                self.items.len(),
                format!("1 to {ITEMS_MAX} items"),
            );
        }
        for (index, item) in self.items.iter().enumerate() {
            found.append(item.violations(&format!("{field}.items[{index}]")));
        }
        if found.is_empty() && self.total().is_none() {
            found.require(format!("{field}.items"), "declared in one currency");
        }
        found
    }
}

impl CustomsItem {
    fn violations(&self, field: &str) -> Violations {
        let mut found = Violations::new();
        if self.description.trim().is_empty() {
            found.require(
                format!("{field}.description"),
                "what the goods are, in English",
            );
        }
        if !(1..=100_000).contains(&self.quantity) {
            found.refuse(
                format!("{field}.quantity"),
                self.quantity,
                "1 to 100000 pieces",
            );
        }
        if self.unit_value.minor() <= 0 {
            found.refuse(
                format!("{field}.unit_value"),
                self.unit_value,
                "more than nothing",
            );
        }
        if let Some(code) = &self.hs_code {
            let digits = code.chars().filter(|c| !matches!(c, '.' | ' '));
            let plain = digits.clone().all(|c| c.is_ascii_digit());
            if !plain || !(6..=12).contains(&digits.count()) {
                found.refuse(
                    format!("{field}.hs_code"),
                    code,
                    "6 to 12 digits of the Harmonised System",
                );
            }
        }
        found
    }
}
