//! What the gateway asks of an order before it makes a waybill. Messages in Chinese, as it writes.

use serde_json::Value;

use super::catalog::{Channel, Country, Warehouse};
use super::envelope::{Answer, Refusal};
use crate::decimal::hundredths;
use crate::document::{at, list, present, scalar};

/// A text field: its path, its name in messages, whether it must be there, its longest length.
struct Field(&'static str, &'static str, bool, usize);

#[rustfmt::skip]
const FIELDS: &[Field] = &[
    Field("channelId", "渠道", true, 50),
    Field("orderSource", "订单来源", true, 50),
    Field("orderNumber", "订单号", true, 50),
    Field("remark", "备注", false, 200),
    Field("receiverInfo.name", "收件人姓名", true, 50),
    Field("receiverInfo.phone", "收件人电话", false, 50),
    Field("receiverInfo.email", "收件人邮箱", false, 100),
    Field("receiverInfo.company", "收件人公司", false, 100),
    Field("receiverInfo.country", "收件人国家", true, 50),
    Field("receiverInfo.state", "收件人州省", false, 50),
    Field("receiverInfo.city", "收件人城市", false, 50),
    Field("receiverInfo.zipCode", "收件人邮编", false, 50),
    Field("receiverInfo.houseNumber", "收件人门牌号", false, 50),
    Field("receiverInfo.address", "收件人地址", true, 200),
    Field("receiverInfo.taxNumber", "收件人税号", false, 50),
    Field("parcelInfo.hasBattery", "是否带电", true, 1),
    Field("parcelInfo.currency", "申报币种", true, 3),
    Field("parcelInfo.totalQuantity", "总数量", true, 9),
    Field("parcelInfo.totalWeight", "总重量", true, 9),
    Field("parcelInfo.ioss", "IOSS税号", false, 50),
    Field("importCustomsInfo.eori", "EORI", false, 64),
];

#[rustfmt::skip]
const PRODUCT_FIELDS: &[Field] = &[
    Field("goodsNameCh", "中文品名", true, 200),
    Field("goodsNameEn", "英文品名", true, 200),
    Field("price", "申报单价", true, 20),
    Field("quantity", "数量", true, 9),
    Field("weight", "单件重量", true, 9),
    Field("hscode", "海关编码", false, 50),
    Field("url", "商品链接", false, 2000),
    Field("material", "材质", false, 500),
    Field("sku", "SKU", false, 100),
    Field("imei", "IMEI", false, 50),
];

/// Texts of the receiver that must be English.
const ENGLISH: [(&str, &str); 4] = [
    (
        "receiverInfo.name",
        "收件人姓名填写不规范，仅支持英文，空格",
    ),
    ("receiverInfo.address", "收件人地址填写不规范，仅支持英文"),
    ("receiverInfo.city", "收件人城市填写不规范，仅支持英文"),
    ("receiverInfo.state", "收件人州省填写不规范，仅支持英文"),
];

/// What the rest of the sale needs of a checked order.
#[derive(Debug)]
pub(crate) struct Checked {
    pub(crate) channel: &'static Channel,
    pub(crate) country: &'static Country,
    pub(crate) warehouse: &'static Warehouse,
    pub(crate) number: String,
}

impl std::fmt::Debug for Channel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.id)
    }
}

impl std::fmt::Debug for Country {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code)
    }
}

impl std::fmt::Debug for Warehouse {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code)
    }
}

/// Checks an order; the first mistake is told.
pub(crate) fn check(order: &Value) -> Answer<Checked> {
    fields(order, FIELDS)?;
    for (path, message) in ENGLISH {
        let text = scalar(order, path).unwrap_or_default();
        let letters = path == "receiverInfo.name" && text.chars().any(|c| c.is_ascii_digit());
        if !text.is_ascii() || letters {
            return Err(Refusal::failure(message));
        }
    }
    let text = |path| scalar(order, path).unwrap_or_default();
    let country = Country::of(&text("receiverInfo.country"))
        .ok_or_else(|| Refusal::failure("收件人国家不存在"))?;
    if matches!(country.code, "US" | "CA" | "AU") && text("receiverInfo.state").is_empty() {
        return Err(Refusal::failure("收件人州省不能为空"));
    }
    if matches!(country.code, "US" | "GB" | "DE" | "FR") && text("receiverInfo.zipCode").is_empty()
    {
        return Err(Refusal::failure("收件人邮编不能为空"));
    }
    let channel =
        Channel::of(&text("channelId")).ok_or_else(|| Refusal::failure("渠道不存在或未开通"))?;
    let code = text("companyCode");
    let warehouse = if code.is_empty() {
        Warehouse::usual()
    } else {
        Warehouse::of(&code)
    };
    let warehouse = warehouse.ok_or_else(|| Refusal::failure("交货仓不存在"))?;
    parcel(order, channel)?;
    Ok(Checked {
        channel,
        country,
        warehouse,
        number: text("orderNumber"),
    })
}

fn fields(owner: &Value, rules: &[Field]) -> Answer<()> {
    for Field(path, name, required, longest) in rules {
        match scalar(owner, path) {
            None if *required => return Err(Refusal::failure(format!("{name}不能为空"))),
            Some(text) if text.chars().count() > *longest => {
                let message = format!("{name}长度不能超过{longest}个字符");
                return Err(Refusal::failure(message));
            }
            _ => {}
        }
    }
    Ok(())
}

fn parcel(order: &Value, channel: &Channel) -> Answer<()> {
    let text = |path: &str| scalar(order, &format!("parcelInfo.{path}")).unwrap_or_default();
    match text("hasBattery").as_str() {
        "0" => {}
        "1" if channel.battery => {}
        "1" => return Err(Refusal::failure("该渠道不支持带电货物")),
        _ => return Err(Refusal::failure("是否带电只能为0或1")),
    }
    let currencies = ["USD", "EUR", "GBP", "CNY", "AUD", "CAD"];
    if !currencies.contains(&text("currency").as_str()) {
        return Err(Refusal::failure("申报币种不支持"));
    }
    let whole = |text: &str| text.parse::<u64>().ok().filter(|number| *number > 0);
    if whole(&text("totalQuantity")).is_none() {
        return Err(Refusal::failure("总数量必须为大于0的整数"));
    }
    let grams = whole(&text("totalWeight"))
        .ok_or_else(|| Refusal::failure("总重量必须为大于0的整数，单位克"))?;
    if grams > channel.grams_max {
        return Err(Refusal::failure("总重量超过渠道限重"));
    }
    for side in ["length", "width", "height"] {
        let path = format!("parcelInfo.{side}");
        let given = scalar(order, &path);
        if given.is_some_and(|side| side.parse::<u64>().is_err()) {
            return Err(Refusal::failure("长宽高必须为整数，单位厘米"));
        }
    }
    if present(order, "parcelInfo.productList")
        && at(order, "parcelInfo.productList").is_some_and(|list| !list.is_array())
    {
        return Err(Refusal::failure("请求参数格式错误"));
    }
    let products = list(order, "parcelInfo.productList");
    if products.is_empty() {
        return Err(Refusal::failure("商品信息不能为空"));
    }
    products.into_iter().try_for_each(product)
}

fn product(product: &Value) -> Answer<()> {
    fields(product, PRODUCT_FIELDS)?;
    let text = |path| scalar(product, path).unwrap_or_default();
    if !text("goodsNameEn").is_ascii() {
        return Err(Refusal::failure("英文品名填写不规范，仅支持英文"));
    }
    if text("goodsNameCh").is_ascii() {
        return Err(Refusal::failure("中文品名必须包含中文"));
    }
    let price = text("price");
    let decimals = price.split_once('.').map_or(0, |(_, part)| part.len());
    if decimals > 2 || hundredths(&price).is_none_or(|price| price == 0) {
        return Err(Refusal::failure("申报单价必须大于0，最多2位小数"));
    }
    for (path, name) in [("quantity", "数量"), ("weight", "单件重量")] {
        if text(path).parse::<u64>().is_ok_and(|number| number > 0) {
            continue;
        }
        return Err(Refusal::failure(format!("{name}必须为大于0的整数")));
    }
    Ok(())
}
