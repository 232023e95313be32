//! Shopify's global ids. People and files write the number alone.

/// The global id of the thing of that kind: `gid://shopify/Order/450789469`.
pub(crate) fn gid(kind: &str, text: &str) -> Option<String> {
    let number = match text.strip_prefix("gid://shopify/") {
        Some(rest) => rest.strip_prefix(kind)?.strip_prefix('/')?,
        None => text,
    };
    let digits = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| format!("gid://shopify/{kind}/{number}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_and_its_global_id_are_the_same() {
        let id = Some("gid://shopify/Order/7".to_owned());
        assert_eq!(gid("Order", "7"), id);
        assert_eq!(gid("Order", "gid://shopify/Order/7"), id);
        for other in [
            "",
            "#1001",
            "gid://shopify/LineItem/7",
            "gid://shopify/Order/",
            "7a",
        ] {
            assert_eq!(gid("Order", other), None, "{other}");
        }
    }
}
