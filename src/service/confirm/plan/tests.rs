//! Every step of a confirmation, from values alone.

mod toy;

use parcelgate_domain::{EventId, EventTime, Flags, Place, Status, TrackingState};
use parcelgate_store::{ConfirmationId, Item, Told, TrackerId, Version};
use parcelgate_tracking_number::identify;
use serde_json::json;
use toy::shop;

use super::*;
use crate::service::{acme, main_tenant};

/// Numbers that are surely of one carrier each, and what the shop calls these.
const FIRST: &str = "1Z999AA10123456784";
const LAST: &str = "9261290312345600000425";

/// Whose a number is.
fn carrier_of(number: &str) -> CarrierId {
    CarrierId::known(identify(number).first().expect("it is known").carrier)
}

fn at(hour: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + 3_600 * hour).unwrap()
}

/// How everything stands, to be changed by a test.
struct Scene {
    confirmation: Confirmation,
    purchase: Purchase,
    tracker: Option<Tracker>,
    events: Vec<TrackingEvent>,
}

impl Scene {
    fn set() -> Self {
        Self {
            confirmation: Confirmation {
                tenant: main_tenant(),
                id: ConfirmationId::fresh(at(0)),
                version: 1,
                shop: "shop-1".to_owned(),
                order: "902-1".to_owned(),
                marketplace: None,
                package: 1,
                items: vec![Item {
                    id: "79039765272157".to_owned(),
                    quantity: 2,
                }],
                shipment: ShipmentId::fresh(at(0)),
                parcel: 0,
                moment: Moment::FirstScan,
                ship_by: None,
                state: ConfirmationState::Waiting,
                told: None,
                handle: None,
                news: Vec::new(),
                doubtful: false,
                attempts: 0,
                next_try_at: None,
                fault: None,
                at_risk: false,
                noted: 0,
                created_at: at(0),
                updated_at: at(0),
            },
            purchase: Purchase {
                tenant: main_tenant(),
                id: ShipmentId::fresh(at(0)),
                reference: "PG01".parse().unwrap(),
                account: "acme".parse().unwrap(),
                carrier: carrier_of(FIRST),
                service: acme::service(),
                version: Version {
                    state: PurchaseState::Purchased,
                    epoch: 3,
                },
                carrier_number: Some(FIRST.to_owned()),
                parcels: vec![Parcel {
                    number: FIRST.parse().unwrap(),
                    last_mile_number: None,
                }],
                charged: None,
                quoted: None,
                invoiced: Vec::new(),
                order_number: None,
                twin: None,
                replaces: None,
                replaced_by: None,
                fault: None,
                created_at: at(0),
                updated_at: at(1),
                lease_until: None,
                restored_at: None,
            },
            tracker: None,
            events: Vec::new(),
        }
    }

    fn in_state(mut self, state: PurchaseState) -> Self {
        self.purchase.version.state = state;
        self
    }

    /// The shop was told that number, and says so much of it.
    fn told(mut self, carrier_code: &str, number: &str, state: ConfirmationState) -> Self {
        self.confirmation.state = state;
        self.confirmation.told = Some(Told {
            carrier_code: carrier_code.to_owned(),
            number: number.to_owned(),
            at: at(3),
        });
        self
    }

    /// The carrier has it in hand.
    fn scanned(mut self) -> Self {
        self.tracker = Some(Tracker {
            tenant: main_tenant(),
            id: TrackerId::fresh(at(0)),
            account: None,
            carrier: carrier_of(FIRST),
            number: FIRST.parse().unwrap(),
            shipment: None,
            state: TrackingState {
                first_physical_scan: Some(EventTime::utc(at(2))),
                ..TrackingState::default()
            },
            estimate: None,
            last_mile_number: None,
            created_at: at(0),
            last_checked_at: None,
            next_check_at: None,
            pushed_at: None,
            push_until: None,
            failures: 0,
            ended: None,
            told: 1,
        });
        self
    }

    fn plan(&self, shop: &ShopAccount) -> Plan {
        let standing = Standing {
            confirmation: &self.confirmation,
            purchase: &self.purchase,
            tracker: self.tracker.as_ref(),
            events: &self.events,
            now: at(10),
            margin: Duration::from_secs(4 * 3_600),
        };
        next(shop, standing)
    }

    /// The carrier and the number that the shop is told.
    #[track_caller]
    fn telling(&self, shop: &ShopAccount) -> (String, String) {
        let plan = self.plan(shop);
        let Plan::Tell(telling) = plan else {
            panic!("{plan:?}");
        };
        (telling.carrier.code, telling.number.as_str().to_owned())
    }

    /// The code of what a person is asked.
    #[track_caller]
    fn asked(&self, shop: &ShopAccount) -> String {
        let plan = self.plan(shop);
        let Plan::Review(fault) = plan else {
            panic!("{plan:?}");
        };
        fault.code.unwrap()
    }
}

fn pair(carrier: &str, number: &str) -> (String, String) {
    (carrier.to_owned(), number.to_owned())
}

#[tokio::test]
async fn a_shop_is_told_at_the_first_scan_or_at_the_label() {
    let toys = shop(json!({}));
    assert_eq!(Scene::set().plan(&toys), Plan::Wait);
    assert_eq!(Scene::set().scanned().telling(&toys), pair("FIRST", FIRST));
    let mut at_label = Scene::set();
    at_label.confirmation.moment = Moment::Label;
    let Plan::Tell(telling) = at_label.plan(&toys) else {
        panic!("it is told");
    };
    assert_eq!(telling.shipped_at, at(1), "when it was bought");
    assert_eq!(telling.items.first().unwrap().quantity.get(), 2);
    let Plan::Tell(telling) = Scene::set().scanned().plan(&toys) else {
        panic!("it is told");
    };
    assert_eq!(telling.shipped_at, at(2), "when it was scanned");
}

#[tokio::test]
async fn shortly_before_its_time_it_is_told_without_a_scan_if_wished() {
    let bold = shop(json!({ "before_ship_by": "confirm" }));
    let careful = shop(json!({}));
    let mut scene = Scene::set();
    scene.confirmation.ship_by = Some(at(15));
    assert_eq!(scene.plan(&bold), Plan::Wait, "five hours are left");
    scene.confirmation.ship_by = Some(at(14));
    assert_eq!(scene.telling(&bold), pair("FIRST", FIRST));
    assert_eq!(scene.plan(&careful), Plan::Wait);
}

#[tokio::test]
async fn every_state_of_a_purchase_has_its_step() {
    use PurchaseState as P;
    let toys = shop(json!({}));
    let told = |state| {
        let scene = Scene::set().scanned();
        let scene = scene.told("FIRST", FIRST, ConfirmationState::Recognised);
        scene.in_state(state).plan(&toys)
    };
    for state in P::ALL.map(|(state, _)| state) {
        let untold = Scene::set().scanned().in_state(state).plan(&toys);
        let expected = match state {
            P::Purchased | P::PurchasedNoLabel | P::VoidRefused => {
                matches!(untold, Plan::Tell(_)) && told(state) == Plan::Wait
            }
            P::Rejected | P::Absent | P::Cancelled => {
                untold == Plan::Cancel && told(state) == Plan::Wait
            }
            P::Voided => untold == Plan::Cancel && matches!(told(state), Plan::Review(_)),
            P::Accepted
            | P::Sending
            | P::Unknown
            | P::NeedsReview
            | P::VoidWanted
            | P::Voiding
            | P::VoidUnknown => untold == Plan::Wait && told(state) == Plan::Wait,
        };
        assert!(expected, "{state:?}: {untold:?}, {:?}", told(state));
    }
}

#[tokio::test]
async fn what_takes_its_place_is_followed() {
    let toys = shop(json!({}));
    let other = ShipmentId::fresh(at(5));
    let mut scene = Scene::set().in_state(PurchaseState::Voided);
    scene.purchase.replaced_by = Some(other.clone());
    for state in ConfirmationState::ALL.map(|(state, _)| state) {
        scene.confirmation.state = state;
        assert_eq!(scene.plan(&toys), Plan::Follow(other.clone()));
    }
}

#[tokio::test]
async fn a_number_that_changed_is_told_again() {
    let toys = shop(json!({}));
    let mut scene = Scene::set()
        .scanned()
        .told("FIRST", FIRST, ConfirmationState::Recognised);
    assert_eq!(scene.plan(&toys), Plan::Wait);
    scene.tracker.as_mut().unwrap().last_mile_number = Some(LAST.parse().unwrap());
    assert_eq!(scene.telling(&toys), pair("LAST", LAST));
    let first_only = shop(json!({ "last_mile": false }));
    assert_eq!(scene.plan(&first_only), Plan::Wait);
    // Nobody's for certain: it takes no other's place.
    let doubtful = "1234567890".parse().unwrap();
    scene.tracker.as_mut().unwrap().last_mile_number = Some(doubtful);
    assert_eq!(scene.plan(&toys), Plan::Wait);
}

#[tokio::test]
async fn nothing_that_is_wrong_is_told() {
    let toys = shop(json!({}));
    let mut wrong = Scene::set().scanned();
    wrong.purchase.parcels[0].number = "1Z999AA10123456785".parse().unwrap();
    assert_eq!(wrong.asked(&toys), "INVALID_NUMBER");

    let mut strange = Scene::set().scanned();
    strange.purchase.carrier = CarrierId::known("acme");
    assert_eq!(strange.asked(&toys), "UNKNOWN_CARRIER");
    let named = shop(json!({ "carriers": { "acme": "Acme Post" } }));
    assert_eq!(strange.telling(&named), pair("Acme Post", FIRST));

    let mut none = Scene::set().scanned();
    none.confirmation.parcel = 7;
    assert_eq!(none.asked(&toys), "NO_BOX");

    let mut bare = Scene::set().scanned();
    bare.confirmation.items.clear();
    assert_eq!(bare.asked(&toys), "INVALID");

    // A person is asked once.
    for mut scene in [wrong, strange, none, bare] {
        scene.confirmation.state = ConfirmationState::NeedsReview;
        assert_eq!(scene.plan(&toys), Plan::Wait);
    }
}

#[tokio::test]
async fn what_was_told_is_read_back_until_it_is_recognised() {
    use ConfirmationState as C;
    let toys = shop(json!({}));
    for (state, plan) in [
        (C::Told, Plan::ReadBack),
        (C::Confirmed, Plan::ReadBack),
        (C::Recognised, Plan::Wait),
        (C::NeedsReview, Plan::Wait),
        (C::Cancelled, Plan::Wait),
    ] {
        let scene = Scene::set().scanned().told("FIRST", FIRST, state);
        assert_eq!(scene.plan(&toys), plan, "{state:?}");
    }
}

#[tokio::test]
async fn a_shop_hears_what_happens_on_the_way_once_and_in_order() {
    let toys = shop(json!({}));
    let mut scene = Scene::set().scanned();
    let Plan::Tell(telling) = scene.plan(&toys) else {
        panic!("it is told");
    };
    scene = scene.told(&telling.carrier.code, FIRST, ConfirmationState::Confirmed);
    scene.events = vec![event(2, Status::InTransit), event(5, Status::Delivered)];
    let mut heard = Vec::new();
    while let Plan::Inform(id, news) = scene.plan(&toys) {
        heard.push((news.milestone, news.at));
        scene.confirmation.news.push(id);
        assert!(heard.len() < 9, "it never ends");
    }
    let expected = [
        (parcelgate_shop::Milestone::InTransit, at(2)),
        (parcelgate_shop::Milestone::Delivered, at(5)),
    ];
    assert_eq!(heard, expected);
    scene.confirmation.news.clear();
    let silent = shop(json!({ "events": false }));
    assert!(!matches!(scene.plan(&silent), Plan::Inform(..)));
}

fn event(hour: i64, status: Status) -> TrackingEvent {
    let (carrier, number) = (carrier_of(FIRST), FIRST.parse().unwrap());
    let place = Place::default();
    TrackingEvent {
        id: EventId::of(&carrier, &number, "", &at(hour).to_string(), &place, ""),
        carrier,
        number,
        code: String::new(),
        text: String::new(),
        language: "en".to_owned(),
        status: Some(status),
        substatus: None,
        leg: None,
        flags: Flags::default(),
        place,
        occurred_at: EventTime::utc(at(hour)),
        observed_at: at(hour),
        correction: false,
        mapping_version: 1,
    }
}
