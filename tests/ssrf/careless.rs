//! A sender as one writes it who does not think of strangers: it believes an address as it is
//! written, asks for a host once to check it and once more to go there, and goes on wherever it is
//! sent.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use http::Uri;
use parcelgate_wire::{Internet, Reach};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::played::Played;

/// How long one connection may take: some of the addresses are nobody's.
const PATIENCE: Duration = Duration::from_millis(200);

/// Posts there, if it can, and where it is then sent.
pub(crate) async fn post(internet: &Played, url: &str) {
    let mut next = Some(url.to_owned());
    while let Some(url) = next.take() {
        let answer = tokio::time::timeout(PATIENCE, once(internet, &url)).await;
        let answer = answer.ok().flatten().unwrap_or_default();
        let mut lines = answer.lines();
        next = lines.find_map(|line| line.strip_prefix("location: ").map(str::to_owned));
    }
}

async fn once(internet: &Played, url: &str) -> Option<String> {
    let url: Uri = url.parse().ok()?;
    let host = url.host()?.trim_matches(['[', ']']);
    let address = SocketAddr::new(address(internet, host).await?, url.port_u16()?);
    if !address.ip().is_loopback() && !address.ip().is_unspecified() {
        return None; // it would go out into the network that the test is in
    }
    let mut stream = TcpStream::connect(address).await.ok()?;
    let request = format!("POST {} HTTP/1.1\r\nhost: {host}\r\n\r\n", url.path());
    stream.write_all(request.as_bytes()).await.ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.ok()?;
    Some(answer)
}

async fn address(internet: &Played, host: &str) -> Option<IpAddr> {
    let number = |c: char| c.is_ascii_hexdigit() || ".:x".contains(c);
    if host.chars().all(number) || host == "localhost" {
        let mut found = tokio::net::lookup_host((host, 0)).await.ok()?;
        return found.next().map(|found| found.ip());
    }
    if !host.ends_with(".example") {
        return None;
    }
    let checked = internet.lookup(host).await.ok()?;
    let outside = |address: &IpAddr| internet.reach(*address) == Reach::Public;
    if !checked.iter().all(outside) {
        return None;
    }
    internet.lookup(host).await.ok()?.into_iter().next()
}
