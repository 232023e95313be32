//! What is made of settings that cannot stand.

use parcelgate_carrier::{Ability, Lookup, SettingsError};
use serde_json::{Value, json};

use super::secrets::{leak, secrets_in};
use crate::Subject;
use crate::check::{Check, Held, Verdict};

pub(super) fn checks(subject: &Subject, id: &str) -> Vec<Check> {
    let title = |name: &str| format!("{id}::law::{name}");
    let (unknown, broken, absent) = (*subject, *subject, *subject);
    vec![
        Check::new(title("what_is_absent_has_its_reason"), move || {
            reasons(&absent)
        }),
        Check::new(title("an_unknown_setting_is_refused_by_name"), move || {
            by_name(&unknown)
        }),
        Check::new(title("refused_settings_tell_no_secret"), move || {
            tell_nothing(&broken)
        }),
    ]
}

/// Each ability has its facet, or a reason why not, and never both. Of what is done with a label
/// once it is bought, each may be lacking alone.
fn reasons(subject: &Subject) -> Verdict {
    let carrier = subject.carrier(None)?;
    let mut wrong = Vec::new();
    for (ability, name) in Ability::ALL {
        let reason = carrier.profile().absence(ability);
        let alone = matches!(ability, Ability::Find | Ability::Void | Ability::Reprint);
        match (ability.has_facet(carrier.as_ref()), reason) {
            (false, None) => wrong.push(format!("{name} is absent without a reason")),
            (true, Some(_)) if !alone => wrong.push(format!("{name} is there and absent")),
            (_, Some(reason)) if reason.trim().is_empty() => {
                wrong.push(format!("{name} is absent for an empty reason"));
            }
            _ => {}
        }
    }
    let finds = carrier.profile().absence(Ability::Find).is_none();
    if carrier.shipping().is_some() && finds == (carrier.profile().lookup == Lookup::None) {
        wrong.push("Profile::lookup and the absence of find contradict each other".to_owned());
    }
    if wrong.is_empty() {
        return Ok(Held::Yes);
    }
    Err(wrong.join("\n"))
}

/// A setting that is misspelt is not ignored: the problem names it.
fn by_name(subject: &Subject) -> Verdict {
    let mut settings = subject.settings()?;
    let name = "settingThatNobodyKnows";
    if let Value::Object(settings) = &mut settings {
        settings.insert(name.to_owned(), json!("x"));
    }
    match (subject.connect)(settings) {
        Err(error) if error.problem.contains(name) => Ok(Held::Yes),
        Err(error) => Err(format!("the problem does not name it: {error}")),
        Ok(_) => Err("it was taken".to_owned()),
    }
}

/// Each setting left out, or of another type: whatever is said of it, no secret is.
fn tell_nothing(subject: &Subject) -> Verdict {
    let settings = subject.settings()?;
    let secrets = secrets_in(&settings);
    if secrets.is_empty() {
        return Err("Subject::settings holds no value that begins with sentinel-".to_owned());
    }
    let names = settings
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, _)| name);
    for name in names {
        for replacement in [
            None,
            Some(json!(7)),
            Some(json!({ "x": [] })),
            Some(json!("")),
        ] {
            let mut changed = settings.clone();
            if let Value::Object(members) = &mut changed {
                members.remove(name);
                members.extend(replacement.map(|value| (name.clone(), value)));
            }
            if let Some(told) = (subject.connect)(changed)
                .err()
                .and_then(|e| told(&e, &secrets))
            {
                return Err(format!("{name} refused: {told}"));
            }
        }
    }
    Ok(Held::Yes)
}

fn told(error: &SettingsError, secrets: &[String]) -> Option<String> {
    leak(&format!("{error} {error:?}"), secrets)
}
