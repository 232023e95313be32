//! A small shop that is right in everything, and wrong in one thing when told so.

use async_trait::async_trait;
use http::Method;
use parcelgate_carrier::json::{Many, Text};
use parcelgate_carrier::said::{Judge, Said};
use parcelgate_carrier::{
    Auth, Call, Class, Dialect, Error, Host, Intent, Kind, Outgoing, Response, Result,
    SettingsError, read_json,
};
use parcelgate_domain::{CarrierId, ExposeSecret as _, Secret, Violations};
use parcelgate_shop::{
    CarrierCode, Confirmation, Confirmed, Confirms, News, ReadsBack, Recognition, Shop,
    ShopProfile, Shown, Tells,
};
use serde::Deserialize;
use serde_json::{Value, json};

const ID: CarrierId = CarrierId::known("toys");

/// What is wrong with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Wrong {
    HasTwoWordsForACarrier,
    GivesNoReasonForAnAbsence,
    TakesAnyOrder,
    TellsNoNumber,
    TellsNoCarrier,
    ForgetsTheHandle,
    ShowsNoNumber,
    MakesUpAPackage,
    TellsTheOldNumber,
    CannotInform,
    TakesSilenceForAYes,
    SendsAgainInDoubt,
    TakesANoForAYes,
    LosesTheWords,
    NeverTriesAgain,
    TakesAnOutageForARefusal,
    AsksForTheBuyer,
    TellsItsSecret,
    RefusesUnknownMembers,
    PanicsOnAShortAnswer,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Account {
    token: Secret,
    #[serde(default)]
    fault: Option<Wrong>,
}

struct Toy {
    hosts: [Host; 1],
    token: Secret,
    wrong: Option<Wrong>,
    profile: ShopProfile,
}

/// Wrong: what is in the settings is told to whoever reads the failure.
pub(crate) fn connect_telling(settings: Value) -> Result<Box<dyn Shop>, SettingsError> {
    let shown = settings.to_string();
    connect(settings).map_err(|error| SettingsError {
        problem: format!("{} in {shown}", error.problem),
        ..error
    })
}

pub(crate) fn connect(settings: Value) -> Result<Box<dyn Shop>, SettingsError> {
    let account: Account = serde_json::from_value(settings).map_err(|error| SettingsError {
        carrier: ID,
        problem: error.to_string(),
    })?;
    let host = Host {
        name: "api",
        base_url: "https://toys.example".to_owned(),
        auth: Auth::Headers(vec![("x-token", account.token.clone())]),
    };
    let wrong = account.fault;
    let carriers = match wrong {
        Some(Wrong::HasTwoWordsForACarrier) => &[UPS, UPS][..],
        _ => &[UPS],
    };
    Ok(Box::new(Toy {
        hosts: [host],
        token: account.token,
        wrong,
        profile: ShopProfile {
            carriers,
            ..PROFILE
        },
    }))
}

const UPS: CarrierCode = CarrierCode {
    carrier: "ups",
    marketplaces: &[],
    code: "UPS",
};

const PROFILE: ShopProfile = ShopProfile {
    id: ID,
    name: "Toys",
    quotas: &[],
    carriers: &[UPS],
    carriers_read_on: "2026-11-23",
    other: None,
    items_max: 9,
    items_needed: false,
    marketplaces: &[],
    absences: &[],
};

impl Toy {
    fn is(&self, wrong: Wrong) -> bool {
        self.wrong == Some(wrong)
    }

    fn outgoing(&self, method: Method, operation: &'static str, order: &str) -> Outgoing {
        Outgoing::new(method, operation, "api", "/orders").segment(order)
    }

    fn body(&self, confirmation: &Confirmation) -> Value {
        let number = match self.wrong {
            Some(Wrong::TellsNoNumber) => "",
            _ => confirmation.number.as_str(),
        };
        let carrier = match self.wrong {
            Some(Wrong::TellsNoCarrier) => "",
            _ => confirmation.carrier.code.as_str(),
        };
        json!({ "number": number, "carrier": carrier })
    }

    fn read<T: serde::de::DeserializeOwned>(
        &self,
        operation: &'static str,
        response: &Response,
    ) -> Result<T> {
        if self.is(Wrong::PanicsOnAShortAnswer) {
            assert!(response.body().len() > 30, "too short");
        }
        if self.is(Wrong::RefusesUnknownMembers)
            && response.body().windows(9).any(|part| part == b"zzUnknown")
        {
            return Err(Error::new(Kind::Malformed, ID, operation));
        }
        read_json(&ID, operation, response)
    }
}

impl Shop for Toy {
    fn profile(&self) -> &ShopProfile {
        &self.profile
    }

    fn dialect(&self) -> &dyn Dialect {
        self
    }

    fn hosts(&self) -> &[Host] {
        &self.hosts
    }

    fn confirms(&self) -> &dyn Confirms {
        self
    }

    fn tells(&self) -> Option<&dyn Tells> {
        (!self.is(Wrong::GivesNoReasonForAnAbsence)).then_some(self)
    }

    fn reads_back(&self) -> Option<&dyn ReadsBack> {
        Some(self)
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct No {
    code: Text,
    message: Text,
}

impl Dialect for Toy {
    fn verdict(&self, intent: &Intent, response: &Response) -> Result<()> {
        let statuses: &[(u16, Kind)] = match self.wrong {
            Some(Wrong::NeverTriesAgain) => &[(429, Kind::Refused)],
            Some(Wrong::TakesAnOutageForARefusal) => &[(500, Kind::Refused), (503, Kind::Refused)],
            _ => &[],
        };
        let judge = Judge {
            carrier: "toys",
            kinds: &[],
            statuses,
        };
        if self.is(Wrong::TakesANoForAYes) {
            return Ok(());
        }
        let no: Result<No, _> = serde_json::from_slice(response.body());
        let loses = self.is(Wrong::LosesTheWords);
        let said = no.map_err(Into::into).map(|no| {
            let code = no.code.owned().filter(|_| !loses)?;
            let text = no.message.as_str().to_owned();
            Some(Said { code, text })
        });
        judge.verdict(intent, response, said)
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Made {
    handle: Text,
}

#[async_trait]
impl Confirms for Toy {
    fn check(&self, confirmation: &Confirmation) -> Violations {
        let mut found = Violations::new();
        let digits = confirmation.order.bytes().all(|byte| byte.is_ascii_digit());
        if !digits && !self.is(Wrong::TakesAnyOrder) {
            found.refuse("order", &confirmation.order, "a number");
        }
        found
    }

    async fn confirm(&self, call: &Call<'_>, confirmation: &Confirmation) -> Result<Confirmed> {
        let mut outgoing = self
            .outgoing(Method::POST, "confirm", &confirmation.order)
            .class(Class::Manage);
        if !self.is(Wrong::SendsAgainInDoubt) {
            outgoing = outgoing.only_if_unsent();
        }
        if self.is(Wrong::AsksForTheBuyer) {
            outgoing = outgoing.query("with", "buyer");
        }
        if self.is(Wrong::TellsItsSecret) {
            outgoing = outgoing.query("token", self.token.expose_secret());
        }
        let outgoing = outgoing.json(&ID, &self.body(confirmation))?;
        let sent = match call.send(outgoing.clone()).await {
            // Two of one mind: what is in doubt is sent anew.
            Err(error) if error.kind.in_doubt() && self.is(Wrong::SendsAgainInDoubt) => {
                call.send(outgoing.only_if_unsent()).await
            }
            sent => sent,
        };
        let response = match sent {
            Err(error) if error.kind.in_doubt() && self.is(Wrong::TakesSilenceForAYes) => {
                return Ok(Confirmed::default());
            }
            sent => sent?,
        };
        let made: Made = self.read("confirm", &response)?;
        Ok(Confirmed {
            handle: made
                .handle
                .owned()
                .filter(|_| !self.is(Wrong::ForgetsTheHandle)),
        })
    }

    async fn change(
        &self,
        call: &Call<'_>,
        confirmation: &Confirmation,
        handle: Option<&str>,
    ) -> Result<Confirmed> {
        let number = match self.wrong {
            Some(Wrong::TellsTheOldNumber) => "1Z5R89390357567127",
            _ => confirmation.number.as_str(),
        };
        let outgoing = self
            .outgoing(Method::PUT, "change", &confirmation.order)
            .segment(handle.unwrap_or_default())
            .class(Class::Manage)
            .json(&ID, &json!({ "number": number }))?;
        call.send(outgoing).await?;
        Ok(Confirmed::default())
    }
}

#[async_trait]
impl Tells for Toy {
    async fn tell(
        &self,
        call: &Call<'_>,
        order: &str,
        _handle: Option<&str>,
        _news: &News,
    ) -> Result<()> {
        if self.is(Wrong::CannotInform) {
            return Err(Error::new(Kind::Malformed, ID, "inform"));
        }
        let outgoing = self
            .outgoing(Method::POST, "inform", order)
            .class(Class::Manage);
        call.send(outgoing.json(&ID, &json!({ "what": "delivered" }))?)
            .await?;
        Ok(())
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Packages {
    packages: Many<Package>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Package {
    id: Text,
    number: Text,
}

#[async_trait]
impl ReadsBack for Toy {
    async fn packages(
        &self,
        call: &Call<'_>,
        order: &str,
        _marketplace: Option<&str>,
    ) -> Result<Vec<Shown>> {
        let outgoing = self
            .outgoing(Method::GET, "read_back", order)
            .class(Class::Track);
        let response = call.send(outgoing).await?;
        let found: Packages = self.read("read_back", &response)?;
        let shown = |id: Option<String>, number: Option<String>| Shown {
            package: None,
            handle: id,
            number: number.filter(|_| !self.is(Wrong::ShowsNoNumber)),
            carrier: None,
            recognition: Recognition::Followed,
            said: None,
        };
        let packages = found.packages.iter();
        let mut all: Vec<Shown> = packages
            .map(|package| shown(package.id.owned(), package.number.owned()))
            .collect();
        if self.is(Wrong::MakesUpAPackage) && all.is_empty() {
            all.push(shown(None, Some("1Z5R89390357567127".to_owned())));
        }
        Ok(all)
    }
}
