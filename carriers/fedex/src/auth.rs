//! What the signing layer needs: OAuth 2.0 client credentials in a form, one token for each
//! project.

use parcelgate_carrier::{Auth, ClientStyle, Grant, Host};
use parcelgate_domain::Secret;

use crate::account::Account;

/// The host of every interface but the token service.
pub(crate) const API: &str = "api";
/// The same host, shown the token of the project that tracks.
pub(crate) const TRACK: &str = "track";
/// The host that takes papers.
pub(crate) const DOCUMENTS: &str = "documents";
const TOKEN: &str = "token";

/// The addresses of FedEx, with what each wants to be shown.
pub(crate) fn hosts(account: &Account) -> Vec<Host> {
    let host = |name, base: &str, auth| Host {
        name,
        base_url: base.to_owned(),
        auth,
    };
    let own = || credentials(&account.client_id, &account.client_secret);
    let mut hosts = vec![
        host(API, &account.api, own()),
        host(DOCUMENTS, &account.documents, own()),
        host(TOKEN, &account.api, Auth::Open),
    ];
    if let (Some(id), Some(secret)) = (&account.track_client_id, &account.track_client_secret) {
        hosts.push(host(TRACK, &account.api, credentials(id, secret)));
    }
    hosts
}

fn credentials(id: &Secret, secret: &Secret) -> Auth {
    Auth::Bearer(Grant {
        host: TOKEN,
        path: "/oauth/token",
        client_id: id.clone(),
        client_secret: secret.clone(),
        style: ClientStyle::Form,
        user: None,
        headers: Vec::new(),
    })
}
