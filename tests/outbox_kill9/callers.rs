//! Callers who each follow a parcel and let it go, and ask until they are answered.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;
use parcelgate_clock::sleep;
use parcelgate_proto::v1::tracking_service_client::TrackingServiceClient;
use parcelgate_proto::v1::{CreateTrackerRequest, StopTrackerRequest};
use tokio::sync::{Mutex, Semaphore, watch};
use tokio::task::JoinHandle;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::{Channel, Endpoint};
use tonic::{Request, Response, Status};

use crate::books::Told;
use crate::house::{House, Key};

/// How many ask at a time.
const AT_ONCE: usize = 8;

/// How long a caller waits for an answer, and between two tries.
const DEADLINE: Duration = Duration::from_secs(3);
const PAUSE: Duration = Duration::from_millis(20);

type Client = TrackingServiceClient<InterceptedService<Channel, Key>>;

/// All of them.
pub(crate) struct Callers {
    asking: Vec<JoinHandle<Vec<Told>>>,
    /// One permit for each parcel that may be followed.
    begin: Arc<Semaphore>,
    begun: std::sync::Mutex<usize>,
    parcels: usize,
}

impl Callers {
    /// Lets them stand in line; none begins before it is let.
    pub(crate) fn call(house: &House, parcels: usize) -> Self {
        let begin = Arc::new(Semaphore::new(0));
        let line = Arc::new(Mutex::new(0..parcels));
        let asking = (0..AT_ONCE).map(|_| {
            let (begin, line) = (Arc::clone(&begin), Arc::clone(&line));
            let mut caller = Caller {
                key: house.key.clone(),
                address: house.address.subscribe(),
                way: None,
            };
            tokio::spawn(async move {
                let mut told = Vec::new();
                loop {
                    begin.acquire().await.expect("never closed").forget();
                    let Some(parcel) = line.lock().await.next() else {
                        return told;
                    };
                    told.extend(caller.follow_and_let_go(parcel).await);
                }
            })
        });
        Self {
            asking: asking.collect(),
            begin,
            begun: std::sync::Mutex::new(0),
            parcels,
        }
    }

    /// Lets so many have begun in all.
    pub(crate) fn let_begin(&self, by_now: usize) {
        let mut begun = self.begun.lock().unwrap();
        self.begin.add_permits(by_now.saturating_sub(*begun));
        *begun = by_now.max(*begun);
    }

    /// What they were told, once all were.
    pub(crate) async fn told(self) -> Vec<Told> {
        self.let_begin(self.parcels + AT_ONCE);
        let told = join_all(self.asking).await;
        told.into_iter().flat_map(Result::unwrap).collect()
    }
}

struct Caller {
    key: Key,
    address: watch::Receiver<Option<String>>,
    way: Option<(String, Client)>,
}

impl Caller {
    async fn follow_and_let_go(&mut self, parcel: usize) -> [Told; 2] {
        let request = CreateTrackerRequest {
            tracking_number: number(parcel),
            carrier: "ups".to_owned(),
            request_id: String::new(),
        };
        let create = async |mut client: Client, request| client.create_tracker(request).await;
        let subject = self.ask(request, create).await.name;
        let request = StopTrackerRequest {
            name: subject.clone(),
        };
        let stop = async |mut client: Client, request| client.stop_tracker(request).await;
        let stopped = self.ask(request, stop).await;
        assert_eq!(stopped.name, subject);
        [false, true].map(|stopped| Told {
            subject: subject.clone(),
            stopped,
        })
    }

    /// Asks until there is an answer.
    async fn ask<Q: Clone, A, F>(
        &mut self,
        question: Q,
        call: impl Fn(Client, Request<Q>) -> F,
    ) -> A
    where
        F: Future<Output = Result<Response<A>, Status>>,
    {
        loop {
            let client = self.client().await;
            let mut request = Request::new(question.clone());
            request.set_timeout(DEADLINE);
            match call(client, request).await {
                Ok(answer) => return answer.into_inner(),
                Err(_) => sleep(PAUSE).await, // it died, or is about to live
            }
        }
    }

    async fn client(&mut self) -> Client {
        let here = self.address.wait_for(Option::is_some).await;
        let here = here.expect("the house stands").clone().unwrap();
        match &self.way {
            Some((known, client)) if *known == here => client.clone(),
            _ => {
                let channel = Endpoint::from_shared(here.clone()).unwrap().connect_lazy();
                let client = TrackingServiceClient::with_interceptor(channel, self.key.clone());
                self.way = Some((here, client.clone()));
                client
            }
        }
    }
}

/// A number of UPS, with its check digit.
fn number(parcel: usize) -> String {
    let body = format!("5R893903{parcel:07}");
    let worth = |(place, sign): (usize, char)| {
        let value = match sign.to_digit(10) {
            Some(digit) => digit,
            None => (u32::from(sign) - 63) % 10,
        };
        if place % 2 == 0 { value } else { 2 * value }
    };
    let sum: u32 = body.chars().enumerate().map(worth).sum();
    format!("1Z{body}{}", (10 - sum % 10) % 10)
}
