//! TLS to the carriers.

use std::sync::{Arc, OnceLock};

use rustls::crypto::aws_lc_rs;
use rustls::{ClientConfig, Error};
use rustls_platform_verifier::BuilderVerifierExt as _;

use crate::OpenError;

/// With the system's certificates. They are read once for the process, not once for each account:
/// that takes some milliseconds and some hundred kilobytes each time.
pub(crate) fn settings() -> Result<ClientConfig, OpenError> {
    static SETTINGS: OnceLock<ClientConfig> = OnceLock::new();
    if let Some(known) = SETTINGS.get() {
        return Ok(known.clone());
    }
    let read = read().map_err(|error| OpenError::Tls(error.into()))?;
    Ok(SETTINGS.get_or_init(|| read).clone())
}

fn read() -> Result<ClientConfig, Error> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let mut settings = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_platform_verifier()?
        .with_no_client_auth();
    // reqwest offers nothing by itself to whom it is told how to speak TLS.
    settings.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(settings)
}
