use proptest::prelude::*;

use super::*;

const FORM: AddressForm = AddressForm {
    carrier: "Acme",
    alphabet: Alphabet::Latin1,
    name_max: 35,
    company_max: 35,
    line_max: 35,
    lines_max: 3,
    city_max: 30,
    region: RegionForm::Code(5),
    postal_code_max: 9,
    postal_code_bare: true,
    phone: PhoneForm {
        required: true,
        digits_min: 10,
        digits_max: 15,
        national: true,
    },
    email_max: 50,
    tax_id_max: 15,
};

fn address(country: &str) -> Address {
    Address {
        name: "Ada Byron".into(),
        company: Some("Analytical Goods".into()),
        lines: vec!["1 Main St".into(), " ".into()],
        city: "Columbus".to_owned(),
        region: Some("OH".to_owned()),
        postal_code: Some("43215-1234".to_owned()),
        country: country.parse().unwrap(),
        phone: Some("+1 (614) 555-0142 ext. 7".into()),
        email: None,
        tax_id: None,
        residential: Some(true),
    }
}

fn fields(address: &Address) -> Vec<String> {
    let found = FORM.violations(address, "to");
    let found = found.as_slice().iter();
    found.map(|violation| violation.field.clone()).collect()
}

#[test]
fn what_fits_is_written_as_the_carrier_wants_it() {
    let fitted = FORM.fit(&address("US"), "to").unwrap();
    assert_eq!(
        (fitted.person(), fitted.business()),
        ("Ada Byron", "Analytical Goods")
    );
    assert_eq!(fitted.lines, ["1 Main St"]);
    assert_eq!(fitted.place.postal_code.as_deref(), Some("432151234"));
    assert_eq!(fitted.phone.as_deref(), Some("6145550142"));
    assert_eq!(format!("{fitted:?}"), "Fitted(US)");
}

#[test]
fn a_chinese_sender_is_written_in_pinyin() {
    let shenzhen = Address {
        name: "李小明".into(),
        company: Some("深圳市云帆贸易有限公司".into()),
        lines: vec!["龙岗区坂田街道龙城大道100号科技园3栋A座502室".into()],
        city: "深圳市".to_owned(),
        region: Some("广东省".to_owned()),
        postal_code: Some("518000".to_owned()),
        phone: Some("+86 755 5550 1420".into()),
        ..address("CN")
    };
    let form = AddressForm {
        region: RegionForm::Name(35),
        ..FORM
    };
    let fitted = form.fit(&shenzhen, "from").unwrap();
    assert_eq!(fitted.name, "Li Xiaoming");
    assert_eq!(fitted.business(), "Shenzhen Shi Yunfanmaoyi Co., Ltd.");
    assert_eq!(
        fitted.lines,
        [
            "Longgang Qu Bantian Jiedao",
            "Longcheng Dadao 100 Hao Kejiyuan 3",
            "Dong A Zuo 502 Shi"
        ]
    );
    assert_eq!(fitted.place.city.as_deref(), Some("Shenzhen"));
    assert_eq!(fitted.place.region.as_deref(), Some("Guangdong"));
}

#[test]
fn what_cannot_be_fitted_is_named_with_its_limit_all_at_once() {
    let bad = Address {
        name: "x".repeat(36).into(),
        company: Some("さくら商事".into()),
        lines: vec!["Short St".into(), "y".repeat(36).into()],
        city: "z".repeat(31),
        region: Some("Ohio".to_owned()),
        phone: Some("555".into()),
        email: Some(format!("{}@example.com", "e".repeat(40)).into()),
        tax_id: Some("1".repeat(16).into()),
        ..address("US")
    };
    let expected = [
        "to.name",
        "to.company",
        "to.lines[1]",
        "to.city",
        "to.region",
        "to.phone",
        "to.email",
        "to.tax_id",
    ];
    assert_eq!(fields(&bad), expected);
    let said = FORM.violations(&bad, "to").to_string();
    assert!(said.contains("3 street lines of 35"), "{said}");
    let silent = Address {
        phone: None,
        ..address("US")
    };
    assert_eq!(fields(&silent), ["to.phone"]);
    assert!(fields(&address("US")).is_empty());
}

#[test]
fn the_same_characters_are_no_pinyin_elsewhere() {
    let tokyo = Address {
        name: "田中太郎".into(),
        lines: vec!["千代田区1-1".into()],
        city: "東京".to_owned(),
        region: None,
        postal_code: Some("100-0001".to_owned()),
        phone: Some("+81 3 5550 1420".into()),
        ..address("JP")
    };
    assert_eq!(fields(&tokyo), ["to.name", "to.lines[0]", "to.city"]);
}

#[test]
fn a_city_state_is_its_own_city_and_a_long_region_is_left_out() {
    let singapore = Address {
        city: String::new(),
        region: Some("Central Region".to_owned()),
        postal_code: Some("018956".to_owned()),
        phone: Some("+65 5550 1420".into()),
        ..address("SG")
    };
    let place = FORM.fit(&singapore, "to").unwrap().place;
    assert_eq!(
        (place.city.as_deref(), place.region),
        (Some("Singapore"), None)
    );
}

#[test]
fn a_price_needs_a_postal_code_or_a_city() {
    let mut place = Locality::from(&address("US"));
    assert!(FORM.fit_place(&place, "from").is_ok());
    place.postal_code = None;
    let found = FORM.fit_place(&place, "from").unwrap_err();
    assert_eq!(found.as_slice()[0].field, "from.postal_code");
    place.country = "HK".parse().unwrap();
    assert!(FORM.fit_place(&place, "from").is_ok());
    let canada = |code: &str| {
        let place = Locality {
            country: "CA".parse().unwrap(),
            region: Some("ON".to_owned()),
            postal_code: Some(code.to_owned()),
            ..Locality::from(&address("US"))
        };
        FORM.fit_place(&place, "to")
    };
    assert_eq!(
        canada("k1a 0b1").unwrap().postal_code.as_deref(),
        Some("K1A0B1")
    );
    assert!(canada("K1A").is_err() && canada("11A0B1").is_err());
}

#[test]
fn what_is_wrong_with_both_is_said_together() {
    let mut found = Violations::new();
    found.require("service", "another one");
    let silent = Address {
        phone: None,
        ..address("US")
    };
    let fit = |field| FORM.fit(&silent, field);
    let all = both(fit("from"), fit("to"), found.clone()).unwrap_err();
    let fields: Vec<_> = all.as_slice().iter().map(|v| v.field.as_str()).collect();
    assert_eq!(fields, ["from.phone", "to.phone", "service"]);
    assert!(both(Ok(1), Ok(2), found).is_err());
    assert_eq!(both(Ok(1), Ok(2), Violations::new()), Ok((1, 2)));
}

proptest! {
    #[test]
    fn whatever_fits_is_within_the_form_and_anything_else_is_said(
        name in "\\PC{0,40}",
        company in "[李王a-zé ]{0,40}",
        lines in prop::collection::vec("[路号区长a-z0-9 ]{0,60}", 1..4),
        city in "\\PC{0,40}", code in "[0-9A-Z -]{0,12}", phone in "[0-9+ -]{0,20}",
    ) {
        let address = Address {
            name: name.into(),
            company: Some(company.into()),
            lines: lines.into_iter().map(Into::into).collect(),
            city,
            postal_code: Some(code),
            phone: Some(phone.into()),
            region: None,
            ..address("CN")
        };
        match FORM.fit(&address, "to") {
            Ok(fitted) => {
                let short = |text: &str, most| text.chars().count() <= most
                    && text.chars().all(|c| Alphabet::Latin1.has(c));
                prop_assert!(short(&fitted.name, 35) && short(fitted.business(), 35));
                prop_assert!(!fitted.person().is_empty() && (1..=3).contains(&fitted.lines.len()));
                prop_assert!(fitted.lines.iter().all(|line| !line.is_empty() && short(line, 35)));
                prop_assert!(short(&fitted.place.city.unwrap_or_default(), 30));
                prop_assert!((10..=15).contains(&fitted.phone.unwrap().len()));
            }
            Err(found) => prop_assert!(!found.is_empty()),
        }
    }
}
