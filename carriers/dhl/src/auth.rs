//! What the signing layer needs, for each product.

use parcelgate_carrier::{Auth, ClientStyle, Grant, Host, User, basic};

use crate::account::{Express, ParcelDe, Unified};

/// MyDHL: every interface of DHL Express.
pub(crate) const MYDHL: &str = "mydhl";
/// Shipping and returns of Parcel DE.
pub(crate) const PARCEL: &str = "parcel";
/// Pickups of Parcel DE, which take a token and nothing else.
pub(crate) const PICKUP: &str = "pickup";
/// Tracking of every division, and its push.
pub(crate) const TRACK: &str = "track";
const TOKEN: &str = "token";

/// User and password on every request.
pub(crate) fn express(account: &Express) -> Vec<Host> {
    let value = basic(&account.username, &account.password);
    let auth = Auth::Headers(vec![("authorization", value)]);
    vec![host(MYDHL, &account.api, auth)]
}

/// The key of the application on every request.
pub(crate) fn unified(account: &Unified) -> Vec<Host> {
    let auth = Auth::Headers(vec![("dhl-api-key", account.api_key.clone())]);
    vec![host(TRACK, &account.api, auth)]
}

/// A token of the user where there is a secret to get one with; the key, the user and the password
/// where there is none. Pickups take the token only.
pub(crate) fn parcel_de(account: &ParcelDe) -> Vec<Host> {
    let api = &account.api;
    let key = account.api_key.clone();
    let mut hosts = vec![host(
        TRACK,
        api,
        Auth::Headers(vec![("dhl-api-key", key.clone())]),
    )];
    let Some(secret) = &account.api_secret else {
        let user = basic(&account.username, &account.password);
        let auth = Auth::Headers(vec![("authorization", user), ("dhl-api-key", key)]);
        hosts.push(host(PARCEL, api, auth));
        return hosts;
    };
    for name in [PARCEL, PICKUP] {
        let grant = Grant {
            host: TOKEN,
            path: "/parcel/de/account/auth/ropc/v1/token",
            client_id: key.clone(),
            client_secret: secret.clone(),
            style: ClientStyle::Form,
            user: Some(User {
                name: account.username.clone(),
                password: account.password.clone(),
            }),
            headers: Vec::new(),
        };
        hosts.push(host(name, api, Auth::Bearer(grant)));
    }
    hosts.push(host(TOKEN, api, Auth::Open));
    hosts
}

fn host(name: &'static str, base_url: &str, auth: Auth) -> Host {
    Host {
        name,
        base_url: base_url.to_owned(),
        auth,
    }
}
