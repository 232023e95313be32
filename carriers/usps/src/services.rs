//! Whether a service can be had on a way.

use parcelgate_domain::{Service, ServiceCode, Violations};

use crate::codes::{self, NOT_SOLD, PRODUCTS, Product, Way};

/// The service of `code` on `way`; why it is none is said under `service`. A way back may be named
/// by the service of the way there.
pub(crate) fn sold(
    code: &ServiceCode,
    way: Way,
    found: &mut Violations,
) -> Option<&'static Product> {
    let code = code.as_str();
    let product = match way {
        Way::Return => codes::way_back(code),
        Way::Domestic | Way::Abroad => codes::product(code),
    };
    if let Some(product) = product.filter(|product| product.way == way) {
        return Some(product);
    }
    let mut not_sold = NOT_SOLD.iter();
    let allowed = match not_sold.find(|(class, _)| *class == code) {
        Some((_, reason)) => format!("a service that can be bought here: {reason}"),
        None => {
            let of_way = PRODUCTS.iter().filter(|product| product.way == way);
            let known: Vec<&str> = of_way.map(|product| product.code).collect();
            format!("one of {}", known.join(", "))
        }
    };
    found.refuse("service", code, allowed);
    None
}

/// A service with its name.
pub(crate) fn named(code: &str) -> Service {
    let row = codes::SERVICES.iter().find(|row| row.code == code);
    Service {
        code: ServiceCode::new(code),
        name: row.map_or(code, |row| row.name).to_owned(),
    }
}
