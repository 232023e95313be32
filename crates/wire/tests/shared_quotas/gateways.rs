//! Three gateways in one process, each with a wire of its own, over one real Redis.

use std::num::NonZeroU32;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use http::Method;
use parcelgate_carrier::{
    Auth, Call, Carrier, Class, Dialect, Exchange, Host, Intent, Lane, Outgoing, Quota, Request,
    Response, Result,
};
use parcelgate_clock::{instant, sleep};
use parcelgate_domain::Secret;
use parcelgate_wire::{QuotaSource, Sharing, Wire, WireSettings};
use tokio::task::JoinHandle;

use super::acme::Acme;
use super::server::Server;

const QUOTAS: &[Quota] = &[Quota {
    classes: Class::EVERY,
    permits: 40,
    per: Duration::from_secs(4),
}];

/// It says yes to everything.
impl Dialect for Acme {
    fn verdict(&self, _: &Intent, _: &Response) -> Result<()> {
        Ok(())
    }
}

fn account() -> Arc<dyn Carrier> {
    let host = Host {
        name: "api",
        base_url: "http://acme.invalid".to_owned(),
        auth: Auth::Open,
    };
    Acme::of(vec![host], QUOTAS)
}

/// Notes when it was asked.
#[derive(Default)]
struct Yes(Mutex<Vec<Instant>>);

#[async_trait]
impl Exchange for Yes {
    async fn exchange(&self, _: Request) -> Result<Response> {
        self.0.lock().unwrap().push(instant());
        Ok(Response::new(bytes::Bytes::new()))
    }
}

/// A gateway that asks for more than it may.
struct Gateway {
    wire: Arc<Wire>,
    busy: Vec<JoinHandle<()>>,
}

impl Gateway {
    fn open(url: &str, host: &Arc<Yes>) -> Self {
        let replicas = NonZeroU32::new(3).unwrap();
        let answer_max = Duration::from_millis(50);
        let sharing = Sharing::through_redis(&Secret::from(url), replicas, answer_max).unwrap();
        let wire = Wire::over_sharing(
            host.clone(),
            &"acme-test".parse().unwrap(),
            account(),
            &WireSettings::default(),
            Arc::new(parcelgate_clock::System),
            &sharing,
        );
        let wire = Arc::new(wire.unwrap());
        let busy = |lane: Lane| {
            let wire = Arc::clone(&wire);
            tokio::spawn(async move {
                loop {
                    let call = Call::new(&*wire, instant() + Duration::from_secs(60)).behind(lane);
                    let ask = Outgoing::new(Method::POST, "work", "api", "/work");
                    if call.send(ask.class(Class::Manage)).await.is_err() {
                        sleep(Duration::from_millis(100)).await;
                    }
                }
            })
        };
        let busy = [Lane::Buy, Lane::Quote, Lane::Bulk].map(busy).into();
        Self { wire, busy }
    }

    fn source(&self) -> QuotaSource {
        self.wire.status().quotas[0].source
    }

    /// As if it were killed.
    async fn kill(self) {
        for task in self.busy {
            task.abort();
            let _ended = task.await;
        }
    }
}

async fn until_all(gateways: &[Gateway], source: QuotaSource) {
    while gateways.iter().any(|gateway| gateway.source() != source) {
        sleep(Duration::from_millis(20)).await;
    }
}

fn most(sent: &[Instant]) -> usize {
    let within = |first: Instant| {
        let period = first..first + QUOTAS[0].per;
        sent.iter().filter(|at| period.contains(at)).count()
    };
    sent.iter().map(|first| within(*first)).max().unwrap()
}

/// So long that more than one period passes.
async fn a_while() {
    sleep(Duration::from_secs(6)).await;
}

pub(super) async fn together_they_send_no_more_than_one_may() {
    let mut server = Server::start().await;
    let host = Arc::new(Yes::default());
    let open = || Gateway::open(&server.url(), &host);
    let mut gateways = vec![open(), open(), open()];
    until_all(&gateways, QuotaSource::Shared).await;
    a_while().await;
    let sent = |host: &Yes| host.0.lock().unwrap().len();
    assert!(sent(&host) > 10, "{}", sent(&host));

    gateways.remove(0).kill().await;
    gateways.push(open());
    a_while().await;
    until_all(&gateways, QuotaSource::Shared).await;

    server.kill();
    until_all(&gateways, QuotaSource::LocalShare).await;
    let before = sent(&host);
    a_while().await;
    assert!(sent(&host) > before, "nobody goes on by its part");

    server.again().await;
    until_all(&gateways, QuotaSource::Shared).await;
    let before = sent(&host);
    a_while().await;
    assert!(sent(&host) > before, "nobody goes on together");

    server.hang();
    until_all(&gateways, QuotaSource::LocalShare).await;
    a_while().await;
    server.go_on();
    until_all(&gateways, QuotaSource::Shared).await;
    a_while().await;
    let sent = host.0.lock().unwrap().clone();
    assert!(most(&sent) <= 40, "{}", most(&sent));
}
