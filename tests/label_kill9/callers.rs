//! Callers who each want one label, and ask under the same `request_id` until they are answered.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures::future::join_all;
use parcelgate_clock::sleep;
use parcelgate_proto::v1::shipment::State;
use parcelgate_proto::v1::shipment_service_client::ShipmentServiceClient;
use parcelgate_proto::v1::{PurchaseLabelRequest, Shipment};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinHandle;
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Request, Status};
use tonic_types::StatusExt as _;

use crate::asking::Way;
use crate::books::{Books, Told};
use crate::house::{ACCOUNTS, House};
use crate::size::Size;
use crate::stage::Bearer;

/// Every so many wishes one is asked for twice at the same time.
const IMPATIENT: usize = 3;
/// How long a caller waits for an answer, and between two tries.
const DEADLINE: Duration = Duration::from_secs(3);
const PAUSE: Duration = Duration::from_millis(20);

/// All of them.
pub(crate) struct Callers {
    asking: Vec<JoinHandle<Answer>>,
    /// One permit for each purchase that may begin.
    begin: Arc<Semaphore>,
    answered: Arc<AtomicUsize>,
}

/// What one caller was told in the end.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    wish: String,
    end: String,
    number: Option<String>,
    tries: usize,
}

/// What all were told.
pub(crate) struct Answers(Vec<Answer>);

impl Callers {
    /// Lets them all stand in the line; none begins before it is let.
    pub(crate) fn call(house: &House, size: &Size) -> Self {
        let begin = Arc::new(Semaphore::new(0));
        let answered = Arc::new(AtomicUsize::new(0));
        let wishes = (0..size.purchases).flat_map(|index| {
            let account = ACCOUNTS.get(index % ACCOUNTS.len()).unwrap();
            let mut request = Way::of(&format!("{account}-test")).purchase();
            let wish = format!("K9-{index:06}");
            request.shipment.as_mut().unwrap().order_number = wish;
            let times = if index % IMPATIENT == 0 { 2 } else { 1 };
            std::iter::repeat_n(request, times)
        });
        let asking = wishes.enumerate().map(|(place, request)| {
            let caller = Caller {
                request,
                key: Bearer::of(&house.key),
                addresses: house.addresses.subscribe(),
                place,
            };
            let (begin, answered) = (Arc::clone(&begin), Arc::clone(&answered));
            tokio::spawn(async move {
                begin.acquire().await.expect("never closed").forget();
                let answer = caller.ask().await;
                answered.fetch_add(1, Ordering::Relaxed);
                answer
            })
        });
        Self {
            asking: asking.collect(),
            begin,
            answered,
        }
    }

    /// How many there are, and how many of them have their answer.
    pub(crate) fn count(&self) -> (usize, usize) {
        (self.asking.len(), self.answered.load(Ordering::Relaxed))
    }

    /// Lets the next `count` begin.
    pub(crate) fn let_begin(&self, count: usize) {
        self.begin.add_permits(count);
    }

    /// What they were told, once all were.
    pub(crate) async fn answers(self) -> Answers {
        self.let_begin(self.asking.len());
        let told = join_all(self.asking).await;
        Answers(told.into_iter().map(Result::unwrap).collect())
    }
}

struct Caller {
    request: PurchaseLabelRequest,
    key: Bearer,
    addresses: watch::Receiver<Vec<Option<String>>>,
    /// Its place in the line, by which it chooses where to ask first.
    place: usize,
}

impl Caller {
    /// Asks until the answer is an end.
    async fn ask(mut self) -> Answer {
        let mut channel: Option<(String, Channel)> = None;
        for tries in 1.. {
            let here = self.somewhere(tries).await;
            let way = match channel.take() {
                Some((known, way)) if known == here => way,
                _ => Endpoint::from_shared(here.clone()).unwrap().connect_lazy(),
            };
            channel = Some((here, way.clone()));
            let mut client = ShipmentServiceClient::with_interceptor(way, self.key.clone());
            let mut request = Request::new(self.request.clone());
            request.set_timeout(DEADLINE);
            let reply = client.purchase_label(request).await;
            if let Some(answer) = self.end(reply.map(tonic::Response::into_inner), tries) {
                return answer;
            }
            sleep(PAUSE).await;
        }
        unreachable!("there is always another try")
    }

    /// A gateway that lives, another one with each try.
    async fn somewhere(&mut self, tries: usize) -> String {
        let any = self
            .addresses
            .wait_for(|all| all.iter().any(Option::is_some))
            .await;
        let all = any.expect("the house stands");
        let living: Vec<&String> = all.iter().flatten().collect();
        (*living.get((self.place + tries) % living.len()).unwrap()).clone()
    }

    fn end(&self, reply: Result<Shipment, Status>, tries: usize) -> Option<Answer> {
        let (end, number) = match reply {
            Ok(shipment) => {
                let at_end = !goes_on(shipment.state());
                let bought = shipment.state() == State::Purchased;
                let parcel = shipment.parcels.first().filter(|_| bought);
                let number = parcel.map(|parcel| parcel.tracking_number.clone());
                at_end.then(|| (name_of(shipment.state()), number))
            }
            Err(status) => refused_for_good(&status).map(|reason| (reason, None)),
        }?;
        let shipment = self.request.shipment.as_ref().unwrap();
        Some(Answer {
            wish: shipment.order_number.clone(),
            end,
            number,
            tries,
        })
    }
}

/// The state's name as the store writes it.
fn name_of(state: State) -> String {
    state.as_str_name().trim_start_matches("STATE_").to_owned()
}

/// Whether the gateway will still move it by itself.
fn goes_on(state: State) -> bool {
    matches!(
        state,
        State::Unknown
            | State::PurchasedNoLabel
            | State::VoidWanted
            | State::Voiding
            | State::VoidUnknown
    )
}

/// The reason of a refusal that asking again does not change.
fn refused_for_good(status: &Status) -> Option<String> {
    let reason = status.get_details_error_info().map(|info| info.reason);
    let again = [
        Code::Unavailable,
        Code::Aborted,
        Code::ResourceExhausted,
        Code::DeadlineExceeded,
        Code::Cancelled,
        Code::Unknown,
    ];
    // A connection that breaks in the middle of an answer has many names, and none of ours.
    if reason.is_none() || again.contains(&status.code()) {
        assert!(
            reason.is_some() || status.code() != Code::Internal || is_torn(status),
            "{status:?}"
        );
        return None;
    }
    reason
}

fn is_torn(status: &Status) -> bool {
    std::error::Error::source(status).is_some() || status.message().contains("h2 protocol error")
}

impl Answers {
    /// The labels that they were told of.
    pub(crate) fn labels(&self) -> Vec<Told> {
        let labels = self.0.iter().filter_map(|answer| {
            let number = answer.number.clone()?;
            let wish = answer.wish.clone();
            Some(Told { wish, number })
        });
        labels.collect()
    }

    pub(crate) fn tries(&self) -> usize {
        self.0.iter().map(|answer| answer.tries).sum()
    }

    pub(crate) fn count(&self) -> usize {
        self.0.len()
    }

    /// Whoever was told another end than a label was told what stands.
    pub(crate) fn is_what_stands(&self, books: &Books) {
        let kept: BTreeMap<_, _> = books.kept.iter().map(|kept| (&kept.wish, kept)).collect();
        for answer in &self.0 {
            let state = kept.get(&answer.wish).unwrap().state.name();
            let refused = ["REJECTED", "CANCELLED"].contains(&state);
            assert!(
                answer.end == state || refused,
                "{answer:?}, and it is {state}"
            );
        }
    }
}
