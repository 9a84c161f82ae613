//! What people want to be told of, and how.
use super::{Kind, MailTiming};
use purser_kernel::{Expected, FieldError, text::Findings};
use purser_store::{
    ports::{ChosenNotifications, NotificationSettings},
    prelude::*,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use strum::VariantArray;

/// The hour of a digest for who has chosen none.
const MORNING: u8 = 8;

/// How somebody is told of a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Channels {
    /// Whether it is in their list.
    pub in_app: bool,
    /// When it is mailed. `None` for what is never mailed from here.
    pub mail: Option<MailTiming>,
}

impl Channels {
    /// Whether it is mailed, be it at once or in a digest.
    pub(super) fn is_mailed(self) -> bool {
        self.mail.is_some_and(|mail| mail != MailTiming::Off)
    }
}

/// What somebody has chosen, and what is so where they have not.
#[derive(Clone, Debug)]
pub struct Preferences {
    /// Of every kind there is, in their order.
    pub kinds: Vec<(Kind, Channels)>,
    /// The hour of the day at which digests are mailed, where they are.
    pub digest_hour: u8,
    /// Of all that they prefer.
    pub version: i64,
}

/// What changes about a kind. What is left out stays.
#[derive(Clone, Copy, Debug, Default)]
pub struct ChannelsChange {
    /// Whether it is in their list.
    pub in_app: Option<bool>,
    /// When it is mailed.
    pub mail: Option<MailTiming>,
}

/// What changes. What is left out stays.
#[derive(Clone, Debug, Default)]
pub struct PreferencesChange {
    /// By the names of kinds.
    pub kinds: BTreeMap<String, ChannelsChange>,
    /// From 0 to 23.
    pub digest_hour: Option<u8>,
}

/// The caller's. `not_found` for an actor who is no person.
pub async fn get(tx: &ReadTx, settings: &dyn NotificationSettings) -> Result<Preferences, Problem> {
    let person = tx.scope().actor.user().ok_or_else(|| Problem::not_found("person"))?;
    let chosen = settings.of(tx, &[person]).await?.remove(&person);
    let chosen = chosen.ok_or_else(|| Problem::internal("whoever is asked about is answered"))?;
    Ok(preferences(&Kept::of(&chosen), chosen.version))
}

/// Changes the caller's, if what they prefer has a version that is expected.
///
/// `validation_failed` for a kind that there is not, for one that cannot be kept out of the list, and for a mail of a kind that is mailed
/// by others.
pub async fn update(
    tx: &WriteTx,
    settings: &dyn NotificationSettings,
    expected: impl Into<Expected>,
    change: PreferencesChange,
) -> Result<Preferences, Problem> {
    check(&change)?;
    let chosen = settings.lock(tx, expected.into()).await?;
    let mut kept = Kept::of(&chosen);
    let PreferencesChange { kinds, digest_hour } = change;
    for (kind, ChannelsChange { in_app, mail }) in kinds {
        let own = kept.kinds.entry(kind).or_default();
        own.in_app = in_app.or(own.in_app);
        own.mail = mail.or(own.mail);
    }
    kept.digest_hour = digest_hour.or(kept.digest_hour);
    let version = settings.keep(tx, kept.to_settings()?).await?;
    Ok(preferences(&kept, version))
}

fn check(change: &PreferencesChange) -> Result<(), Problem> {
    let mut found = Findings::new();
    for (name, change) in &change.kinds {
        let pointer = format!("/kinds/{}", name.replace('~', "~0").replace('/', "~1"));
        let Ok(kind) = name.parse::<Kind>() else {
            found.add(FieldError::new(pointer, "unknown_kind", "must be a kind of notification"));
            continue;
        };
        let spec = kind.spec();
        if spec.always_in_app && change.in_app == Some(false) {
            let message = "must be true: nobody is left without this";
            found.add(FieldError::new(format!("{pointer}/in_app"), "always_in_app", message));
        }
        if spec.mail.is_none() && change.mail.is_some() {
            let message = "must be left out: mails about this are not notifications";
            found.add(FieldError::new(format!("{pointer}/mail"), "not_mailed", message));
        }
    }
    if change.digest_hour.is_some_and(|hour| hour > 23) {
        found.add(FieldError::new("/digest_hour", "out_of_range", "must be from 0 to 23"));
    }
    found.finish()
}

/// As it is kept: what somebody has chosen and nothing else, so that what is so for everybody can change.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Kept {
    kinds: BTreeMap<String, KeptKind>,
    digest_hour: Option<u8>,
}

#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct KeptKind {
    in_app: Option<bool>,
    mail: Option<MailTiming>,
}

impl Kept {
    /// What cannot be read was chosen from what is not there any more.
    pub(super) fn of(chosen: &ChosenNotifications) -> Self {
        serde_json::from_value(Value::Object(chosen.settings.clone())).unwrap_or_default()
    }

    fn to_settings(&self) -> Result<Map<String, Value>, Problem> {
        match serde_json::to_value(self).map_err(Problem::internal)? {
            Value::Object(settings) => Ok(settings),
            _ => Err(Problem::internal("a struct is an object")),
        }
    }

    /// How the person is told of this kind.
    pub(super) fn channels(&self, kind: Kind) -> Channels {
        let (spec, own) = (kind.spec(), self.kinds.get(kind.as_str()).copied().unwrap_or_default());
        Channels {
            in_app: spec.always_in_app || own.in_app.unwrap_or(true),
            mail: spec.mail.map(|usual| own.mail.unwrap_or(usual)),
        }
    }

    /// When their digests are mailed.
    pub(super) fn digest_hour(&self) -> u8 {
        self.digest_hour.unwrap_or(MORNING)
    }
}

fn preferences(kept: &Kept, version: i64) -> Preferences {
    let kinds = Kind::VARIANTS.iter().map(|kind| (*kind, kept.channels(*kind))).collect();
    Preferences { kinds, digest_hour: kept.digest_hour(), version }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn kept(settings: Value) -> Kept {
        let Value::Object(settings) = settings else { unreachable!("an object") };
        Kept::of(&ChosenNotifications { settings, timezone: "UTC".to_owned(), version: 1 })
    }

    #[test]
    fn what_was_chosen_goes_before_what_is_usual_but_not_before_what_must_be() {
        let chosen = kept(json!({ "kinds": {
            "order_confirmed": { "in_app": false, "mail": "digest" }, "webhook_disabled": { "in_app": false, "mail": "off" },
            "approval_asked": { "mail": "immediately" }, "of_another_time": { "in_app": false },
        } }));
        let channels = |in_app, mail| Channels { in_app, mail };
        assert_eq!(chosen.channels(Kind::OrderConfirmed), channels(false, Some(MailTiming::Digest)));
        assert_eq!(chosen.channels(Kind::WebhookDisabled), channels(true, Some(MailTiming::Off)));
        assert_eq!(chosen.channels(Kind::ApprovalAsked), channels(true, None));
        assert_eq!(chosen.channels(Kind::OrderDrafted), channels(true, Some(MailTiming::Digest)));
        assert_eq!(kept(json!({ "kinds": 1 })).digest_hour(), 8);
    }
}
