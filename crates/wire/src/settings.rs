//! What an operator may set about the way out, each with a default that suits a carrier.

use parcelgate_carrier::Class;
use serde::Deserialize;

/// How one account's requests travel. Every value has a default; unknown names are refused.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WireSettings {
    /// How often a request of each class is tried at most, the first time included. Default: rate
    /// 2, ship 3 (again only what is certain not to have left), track 2, manage 3, token 2.
    pub attempts_max: PerClass<u32>,
    /// The longest that one attempt may take, in milliseconds, waiting for quota and token not
    /// counted. Default: rate 8 000, ship 60 000, track 20 000, manage 15 000, token 10 000.
    pub attempt_ms_max: PerClass<u64>,
    /// How often each class may be sent. What is set here takes the class out of every quota that
    /// the carrier's documents name, which are the default.
    pub quotas: PerClass<QuotaSetting>,
    /// Quotas of several classes together, or several of one class, in the place of all those that
    /// the carrier's documents name. Default: those.
    pub shared_quotas: Option<Vec<SharedQuotaSetting>>,
    /// The part of each quota that may leave at once, in percent, at most 99; the rest leaves
    /// evenly. It is kept for the lanes in front: buying may use all of it, prices leave half of
    /// it, tracking that somebody waits for three quarters, and what nobody waits for nine tenths.
    /// Default: 25.
    pub reserve_percent: u32,
    /// How many requests of one class may wait or be under way; the next is refused at once. Those
    /// for tokens are not counted: there is one for each host at most. Default: 256.
    pub pending_max: u32,
    /// Pauses and budget of what is tried again.
    pub retry: RetrySettings,
    /// When a host counts as down.
    pub breaker: BreakerSettings,
    /// The longest that connecting may take, in milliseconds: name, TCP and TLS. Never more than
    /// half of the shortest attempt, so that a stalled connect is known not to have left. Default:
    /// 2 000.
    pub connect_ms_max: u64,
    /// How long an idle connection is kept, in milliseconds. Below the shortest keep-alive that
    /// servers commonly use (5 s), or a request meets a connection that is just closing.
    /// Default: 4 000.
    pub idle_ms_max: u64,
    /// The largest answer that is read, in bytes, unpacked. Default: 16 MiB.
    pub answer_bytes_max: usize,
}

impl Default for WireSettings {
    fn default() -> Self {
        Self {
            attempts_max: PerClass::default(),
            attempt_ms_max: PerClass::default(),
            quotas: PerClass::default(),
            shared_quotas: None,
            reserve_percent: 25,
            pending_max: 256,
            retry: RetrySettings::default(),
            breaker: BreakerSettings::default(),
            connect_ms_max: 2_000,
            idle_ms_max: 4_000,
            answer_bytes_max: 16 << 20,
        }
    }
}

/// A value for each class; the default where absent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields, bound = "T: Deserialize<'de>")]
pub struct PerClass<T> {
    /// Prices.
    pub rate: Option<T>,
    /// Buying.
    pub ship: Option<T>,
    /// Tracking.
    pub track: Option<T>,
    /// Everything else.
    pub manage: Option<T>,
    /// Tokens.
    pub token: Option<T>,
}

impl<T> Default for PerClass<T> {
    fn default() -> Self {
        Self {
            rate: None,
            ship: None,
            track: None,
            manage: None,
            token: None,
        }
    }
}

impl<T: Copy> PerClass<T> {
    /// What is set for `class`.
    #[must_use]
    pub const fn of(&self, class: Class) -> Option<T> {
        match class {
            Class::Rate => self.rate,
            Class::Ship => self.ship,
            Class::Track => self.track,
            Class::Manage => self.manage,
            Class::Token => self.token,
        }
    }
}

/// So many requests in so much time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuotaSetting {
    /// How many; at least one.
    pub permits: u32,
    /// In how many milliseconds.
    pub per_ms: u64,
}

/// So many requests of some classes together in so much time.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SharedQuotaSetting {
    /// Of which; all when left out.
    #[serde(default)]
    pub classes: Option<Vec<ClassName>>,
    /// How many; at least one.
    pub permits: u32,
    /// In how many milliseconds.
    pub per_ms: u64,
}

impl SharedQuotaSetting {
    pub(crate) fn classes(&self) -> Vec<Class> {
        match &self.classes {
            None => Class::EVERY.to_vec(),
            Some(names) => names.iter().map(|name| name.class()).collect(),
        }
    }
}

/// A class, as it is written in the configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClassName {
    /// Prices.
    Rate,
    /// Buying.
    Ship,
    /// Tracking.
    Track,
    /// Everything else.
    Manage,
    /// Tokens.
    Token,
}

impl ClassName {
    const fn class(self) -> Class {
        match self {
            Self::Rate => Class::Rate,
            Self::Ship => Class::Ship,
            Self::Track => Class::Track,
            Self::Manage => Class::Manage,
            Self::Token => Class::Token,
        }
    }
}

/// Pauses and budget of what is tried again.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RetrySettings {
    /// The first pause, in milliseconds; each further one is twice as long, and each is shortened
    /// by a random part of up to a half. Default: 100.
    pub pause_ms: u64,
    /// The longest pause, in milliseconds. Default: 5 000.
    pub pause_ms_max: u64,
    /// How many of the calls of the last ten seconds may be tried again, in percent. Default: 20.
    pub budget_percent: u32,
    /// How many may be tried again in ten seconds even when there were few calls. Default: 10.
    pub budget_floor: u32,
}

impl Default for RetrySettings {
    fn default() -> Self {
        Self {
            pause_ms: 100,
            pause_ms_max: 5_000,
            budget_percent: 20,
            budget_floor: 10,
        }
    }
}

/// When a host counts as down, and how it is tried again.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BreakerSettings {
    /// Share of outages among the attempts of the last ten seconds that opens the circuit, in
    /// percent. Default: 50.
    pub outage_percent: u32,
    /// Below so many attempts in ten seconds the share says nothing. Default: 20.
    pub attempts_min: u32,
    /// So many attempts in a row that could not even connect open it too. Default: 5.
    pub unsent_in_a_row: u32,
    /// Until the first probe, in milliseconds; twice as long after each probe that fails.
    /// Default: 1 000.
    pub probe_ms: u64,
    /// The longest time between probes, in milliseconds. Default: 60 000.
    pub probe_ms_max: u64,
}

impl Default for BreakerSettings {
    fn default() -> Self {
        Self {
            outage_percent: 50,
            attempts_min: 20,
            unsent_in_a_row: 5,
            probe_ms: 1_000,
            probe_ms_max: 60_000,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_keeps_its_default_and_what_is_unknown_is_refused() {
        let set: WireSettings = serde_json::from_str(
            r#"{"attempts_max":{"rate":1},"quotas":{"ship":{"permits":4,"per_ms":1000}}}"#,
        )
        .unwrap();
        assert_eq!(set.attempts_max.of(Class::Rate), Some(1));
        assert_eq!(set.attempts_max.of(Class::Ship), None);
        assert_eq!(
            set.quotas.of(Class::Ship).map(|quota| quota.permits),
            Some(4)
        );
        assert_eq!(set.breaker, BreakerSettings::default());
        assert!(serde_json::from_str::<WireSettings>(r#"{"attempts":{}}"#).is_err());
    }
}
