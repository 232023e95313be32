//! Countries, warehouses, products, and the estimate that an account may be allowed to ask for.

use serde_json::{Value, json};

use super::envelope::{Answer, Refusal};
use crate::decimal;
use crate::document::scalar;
use crate::server::World;

/// A country as Yanwen numbers it.
pub(crate) struct Country {
    id: &'static str,
    pub(crate) code: &'static str,
    pub(crate) chinese: &'static str,
    pub(crate) english: &'static str,
    /// How far, in days more than the nearest.
    pub(crate) far: u8,
}

#[rustfmt::skip]
const COUNTRIES: &[Country] = &[
    Country { id: "1", code: "US", chinese: "美国", english: "United States", far: 1 },
    Country { id: "2", code: "GB", chinese: "英国", english: "United Kingdom", far: 0 },
    Country { id: "3", code: "DE", chinese: "德国", english: "Germany", far: 0 },
    Country { id: "4", code: "FR", chinese: "法国", english: "France", far: 0 },
    Country { id: "5", code: "ES", chinese: "西班牙", english: "Spain", far: 1 },
    Country { id: "6", code: "IT", chinese: "意大利", english: "Italy", far: 1 },
    Country { id: "7", code: "NL", chinese: "荷兰", english: "Netherlands", far: 0 },
    Country { id: "8", code: "BE", chinese: "比利时", english: "Belgium", far: 0 },
    Country { id: "9", code: "PL", chinese: "波兰", english: "Poland", far: 1 },
    Country { id: "10", code: "SE", chinese: "瑞典", english: "Sweden", far: 1 },
    Country { id: "11", code: "CA", chinese: "加拿大", english: "Canada", far: 2 },
    Country { id: "12", code: "MX", chinese: "墨西哥", english: "Mexico", far: 2 },
    Country { id: "13", code: "BR", chinese: "巴西", english: "Brazil", far: 2 },
    Country { id: "14", code: "AU", chinese: "澳大利亚", english: "Australia", far: 1 },
    Country { id: "15", code: "NZ", chinese: "新西兰", english: "New Zealand", far: 2 },
    Country { id: "16", code: "JP", chinese: "日本", english: "Japan", far: 0 },
    Country { id: "17", code: "KR", chinese: "韩国", english: "South Korea", far: 0 },
    Country { id: "18", code: "IL", chinese: "以色列", english: "Israel", far: 1 },
    Country { id: "19", code: "CH", chinese: "瑞士", english: "Switzerland", far: 1 },
    Country { id: "20", code: "AT", chinese: "奥地利", english: "Austria", far: 0 },
    Country { id: "21", code: "IE", chinese: "爱尔兰", english: "Ireland", far: 1 },
    Country { id: "22", code: "PT", chinese: "葡萄牙", english: "Portugal", far: 1 },
    Country { id: "23", code: "CZ", chinese: "捷克", english: "Czech Republic", far: 0 },
    Country { id: "24", code: "SA", chinese: "沙特阿拉伯", english: "Saudi Arabia", far: 2 },
];

impl Country {
    /// By ISO code or by Yanwen's number: the gateway takes both.
    pub(crate) fn of(name: &str) -> Option<&'static Self> {
        COUNTRIES
            .iter()
            .find(|country| country.code == name || country.id == name)
    }

    pub(crate) const fn id(&self) -> &'static str {
        self.id
    }
}

/// A product.
pub(crate) struct Channel {
    pub(crate) id: &'static str,
    pub(crate) chinese: &'static str,
    pub(crate) english: &'static str,
    pub(crate) battery: bool,
    /// Days from booking to delivery, at least and at most.
    pub(crate) days: (u8, u8),
    pub(crate) grams_max: u64,
    /// Fen of CNY: registration, and per kilogram.
    price: (u64, u64),
}

#[rustfmt::skip]
const CHANNELS: &[Channel] = &[
    Channel { id: "481", chinese: "燕文专线追踪小包-普货", english: "Yanwen Economic Tracked (general)", battery: false, days: (9, 12), grams_max: 30_000, price: (1_800, 7_600) },
    Channel { id: "484", chinese: "燕文专线追踪小包-特货", english: "Yanwen Economic Tracked (special)", battery: true, days: (9, 12), grams_max: 30_000, price: (2_000, 8_400) },
    Channel { id: "1145", chinese: "燕文专线快递-普货", english: "Yanwen Express (general)", battery: false, days: (7, 9), grams_max: 30_000, price: (2_600, 11_200) },
    Channel { id: "170", chinese: "燕文航空挂号小包-特货", english: "Yanwen Registered Airmail (special)", battery: true, days: (10, 12), grams_max: 2_000, price: (1_500, 6_900) },
];

impl Channel {
    pub(crate) fn of(id: &str) -> Option<&'static Self> {
        CHANNELS.iter().find(|channel| channel.id == id)
    }

    /// The made-up price of `grams`, in fen.
    fn price(&self, grams: u64) -> u64 {
        let (registration, kilogram) = self.price;
        registration + (kilogram * grams).div_ceil(1000)
    }
}

/// A warehouse that takes parcels in.
pub(crate) struct Warehouse {
    pub(crate) code: &'static str,
    name: &'static str,
    area: &'static str,
    pub(crate) city: &'static str,
    pub(crate) province: &'static str,
    pub(crate) postal: &'static str,
}

#[rustfmt::skip]
const WAREHOUSES: &[Warehouse] = &[
    Warehouse { code: "101", name: "燕文深圳仓", area: "华南", city: "Shenzhen", province: "Guangdong", postal: "518000" },
    Warehouse { code: "201", name: "燕文上海仓", area: "华东", city: "Shanghai", province: "Shanghai", postal: "201700" },
    Warehouse { code: "202", name: "燕文义乌仓", area: "华东", city: "Yiwu", province: "Zhejiang", postal: "322000" },
    Warehouse { code: "301", name: "燕文北京仓", area: "华北", city: "Beijing", province: "Beijing", postal: "101300" },
];

impl Warehouse {
    pub(crate) fn of(code: &str) -> Option<&'static Self> {
        WAREHOUSES.iter().find(|warehouse| warehouse.code == code)
    }

    /// Where parcels go when the order names no warehouse.
    pub(crate) fn usual() -> Option<&'static Self> {
        WAREHOUSES.first()
    }
}

pub(crate) fn countries() -> Value {
    let entry = |country: &Country| {
        json!({
            "id": country.id,
            "code": country.code,
            "nameCh": country.chinese,
            "nameEn": country.english,
        })
    };
    COUNTRIES.iter().map(entry).collect()
}

pub(crate) fn warehouses() -> Value {
    let entry = |at: &Warehouse| json!({ "code": at.code, "name": at.name, "area": at.area });
    WAREHOUSES.iter().map(entry).collect()
}

pub(crate) fn channels() -> Value {
    let entry = |at: &Channel| json!({ "id": at.id, "nameCh": at.chinese, "nameEn": at.english });
    CHANNELS.iter().map(entry).collect()
}

/// `calc.list`. The names in the answer are not published where we could read them.
pub(crate) fn prices(world: &World, ask: &Value) -> Answer {
    if !world.settings.yanwen.may_quote {
        return Err(Refusal::failure("该账号没有试算权限"));
    }
    let country = scalar(ask, "countryId")
        .and_then(|id| Country::of(&id))
        .ok_or_else(|| Refusal::failure("国家不能为空或不存在"))?;
    if scalar(ask, "cityId").is_none() {
        return Err(Refusal::failure("起运城市不能为空"));
    }
    let grams: u64 = scalar(ask, "weight")
        .and_then(|text| text.parse().ok())
        .filter(|grams| (1..=30_000).contains(grams))
        .ok_or_else(|| Refusal::failure("重量必须为大于0的整数，单位克"))?;
    let entry = |channel: &Channel| {
        let far = u64::from(country.far);
        let (least, most) = channel.days;
        json!({
            "channelId": channel.id,
            "channelName": channel.chinese,
            "totalFee": decimal::text(channel.price(grams) + far * 300),
            "currency": "CNY",
            "timeliness": format!("{}-{}", least + country.far, most + country.far),
        })
    };
    let fitting = CHANNELS.iter().filter(|channel| grams <= channel.grams_max);
    Ok(fitting.map(entry).collect())
}
