//! A small carrier that is right in everything, and wrong in one thing when told so.

mod parcels;

use std::num::NonZeroU32;
use std::time::Duration;

use async_trait::async_trait;
use http::{Method, StatusCode};
use parcelgate_carrier::{
    Ability, Absence, Auth, Call, Carrier, Class, ClientStyle, Dialect, Error, Grant, Host, Intent,
    Kind, Lookup, Order, Outgoing, Profile, Pushes, RateAsk, Rates, Response, Result,
    SettingsError, ShipIdempotency, Shipping, Tracking, read_json,
};
use parcelgate_domain::{
    CarrierId, Charge, ChargeKind, Currency, DecimalText, ExposeSecret, Label, LabelFormat, Money,
    Offered, Quote, Reference, Secret, Service, ServiceCode, Shipment, ShippedParcel,
    TrackingNumber, Violations,
};
use serde::Deserialize;
use serde_json::{Value, json};

const ID: CarrierId = CarrierId::known("toy");

/// What is wrong with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Fault {
    SendsAgainInDoubt,
    PaysRepeatably,
    ForgetsThatItPaid,
    TakesDamageForARefusal,
    AnswersInTheCarriersOrder,
    PanicsOnAShortAnswer,
    TellsItsSecret,
    LogsTheRecipient,
    TellsASettingBack,
    LeavesAHeaderOut,
    MakesUpAPrice,
    RefusesUnknownMembers,
    TakesTooManyForARefusal,
    TakesA401ForFinal,
    TakesA500ForARefusal,
    TakesAPageForAVoid,
    LosesUnknownCodes,
    DropsTheCarriersWords,
    TakesAnyPush,
    SendsWhatIsNotDescribed,
    ChargesToNoSum,
    TakesAnyOrder,
    LeavesAnExtraUnsaid,
    GivesNoReasonForAnAbsence,
    GivesNoLabelNorReason,
}

#[derive(Deserialize)]
struct Account {
    client_id: Secret,
    client_secret: Secret,
    #[serde(default)]
    fault: Option<Fault>,
}

pub(crate) struct Toy {
    profile: Profile,
    hosts: [Host; 2],
    fault: Option<Fault>,
    secret: Secret,
}

/// Right: unknown settings are refused.
pub(crate) fn connect(settings: Value) -> Result<Box<dyn Carrier>, SettingsError> {
    let names = settings.as_object().unwrap().keys();
    for name in names {
        if !["client_id", "client_secret", "fault"].contains(&name.as_str()) {
            return Err(refused(format!("{name} is no setting")));
        }
    }
    connect_loosely(settings)
}

/// Wrong: unknown settings are taken.
pub(crate) fn connect_loosely(settings: Value) -> Result<Box<dyn Carrier>, SettingsError> {
    let tells = settings["fault"] == "tells_a_setting_back";
    let account: Account = serde_json::from_value(settings.clone()).map_err(|error| {
        refused(if tells {
            format!("{error} in {settings}")
        } else {
            error.to_string()
        })
    })?;
    let host = |name, auth| Host {
        name,
        base_url: "https://toy.example".to_owned(),
        auth,
    };
    let credentials = Grant {
        host: "door",
        path: "/token",
        client_id: account.client_id,
        client_secret: account.client_secret.clone(),
        style: ClientStyle::Basic,
        user: None,
        headers: Vec::new(),
    };
    Ok(Box::new(Toy {
        profile: profile(account.fault),
        hosts: [
            host("door", Auth::Open),
            host("api", Auth::Bearer(credentials)),
        ],
        fault: account.fault,
        secret: account.client_secret,
    }))
}

const ABSENCES: &[Absence] = &[
    absent(Ability::Returns),
    absent(Ability::ProofOfDelivery),
    absent(Ability::Addresses),
    absent(Ability::Pickups),
    absent(Ability::Manifests),
    absent(Ability::Documents),
    absent(Ability::LandedCost),
    absent(Ability::Catalogue),
];

const fn absent(ability: Ability) -> Absence {
    Absence {
        ability,
        reason: "a toy has none",
    }
}

fn refused(problem: String) -> SettingsError {
    SettingsError {
        carrier: ID,
        problem,
    }
}

fn profile(fault: Option<Fault>) -> Profile {
    Profile {
        id: ID,
        name: "Toy",
        name_zh: "玩具",
        services: &[],
        label_formats: &[LabelFormat::Zpl],
        track_batch_max: 10,
        parcels_max: 1,
        quotas: &[],
        ship_idempotency: ShipIdempotency::None,
        lookup: Lookup::ByReference {
            index_lag: Duration::ZERO,
        },
        quiet: Duration::from_secs(60),
        void_window: None,
        absences: match fault {
            Some(Fault::GivesNoReasonForAnAbsence) => &[],
            _ => ABSENCES,
        },
    }
}

impl Carrier for Toy {
    fn profile(&self) -> &Profile {
        &self.profile
    }

    fn dialect(&self) -> &dyn Dialect {
        self
    }

    fn hosts(&self) -> &[Host] {
        &self.hosts
    }

    fn rates(&self) -> Option<&dyn Rates> {
        Some(self)
    }

    fn shipping(&self) -> Option<&dyn Shipping> {
        Some(self)
    }

    fn tracking(&self) -> Option<&dyn Tracking> {
        Some(self)
    }

    fn pushes(&self) -> Option<&dyn Pushes> {
        Some(self)
    }
}

impl Dialect for Toy {
    fn verdict(&self, intent: &Intent, response: &Response) -> Result<()> {
        let kind = match response.status() {
            status if status.is_success() => return Ok(()),
            StatusCode::UNAUTHORIZED if self.has(Fault::TakesA401ForFinal) => Kind::Credentials,
            StatusCode::UNAUTHORIZED => Kind::StaleToken,
            StatusCode::TOO_MANY_REQUESTS if !self.has(Fault::TakesTooManyForARefusal) => {
                Kind::Throttled
            }
            StatusCode::NOT_FOUND => Kind::NotFound,
            status if status.is_server_error() && !self.has(Fault::TakesA500ForARefusal) => {
                Kind::Unavailable
            }
            _ => Kind::Refused,
        };
        #[derive(Default, Deserialize)]
        struct No {
            #[serde(default)]
            code: String,
            #[serde(default)]
            text: String,
        }
        let no: No = serde_json::from_slice(response.body()).unwrap_or_default();
        let error = Error::new(kind, ID, intent.operation);
        if self.has(Fault::DropsTheCarriersWords) {
            return Err(error);
        }
        if self.has(Fault::TellsItsSecret) {
            let secret = self.secret.expose_secret();
            return Err(error.said(no.code, format!("{} ({secret})", no.text)));
        }
        Err(error.said(no.code, no.text))
    }
}

#[derive(Deserialize)]
struct Priced {
    rates: Vec<Rate>,
}

#[derive(Deserialize)]
struct Rate {
    service: String,
    name: String,
    amount: DecimalText,
    fuel: DecimalText,
    currency: Currency,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "read for its refusal of other members alone")]
struct Strict {
    rates: Vec<StrictRate>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "read for its refusal of other members alone")]
struct StrictRate {
    service: String,
    name: String,
    amount: Value,
    fuel: Value,
    currency: String,
}

#[async_trait]
impl Rates for Toy {
    async fn quote(&self, call: &Call<'_>, ask: &RateAsk) -> Result<Vec<Quote>> {
        let body = json!({
            "from": ask.from.postal_code,
            "to": ask.to.postal_code,
            "grams": if self.has(Fault::SendsWhatIsNotDescribed) {
                json!("1200")
            } else {
                json!(ask.parcels.iter().map(|p| p.weight.as_grams()).sum::<u32>())
            },
            "service": ask.service,
        });
        let mut outgoing = Outgoing::new(Method::POST, "quote", "api", "/rates").class(Class::Rate);
        if !self.has(Fault::LeavesAHeaderOut) {
            outgoing = outgoing.header("x-trace", "7");
        }
        let response = call.send(outgoing.json(&ID, &body)?).await?;
        if self.has(Fault::RefusesUnknownMembers) {
            let _strict: Strict = read_json(&ID, "quote", &response)?;
        }
        let priced: Priced = read_json(&ID, "quote", &response)?;
        priced
            .rates
            .into_iter()
            .map(|rate| self.price(rate))
            .collect()
    }
}

impl Toy {
    fn has(&self, fault: Fault) -> bool {
        self.fault == Some(fault)
    }

    fn price(&self, rate: Rate) -> Result<Quote> {
        let malformed = |error| Error::new(Kind::Malformed, ID, "quote").because(error);
        let parse = |text: &DecimalText| {
            let parsed = Money::parse(text.as_str(), rate.currency);
            if self.has(Fault::MakesUpAPrice) && parsed.is_err() {
                return Ok(Money::of_minor(99, rate.currency));
            }
            parsed.map_err(malformed)
        };
        let (base, fuel) = (parse(&rate.amount)?, parse(&rate.fuel)?);
        let charge = |kind, name: &str, amount| Charge {
            kind,
            name: name.to_owned(),
            amount,
        };
        let mut charges = vec![charge(ChargeKind::Base, "carriage", base)];
        if !self.has(Fault::ChargesToNoSum) {
            charges.push(charge(ChargeKind::Fuel, "fuel", fuel));
        }
        Ok(Quote {
            service: service(&rate.service, rate.name),
            total: base.checked_add(fuel).map_err(malformed)?,
            charges,
            transit: None,
            billed_weight: None,
        })
    }
}

fn service(code: &str, name: String) -> Service {
    Service {
        code: ServiceCode::new(code),
        name,
    }
}

#[derive(Deserialize)]
struct Ordered {
    order: String,
    number: TrackingNumber,
    service: String,
}

impl Ordered {
    fn shipment(self, reference: &Reference, label: Option<Label>) -> Shipment {
        Shipment {
            reference: reference.clone(),
            carrier_number: self.order,
            service: service(&self.service, "Ground".to_owned()),
            charged: None,
            parcels: vec![ShippedParcel {
                tracking_number: self.number,
                last_mile_number: None,
                label,
            }],
        }
    }
}

#[async_trait]
impl Shipping for Toy {
    fn check(&self, order: &Order) -> Violations {
        let mut found = Violations::new();
        if order.parcels.len() > 1 && !self.has(Fault::TakesAnyOrder) {
            found.refuse("parcels", order.parcels.len(), "one box");
        }
        if order.label_format != LabelFormat::Zpl {
            found.refuse("label_format", order.label_format, "zpl");
        }
        if !self.has(Fault::LeavesAnExtraUnsaid) {
            found.append(order.options.refused("options", Offered::default()));
        }
        if !order.documents.is_empty() {
            found.require("documents", "left out: a toy has no customs");
        }
        found
    }

    async fn buy(&self, call: &Call<'_>, order: &Order) -> Result<Shipment> {
        if self.has(Fault::LogsTheRecipient) {
            tracing::info!(to = order.to.name.expose(), "buys");
        }
        let body = json!({
            "reference": order.reference,
            "service": order.service,
            "to": order.to.name.expose(),
            "street": order.to.line(0),
        });
        let mut outgoing = Outgoing::new(Method::POST, "buy", "api", "/orders").class(Class::Ship);
        if !self.has(Fault::PaysRepeatably) {
            outgoing = outgoing.only_if_unsent();
        }
        let outgoing = outgoing.permits(NonZeroU32::MIN).json(&ID, &body)?;
        let response = match call.send(outgoing.clone()).await {
            Err(error) if self.has(Fault::SendsAgainInDoubt) && error.kind.in_doubt() => {
                call.send(outgoing).await?
            }
            result => result?,
        };
        let ordered = read_json::<Ordered>(&ID, "buy", &response);
        let ordered = ordered.map_err(|mut error| {
            if self.has(Fault::TakesDamageForARefusal) {
                error.kind = Kind::Refused;
            }
            error
        })?;
        let label = match self.fetch(call, &ordered.order).await {
            Err(mut error) if self.has(Fault::ForgetsThatItPaid) => {
                error.kind = Kind::Refused;
                return Err(error);
            }
            label => label.unwrap_or_default(),
        };
        Ok(ordered.shipment(&order.reference, label))
    }

    async fn find(&self, call: &Call<'_>, reference: &Reference) -> Result<Option<Shipment>> {
        #[derive(Deserialize)]
        struct Found {
            orders: Vec<Ordered>,
        }
        let outgoing = Outgoing::new(Method::GET, "find", "api", "/orders")
            .query("reference", reference.as_str());
        let found: Found = read_json(&ID, "find", &call.send(outgoing).await?)?;
        let first = found.orders.into_iter().next();
        Ok(first.map(|ordered| ordered.shipment(reference, None)))
    }

    async fn label(&self, call: &Call<'_>, shipment: &Shipment) -> Result<Vec<Label>> {
        if self.has(Fault::GivesNoLabelNorReason) {
            return Err(Error::new(Kind::Unsupported, ID, "label"));
        }
        let label = self.fetch(call, &shipment.carrier_number).await?;
        label
            .map(|label| vec![label])
            .ok_or_else(|| Error::new(Kind::Refused, ID, "label"))
    }

    async fn void(&self, call: &Call<'_>, shipment: &Shipment) -> Result<()> {
        #[derive(Deserialize)]
        struct Voided {
            void: bool,
        }
        let outgoing = Outgoing::new(Method::POST, "void", "api", "/orders")
            .segment(&shipment.carrier_number)
            .segment("void");
        let response = match call.send(outgoing).await {
            Err(error) if error.code.as_deref() == Some("V2") => return Ok(()),
            result => result?,
        };
        if self.has(Fault::TakesAPageForAVoid) {
            return Ok(());
        }
        let voided: Voided = read_json(&ID, "void", &response)?;
        let not = || Error::new(Kind::Refused, ID, "void");
        voided.void.then_some(()).ok_or_else(not)
    }
}

impl Toy {
    async fn fetch(&self, call: &Call<'_>, order: &str) -> Result<Option<Label>> {
        #[derive(Deserialize)]
        struct Drawn {
            ready: bool,
            #[serde(default)]
            zpl: String,
        }
        let outgoing = Outgoing::new(Method::GET, "label", "api", "/orders")
            .segment(order)
            .segment("label");
        let drawn: Drawn = read_json(&ID, "label", &call.send(outgoing).await?)?;
        let bytes = drawn.zpl.into_bytes();
        let fits = LabelFormat::Zpl.fits(&bytes);
        Ok((drawn.ready && fits).then_some(Label {
            format: LabelFormat::Zpl,
            bytes,
        }))
    }
}
