//! What is bought survives the gateway: stopped in good order, or gone from one moment to the next.

use std::time::Duration;

use parcelgate::app::Gateway;
use parcelgate_proto::v1::LabelFormat;
use parcelgate_proto::v1::shipment::State;
use parcelgate_proto::v1::shipment_service_client::ShipmentServiceClient;
use parcelgate_sandbox::{Carrier, Fault, FaultOrder, Settings};
use tokio::runtime::Builder;

use crate::requests::{ground, packet};
use crate::stage::{Bearer, SCOPES, Stage, channel, until};

#[tokio::test]
async fn labels_are_the_same_bytes_after_a_restart() {
    let stage = Stage::start().await;
    let mut zpl = ground();
    zpl.set_label_format(LabelFormat::Zpl);
    let mut bought = Vec::new();
    for request in [ground(), zpl, packet()] {
        let shipment = stage.buy(request).await.unwrap();
        let format = LabelFormat::Unspecified;
        let label = stage.label(&shipment.name, format).await.unwrap();
        bought.push((shipment, label));
    }
    let stage = stage.restart().await;
    for (shipment, label) in &bought {
        assert_eq!(stage.shipment(&shipment.name).await, *shipment);
        let format = LabelFormat::Unspecified;
        let again = stage.label(&shipment.name, format).await.unwrap();
        assert_eq!(again, *label);
    }
    stage.stop().await;
}

#[tokio::test]
async fn a_stop_waits_for_the_purchase_under_way() {
    let stage = Stage::start().await;
    let sent = stage.count(Carrier::Ups, "ship", 500);
    let mut client = stage.shipments();
    let request = ground();
    let call = tokio::spawn({
        let request = request.clone();
        async move { client.purchase_label(request).await }
    });
    until("sent", async || (sent.seen() == 1).then_some(())).await;
    let stage = stage.restart().await;
    let reply = call.await.unwrap().unwrap().into_inner();
    assert_eq!(reply.state(), State::Purchased);
    assert_eq!(stage.buy(request).await.unwrap(), reply);
    assert_eq!((sent.seen(), stage.carriers().parcels().len()), (1, 1));
    stage.stop().await;
}

/// The gateway dies after the carrier has sold and before it could write that down: what the new
/// one finds is SENDING, with nobody at it.
#[test]
fn a_sale_that_nobody_wrote_down_is_found_by_the_next_gateway() {
    let carriers = Builder::new_multi_thread().enable_all().build().unwrap();
    let scenery = Stage::scenery(Settings::default(), |config| {
        config.purchase.carrier_ms_max = 1_000; // so that the lease is soon over
    });
    let (sandbox, _folder, config) = carriers.block_on(scenery);
    // Yanwen sells, then is asked for the label, and keeps the gateway waiting.
    sandbox.control().inject(FaultOrder {
        carrier: Carrier::Yanwen,
        operation: "label".to_owned(),
        fault: Fault::Hang,
        times: 1,
    });
    let request = packet();

    let first = Builder::new_multi_thread().enable_all().build().unwrap();
    let key = first.block_on(async {
        let gateway = Gateway::start(config.clone()).await.unwrap();
        let key = gateway.create_key("test", &SCOPES).await.unwrap();
        let channel = channel(&gateway);
        let mut client = ShipmentServiceClient::with_interceptor(channel, Bearer::of(&key));
        let asked = request.clone();
        tokio::spawn(async move { client.purchase_label(asked).await });
        let waits = async || sandbox.control().faults().is_empty().then_some(());
        until("sold, and asked for the label", waits).await;
        assert_eq!(sandbox.control().parcels().len(), 1);
        std::mem::forget(gateway); // as a crash does
        key
    });
    first.shutdown_timeout(Duration::ZERO);

    carriers.block_on(async {
        let gateway = Gateway::start(config).await.unwrap();
        let channel = channel(&gateway);
        let client = ShipmentServiceClient::with_interceptor(channel, Bearer::of(&key));
        let settled = until("settled", async || {
            let reply = client.clone().purchase_label(request.clone()).await.ok()?;
            let shipment = reply.into_inner();
            (shipment.state() == State::Purchased).then_some(shipment)
        })
        .await;
        let parcels = sandbox.control().parcels();
        assert_eq!(parcels.len(), 1);
        assert_eq!(parcels[0].number, settled.parcels[0].tracking_number);
        gateway.stop().await;
        sandbox.stop().await;
    });
}
