//! The products that are open to an account.

use async_trait::async_trait;
use parcelgate_carrier::json::{Many, Text};
use parcelgate_carrier::{Call, Catalogue, Kind, Response, Result, Warehouse};
use parcelgate_domain::{Service, ServiceCode};
use serde::Deserialize;

use crate::FourPx;
use crate::gateway::{self, PRODUCTS, failed, texts};

const SERVICES: &str = "services";
const WAREHOUSES: &str = "warehouses";

/// Express, small parcels, lines, post and the rest.
const EVERY: &str = "1";

#[async_trait]
impl Catalogue for FourPx {
    async fn services(&self, call: &Call<'_>) -> Result<Vec<Service>> {
        let ask = texts([("transport_mode", Some(EVERY))]);
        let request = gateway::request(&self.account, SERVICES, PRODUCTS, &ask)?;
        services(&call.send(request).await?)
    }

    async fn warehouses(&self, _: &Call<'_>) -> Result<Vec<Warehouse>> {
        let text = "4PX publishes no list of the warehouses where parcels are handed over";
        Err(failed(Kind::Unsupported, WAREHOUSES).said("", text))
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Product {
    logistics_product_code: Text,
    logistics_product_name_cn: Text,
    logistics_product_name_en: Text,
}

/// The rows that can be read; one that cannot hides no other.
fn services(response: &Response) -> Result<Vec<Service>> {
    let products: Many<Product> = gateway::data(SERVICES, response)?;
    let services = products.iter().filter_map(|product| {
        let code = product.logistics_product_code.get()?;
        let name = product.logistics_product_name_cn.get();
        let name = name.or(product.logistics_product_name_en.get());
        Some(Service {
            code: ServiceCode::new(code),
            name: name.unwrap_or(code).to_owned(),
        })
    });
    Ok(services.collect())
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    #[test]
    fn products_are_read_by_code_and_name() {
        let body = r#"{"data":[
            {"logistics_product_code":"A2","logistics_product_name_cn":"4PX标准专线",
             "logistics_product_name_en":"4PX  Express"},
            {"logistics_product_code":"A6","logistics_product_name_en":"LYT GH"},
            {"logistics_product_name_en":"?"},7,{"logistics_product_code":"QC"}]}"#;
        let response = Response::new(Bytes::from_static(body.as_bytes()));
        let services = services(&response).unwrap();
        let names: Vec<_> = services
            .iter()
            .map(|service| (service.code.as_str(), service.name.as_str()))
            .collect();
        assert_eq!(
            names,
            [("A2", "4PX标准专线"), ("A6", "LYT GH"), ("QC", "QC")]
        );
    }
}
