//! Tables: event codes and states of an order, 4PX's words in the comments.

use parcelgate_carrier::meaning::Meaning;
use parcelgate_domain::{Flags, Leg, Status, Substatus};

/// Edition of the table below; it grows with every change of a row.
pub(crate) const MAPPING_VERSION: u32 = 1;

const NO: Flags = Meaning::NO_CHANGE.flags;
#[rustfmt::skip]
const CUSTOMS: Flags = Flags { customs_event: true, ..NO };
#[rustfmt::skip]
const SCAN: Flags = Flags { first_physical_scan: true, ..NO };
#[rustfmt::skip]
const ATTEMPT: Flags = Flags { delivery_attempt: true, ..NO };
#[rustfmt::skip]
const END: Flags = Flags { terminal: true, ..NO };
#[rustfmt::skip]
const CUSTOMS_END: Flags = Flags { customs_event: true, ..END };

type Row = (&'static str, Status, Option<Substatus>, Leg, Flags);

use Status as S;
use Substatus as U;

/// How every code begins; left out below.
const HEAD: &str = "FPX_";

/// What public lists and live answers tell of the codes (2026-11); 4PX's own list is behind its
/// log-in. A star stands for any ending: a row without one wins, then the longest.
#[rustfmt::skip]
const CODES: [Row; 128] = [
    // L: picking up
    ("L_RPIF", S::InfoReceived, Some(U::LabelCreated), Leg::Origin, NO), // shipment information received
    ("L_ATP", S::InfoReceived, Some(U::PickupScheduled), Leg::Origin, NO), // courier assigned to pick up
    ("L_PKED", S::Accepted, Some(U::PickedUp), Leg::Origin, SCAN), // picked up from shipper
    ("L_SC", S::Accepted, Some(U::AcceptanceScan), Leg::Origin, SCAN), // accepted (seen live, in no list)
    // O, S: what is only written
    ("O_SIS", S::InfoReceived, None, Leg::Origin, NO), // shipment information sent to service provider
    ("O_IR", S::InfoReceived, None, Leg::Origin, NO), // service provider received shipment information
    ("O_IRI", S::InfoReceived, None, Leg::Origin, NO), // the same
    ("O_CRLB", S::InfoReceived, Some(U::LabelCreated), Leg::Origin, NO), // shipping label created
    ("S_SFBR", S::InfoReceived, None, Leg::Origin, NO), // booked
    ("O_SCBS", S::Cancelled, None, Leg::Origin, END), // shipment cancelled by sender
    // C: in 4PX's warehouse
    ("C_PP", S::InTransit, None, Leg::Origin, NO), // picking at the operating point
    ("C_SPQS", S::Accepted, Some(U::AcceptanceScan), Leg::Origin, SCAN), // 4PX received shipment
    ("C_SPLS", S::Accepted, Some(U::PickedUp), Leg::Origin, SCAN), // 4PX picked up shipment
    ("C_AAF", S::InTransit, Some(U::ArrivedFacility), Leg::Origin, NO), // arrived at facility and measured
    ("C_RDFF", S::InTransit, Some(U::Sorted), Leg::Origin, NO), // operation completed in facility
    ("C_ADFF", S::InTransit, Some(U::DepartedFacility), Leg::Origin, NO), // departed from facility to service provider
    ("C_ZDCH", S::InTransit, Some(U::DepartedFacility), Leg::Origin, NO), // master order out
    ("C_HF", S::Exception, None, Leg::Origin, NO), // held in facility
    ("C_HFNP", S::Exception, None, Leg::Origin, NO), // held in facility: payment not ready
    ("C_BTC", S::Returning, Some(U::ReturnStarted), Leg::Return, NO), // return to customer, before export
    ("C_DT", S::Exception, Some(U::Destroyed), Leg::Origin, END), // destroyed
    ("C_DTTM", S::Exception, Some(U::Destroyed), Leg::Origin, END), // destroyed: trademark
    ("C_DTCQ", S::Exception, Some(U::Destroyed), Leg::Origin, END), // destroyed as requested
    // F: to the main line
    ("F_AF", S::InTransit, Some(U::ArrivedFacility), Leg::Origin, NO), // arrived at facility
    ("F_DF", S::InTransit, Some(U::DepartedFacility), Leg::Origin, NO), // departed from facility
    ("F_ST", S::InTransit, None, Leg::Origin, NO), // in transit (seen live, in no list)
    ("F_AMSC", S::InTransit, Some(U::ArrivedFacility), Leg::Origin, NO), // arrived at transit centre for main line
    ("F_ZGWC", S::InTransit, Some(U::DepartedOrigin), Leg::Origin, NO), // loading completed, to port of shipment
    // Q: export customs
    ("Q_ECI", S::InTransit, Some(U::CustomsStarted), Leg::ExportCustoms, CUSTOMS), // export customs inspection
    ("Q_UEPC", S::InTransit, Some(U::CustomsStarted), Leg::ExportCustoms, CUSTOMS), // under export process in China
    ("Q_ECC", S::InTransit, Some(U::CustomsReleased), Leg::ExportCustoms, CUSTOMS), // released from export customs
    ("Q_AAEC", S::InTransit, Some(U::ArrivedFacility), Leg::ExportCustoms, NO), // arrived at export centre
    ("Q_DFEC", S::InTransit, Some(U::DepartedFacility), Leg::ExportCustoms, NO), // departed from export centre
    // M: by air or ship
    ("M_AAA", S::InTransit, Some(U::ArrivedFacility), Leg::Linehaul, NO), // arrived at transit airport
    ("M_DFA", S::InTransit, Some(U::FlightDeparted), Leg::Linehaul, NO), // departed from transit airport
    ("M_AAHK", S::InTransit, Some(U::ArrivedFacility), Leg::Linehaul, NO), // arrived at Hong Kong hub
    ("M_HA", S::InTransit, Some(U::HandedToAirline), Leg::Linehaul, NO), // handed over to airline
    ("M_DAHK", S::InTransit, Some(U::FlightDeparted), Leg::Linehaul, NO), // departed Hong Kong airport
    ("M_DFOA", S::InTransit, Some(U::FlightDeparted), Leg::Linehaul, NO), // departed from airport of origin country
    ("M_ADCA", S::InTransit, Some(U::ArrivedDestinationCountry), Leg::Linehaul, NO), // arrived at airport of destination country
    ("M_ATD", S::InTransit, Some(U::FlightDeparted), Leg::Linehaul, NO), // departed from airport
    ("M_ATA", S::InTransit, Some(U::FlightArrived), Leg::Linehaul, NO), // arrived at destination airport
    ("M_DC", S::InTransit, Some(U::ArrivedDestinationCountry), Leg::Destination, NO), // arrived at destination country
    ("M_PT", S::InTransit, None, Leg::Linehaul, NO), // pending transportation
    ("M_STUA", S::InTransit, Some(U::FlightArrived), Leg::Linehaul, NO), // unloaded from airline
    ("M_STTC", S::InTransit, None, Leg::Linehaul, NO), // in transit to customs
    ("M_CRSD", S::InTransit, None, Leg::ImportCustoms, CUSTOMS), // customs related (seen live before I_RCUK)
    ("M_IT", S::InTransit, None, Leg::Linehaul, NO), // in transit (seen live)
    ("M_DFIC", S::InTransit, Some(U::DepartedFacility), Leg::Linehaul, NO), // departed from international transit centre
    ("M_DFSP", S::InTransit, Some(U::DepartedOrigin), Leg::Linehaul, NO), // departed from departure port
    ("M_AADP", S::InTransit, None, Leg::Linehaul, NO), // arriving at destination port
    ("M_PPRL", S::InTransit, None, Leg::Linehaul, NO), // packed into air pallet
    ("M_PCSM", S::InTransit, Some(U::Rerouted), Leg::Linehaul, NO), // package changed shipping method
    ("M_LDTP", S::InTransit, None, Leg::Linehaul, NO), // left behind for next transit batch
    ("M_TD*", S::InTransit, None, Leg::Linehaul, NO), // transport delay: weather, security, flight, holiday ...
    ("M_HCSC", S::Exception, Some(U::SecurityHold), Leg::Linehaul, CUSTOMS), // held in transit customs: security check
    ("M_SE", S::Exception, None, Leg::Linehaul, NO), // shipment exception
    ("M_PRTS", S::Returning, Some(U::ReturnStarted), Leg::Return, NO), // shipment returned
    // I: import customs
    ("I_CP", S::InTransit, Some(U::CustomsStarted), Leg::ImportCustoms, CUSTOMS), // customs clearance in progress
    ("I_CPC", S::InTransit, Some(U::CustomsReleased), Leg::ImportCustoms, CUSTOMS), // clearance processing completed
    ("I_RCUK", S::InTransit, Some(U::CustomsReleased), Leg::ImportCustoms, CUSTOMS), // released from customs
    ("I_ICI", S::InTransit, Some(U::CustomsStarted), Leg::ImportCustoms, CUSTOMS), // import customs inspection
    ("I_CCHB", S::InTransit, Some(U::CustomsStarted), Leg::ImportCustoms, CUSTOMS), // handed to recipient broker for clearance
    ("I_DELAY", S::InTransit, None, Leg::ImportCustoms, CUSTOMS), // customs clearance delay
    ("I_CDSH", S::InTransit, None, Leg::ImportCustoms, CUSTOMS), // clearance delay: strike or holiday
    ("I_HC*", S::Exception, Some(U::HeldCustoms), Leg::ImportCustoms, CUSTOMS), // held in customs, for about thirty reasons
    ("I_DG", S::Exception, Some(U::HeldCustoms), Leg::ImportCustoms, CUSTOMS), // abnormal clearance
    ("I_CR", S::Returning, Some(U::ReturnStarted), Leg::Return, CUSTOMS), // customs return
    // D, O: the last mile
    ("O_RR", S::InTransit, Some(U::HandedToLastMile), Leg::Destination, NO), // service provider received the shipment
    ("D_ADC", S::InTransit, Some(U::ArrivedDestinationCountry), Leg::Destination, NO), // arrival in destination country
    ("D_APC", S::InTransit, Some(U::ArrivedFacility), Leg::Destination, NO), // arrival at processing centre
    ("D_AOPC", S::InTransit, Some(U::ArrivedFacility), Leg::Destination, NO), // arrival, operation at processing centre (seen live)
    ("D_AAD", S::InTransit, Some(U::ArrivedFacility), Leg::Destination, NO), // arrived at destination distribution centre
    ("D_DFD", S::InTransit, Some(U::DepartedFacility), Leg::Destination, NO), // departed destination distribution centre
    ("D_STPP", S::InTransit, None, Leg::LastMile, NO), // progressing through post network
    ("D_LPRS", S::InTransit, None, Leg::LastMile, NO), // progressing through destination post network
    ("D_HQ", S::InTransit, Some(U::ArrivedDeliveryDepot), Leg::LastMile, NO), // reached destination delivery station
    ("D_DIP", S::OutForDelivery, Some(U::WithCourier), Leg::LastMile, NO), // delivery in progress
    ("D_HODP", S::InTransit, Some(U::HandedToLastMile), Leg::LastMile, NO), // handed to third party for delivery
    ("D_CCNS", S::InTransit, Some(U::HandedToLastMile), Leg::LastMile, NO), // handed to third party, no signature expected
    ("D_TPTDL", S::InTransit, None, Leg::LastMile, NO), // in transit to receiver's location
    ("D_SD", S::OutForDelivery, Some(U::DeliveryScheduled), Leg::LastMile, NO), // scheduled for delivery
    ("D_DSRT", S::OutForDelivery, Some(U::DeliveryScheduled), Leg::LastMile, NO), // scheduled, remote area, third party
    ("D_OFD", S::OutForDelivery, Some(U::WithCourier), Leg::LastMile, NO), // out for delivery
    ("D_ODBP", S::OutForDelivery, Some(U::WithCourier), Leg::LastMile, NO), // out for delivery to beyond point
    ("D_TDA", S::OutForDelivery, Some(U::WithCourier), Leg::LastMile, NO), // out for delivery again
    ("D_AP", S::AvailableForPickup, None, Leg::LastMile, NO), // awaiting pickup by recipient
    ("D_ADWP", S::AvailableForPickup, Some(U::AtPostOffice), Leg::LastMile, NO), // awaiting collection at post office
    ("D_SASPS", S::AvailableForPickup, Some(U::AtShop), Leg::LastMile, NO), // arrived at self-pickup site
    ("O_SHFC", S::AvailableForPickup, None, Leg::LastMile, NO), // held by service provider for consignee collection
    ("D_FDWP", S::AvailableForPickup, Some(U::AtPostOffice), Leg::LastMile, ATTEMPT), // attempted, redirected to post office
    ("D_FDPL", S::Exception, Some(U::Lost), Leg::LastMile, NO), // delivery failed: package lost
    ("D_FDSD", S::Exception, Some(U::Damaged), Leg::LastMile, NO), // delivery failed: damaged
    ("D_DFCR", S::Exception, Some(U::Refused), Leg::LastMile, ATTEMPT), // delivery failed: customer refused
    ("D_FD*", S::AttemptFailed, None, Leg::LastMile, ATTEMPT), // delivery failed: address, not home, no access ...
    ("D_DDRH", S::AttemptFailed, Some(U::NobodyHome), Leg::LastMile, ATTEMPT), // delivery delay: recipient not at home
    ("D_DDCN", S::AttemptFailed, Some(U::NobodyHome), Leg::LastMile, ATTEMPT), // delivery delay: consignee not available
    ("D_DDDC", S::AttemptFailed, Some(U::BusinessClosed), Leg::LastMile, ATTEMPT), // delivery delay: company closed
    ("D_DD*", S::InTransit, None, Leg::LastMile, NO), // delivery delay, all others
    ("D_SH*", S::Exception, None, Leg::LastMile, NO), // shipment on hold
    ("D_VN", S::Exception, None, Leg::LastMile, NO), // abnormal delivery
    ("D_RA", S::Exception, None, Leg::LastMile, NO), // service provider abnormal receive
    ("D_SPRA", S::Exception, None, Leg::LastMile, NO), // pickup site abnormal receive
    ("D_POD", S::Exception, Some(U::Unclaimed), Leg::LastMile, NO), // package expired at pickup site
    ("D_PD", S::Exception, Some(U::Partial), Leg::LastMile, NO), // partially delivered
    ("D_RR", S::Exception, Some(U::Refused), Leg::LastMile, ATTEMPT), // recipient refused
    ("D_SR", S::Returning, Some(U::ReturnStarted), Leg::Return, NO), // return as shipper's request
    ("D_APBR", S::InTransit, None, Leg::LastMile, NO), // payment paid by recipient
    ("D_CCPH", S::InTransit, None, Leg::ImportCustoms, CUSTOMS), // paperwork handed to recipient broker
    // S: delivered (OK, OKGP, OKVP, OKPO, OKCC, OKSC, OKIDC), with one that is not by its own text
    ("S_OK*", S::Delivered, None, Leg::LastMile, END), // delivered
    ("S_OKRC", S::InTransit, Some(U::CustomsStarted), Leg::ImportCustoms, CUSTOMS), // handed to recipient broker for clearance; one list calls it delivered
    ("S_CC", S::Exception, None, Leg::LastMile, NO), // case closed, overtime
    // Y: the end, not a good one
    ("Y_CCMC", S::Exception, Some(U::Lost), Leg::LastMile, END), // shipment missing
    ("Y_CCSC", S::Exception, Some(U::HeldCustoms), Leg::ImportCustoms, CUSTOMS_END), // seized by customs
    ("Y_COBH", S::Exception, None, Leg::LastMile, END), // case closed by hand
    ("Y_DS", S::Exception, Some(U::Destroyed), Leg::LastMile, END), // overseas service provider destroyed shipment
    ("Y_ADPR", S::Exception, Some(U::ProhibitedItem), Leg::LastMile, END), // abandoned: prohibited or restricted items
    // O: held, and back
    ("O_SPH*", S::Exception, None, Leg::LastMile, NO), // service provider holds the shipment
    ("O_SD", S::Exception, Some(U::Damaged), Leg::LastMile, NO), // shipment damaged
    ("O_RT", S::Returned, Some(U::ReturnedReceived), Leg::Return, END), // returned to the place of shipper
    ("O_RTOC", S::Returning, Some(U::ReturnStarted), Leg::Return, NO), // being returned to country of origin
    ("O_RTHM", S::Returning, Some(U::ReturnStarted), Leg::Return, NO), // returned: hazardous material
    ("O_RTR", S::Returning, Some(U::ReturnStarted), Leg::Return, NO), // returned (seen live, in no list)
    ("O_RFLM", S::Returning, Some(U::UndeliverableReturn), Leg::Return, NO), // last-mile provider returned package to 4PX
    ("O_PRUC", S::Returned, None, Leg::Return, END), // parcel returned: unclaimed
    ("O_PRRR", S::Returned, None, Leg::Return, END), // parcel returned: receiver refused
    ("O_PRIA", S::Returned, None, Leg::Return, END), // parcel returned: insufficient address
    ("O_PRRF", S::Returned, None, Leg::Return, END), // parcel returned: receiver not found
];

/// What `code` means, as far as anybody knows. A new code says nothing, since its letters tell
/// where but not what.
pub(crate) fn meaning(code: &str) -> Meaning {
    let Some(code) = code.strip_prefix(HEAD) else {
        return Meaning::NO_CHANGE;
    };
    let exact = CODES.iter().find(|row| row.0 == code);
    let row = exact.or_else(|| {
        let rows = CODES.iter().filter(|row| {
            let head = row.0.strip_suffix('*');
            head.is_some_and(|head| code.starts_with(head))
        });
        rows.max_by_key(|row| row.0.len())
    });
    row.map_or(Meaning::NO_CHANGE, |(_, status, substatus, leg, flags)| {
        Meaning {
            status: Some(*status),
            substatus: *substatus,
            leg: Some(*leg),
            flags: *flags,
        }
    })
}

/// Whether an order is cancelled, by its `consignment_status`: X closed. D draft, P forecast, V
/// handed over, H in the warehouse, C outbound, F finished and R returned are not.
pub(crate) fn is_cancelled(consignment_status: Option<&str>) -> bool {
    consignment_status == Some("X")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_code_stands_once_and_its_substatus_refines_its_status() {
        let codes: BTreeSet<_> = CODES.iter().map(|row| row.0).collect();
        assert_eq!(codes.len(), CODES.len());
        for (code, status, substatus, ..) in CODES {
            if let Some(substatus) = substatus {
                assert_eq!(substatus.status(), status, "{code}");
            }
            let code = format!("{HEAD}{}", code.trim_end_matches('*'));
            assert_eq!(meaning(&code).status, Some(status), "{code}");
        }
    }

    #[test]
    fn an_exact_row_wins_over_a_longer_family() {
        assert_eq!(meaning("FPX_S_OKIDC").status, Some(S::Delivered));
        assert_eq!(meaning("FPX_S_OKRC").status, Some(S::InTransit));
        assert_eq!(meaning("FPX_D_FDNH").status, Some(S::AttemptFailed));
        assert_eq!(meaning("FPX_D_FDPL").substatus, Some(U::Lost));
        assert_eq!(meaning("FPX_I_HCXX").substatus, Some(U::HeldCustoms));
        assert_eq!(meaning("FPX_O_SPHA").status, Some(S::Exception));
    }

    #[test]
    fn an_unknown_code_says_nothing() {
        for code in [
            "",
            "FPX_",
            "FPX_X_NEW",
            "FPX_S_CCX",
            "S_OK",
            "fpx_s_ok",
            "FPX_*",
        ] {
            assert_eq!(meaning(code), Meaning::NO_CHANGE, "{code}");
        }
    }

    #[test]
    fn only_x_is_cancelled() {
        assert!(is_cancelled(Some("X")));
        for other in [None, Some("D"), Some("P"), Some("F"), Some("?")] {
            assert!(!is_cancelled(other), "{other:?}");
        }
    }
}
