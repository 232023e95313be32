//! The products that are open to an account, and where it may hand parcels over.

use async_trait::async_trait;
use parcelgate_carrier::json::{Many, Text};
use parcelgate_carrier::{Call, Catalogue, Response, Result, Warehouse};
use parcelgate_domain::{Service, ServiceCode};
use serde::Deserialize;
use serde_json::json;

use crate::{Yanwen, gateway};

const SERVICES: &str = "services";
const WAREHOUSES: &str = "warehouses";

#[async_trait]
impl Catalogue for Yanwen {
    async fn services(&self, call: &Call<'_>) -> Result<Vec<Service>> {
        let method = "express.channel.getlist";
        let request = gateway::request(&self.account, SERVICES, method, &json!({}))?;
        services(&call.send(request).await?)
    }

    async fn warehouses(&self, call: &Call<'_>) -> Result<Vec<Warehouse>> {
        let method = "common.warehouse.getlist";
        let request = gateway::request(&self.account, WAREHOUSES, method, &json!({}))?;
        warehouses(&call.send(request).await?)
    }
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Product {
    id: Text,
    name_ch: Text,
    name_en: Text,
}

fn services(response: &Response) -> Result<Vec<Service>> {
    let products: Many<Product> = gateway::data(SERVICES, response)?;
    let services = products.iter().filter_map(|product| {
        let id = product.id.get()?;
        let name = product.name_ch.get().or(product.name_en.get());
        Some(Service {
            code: ServiceCode::new(id),
            name: name.unwrap_or(id).to_owned(),
        })
    });
    Ok(services.collect())
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Place {
    code: Text,
    name: Text,
}

fn warehouses(response: &Response) -> Result<Vec<Warehouse>> {
    let places: Many<Place> = gateway::data(WAREHOUSES, response)?;
    let warehouses = places.iter().filter_map(|place| {
        let code = place.code.get()?;
        Some(Warehouse {
            code: code.to_owned(),
            name: place.name.get().unwrap_or(code).to_owned(),
        })
    });
    Ok(warehouses.collect())
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    fn answer(body: &'static str) -> Response {
        Response::new(Bytes::from_static(body.as_bytes()))
    }

    #[test]
    fn products_are_read_by_number_and_name() {
        let body = r#"{"data":[{"id":"481","nameCh":"燕文专线追踪小包-普货","nameEn":"Registered"},
            {"id":484,"nameEn":"Express"},{"nameCh":"?"},7,{"id":"499"}]}"#;
        let services = services(&answer(body)).unwrap();
        let names: Vec<_> = services
            .iter()
            .map(|service| (service.code.as_str(), service.name.as_str()))
            .collect();
        assert_eq!(
            names,
            [
                ("481", "燕文专线追踪小包-普货"),
                ("484", "Express"),
                ("499", "499")
            ]
        );
    }

    #[test]
    fn warehouses_are_read_by_code_and_name() {
        let body = r#"{"data":[{"code":"101","name":"燕文深圳仓","area":"华南"},{"name":"?"}]}"#;
        let warehouses = warehouses(&answer(body)).unwrap();
        let expected = Warehouse {
            code: "101".to_owned(),
            name: "燕文深圳仓".to_owned(),
        };
        assert_eq!(warehouses, [expected]);
    }
}
