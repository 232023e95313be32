//! What the signing layer needs: OAuth 2.0 client credentials, one token for every interface.

use parcelgate_carrier::{Auth, ClientStyle, Grant, Host};

use crate::account::Account;

/// The host of every interface but the token service.
pub(crate) const API: &str = "api";
const TOKEN: &str = "token";

/// Both addresses of UPS, with what each wants to be shown.
pub(crate) fn hosts(account: &Account) -> Vec<Host> {
    let merchant = account.merchant_id.clone();
    let grant = Grant {
        host: TOKEN,
        path: "/security/v1/oauth/token",
        client_id: account.client_id.clone(),
        client_secret: account.client_secret.clone(),
        style: ClientStyle::Basic,
        user: None,
        headers: merchant
            .map(|number| ("x-merchant-id", number))
            .into_iter()
            .collect(),
    };
    vec![
        Host {
            name: API,
            base_url: account.api.clone(),
            auth: Auth::Bearer(grant),
        },
        Host {
            name: TOKEN,
            base_url: account.token.clone(),
            auth: Auth::Open,
        },
    ]
}
