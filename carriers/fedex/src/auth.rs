//! What the signing layer needs: OAuth 2.0 client credentials in a form, one token for each
//! project.

use parcelgate_carrier::{Auth, ClientCredentials, ClientStyle, Host};
use parcelgate_domain::Secret;

use crate::account::Account;

/// The host of every interface but the token service.
pub(crate) const API: &str = "api";
/// The same host, shown the token of the project that tracks.
pub(crate) const TRACK: &str = "track";
const TOKEN: &str = "token";

/// The addresses of FedEx, with what each wants to be shown.
pub(crate) fn hosts(account: &Account) -> Vec<Host> {
    let host = |name, auth| Host {
        name,
        base_url: account.api.clone(),
        auth,
    };
    let mut hosts = vec![
        host(API, credentials(&account.client_id, &account.client_secret)),
        host(TOKEN, Auth::Open),
    ];
    if let (Some(id), Some(secret)) = (&account.track_client_id, &account.track_client_secret) {
        hosts.push(host(TRACK, credentials(id, secret)));
    }
    hosts
}

fn credentials(id: &Secret, secret: &Secret) -> Auth {
    Auth::ClientCredentials(ClientCredentials {
        host: TOKEN,
        path: "/oauth/token",
        client_id: id.clone(),
        client_secret: secret.clone(),
        style: ClientStyle::Form,
        headers: Vec::new(),
    })
}
