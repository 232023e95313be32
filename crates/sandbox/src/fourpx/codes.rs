//! A parcel's steps in 4PX's words.

use crate::plan::Step;

/// How 4PX tells one step: the event's code, its text in English and Chinese, and the status of
/// the order from then on.
pub(crate) struct Told {
    pub(crate) code: &'static str,
    pub(crate) english: &'static str,
    pub(crate) chinese: &'static str,
    pub(crate) order: &'static str,
}

const fn told(
    code: &'static str,
    english: &'static str,
    chinese: &'static str,
    order: &'static str,
) -> Told {
    Told {
        code,
        english,
        chinese,
        order,
    }
}

/// The parcel stays in the warehouse.
pub(crate) const HELD: Told = told("FPX_C_HF", "Held in facility", "包裹在操作中心暂扣", "H");
/// The sender has cancelled.
pub(crate) const CANCELLED: Told = told("FPX_O_SCBS", "Cancelled by sender", "发件人取消订单", "X");

/// 4PX's words for `step`.
#[rustfmt::skip]
pub(crate) const fn of(step: Step) -> Told {
    match step {
        Step::LabelCreated => told("FPX_L_RPIF", "Parcel information received", "已收到包裹信息", "P"),
        Step::PickedUp => told("FPX_C_SPLS", "Collected by 4PX", "4PX已揽收", "V"),
        Step::OriginArrived => told("FPX_C_AAF", "At the facility, measured", "包裹到达操作中心并完成计量", "H"),
        Step::OriginDeparted => told("FPX_C_ADFF", "Left the facility", "包裹离开操作中心", "C"),
        Step::HubArrived => told("FPX_M_AAHK", "At the Hong Kong hub", "到达香港中转中心", "C"),
        Step::HubDeparted => told("FPX_M_DAHK", "Left Hong Kong airport", "离开香港机场", "C"),
        Step::ExportCleared => told("FPX_Q_ECC", "Export customs cleared", "出口海关放行", "C"),
        Step::FlightDeparted => told("FPX_M_DFOA", "Left the airport of origin", "离开起运国机场", "C"),
        Step::Landed => told("FPX_M_ATA", "At the destination airport", "到达目的地机场", "C"),
        Step::CustomsStarted => told("FPX_I_CP", "Customs clearance begun", "进口清关中", "C"),
        Step::CustomsHeld => told("FPX_I_HCSC", "Held by customs for inspection", "海关查验扣留", "C"),
        Step::CustomsCleared => told("FPX_I_RCUK", "Released by customs", "进口海关放行", "C"),
        Step::Delayed => told("FPX_M_LDTP", "Left for the next transport", "等待下一班次运输", "C"),
        Step::DeliveryDepotArrived => told("FPX_D_AAD", "At the local delivery centre", "到达目的地派送中心", "C"),
        Step::OutForDelivery => told("FPX_D_OFD", "Out for delivery", "派送中", "C"),
        Step::AttemptFailed => told("FPX_D_DDRH", "Nobody at home", "派送延误：收件人不在家", "C"),
        Step::Delivered => told("FPX_S_OK", "Delivered", "已妥投", "F"),
        Step::ReturnStarted => told("FPX_O_RTOC", "On the way back to the origin", "退回起运国途中", "R"),
        Step::Returned => told("FPX_O_RT", "Back at the shipper's place", "已退回发件地", "R"),
    }
}
