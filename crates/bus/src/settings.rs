//! Where the stream is.

use std::time::Duration;

use async_nats::{ConnectOptions, ServerAddr};
use parcelgate_domain::{ExposeSecret, Secret};

/// Where the stream is, and who writes to it.
#[derive(Debug, Clone)]
pub struct Settings {
    /// `nats://host:4222`, or `tls://` over TLS; several with commas between. There may be a name
    /// and a password, or a token, in it.
    pub url: Secret,
    /// What a `.creds` file holds, if the server wants that.
    pub credentials: Option<Secret>,
    /// The name of the stream. It is made when it is not there.
    pub stream: String,
    /// What the subjects of all messages begin with; a stream that is made takes them all.
    pub prefix: String,
    /// How long the server may take to answer.
    pub answer_max: Duration,
}

/// A setting that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Unusable {
    /// The address.
    #[error("it is no address of a NATS server: nats://host:4222, or tls:// over TLS")]
    Url,
    /// The credentials.
    #[error("the credentials are not what a .creds file holds")]
    Credentials,
}

impl Settings {
    /// The servers of the address. What is wrong with it may hold a password and is not told.
    ///
    /// # Errors
    /// When it is none.
    pub fn servers(&self) -> Result<Vec<ServerAddr>, Unusable> {
        let urls = self.url.expose_secret().split(',');
        urls.map(|url| url.trim().parse().map_err(|_| Unusable::Url))
            .collect()
    }

    /// How the server is spoken to. A client that cannot reach it goes on trying by itself.
    pub(crate) fn options(&self) -> Result<ConnectOptions, Unusable> {
        let options = ConnectOptions::new()
            .name("parcelgate")
            .retry_on_initial_connect()
            .connection_timeout(self.answer_max)
            .request_timeout(Some(self.answer_max));
        match &self.credentials {
            None => Ok(options),
            Some(credentials) => options
                .credentials(credentials.expose_secret())
                .map_err(|_| Unusable::Credentials),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(url: &str) -> Settings {
        Settings {
            url: url.into(),
            credentials: None,
            stream: "PARCELGATE".to_owned(),
            prefix: "parcelgate".to_owned(),
            answer_max: Duration::from_secs(1),
        }
    }

    #[test]
    fn an_address_may_name_several_servers() {
        let many = settings("nats://a.example:4222, tls://b.example").servers();
        assert_eq!(many.unwrap().len(), 2);
        let wrong = settings("http://anna:hunter2@a.example").servers();
        let told = format!("{:?} {}", wrong, wrong.as_ref().unwrap_err());
        assert!(!told.contains("hunter2"), "{told}");
    }

    #[test]
    fn credentials_are_what_such_a_file_holds() {
        let mut settings = settings("nats://a.example");
        settings.credentials = Some("hunter2".into());
        let told = settings.options().map(|_| ()).unwrap_err().to_string();
        assert!(told.contains("credentials") && !told.contains("hunter2"));
    }
}
