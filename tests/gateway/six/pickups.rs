//! Couriers who come: ordered once, taken back, in doubt when the answer is lost.

use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Zoned};
use parcelgate_clock::{Clock as _, System};
use parcelgate_proto::google::r#type::Date;
use parcelgate_proto::v1::pickup::State;
use parcelgate_proto::v1::{CancelPickupRequest, GetPickupRequest, Pickup, SchedulePickupRequest};
use parcelgate_sandbox::{Carrier, Fault};
use tonic::{Code, Response, Status};

use super::asking::{DHL_TRACKING, EXPRESS, FEDEX, FOURPX, PAKET, USPS, bonn};
use crate::errors::{fact, fields, reason};
use crate::requests::{dallas, fresh, parcel, shenzhen};
use crate::stage::{Stage, UPS, YANWEN};

/// Who comes, and which requests of its carrier are about it.
const COMING: [(&str, Carrier); 5] = [
    (PAKET, Carrier::Dhl),
    (UPS, Carrier::Ups),
    (FEDEX, Carrier::Fedex),
    (USPS, Carrier::Usps),
    (EXPRESS, Carrier::Dhl),
];

/// The next day but today on which everybody works.
fn working_day() -> Date {
    let works = |day: &Zoned| !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
    let now = System.now();
    let ahead = |days: i64| (now + SignedDuration::from_hours(24 * days)).to_zoned(TimeZone::UTC);
    let day = (1..).map(ahead).find(works).unwrap().date();
    Date {
        year: day.year().into(),
        month: day.month().into(),
        day: day.day().into(),
    }
}

fn order(account: &str) -> SchedulePickupRequest {
    let (address, service) = match account {
        UPS => (dallas(), "03"),
        FEDEX => (dallas(), "FEDEX_2_DAY"),
        USPS => (dallas(), "USPS_GROUND_ADVANTAGE"),
        EXPRESS => (shenzhen(), "P"),
        PAKET => (bonn(), "V01PAK"),
        _ => (shenzhen(), ""),
    };
    let destination_country = match account {
        EXPRESS => "US".into(),
        PAKET => "DE".into(),
        _ => address.country.clone(),
    };
    SchedulePickupRequest {
        request_id: fresh(),
        account: account.into(),
        address: Some(address),
        date: Some(working_day()),
        ready_time: "10:00".into(),
        close_time: "17:00".into(),
        parcels: vec![parcel(), parcel()],
        service: service.into(),
        destination_country,
        ..SchedulePickupRequest::default()
    }
}

async fn schedule(stage: &Stage, request: SchedulePickupRequest) -> Result<Pickup, Status> {
    let reply = stage.pickups().schedule_pickup(request).await;
    reply.map(Response::into_inner)
}

async fn read(stage: &Stage, name: &str) -> Pickup {
    let name = name.to_owned();
    let reply = stage.pickups().get_pickup(GetPickupRequest { name }).await;
    reply.expect("the pickup").into_inner()
}

async fn cancel(stage: &Stage, name: &str) -> Result<Pickup, Status> {
    let name = name.to_owned();
    let request = CancelPickupRequest { name };
    let reply = stage.pickups().cancel_pickup(request).await;
    reply.map(Response::into_inner)
}

#[tokio::test]
async fn a_courier_is_ordered_once_and_taken_back() {
    for (account, carrier) in COMING {
        let stage = Stage::six().await;
        let asked = stage.count(carrier, "pickup", 0);
        let request = order(account);
        let made = schedule(&stage, request.clone()).await;
        let made = made.unwrap_or_else(|why| panic!("{account}: {why:?}"));
        assert_eq!(made.state(), State::Scheduled, "{account}: {made:?}");
        assert!(!made.confirmation.is_empty(), "{account}");
        assert_eq!(made.date, request.date, "{account}");
        let once = asked.seen();
        assert_eq!(schedule(&stage, request.clone()).await.unwrap(), made);
        assert_eq!(read(&stage, &made.name).await, made, "{account}");
        assert_eq!(asked.seen(), once, "{account}: ordered again");
        let mut other = request;
        other.parcels.truncate(1);
        let refused = schedule(&stage, other).await.unwrap_err();
        assert_eq!(reason(&refused, Code::InvalidArgument), "REQUEST_ID_REUSED");

        let gone = cancel(&stage, &made.name).await;
        let gone = gone.unwrap_or_else(|why| panic!("{account}: {why:?}"));
        assert_eq!(gone.state(), State::Cancelled, "{account}");
        assert_eq!(cancel(&stage, &made.name).await.unwrap(), gone);
        assert_eq!(read(&stage, &made.name).await, gone, "{account}");
        stage.stop().await;
    }
}

#[tokio::test]
async fn a_courier_whose_answer_is_lost_may_come_and_is_not_ordered_again() {
    for (account, carrier) in COMING {
        let stage = Stage::six().await;
        stage.fail(carrier, "pickup", Fault::CutAfter, 1);
        let asked = stage.count(carrier, "pickup", 0);
        let request = order(account);
        let told = schedule(&stage, request.clone()).await;
        let told = told.unwrap_or_else(|why| panic!("{account}: {why:?}"));
        assert_eq!(told.state(), State::Unknown, "{account}: {told:?}");
        assert!(told.failure.is_some() && told.confirmation.is_empty());
        assert_eq!(schedule(&stage, request).await.unwrap(), told);
        assert_eq!(read(&stage, &told.name).await, told, "{account}");
        assert_eq!(asked.seen(), 0, "{account}: ordered again");
        stage.stop().await;
    }
}

#[tokio::test]
async fn who_does_not_come_says_why() {
    let stage = Stage::six().await;
    for account in [YANWEN, FOURPX, DHL_TRACKING] {
        let refused = schedule(&stage, order(account)).await.unwrap_err();
        assert_eq!(reason(&refused, Code::Unimplemented), "UNSUPPORTED");
        assert!(fact(&refused, "why").len() > 20, "{account}: {refused:?}");
    }
    stage.stop().await;
}

#[tokio::test]
async fn what_a_carrier_must_know_of_a_pickup_is_named() {
    let stage = Stage::six().await;
    let mut nobody = order(USPS);
    let address = nobody.address.as_mut().unwrap();
    address.phone.clear();
    address.name = "Grace".into();
    let mut no_service = order(EXPRESS);
    no_service.service.clear();
    let cases = [
        (nobody, vec!["address.email", "address.name"]),
        (no_service, vec!["service"]),
    ];
    for (request, expected) in cases {
        let refused = schedule(&stage, request).await.unwrap_err();
        assert_eq!(fields(&refused), expected);
    }
    stage.stop().await;
}
