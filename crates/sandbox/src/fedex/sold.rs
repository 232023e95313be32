//! What is answered to a purchase: numbers, labels, papers and charges.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::paper;
use super::piece::Piece;
use super::price::{Price, Rate, Tariff, fuel_per_cent, weight};
use super::rating::in_words;
use super::shipment::Package;
use crate::decimal::{number, text as decimal};
use crate::document::{at, list};
use crate::parcel::Parcel;

/// The packages sold, their price by the account and by the list.
struct Sold<'a> {
    parcels: &'a [Arc<Parcel<Package>>],
    account: Price,
    list: Price,
}

/// The answer to the purchase of `parcels`, as `asked`.
pub(crate) fn output(parcels: &[Arc<Parcel<Package>>], asked: &Value) -> Value {
    let Some(lead) = parcels.first() else {
        return json!({ "transactionShipments": [] });
    };
    let shipment = &lead.detail.shipment;
    let pieces: Vec<Piece> = parcels
        .iter()
        .map(|parcel| parcel.detail.piece.clone())
        .collect();
    let price = |tariff| {
        let saturday = shipment.wishes.saturday;
        Price::of(tariff, shipment.service, &shipment.lane, &pieces, saturday)
    };
    let sold = Sold {
        parcels,
        account: price(Tariff::Account),
        list: price(Tariff::List),
    };
    let mut transaction = json!({
        "serviceType": shipment.service.kind,
        "shipDatestamp": shipment.shipped.to_string(),
        "serviceCategory": shipment.service.category(),
        "serviceName": shipment.service.name,
        "masterTrackingNumber": lead.purchase,
        "pieceResponses": sold.pieces(),
        "completedShipmentDetail": sold.completed(lead),
        "alerts": [],
    });
    let papers = papers(lead, asked);
    if let (false, Some(members)) = (papers.is_empty(), transaction.as_object_mut()) {
        members.insert("shipmentDocuments".to_owned(), json!(papers));
    }
    json!({ "transactionShipments": [transaction] })
}

/// The commercial invoice, when it was asked for.
fn papers(lead: &Parcel<Package>, asked: &Value) -> Vec<Value> {
    let kinds = list(asked, "shippingDocumentSpecification.shippingDocumentTypes");
    let wanted = kinds
        .iter()
        .any(|kind| kind.as_str() == Some("COMMERCIAL_INVOICE"));
    let customs = at(asked, "customsClearanceDetail").filter(|_| wanted);
    let invoice = |customs: &Value| {
        json!({
            "contentType": "COMMERCIAL_INVOICE",
            "copiesToPrint": 1,
            "trackingNumber": lead.purchase,
            "docType": "PDF",
            "encodedLabel": paper::invoice(lead, customs),
        })
    };
    customs.map(invoice).into_iter().collect()
}

impl Sold<'_> {
    fn pieces(&self) -> Vec<Value> {
        let rates = self.account.pieces.iter().zip(&self.list.pieces);
        let piece = |(parcel, (account, list)): (&Arc<Parcel<Package>>, (&Rate, &Rate))| {
            let shipment = &parcel.detail.shipment;
            let references: Vec<Value> = parcel
                .detail
                .references
                .iter()
                .map(|(kind, value)| json!({ "customerReferenceType": kind, "value": value }))
                .collect();
            let label = json!({
                "contentType": "LABEL",
                "copiesToPrint": 1,
                "trackingNumber": parcel.number,
                "docType": shipment.image.kind.code(),
                "encodedLabel": paper::label(parcel),
            });
            json!({
                "packageSequenceNumber": parcel.detail.position,
                "trackingNumber": parcel.number,
                "masterTrackingNumber": parcel.purchase,
                "trackingIdType": "FEDEX",
                "serviceCategory": shipment.service.category(),
                "deliveryTimestamp": shipment.promised.to_string(),
                "baseRateAmount": number(account.base),
                "netDiscountAmount": number(account.discount),
                "additionalChargesDiscount": number(0),
                "netChargeAmount": number(account.net()),
                "listRateAmount": number(list.net()),
                "listCustomerTotalCharge": decimal(list.net()),
                "customerReferences": references,
                "packageDocuments": [label],
            })
        };
        self.parcels.iter().zip(rates).map(piece).collect()
    }

    fn completed(&self, lead: &Parcel<Package>) -> Value {
        let shipment = &lead.detail.shipment;
        let service = shipment.service;
        let promised = shipment.promised;
        let days = service.days(&shipment.lane);
        let mut detail = Map::new();
        let mut set = |name: &str, value: Value| detail.insert(name.to_owned(), value);
        set("usDomestic", json!(shipment.lane.in_the_states()));
        set("carrierCode", json!(service.carrier()));
        set("masterTrackingId", tracking_id(&lead.purchase));
        set("packagingDescription", json!(shipment.packaging.name));
        set(
            "serviceDescription",
            json!({
                "serviceType": service.kind,
                "code": service.code,
                "names": [{ "type": "long", "encoding": "utf-8", "value": service.name }],
                "description": service.name,
                "serviceCategory": "parcel",
            }),
        );
        set(
            "operationalDetail",
            json!({
                "serviceCode": service.code,
                "postalCode": shipment.to.postal,
                "countryCode": shipment.to.country,
                "stateOrProvinceCode": shipment.to.state,
                "transitTime": in_words(days),
                "deliveryDay": promised.strftime("%a").to_string().to_uppercase(),
                "deliveryDate": promised.date().to_string(),
                "commitDate": promised.to_string(),
                "ineligibleForMoneyBackGuarantee": false,
            }),
        );
        set("shipmentRating", self.rating());
        set("completedPackageDetails", json!(self.packages()));
        Value::Object(detail)
    }

    fn rating(&self) -> Value {
        let rated = |tariff: Tariff, price: &Price| {
            let total = price.total();
            json!({
                "rateType": format!("PAYOR_{}_SHIPMENT", tariff.code()),
                "rateZone": price.zone_code(),
                "ratedWeightMethod": price.weighed(),
                "pricingCode": "PACKAGE",
                "totalBillingWeight": price.billing_weight(),
                "fuelSurchargePercent": fuel_per_cent(),
                "totalBaseCharge": number(total.base),
                "totalFreightDiscounts": number(total.discount),
                "totalNetFreight": number(total.base - total.discount),
                "totalSurcharges": number(total.surcharged()),
                "totalTaxes": number(0),
                "totalNetFedExCharge": number(total.net()),
                "totalNetCharge": number(total.net()),
                "surcharges": total.listed("surchargeType"),
                "currency": "USD",
            })
        };
        json!({
            "actualRateType": "PAYOR_ACCOUNT_SHIPMENT",
            "shipmentRateDetails": [
                rated(Tariff::Account, &self.account),
                rated(Tariff::List, &self.list),
            ],
        })
    }

    fn packages(&self) -> Vec<Value> {
        let package = |(parcel, rate): (&Arc<Parcel<Package>>, &Rate)| {
            let piece = &parcel.detail.piece;
            json!({
                "sequenceNumber": parcel.detail.position,
                "groupNumber": 0,
                "signatureOption": piece.signature.kind,
                "trackingIds": [tracking_id(&parcel.number)],
                "packageRating": {
                    "effectiveNetDiscount": number(rate.discount),
                    "actualRateType": "PAYOR_ACCOUNT_PACKAGE",
                    "packageRateDetails": [{
                        "rateType": "PAYOR_ACCOUNT_PACKAGE",
                        "ratedWeightMethod":
                            if piece.is_dimensional() { "DIM" } else { "ACTUAL" },
                        "billingWeight": weight(piece.units, piece.billed()),
                        "baseCharge": number(rate.base),
                        "totalFreightDiscounts": number(rate.discount),
                        "netFreight": number(rate.base - rate.discount),
                        "totalSurcharges": number(rate.surcharged()),
                        "netFedExCharge": number(rate.net()),
                        "netCharge": number(rate.net()),
                        "surcharges": rate.listed("surchargeType"),
                        "currency": "USD",
                    }],
                },
            })
        };
        self.parcels
            .iter()
            .zip(&self.account.pieces)
            .map(package)
            .collect()
    }
}

fn tracking_id(number: &str) -> Value {
    json!({ "trackingIdType": "FEDEX", "trackingNumber": number })
}
