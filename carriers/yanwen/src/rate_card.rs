//! The price table 报价表 of an account: how sellers who ship with Yanwen know what a parcel costs.

mod reading;

use std::collections::BTreeMap;

use parcelgate_domain::{Country, Currency, Dimensions, Money, Weight};

/// Rows by country, in the order of channel and weight.
#[derive(Debug)]
pub(crate) struct RateCard {
    rows: BTreeMap<Country, Vec<Row>>,
}

/// One band of weights of one channel to one country.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    line: usize,
    country: Country,
    pub(crate) channel_id: String,
    pub(crate) channel_name: String,
    from: Weight,
    to: Weight,
    per_kilogram: Money,
    pub(crate) registration_fee: Money,
    billed_min: Weight,
    step: Weight,
    pub(crate) days: (u16, u16),
    pub(crate) battery: bool,
    longest_cm_max: Option<u32>,
    sides_cm_max: Option<u32>,
    volumetric_divisor: Option<u32>,
}

impl RateCard {
    fn of(rows: Vec<Row>) -> Self {
        let mut by_country: BTreeMap<Country, Vec<Row>> = BTreeMap::new();
        for row in rows {
            by_country.entry(row.country).or_default().push(row);
        }
        for rows in by_country.values_mut() {
            rows.sort_by(|a, b| (&a.channel_id, a.from).cmp(&(&b.channel_id, b.from)));
        }
        Self { rows: by_country }
    }

    /// The band of each channel to `country` that a parcel of this weight and size falls into.
    pub(crate) fn bands(
        &self,
        country: Country,
        weight: Weight,
        size: Option<Dimensions>,
    ) -> impl Iterator<Item = &Row> {
        let rows = self.rows.get(&country).map_or(&[][..], Vec::as_slice);
        rows.iter().filter(move |row| row.takes(weight, size))
    }

    /// The name of a channel, when the table has it.
    pub(crate) fn channel_name(&self, id: &str) -> Option<&str> {
        let mut rows = self.rows.values().flatten();
        rows.find(|row| row.channel_id == id)
            .map(|row| row.channel_name.as_str())
    }
}

impl Row {
    fn takes(&self, weight: Weight, size: Option<Dimensions>) -> bool {
        let fits = size.is_none_or(|size| {
            let sides = [size.length, size.width, size.height].map(|side| side.as_millimetres());
            let longest = sides.into_iter().max().unwrap_or(0);
            let sum = sides.into_iter().fold(0, u32::saturating_add);
            let within = |mm: u32, cm_max: Option<u32>| {
                cm_max.is_none_or(|cm_max| mm <= cm_max.saturating_mul(10))
            };
            within(longest, self.longest_cm_max) && within(sum, self.sides_cm_max)
        });
        fits && (self.from..=self.to).contains(&self.chargeable(weight, size))
    }

    /// The greater of what it weighs and what its size weighs, where the channel looks at sizes.
    fn chargeable(&self, weight: Weight, size: Option<Dimensions>) -> Weight {
        match (self.volumetric_divisor, size) {
            (Some(divisor), Some(size)) => weight.max(size.volumetric(divisor)),
            _ => weight,
        }
    }

    /// The weight that is paid for: at least the minimum, up to the next full step. It stays within
    /// the band, since a band ends on a step.
    pub(crate) fn billed(&self, weight: Weight, size: Option<Dimensions>) -> Weight {
        let least = self.chargeable(weight, size).max(self.billed_min);
        let step = self.step.as_grams().max(1);
        Weight::grams(least.as_grams().div_ceil(step).saturating_mul(step))
    }

    /// The carriage of `billed`, rounded half up to the fen 分, as Yanwen's bills have it. `None`
    /// when it is more than money can be.
    pub(crate) fn carriage(&self, billed: Weight) -> Option<Money> {
        let per_kilogram = i128::from(self.per_kilogram.minor());
        let fen = (per_kilogram * i128::from(billed.as_grams()) + 500) / 1000;
        Some(Money::of_minor(i64::try_from(fen).ok()?, Currency::CNY))
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use proptest::prelude::*;

    use super::*;

    pub(crate) const HEADER: &str = "country,channel_id,channel_name,weight_from_g,weight_to_g,\
        price_per_kg,registration_fee,weight_min_g,weight_step_g,days_min,days_max,battery,\
        longest_cm_max,sides_cm_max,volumetric_divisor\n";

    pub(crate) fn card(rows: &str) -> Result<RateCard, String> {
        RateCard::parse(&format!("{HEADER}{rows}")).map_err(|problems| problems.to_string())
    }

    fn us() -> Country {
        Country::US
    }

    #[test]
    fn known_weights_have_known_prices() {
        let card = card(
            "US,481,燕文专线追踪小包-普货,1,2000,91.55,18.00,50,1,8,15,no,60,90,\n\
             US,484,Express,1,30000,75.00,0,500,500,5,8,no,,,6000\n",
        )
        .unwrap();
        let price = |id, grams, size| {
            let row = card
                .bands(us(), Weight::grams(grams), size)
                .find(|row| row.channel_id == id)?;
            let billed = row.billed(Weight::grams(grams), size);
            Some((billed.as_grams(), row.carriage(billed)?.minor()))
        };
        assert_eq!(price("481", 1, None), Some((50, 458))); // 4.5775
        assert_eq!(price("481", 230, None), Some((230, 2106))); // 21.0565
        assert_eq!(price("481", 100, None), Some((100, 916))); // 9.155: half goes up
        assert_eq!(price("481", 2_000, None), Some((2_000, 18_310)));
        assert_eq!(price("481", 2_001, None), None);
        assert_eq!(price("484", 501, None), Some((1_000, 7_500)));
        let large = Some(Dimensions::millimetres(400, 300, 200)); // 4000 g at 6000
        assert_eq!(price("484", 501, large), Some((4_000, 30_000)));
        assert_eq!(price("481", 501, large), Some((501, 4_587))); // 45.86655; 90 cm just fits
        let long = Some(Dimensions::millimetres(601, 10, 10));
        assert_eq!(price("481", 501, long), None);
        let bulky = Some(Dimensions::millimetres(401, 300, 200));
        assert_eq!(price("481", 501, bulky), None);
        assert_eq!(
            card.bands("DE".parse().unwrap(), Weight::grams(100), None)
                .count(),
            0
        );
        assert_eq!(card.channel_name("481"), Some("燕文专线追踪小包-普货"));
    }

    #[test]
    fn the_example_can_be_used() {
        let text = include_str!("../../../examples/yanwen-rate-card.csv");
        let card = RateCard::parse(text).unwrap();
        for code in ["US", "CA", "GB", "DE", "FR", "JP", "AU", "ES", "IT"] {
            let country = code.parse().unwrap();
            let channels = card.bands(country, Weight::grams(450), None).count();
            assert!((2..=4).contains(&channels), "{code}: {channels}");
        }
    }

    /// Bands of one channel whose price and fee never fall.
    fn monotone() -> impl Strategy<Value = String> {
        let band = (1_u32..40, 0_u32..500, 0_u32..300);
        (
            prop::collection::vec(band, 1..5),
            prop::sample::select(vec![1_u32, 5, 10, 100]),
            0_u32..200,
            prop::option::of(prop::sample::select(vec![5_000_u32, 6_000])),
        )
            .prop_map(|(bands, step, least, divisor)| {
                let (mut from, mut price, mut fee, mut rows) = (1, 1, 0, String::new());
                let divisor = divisor.map_or(String::new(), |divisor| divisor.to_string());
                for (steps, dearer, more) in bands {
                    (price, fee) = (price + dearer, fee + more);
                    let to = from - 1 + steps * step;
                    let least = least.min(to);
                    let (yuan, fen) = (price / 100, price % 100);
                    let price = format!("{yuan}.{fen:02},{fee},{least},{step}");
                    rows += &format!("US,1,Name,{from},{to},{price},1,2,no,,,{divisor}\n");
                    from = to + 1;
                }
                rows
            })
    }

    proptest! {
        #[test]
        fn a_heavier_parcel_is_never_cheaper(
            rows in monotone(), weights in (1_u32..6_000, 1_u32..6_000),
            sides in prop::option::of((1_u32..300, 1_u32..300, 1_u32..300))
        ) {
            let card = card(&rows).unwrap();
            let size = sides.map(|(a, b, c)| Dimensions::millimetres(a, b, c));
            let price = |grams| {
                let weight = Weight::grams(grams);
                let row = card.bands(us(), weight, size).next()?;
                let billed = row.billed(weight, size);
                assert!(billed >= weight && billed <= row.to);
                Some(row.carriage(billed)?.minor() + row.registration_fee.minor())
            };
            let (lighter, heavier) = (weights.0.min(weights.1), weights.0.max(weights.1));
            match (price(lighter), price(heavier)) {
                (Some(less), Some(more)) => prop_assert!(less <= more),
                (None, Some(_)) => prop_assert!(false, "{} goes but not {}", heavier, lighter),
                _ => {}
            }
        }
    }
}
