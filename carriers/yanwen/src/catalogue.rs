//! The products that are open to an account, and where it may hand parcels over.

use async_trait::async_trait;
use parcelgate_carrier::{Call, Catalogue, Response, Result, Warehouse};
use parcelgate_domain::{Service, ServiceCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use crate::gateway::{self, Nothing};
use crate::{Yanwen, loose};

const SERVICES: &str = "services";
const WAREHOUSES: &str = "warehouses";

#[async_trait]
impl Catalogue for Yanwen {
    async fn services(&self, call: &Call<'_>) -> Result<Vec<Service>> {
        let request = gateway::request(
            &self.account,
            SERVICES,
            "express.channel.getlist",
            &Nothing {},
        )?;
        services(&call.send(request).await?)
    }

    async fn warehouses(&self, call: &Call<'_>) -> Result<Vec<Warehouse>> {
        let request = gateway::request(
            &self.account,
            WAREHOUSES,
            "common.warehouse.getlist",
            &Nothing {},
        )?;
        warehouses(&call.send(request).await?)
    }
}

fn services(response: &Response) -> Result<Vec<Service>> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Row {
        #[serde(default, deserialize_with = "loose::text")]
        id: Option<String>,
        #[serde(default, deserialize_with = "loose::text")]
        name_ch: Option<String>,
        #[serde(default, deserialize_with = "loose::text")]
        name_en: Option<String>,
    }
    let rows = rows::<Row>(SERVICES, response)?;
    let services = rows.into_iter().filter_map(|row| {
        let id = row.id?;
        let name = row.name_ch.or(row.name_en).unwrap_or_else(|| id.clone());
        let code = ServiceCode::new(id);
        Some(Service { code, name })
    });
    Ok(services.collect())
}

fn warehouses(response: &Response) -> Result<Vec<Warehouse>> {
    #[derive(Deserialize)]
    struct Row {
        #[serde(default, deserialize_with = "loose::text")]
        code: Option<String>,
        #[serde(default, deserialize_with = "loose::text")]
        name: Option<String>,
    }
    let rows = rows::<Row>(WAREHOUSES, response)?;
    let warehouses = rows.into_iter().filter_map(|row| {
        let code = row.code?;
        let name = row.name.unwrap_or_else(|| code.clone());
        Some(Warehouse { code, name })
    });
    Ok(warehouses.collect())
}

/// The rows that can be read; one that cannot hides no other.
fn rows<T: DeserializeOwned>(operation: &'static str, response: &Response) -> Result<Vec<T>> {
    let rows: Option<Vec<Box<RawValue>>> = gateway::data(operation, response)?;
    Ok(rows
        .unwrap_or_default()
        .iter()
        .filter_map(|raw| serde_json::from_str(raw.get()).ok())
        .collect())
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
