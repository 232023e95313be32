//! Cases about labels for the way back.

use parcelgate_carrier::Carrier;
use parcelgate_domain::{LabelFormat, ServiceCode};

use super::shipping::bought;
use super::{Case, most_ordinary_lane, refused};
use crate::Subject;
use crate::ask::{Ask, Facet};
use crate::input::order_back;

pub(super) fn cases(subject: &Subject, carrier: &dyn Carrier) -> Result<Vec<Case>, String> {
    let formats = carrier.profile().label_formats;
    let format = formats.first().copied().unwrap_or(LabelFormat::Pdf);
    let service = || ServiceCode::new(subject.return_service);
    let lane = most_ordinary_lane(subject);
    let back = || order_back(lane, service(), format).map(|order| Ask::Buy(Box::new(order)));
    let case = |name, ask, check| Case::new(Facet::Returns, name, ask, check);
    Ok(vec![
        case("buy", back()?, bought),
        case("buy_refused", back()?, refused),
    ])
}
