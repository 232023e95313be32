//! What the signing layer needs: a token of Login with Amazon for the seller's refresh token, shown
//! in a header of Amazon's own. Requests are not signed otherwise since October 2023.

use parcelgate_carrier::{Auth, ClientStyle, Host, Refresh};

use crate::{API, Account};

const TOKEN: &str = "token";

/// The addresses of Amazon, with what each wants to be shown.
pub(crate) fn hosts(account: Account) -> [Host; 2] {
    let refresh = Refresh {
        host: TOKEN,
        path: "/auth/o2/token",
        client_id: account.client_id,
        client_secret: account.client_secret,
        style: ClientStyle::Form,
        refresh_token: account.refresh_token,
        scope: None,
        header: "x-amz-access-token",
        word: "",
    };
    [
        Host {
            name: API,
            base_url: account.api,
            auth: Auth::Refreshed(refresh),
        },
        Host {
            name: TOKEN,
            base_url: account.token,
            auth: Auth::Open,
        },
    ]
}
