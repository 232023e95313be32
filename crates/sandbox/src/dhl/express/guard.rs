//! What every call asks of a request before it looks at it.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, StatusCode};
use serde_json::Value;

use super::refusal::{Answer, Refusal};
use crate::dhl::shape::{Kind, violations};
use crate::server::World;

/// Lets pass who shows the right user and password and names the version of the interface.
pub(crate) async fn admit(
    State(world): State<Arc<World>>,
    request: Request,
    next: Next,
) -> Response {
    let uri = request.uri().clone(); // without what the router nests this under
    match admitted(&world, request.headers()) {
        Err(refusal) => refusal.at(&uri).into_response(),
        Ok(()) => {
            let reference = request.headers().get("message-reference").cloned();
            let mut answer = next.run(request).await;
            if let Some(refusal) = answer.extensions_mut().remove::<Refusal>() {
                answer = refusal.at(&uri).into_response();
            }
            let headers = answer.headers_mut();
            headers.insert(
                "invocation-id",
                HeaderValue::from_static("20261122-sandbox"),
            );
            if let Some(reference) = reference {
                headers.insert("message-reference", reference);
            }
            answer
        }
    }
}

fn admitted(world: &World, headers: &HeaderMap) -> Answer<()> {
    let account = &world.settings.dhl;
    let right = format!("{}:{}", account.express_username, account.express_password);
    let shown = headers
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Basic "));
    if shown != Some(STANDARD.encode(right).as_str()) {
        return Err(Refusal::unauthorized());
    }
    if !headers.contains_key("x-version") {
        return Err(Refusal::missing(&["x-version"]));
    }
    let reference = headers.get("message-reference");
    if reference.is_some_and(|value| value.is_empty() || value.len() > 36) {
        return Err(Refusal::wrong_format(
            "Message-Reference",
            "minLength=1, maxLength=36",
        ));
    }
    Ok(())
}

/// The body as JSON of that shape; `status` is what this operation answers to another one.
pub(crate) fn json(
    headers: &HeaderMap,
    body: &Bytes,
    shape: Kind,
    status: StatusCode,
) -> Answer<Value> {
    let is_json = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.starts_with("application/json"));
    let read = serde_json::from_slice(body).ok().filter(|_| is_json);
    let value: Value = read.ok_or_else(|| Refusal::bad("Invalid JSON in the request body"))?;
    let found = violations(&value, shape);
    if found.is_empty() {
        Ok(value)
    } else {
        Err(Refusal::shape(&found, status))
    }
}

/// The account must be ours. `refusal` is what this operation says otherwise.
pub(crate) fn ours(world: &World, request: &Value, refusal: &str) -> Answer<()> {
    let own = world.settings.dhl.express_account.as_str();
    let accounts = crate::document::list(request, "accounts");
    let number = |account: &&Value| crate::document::text(account, "number") == Some(own);
    let shipper = |account: &&Value| crate::document::text(account, "typeCode") == Some("shipper");
    let all_ours = accounts.iter().all(number);
    if all_ours && (accounts.is_empty() || accounts.iter().any(shipper)) {
        Ok(())
    } else {
        Err(Refusal::bad(refusal))
    }
}
