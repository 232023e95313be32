//! The server says what it is, how it is, and how much it takes.

use futures::StreamExt as _;
use parcelgate_proto::v1::shipment::State;
use parcelgate_proto::v1::{
    GetCarrierStatusRequest, ListCarriersRequest, ListServicesRequest, ListWarehousesRequest,
    ValidateAddressRequest, validate_address_response::Outcome,
};
use prost::Message as _;
use prost_types::FileDescriptorProto;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tonic::Code;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;
use tonic_reflection::pb::{v1, v1alpha};

use crate::errors::{fact, fields, reason};
use crate::requests::{abroad, columbus, ground, quote};
use crate::stage::{Stage, UPS, YANWEN};

const SERVICES: [&str; 6] = [
    "parcelgate.v1.AddressService",
    "parcelgate.v1.CarrierService",
    "parcelgate.v1.RateService",
    "parcelgate.v1.ShipmentService",
    "parcelgate.v1.SubscriptionService",
    "parcelgate.v1.TrackingService",
];

#[tokio::test]
async fn every_service_is_healthy() {
    let stage = Stage::start().await;
    let mut client = HealthClient::new(stage.channel());
    for service in SERVICES.iter().chain(&[""]) {
        let service = (*service).to_owned();
        let reply = client.check(HealthCheckRequest { service }).await.unwrap();
        assert_eq!(reply.into_inner().status(), ServingStatus::Serving);
    }
    let service = "parcelgate.v2.Nothing".to_owned();
    let refused = client
        .check(HealthCheckRequest { service })
        .await
        .unwrap_err();
    assert_eq!(reason(&refused, Code::NotFound), "NOT_FOUND");
    stage.stop().await;
}

/// The comment on a method, which a client shows to people.
fn comment(file: &FileDescriptorProto) -> Option<&str> {
    let places = file.source_code_info.as_ref()?.location.iter();
    // Service 0, method 0: field 6 of a file, field 2 of a service.
    let mut of_method = places.filter(|place| place.path == [6, 0, 2, 0]);
    of_method.next().map(|place| place.leading_comments())
}

#[tokio::test]
async fn the_interface_tells_of_itself_with_its_comments() {
    use v1::server_reflection_request::MessageRequest;
    use v1::server_reflection_response::MessageResponse;
    let stage = Stage::start().await;
    let client = v1::server_reflection_client::ServerReflectionClient::new(stage.channel());
    let ask = async |message_request| {
        let request = v1::ServerReflectionRequest {
            host: String::new(),
            message_request: Some(message_request),
        };
        let requests = futures::stream::iter([request]);
        let replies = client.clone().server_reflection_info(requests).await;
        let mut replies = replies.unwrap().into_inner();
        replies.next().await.unwrap().unwrap().message_response
    };
    let answer = ask(MessageRequest::ListServices(String::new())).await;
    let Some(MessageResponse::ListServicesResponse(list)) = answer else {
        panic!("{answer:?}");
    };
    let names: Vec<_> = list.service.iter().map(|own| own.name.as_str()).collect();
    for service in SERVICES.iter().chain(&["grpc.health.v1.Health"]) {
        assert!(names.contains(service), "{service} is not among {names:?}");
    }
    for symbol in SERVICES.iter().chain(&["google.rpc.ErrorInfo"]) {
        let answer = ask(MessageRequest::FileContainingSymbol((*symbol).to_owned())).await;
        let Some(MessageResponse::FileDescriptorResponse(found)) = answer else {
            panic!("{symbol}: {answer:?}");
        };
        let file = found.file_descriptor_proto[0].as_slice();
        let file = FileDescriptorProto::decode(file).unwrap();
        if symbol.starts_with("parcelgate") {
            let comment = comment(&file).unwrap_or_default();
            assert!(comment.trim().len() > 10, "{symbol}: {comment:?}");
        }
    }
    stage.stop().await;
}

#[tokio::test]
async fn clients_of_the_older_reflection_are_served_too() {
    use v1alpha::server_reflection_request::MessageRequest;
    use v1alpha::server_reflection_response::MessageResponse;
    let stage = Stage::start().await;
    let channel = stage.channel();
    let mut client = v1alpha::server_reflection_client::ServerReflectionClient::new(channel);
    let request = v1alpha::ServerReflectionRequest {
        host: String::new(),
        message_request: Some(MessageRequest::ListServices(String::new())),
    };
    let replies = client
        .server_reflection_info(futures::stream::iter([request]))
        .await;
    let mut replies = replies.unwrap().into_inner();
    let answer = replies.next().await.unwrap().unwrap().message_response;
    let Some(MessageResponse::ListServicesResponse(list)) = answer else {
        panic!("{answer:?}");
    };
    for service in SERVICES {
        assert!(list.service.iter().any(|own| own.name == service));
    }
    drop(replies);
    stage.stop().await;
}

#[tokio::test]
async fn calls_in_flight_on_a_connection_are_bounded() {
    let stage = Stage::start().await;
    let mut stream = TcpStream::connect(stage.gateway.grpc()).await.unwrap();
    let empty_settings = [0, 0, 0, 4, 0, 0, 0, 0, 0];
    stream
        .write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
        .await
        .unwrap();
    stream.write_all(&empty_settings).await.unwrap();
    // The first frame of a server is its SETTINGS: length, type 4, pairs of a number and a value.
    let mut head = [0; 9];
    stream.read_exact(&mut head).await.unwrap();
    assert_eq!(head[3], 4);
    let mut body = vec![0; usize::from(head[1]) << 8 | usize::from(head[2])];
    stream.read_exact(&mut body).await.unwrap();
    let pairs = body.chunks_exact(6).map(|pair| {
        let number = u16::from_be_bytes([pair[0], pair[1]]);
        (
            number,
            u32::from_be_bytes([pair[2], pair[3], pair[4], pair[5]]),
        )
    });
    let max_concurrent_streams = pairs.into_iter().find(|(number, _)| *number == 3);
    assert_eq!(max_concurrent_streams, Some((3, 200)));
    drop(stream);
    stage.stop().await;
}

#[tokio::test]
async fn what_carriers_can_do_is_told() {
    let stage = Stage::start().await;
    let reply = stage
        .catalogue()
        .list_carriers(ListCarriersRequest {})
        .await;
    let carriers = reply.unwrap().into_inner().carriers;
    let named = |id: &str| carriers.iter().find(|carrier| carrier.id == id).unwrap();
    let (ups, yanwen) = (named("ups"), named("yanwen"));
    assert!(carriers.is_sorted_by_key(|carrier| &carrier.id));
    assert_eq!(
        (ups.accounts.join(" "), yanwen.accounts.join(" ")),
        (UPS.into(), YANWEN.into())
    );
    let others = carriers
        .iter()
        .filter(|carrier| !["ups", "yanwen"].contains(&carrier.id.as_str()));
    for other in others {
        assert!(
            other.accounts.is_empty() && other.capabilities.is_empty(),
            "{other:?}"
        );
    }
    assert!(ups.capabilities.contains(&"addresses".to_owned()));
    assert!(!yanwen.capabilities.contains(&"addresses".to_owned()));
    assert_eq!(
        (ups.label_formats.join(" "), yanwen.label_formats.join(" ")),
        ("gif zpl".into(), "pdf".into())
    );

    stage.stop().await;
}

#[tokio::test]
async fn without_the_redis_through_which_quotas_are_shared_it_sells_by_its_part() {
    let stage = Stage::with(|config| {
        // Nobody listens there.
        config.quota.redis_url = "redis://127.0.0.1:1".into();
        config.quota.replicas_max = 2;
    })
    .await;
    let account = UPS.to_owned();
    let reply = stage
        .catalogue()
        .get_carrier_status(GetCarrierStatusRequest { account })
        .await;
    let quotas = reply.unwrap().into_inner().quotas;
    assert!(!quotas.is_empty());
    assert!(quotas.iter().all(|quota| quota.source == "LOCAL_SHARE"));
    let bought = stage.buy(ground()).await.unwrap();
    assert_eq!(bought.state(), State::Purchased);
    stage.stop().await;
}

#[tokio::test]
async fn how_an_account_is_and_what_it_may_use_is_told() {
    let stage = Stage::start().await;
    stage.quote(quote(&abroad())).await.unwrap();
    let account = UPS.to_owned();
    let reply = stage
        .catalogue()
        .get_carrier_status(GetCarrierStatusRequest { account })
        .await;
    let status = reply.unwrap().into_inner();
    assert!(status.hosts.iter().all(|host| host.circuit == "CLOSED"));
    let quoted = status
        .operations
        .iter()
        .find(|own| own.operation == "quote")
        .unwrap();
    assert_eq!((quoted.requests, quoted.failures), (1, 0));
    let account = "nobody".to_owned();
    let refused = stage
        .catalogue()
        .get_carrier_status(GetCarrierStatusRequest { account })
        .await;
    assert_eq!(fields(&refused.unwrap_err()), ["account"]);

    let account = YANWEN.to_owned();
    let reply = stage
        .catalogue()
        .list_services(ListServicesRequest { account })
        .await;
    let services = reply.unwrap().into_inner().services;
    assert!(services.iter().any(|service| service.code == "481"));
    let account = YANWEN.to_owned();
    let reply = stage
        .catalogue()
        .list_warehouses(ListWarehousesRequest { account })
        .await;
    assert!(!reply.unwrap().into_inner().warehouses.is_empty());
    let account = UPS.to_owned();
    let refused = stage
        .catalogue()
        .list_warehouses(ListWarehousesRequest { account })
        .await;
    let refused = refused.unwrap_err();
    assert_eq!(reason(&refused, Code::Unimplemented), "UNSUPPORTED");
    assert_eq!(fact(&refused, "capability"), "catalogue");
    stage.stop().await;
}

#[tokio::test]
async fn an_address_is_checked_by_who_can() {
    let stage = Stage::start().await;
    let check = async |address, account: &str| {
        let request = ValidateAddressRequest {
            address,
            account: account.to_owned(),
        };
        let reply = stage.addresses().validate_address(request).await;
        reply.map(tonic::Response::into_inner)
    };
    let known = check(Some(columbus()), "").await.unwrap();
    assert_eq!(
        (known.outcome(), known.carrier.as_str()),
        (Outcome::Valid, "ups")
    );
    let mut wrong = columbus();
    wrong.postal_code = "4321".into();
    wrong.city.clear();
    let refused = check(Some(wrong), "").await.unwrap_err();
    assert_eq!(fields(&refused), ["address.city", "address.postal_code"]);
    assert_eq!(fields(&check(None, "").await.unwrap_err()), ["address"]);
    let refused = check(Some(columbus()), YANWEN).await.unwrap_err();
    assert_eq!(reason(&refused, Code::Unimplemented), "UNSUPPORTED");
    let refused = check(Some(columbus()), "nobody").await.unwrap_err();
    assert_eq!(fields(&refused), ["account"]);
    stage.stop().await;
}
