//! The vocabulary of parcelgate: what a parcel, a price, an address and a tracking state *are*.
//!
//! Nothing here waits, reads or writes. Money is an integer of minor units with a currency, weight
//! is grams, length is millimetres; there is no float. Personal data and secrets are types whose
//! `Debug` shows nothing.

mod address;
mod country;
mod currency;
mod customs;
mod decimal;
mod document;
mod exchange;
mod fold;
mod ids;
mod label;
mod measure;
mod money;
mod options;
mod parcel;
mod personal;
mod purchase;
mod quote;
mod risk;
mod shipment;
mod status;
mod substatus;
mod tracking;
mod violation;

pub use address::Address;
pub use country::{Country, UnknownCountry};
pub use currency::{Currency, UnknownCurrency};
pub use customs::{Contents, Customs, CustomsItem, Incoterm, TaxIds};
pub use decimal::DecimalText;
pub use document::{Document, DocumentId, DocumentKind};
pub use exchange::{ExchangeRate, ExchangeRates};
pub use fold::{TrackingState, fold};
pub use ids::{AccountId, CarrierId, InvalidId, Reference, ServiceCode, TrackingNumber};
pub use label::{Label, LabelFormat, UnknownLabelFormat};
pub use measure::{Dimensions, Length, Weight};
pub use money::{Money, MoneyError};
pub use options::{Offered, Options, Signature};
pub use parcel::Parcel;
pub use personal::Personal;
pub use purchase::PurchaseState;
pub use quote::{Charge, ChargeKind, Quote, Service, Transit};
pub use risk::{BoxSeen, Deadlines, RiskLevel, RiskPolicy, RiskReason, Verdict, judge};
pub use secrecy::{ExposeSecret, SecretString as Secret};
pub use shipment::{Shipment, ShippedParcel};
pub use status::{Action, Leg, Responsible, Status, UnknownCode};
pub use substatus::Substatus;
pub use tracking::{EventId, EventTime, Flags, Place, TimeBasis, TrackingEvent};
pub use violation::{Violation, Violations};
