//! The finer word beside a status: stable names, and a text for people in English and Chinese.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{Action, Responsible, Status, UnknownCode};

/// Why or how a parcel has its status. The names are stable; new ones may be added.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[expect(
    missing_docs,
    reason = "each has its text in the table below, in two languages"
)]
pub enum Substatus {
    NoDataYet,
    InvalidNumber,
    WrongCarrier,
    NeedsExtraField,
    LabelCreated,
    AwaitingPickup,
    PickupScheduled,
    PickupFailed,
    NotYetReceived,
    PickedUp,
    DroppedOff,
    AcceptanceScan,
    ReceivedWithoutData,
    DepartedOrigin,
    ArrivedFacility,
    DepartedFacility,
    Sorted,
    ExportScan,
    HandedToAirline,
    FlightDeparted,
    FlightArrived,
    ArrivedDestinationCountry,
    CustomsStarted,
    CustomsInfoRequired,
    CustomsReleased,
    HandedToLastMile,
    ArrivedDeliveryDepot,
    Rerouted,
    Missorted,
    ProblemResolved,
    WithCourier,
    DeliveryScheduled,
    Rescheduled,
    AtLocker,
    AtPostOffice,
    AtShop,
    HeldAtRequest,
    NobodyHome,
    BusinessClosed,
    AccessDenied,
    IdCheckFailed,
    CodUnpaid,
    AddressProblem,
    NoticeLeft,
    FinalAttempt,
    DelayedCarrier,
    DelayedWeather,
    DelayedFlight,
    DelayedOther,
    HeldCustoms,
    DutiesUnpaid,
    DocumentsMissing,
    ProhibitedItem,
    IncorrectDeclaration,
    AddressIncorrect,
    RecipientMoved,
    Refused,
    Unclaimed,
    Damaged,
    Partial,
    SecurityHold,
    CarrierRejected,
    Lost,
    Destroyed,
    ToRecipient,
    Signed,
    Neighbour,
    Reception,
    Mailbox,
    SafePlace,
    LockerCollected,
    PoBox,
    DamagedDelivered,
    PartialDelivered,
    CodCollected,
    ReturnStarted,
    RefusedReturn,
    UndeliverableReturn,
    ReturnedReceived,
}

/// What is known of one substatus.
struct Row {
    substatus: Substatus,
    status: Status,
    name: &'static str,
    responsible: Responsible,
    action: Action,
    en: &'static str,
    zh: &'static str,
}

impl Substatus {
    /// Every substatus.
    pub fn all() -> impl Iterator<Item = Self> {
        TABLE.iter().map(|row| row.substatus)
    }

    /// The stable name.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// The status that it refines.
    #[must_use]
    pub fn status(self) -> Status {
        self.row().status
    }

    /// Whose turn it is.
    #[must_use]
    pub fn responsible(self) -> Responsible {
        self.row().responsible
    }

    /// What that party can do.
    #[must_use]
    pub fn action(self) -> Action {
        self.row().action
    }

    /// For people who read English.
    #[must_use]
    pub fn english(self) -> &'static str {
        self.row().en
    }

    /// For people who read Chinese.
    #[must_use]
    pub fn chinese(self) -> &'static str {
        self.row().zh
    }

    fn row(self) -> &'static Row {
        // The table has a row for each: `the_table_has_one_row_for_each` holds it to that.
        TABLE
            .iter()
            .find(|row| row.substatus == self)
            .unwrap_or(&FIRST)
    }
}

impl FromStr for Substatus {
    type Err = UnknownCode;

    fn from_str(name: &str) -> Result<Self, UnknownCode> {
        let row = TABLE.iter().find(|row| row.name == name);
        row.map(|row| row.substatus)
            .ok_or_else(|| UnknownCode(name.chars().take(40).collect()))
    }
}

impl TryFrom<String> for Substatus {
    type Error = UnknownCode;

    fn try_from(name: String) -> Result<Self, UnknownCode> {
        name.parse()
    }
}

impl From<Substatus> for String {
    fn from(substatus: Substatus) -> Self {
        substatus.name().to_owned()
    }
}

impl fmt::Display for Substatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

#[rustfmt::skip]
const fn row(
    substatus: Substatus, status: Status, name: &'static str, responsible: Responsible, action: Action,
    en: &'static str, zh: &'static str,
) -> Row {
    Row { substatus, status, name, responsible, action, en, zh }
}

use Substatus as U;

static FIRST: Row = row(
    U::NoDataYet,
    Status::NotFound,
    "no_data_yet",
    Responsible::Carrier,
    Action::None,
    "The carrier has no data yet",
    "承运商暂无数据",
);

/// In the order of the enumeration.
#[rustfmt::skip]
static TABLE: [Row; 79] = [
    row(U::NoDataYet, Status::NotFound, "no_data_yet", Responsible::Carrier, Action::None, "The carrier has no data yet", "承运商暂无数据"),
    row(U::InvalidNumber, Status::NotFound, "invalid_number", Responsible::Shipper, Action::None, "The number is not a valid one", "单号无效"),
    row(U::WrongCarrier, Status::NotFound, "wrong_carrier", Responsible::Shipper, Action::None, "The number belongs to another carrier", "单号属于其他承运商"),
    row(U::NeedsExtraField, Status::NotFound, "needs_extra_field", Responsible::Shipper, Action::None, "The carrier needs more than the number", "查询还需其他信息"),
    row(U::LabelCreated, Status::InfoReceived, "label_created", Responsible::Shipper, Action::None, "Label created", "面单已创建"),
    row(U::AwaitingPickup, Status::InfoReceived, "awaiting_pickup", Responsible::Carrier, Action::None, "Waiting for the carrier to fetch it", "等待揽收"),
    row(U::PickupScheduled, Status::InfoReceived, "pickup_scheduled", Responsible::Carrier, Action::None, "Pickup scheduled", "已预约揽收"),
    row(U::PickupFailed, Status::InfoReceived, "pickup_failed", Responsible::Shipper, Action::ArrangePickup, "Pickup failed", "揽收失败"),
    row(U::NotYetReceived, Status::InfoReceived, "not_yet_received", Responsible::Shipper, Action::None, "Not yet received by the carrier", "承运商尚未收到"),
    row(U::PickedUp, Status::Accepted, "picked_up", Responsible::Carrier, Action::None, "Picked up", "已揽收"),
    row(U::DroppedOff, Status::Accepted, "dropped_off", Responsible::Carrier, Action::None, "Dropped off with the carrier", "已投交承运商"),
    row(U::AcceptanceScan, Status::Accepted, "acceptance_scan", Responsible::Carrier, Action::None, "Accepted by the carrier", "承运商已收货"),
    row(U::ReceivedWithoutData, Status::Accepted, "received_without_data", Responsible::Shipper, Action::ContactCarrier, "Received without shipment data", "已收货但无预报信息"),
    row(U::DepartedOrigin, Status::InTransit, "departed_origin", Responsible::Carrier, Action::None, "Left the origin", "已离开始发地"),
    row(U::ArrivedFacility, Status::InTransit, "arrived_facility", Responsible::Carrier, Action::None, "Arrived at a facility", "已到达处理中心"),
    row(U::DepartedFacility, Status::InTransit, "departed_facility", Responsible::Carrier, Action::None, "Left a facility", "已离开处理中心"),
    row(U::Sorted, Status::InTransit, "sorted", Responsible::Carrier, Action::None, "Sorted", "已分拣"),
    row(U::ExportScan, Status::InTransit, "export_scan", Responsible::Carrier, Action::None, "Export scan", "出口扫描"),
    row(U::HandedToAirline, Status::InTransit, "handed_to_airline", Responsible::Carrier, Action::None, "Handed to the airline", "已交航空公司"),
    row(U::FlightDeparted, Status::InTransit, "flight_departed", Responsible::Carrier, Action::None, "Flight departed", "航班已起飞"),
    row(U::FlightArrived, Status::InTransit, "flight_arrived", Responsible::Carrier, Action::None, "Flight arrived", "航班已到达"),
    row(U::ArrivedDestinationCountry, Status::InTransit, "arrived_destination_country", Responsible::Carrier, Action::None, "Arrived in the destination country", "已到达目的国"),
    row(U::CustomsStarted, Status::InTransit, "customs_started", Responsible::Customs, Action::None, "Customs clearance started", "海关清关中"),
    row(U::CustomsInfoRequired, Status::InTransit, "customs_info_required", Responsible::Recipient, Action::ProvideDocuments, "Customs needs more information", "海关要求补充资料"),
    row(U::CustomsReleased, Status::InTransit, "customs_released", Responsible::Carrier, Action::None, "Released by customs", "海关已放行"),
    row(U::HandedToLastMile, Status::InTransit, "handed_to_last_mile", Responsible::Carrier, Action::None, "Handed to the carrier of the last mile", "已交末端承运商"),
    row(U::ArrivedDeliveryDepot, Status::InTransit, "arrived_delivery_depot", Responsible::Carrier, Action::None, "Arrived at the delivery depot", "已到达派送网点"),
    row(U::Rerouted, Status::InTransit, "rerouted", Responsible::Carrier, Action::None, "Rerouted", "已改派"),
    row(U::Missorted, Status::InTransit, "missorted", Responsible::Carrier, Action::None, "Sent the wrong way; being corrected", "分拣错误，正在更正"),
    row(U::ProblemResolved, Status::InTransit, "problem_resolved", Responsible::Carrier, Action::None, "Problem resolved", "问题已解决"),
    row(U::WithCourier, Status::OutForDelivery, "with_courier", Responsible::Carrier, Action::None, "Out for delivery", "派送中"),
    row(U::DeliveryScheduled, Status::OutForDelivery, "delivery_scheduled", Responsible::Carrier, Action::None, "Delivery scheduled", "已安排派送"),
    row(U::Rescheduled, Status::OutForDelivery, "rescheduled", Responsible::Carrier, Action::None, "Delivery rescheduled", "已改约派送"),
    row(U::AtLocker, Status::AvailableForPickup, "at_locker", Responsible::Recipient, Action::ArrangePickup, "Waiting in a locker", "已到自提柜"),
    row(U::AtPostOffice, Status::AvailableForPickup, "at_post_office", Responsible::Recipient, Action::ArrangePickup, "Waiting at the post office", "已到邮局待取"),
    row(U::AtShop, Status::AvailableForPickup, "at_shop", Responsible::Recipient, Action::ArrangePickup, "Waiting at a pickup shop", "已到自提点"),
    row(U::HeldAtRequest, Status::AvailableForPickup, "held_at_request", Responsible::Recipient, Action::ArrangePickup, "Held at the recipient's request", "应收件人要求留存"),
    row(U::NobodyHome, Status::AttemptFailed, "nobody_home", Responsible::Recipient, Action::ArrangePickup, "Nobody was at home", "派送时无人在家"),
    row(U::BusinessClosed, Status::AttemptFailed, "business_closed", Responsible::Recipient, Action::None, "The business was closed", "派送时商家未营业"),
    row(U::AccessDenied, Status::AttemptFailed, "access_denied", Responsible::Recipient, Action::ContactCarrier, "The courier could not get in", "快递员无法进入"),
    row(U::IdCheckFailed, Status::AttemptFailed, "id_check_failed", Responsible::Recipient, Action::ContactCarrier, "The identity check failed", "身份核验未通过"),
    row(U::CodUnpaid, Status::AttemptFailed, "cod_unpaid", Responsible::Recipient, Action::ContactCarrier, "Cash on delivery was not paid", "货到付款未支付"),
    row(U::AddressProblem, Status::AttemptFailed, "address_problem", Responsible::Recipient, Action::CorrectAddress, "The address could not be found", "地址无法找到"),
    row(U::NoticeLeft, Status::AttemptFailed, "notice_left", Responsible::Recipient, Action::ArrangePickup, "A notice was left", "已留通知单"),
    row(U::FinalAttempt, Status::AttemptFailed, "final_attempt", Responsible::Recipient, Action::ArrangePickup, "The last delivery attempt failed", "最后一次派送失败"),
    row(U::DelayedCarrier, Status::Exception, "delayed_carrier", Responsible::Carrier, Action::None, "Delayed by the carrier", "承运商延误"),
    row(U::DelayedWeather, Status::Exception, "delayed_weather", Responsible::ForceMajeure, Action::None, "Delayed by weather", "天气原因延误"),
    row(U::DelayedFlight, Status::Exception, "delayed_flight", Responsible::Carrier, Action::None, "Delayed by the flight", "航班延误"),
    row(U::DelayedOther, Status::Exception, "delayed_other", Responsible::Unknown, Action::None, "Delayed", "延误"),
    row(U::HeldCustoms, Status::Exception, "held_customs", Responsible::Customs, Action::ContactCarrier, "Held by customs", "海关扣留"),
    row(U::DutiesUnpaid, Status::Exception, "duties_unpaid", Responsible::Recipient, Action::PayDuties, "Duties are not paid", "关税未支付"),
    row(U::DocumentsMissing, Status::Exception, "documents_missing", Responsible::Shipper, Action::ProvideDocuments, "Documents are missing", "缺少文件"),
    row(U::ProhibitedItem, Status::Exception, "prohibited_item", Responsible::Shipper, Action::ContactCarrier, "The goods are not allowed", "含违禁品"),
    row(U::IncorrectDeclaration, Status::Exception, "incorrect_declaration", Responsible::Shipper, Action::ProvideDocuments, "The declaration is wrong", "申报有误"),
    row(U::AddressIncorrect, Status::Exception, "address_incorrect", Responsible::Shipper, Action::CorrectAddress, "The address is wrong", "地址有误"),
    row(U::RecipientMoved, Status::Exception, "recipient_moved", Responsible::Recipient, Action::CorrectAddress, "The recipient has moved", "收件人已搬迁"),
    row(U::Refused, Status::Exception, "refused", Responsible::Recipient, Action::ContactCarrier, "The recipient refused it", "收件人拒收"),
    row(U::Unclaimed, Status::Exception, "unclaimed", Responsible::Recipient, Action::ContactCarrier, "Nobody claimed it", "无人领取"),
    row(U::Damaged, Status::Exception, "damaged", Responsible::Carrier, Action::FileClaim, "Damaged", "包裹破损"),
    row(U::Partial, Status::Exception, "partial", Responsible::Carrier, Action::ContactCarrier, "Only a part has arrived", "部分到达"),
    row(U::SecurityHold, Status::Exception, "security_hold", Responsible::Carrier, Action::ContactCarrier, "Held by security", "安检扣留"),
    row(U::CarrierRejected, Status::Exception, "carrier_rejected", Responsible::Shipper, Action::ContactCarrier, "The carrier did not accept it", "承运商拒收"),
    row(U::Lost, Status::Exception, "lost", Responsible::Carrier, Action::FileClaim, "Lost", "包裹丢失"),
    row(U::Destroyed, Status::Exception, "destroyed", Responsible::Carrier, Action::FileClaim, "Destroyed", "包裹已销毁"),
    row(U::ToRecipient, Status::Delivered, "to_recipient", Responsible::Carrier, Action::None, "Delivered to the recipient", "已交收件人"),
    row(U::Signed, Status::Delivered, "signed", Responsible::Carrier, Action::None, "Delivered and signed for", "已签收"),
    row(U::Neighbour, Status::Delivered, "neighbour", Responsible::Carrier, Action::None, "Delivered to a neighbour", "已交邻居"),
    row(U::Reception, Status::Delivered, "reception", Responsible::Carrier, Action::None, "Delivered to the reception", "已交前台"),
    row(U::Mailbox, Status::Delivered, "mailbox", Responsible::Carrier, Action::None, "Delivered into the mailbox", "已投信箱"),
    row(U::SafePlace, Status::Delivered, "safe_place", Responsible::Carrier, Action::None, "Left in a safe place", "已放安全处"),
    row(U::LockerCollected, Status::Delivered, "locker_collected", Responsible::Carrier, Action::None, "Collected from the locker", "已从自提柜取走"),
    row(U::PoBox, Status::Delivered, "po_box", Responsible::Carrier, Action::None, "Delivered into the PO box", "已投邮政信箱"),
    row(U::DamagedDelivered, Status::Delivered, "damaged_delivered", Responsible::Carrier, Action::FileClaim, "Delivered damaged", "已送达但有破损"),
    row(U::PartialDelivered, Status::Delivered, "partial_delivered", Responsible::Carrier, Action::ContactCarrier, "Delivered in part", "部分送达"),
    row(U::CodCollected, Status::Delivered, "cod_collected", Responsible::Carrier, Action::None, "Delivered and paid for", "已送达并收款"),
    row(U::ReturnStarted, Status::Returning, "return_started", Responsible::Carrier, Action::None, "On its way back", "退件中"),
    row(U::RefusedReturn, Status::Returning, "refused_return", Responsible::Carrier, Action::None, "Refused; on its way back", "拒收退件中"),
    row(U::UndeliverableReturn, Status::Returning, "undeliverable_return", Responsible::Carrier, Action::None, "Undeliverable; on its way back", "无法派送退件中"),
    row(U::ReturnedReceived, Status::Returned, "returned_received", Responsible::Shipper, Action::None, "Back with the sender", "已退回寄件人"),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    #[expect(
        clippy::as_conversions,
        reason = "only a cast gives the order of declaration"
    )]
    fn the_table_has_one_row_for_each() {
        assert!(TABLE.is_sorted_by(|a, b| a.substatus < b.substatus));
        assert_eq!(TABLE.last().unwrap().substatus, Substatus::ReturnedReceived);
        let names: BTreeSet<_> = TABLE.iter().map(|row| row.name).collect();
        assert_eq!(names.len(), TABLE.len());
        for row in &TABLE {
            // A substatus without a row shows as a gap in the order of declaration.
            assert_eq!(TABLE[row.substatus as usize].name, row.name);
            assert_eq!(row.name.parse::<Substatus>(), Ok(row.substatus));
            assert!(!row.en.is_empty() && !row.zh.is_empty());
        }
    }
}
