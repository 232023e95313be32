#!/usr/bin/env python3
"""Quotes a parcel, buys the best label and watches the parcel, without a line of generated code.

Every message and method is read from the gateway itself by server reflection. Start a gateway to
try it on with `parcelgate demo --keep`, which prints the server and the key.
"""

import argparse
import datetime
import json
import sys
import uuid

import grpc
from google.protobuf import json_format, message_factory
from google.protobuf.descriptor_pool import DescriptorPool
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import (
    ProtoReflectionDescriptorDatabase,
)

PACKAGE = "parcelgate.v1"


class Gateway:
    """A gateway whose interface is known only by asking it."""

    def __init__(self, server, key):
        self.channel = grpc.insecure_channel(server)
        self.metadata = [("authorization", f"Bearer {key}")]
        self.pool = DescriptorPool(ProtoReflectionDescriptorDatabase(self.channel))

    def call(self, service, method, request, timeout=30):
        """Calls with a request written as JSON. A stream gives an iterator of replies."""
        found = self.pool.FindServiceByName(f"{PACKAGE}.{service}").FindMethodByName(method)
        message = message_factory.GetMessageClass(found.input_type)()
        json_format.ParseDict(request, message)
        kind = self.channel.unary_stream if found.server_streaming else self.channel.unary_unary
        stub = kind(
            f"/{PACKAGE}.{service}/{method}",
            request_serializer=lambda sent: sent.SerializeToString(),
            response_deserializer=message_factory.GetMessageClass(found.output_type).FromString,
        )
        return stub(message, timeout=timeout, metadata=self.metadata)


def shipment():
    """A small parcel from Shenzhen to Ohio, as the interface wants it."""
    return {
        "ship_from": {
            "name": "Li Wei", "company": "Nanshan Trading Co Ltd",
            "lines": ["Building 4, 88 Keji South Road"], "city": "Shenzhen",
            "region": "Guangdong", "postal_code": "518057", "country": "CN",
            "phone": "+86 755 8600 1234",
        },
        "ship_to": {
            "name": "Hannah Brooks", "lines": ["4821 Maple Grove Ln"], "city": "Columbus",
            "region": "OH", "postal_code": "43215", "country": "US",
            "phone": "+1 614 555 0142", "residential": True,
        },
        "parcels": [{
            "weight_grams": 310,
            "size": {"length_mm": 200, "width_mm": 150, "height_mm": 60},
        }],
        "customs": {"items": [{
            "sku": "SZ-SCARF-SILK", "description": "Silk scarf", "description_zh": "丝巾",
            "quantity": 2, "unit_weight_grams": 140, "hs_code": "621410", "origin": "CN",
            "unit_value": {"currency_code": "USD", "units": 12},
        }]},
    }


def money(amount):
    """An amount as text: whole units and hundredths, never through a float."""
    return f"{amount.units}.{amount.nanos // 10_000_000:02} {amount.currency_code}"


def is_best(offer):
    """Whether nothing cheaper is promised by the deadline."""
    return "TAG_BEST_BY_DEADLINE" in json_format.MessageToDict(offer).get("tags", [])


def quote(gateway, parcel, deliver_by):
    """Shows every offer; gives back the cheapest in time, or else the cheapest."""
    day = {"year": deliver_by.year, "month": deliver_by.month, "day": deliver_by.day}
    request = {**parcel, "ship_from": [parcel["ship_from"]], "currency": "USD", "deliver_by": day}
    reply = gateway.call("RateService", "QuoteRates", request)
    for offer in reply.quotes:
        mark = "*" if is_best(offer) else " "
        print(f"{mark} {offer.carrier:8} {offer.service_name:30} {money(offer.total):>14}"
              f" {money(offer.converted_total):>12}  {offer.transit.days_max} days")
    for failure in reply.failures:
        print(f"  {failure.account}: {failure.reason} {failure.carrier_text}")
    if not reply.quotes:
        sys.exit("no carrier offers anything")
    return next(filter(is_best, reply.quotes), reply.quotes[0])


def buy(gateway, parcel, offer):
    """Buys the offer. The request id is what keeps a repetition from buying twice."""
    request = {
        "request_id": str(uuid.uuid4()),
        "shipment": parcel,
        "quote": offer.name,
        "label_format": "LABEL_FORMAT_PDF",
    }
    bought = gateway.call("ShipmentService", "PurchaseLabel", request)
    if not bought.parcels:
        sys.exit(f"not bought: {bought.failure.carrier_code} {bought.failure.carrier_text}")
    label = gateway.call("ShipmentService", "GetLabel", {"name": bought.name})
    price = bought.charged if bought.HasField("charged") else bought.quoted_total
    print(f"\nbought {bought.parcels[0].tracking_number} for {money(price)},"
          f" label: {label.media_type}, {len(label.content)} bytes")
    return bought


def watch(gateway, shipment_bought, seconds):
    """Prints what happens to the parcel; true once it is delivered."""
    tracker = shipment_bought.parcels[0].tracker
    # "0" is the beginning of the log, so nothing is missed between buying and watching.
    stream = gateway.call("TrackingService", "WatchEvents", {"resume_token": "0"}, timeout=seconds)
    try:
        for reply in stream:
            event = json.loads(reply.event.data_json or "{}").get("event")
            if reply.event.subject != tracker or not event:
                continue
            place = (event["place"] or {}).get("city") or ""
            print(f"  {event['occurred_at']['local']}  {place:12}  {event['text']}")
            if event["status"] == "DELIVERED":
                now = gateway.call("TrackingService", "GetTracker", {"name": tracker})
                print(f"delivered at {now.delivery_time.ToJsonString()}")
                return True
    except grpc.RpcError as error:
        if error.code() != grpc.StatusCode.DEADLINE_EXCEEDED:
            raise
    print(f"not delivered within {seconds} s")
    return False


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--server", default="127.0.0.1:50051", help="host:port of the gateway")
    arguments.add_argument("--key", required=True, help="an API key")
    arguments.add_argument("--watch", type=int, default=60, help="seconds to watch the parcel")
    given = arguments.parse_args()
    gateway = Gateway(given.server.removeprefix("http://"), given.key)
    parcel = shipment()
    offer = quote(gateway, parcel, datetime.date.today() + datetime.timedelta(days=20))
    bought = buy(gateway, parcel, offer)
    sys.exit(0 if watch(gateway, bought, given.watch) else 1)


if __name__ == "__main__":
    main()
