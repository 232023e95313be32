//! 4PX's gateway as its clients see it.

use md5::{Digest, Md5};
use parcelgate_clock::Clock;
use parcelgate_sandbox::Carrier;
use serde_json::{Value, json};

use super::Session;

pub(crate) const PRODUCTS: &str = "ds.xms.logistics_product.getlist";
pub(crate) const COST: &str = "ds.xms.estimated_cost.get";
pub(crate) const CREATE: &str = "ds.xms.order.create";
pub(crate) const GET: &str = "ds.xms.order.get";
pub(crate) const CANCEL: &str = "ds.xms.order.cancel";
pub(crate) const HOLD: &str = "ds.xms.order.hold";
pub(crate) const WEIGHT: &str = "ds.xms.order.updateweight";
pub(crate) const FREIGHT: &str = "ds.xms.order.getFreight";
pub(crate) const LABEL: &str = "ds.xms.label.get";
pub(crate) const TRACK: &str = "tr.order.tracking.get";

/// The public parameters of a call to 4PX, and the headers beside them.
pub(crate) struct Call {
    pub(crate) app_key: String,
    pub(crate) app_secret: String,
    pub(crate) timestamp: String,
    pub(crate) version: String,
    pub(crate) language: String,
    pub(crate) accept: String,
    pub(crate) body: String,
}

impl Session {
    /// Calls a method of 4PX's gateway; the envelope.
    pub(crate) async fn fourpx(&self, method: &str, ask: &Value) -> Value {
        let (status, text) = self.fourpx_raw(method, ask, |_| ()).await;
        assert_eq!(status, 200, "{method}: {text}");
        serde_json::from_str(&text).unwrap()
    }

    /// What 4PX grants; the envelope's data.
    pub(crate) async fn fourpx_granted(&self, method: &str, ask: &Value) -> Value {
        let answer = self.fourpx(method, ask).await;
        assert_eq!(answer["result"], "1", "{method}: {answer}");
        answer["data"].clone()
    }

    /// What 4PX refuses; code and words.
    pub(crate) async fn fourpx_refused(&self, method: &str, ask: &Value) -> (String, String) {
        let answer = self.fourpx(method, ask).await;
        assert_eq!(answer["result"], "0", "{method}: {answer}");
        assert!(answer["data"].is_null(), "{answer}");
        let error = &answer["errors"][0];
        let text = |name: &str| error[name].as_str().unwrap().to_owned();
        (text("error_code"), text("error_msg"))
    }

    /// Calls it with `change` made to what is sent, before it is signed.
    pub(crate) async fn fourpx_raw(
        &self,
        method: &str,
        ask: &Value,
        change: impl FnOnce(&mut Call),
    ) -> (u16, String) {
        let now = parcelgate_clock::System.now().as_millisecond();
        let mut call = Call {
            app_key: "sandbox-app".to_owned(),
            app_secret: "sandbox-secret".to_owned(),
            timestamp: now.to_string(),
            version: "1.0.0".to_owned(),
            language: "en".to_owned(),
            accept: "*/*".to_owned(),
            body: ask.to_string(),
        };
        change(&mut call);
        let Call {
            app_key,
            app_secret,
            timestamp,
            version,
            language,
            accept,
            body,
        } = call;
        let plain = format!(
            "app_key{app_key}formatjsonmethod{method}timestamp{timestamp}v{version}\
             {body}{app_secret}"
        );
        let sign: String = Md5::digest(plain)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let base = self.running.base_url(Carrier::Fourpx);
        let url = format!(
            "{base}/router/api/service?app_key={app_key}&format=json&language={language}\
             &method={method}&timestamp={timestamp}&v={version}&sign={sign}"
        );
        let request = self.client.post(url);
        let request = request
            .header("content-type", "application/json;charset=UTF-8")
            .header("accept", accept)
            .body(body);
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    /// Fetches what 4PX gave an address of; status and bytes.
    pub(crate) async fn fetched(&self, url: &str) -> (u16, Vec<u8>) {
        let answer = self.client.get(url).send().await.unwrap();
        let status = answer.status().as_u16();
        (status, answer.bytes().await.unwrap().to_vec())
    }
}

/// An order to 4PX.
pub(crate) fn order(reference: &str) -> Value {
    json!({
        "ref_no": reference, "business_type": "BDS", "duty_type": "U", "cargo_type": "5",
        "logistics_service_info": { "logistics_product_code": "QC" },
        "return_info": { "is_return_on_domestic": "Y", "is_return_on_oversea": "N" },
        "parcel_list": [{
            "weight": 480, "parcel_value": 25, "currency": "EUR", "include_battery": "N",
            "declare_product_info": [{
                "declare_product_name_cn": "扳手", "declare_product_name_en": "wrench",
                "declare_product_code_qty": 2,
                "declare_unit_price_export": 12.50, "currency_export": "EUR",
                "declare_unit_price_import": 12.50, "currency_import": "EUR",
                "brand_export": "none", "brand_import": "none",
                "hscode_export": "820412", "hscode_import": "820412",
                "origin_country": "CN", "unit_net_weight": 230,
            }],
        }],
        "is_insure": "N",
        "sender": {
            "first_name": "Li Wei", "company": "Acme Tools", "phone": "8675500000000",
            "post_code": "518000", "country": "CN", "state": "Guangdong", "city": "Shenzhen",
            "street": "88 Keyuan Road, Nanshan",
        },
        "recipient_info": {
            "first_name": "Jana Kunz", "phone": "4930123456789", "country": "DE",
            "post_code": "10115", "state": "Berlin", "city": "Berlin",
            "street": "Chausseestr. 1",
        },
        "deliver_type_info": { "deliver_type": "3" },
    })
}

/// A question about one order.
pub(crate) fn ask(number: &Value) -> Value {
    json!({ "request_no": number })
}

/// What is told of a parcel.
pub(crate) async fn track(session: &Session, number: &Value) -> Value {
    let ask = json!({ "deliveryOrderNo": number });
    session.fourpx_granted(TRACK, &ask).await
}
