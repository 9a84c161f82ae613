//! What a provider says of a person.
use super::OidcConfig;
use openidconnect::{
    AdditionalClaims, EndUserFamilyName, EndUserGivenName, EndUserName, IdTokenClaims, LocalizedClaim, UserInfoClaims,
    core::CoreGenderClaim,
};
use purser_store::ports::Vouched;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// The claims that OpenID Connect does not define, by name.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Others {
    #[serde(flatten)]
    by_name: BTreeMap<String, Value>,
}

impl AdditionalClaims for Others {}

/// More groups than anybody is in.
const MAX_GROUPS: usize = 1000;

impl Others {
    /// The texts of a claim: one, or a list of them.
    fn texts(&self, name: &str) -> Option<Vec<String>> {
        let texts = match self.by_name.get(name)? {
            Value::String(text) => vec![text.clone()],
            Value::Array(list) => list.iter().filter_map(|entry| entry.as_str().map(str::to_owned)).collect(),
            _ => return None,
        };
        Some(texts.into_iter().take(MAX_GROUPS).collect())
    }
}

/// What was said, of whatever token.
#[derive(Default)]
pub(super) struct Said {
    email: Option<String>,
    full_name: Option<String>,
    pub(super) groups: Option<Vec<String>>,
    pub(super) second_factor: bool,
}

impl Said {
    pub(super) fn by_token(claims: &IdTokenClaims<Others, CoreGenderClaim>, config: &OidcConfig) -> Self {
        let acr = claims.auth_context_ref().map(|acr| acr.as_str());
        let amr = claims.auth_method_refs().into_iter().flatten().map(|amr| amr.as_str());
        Self {
            email: claims.email().map(|email| email.to_string()),
            full_name: full_name(claims.name(), claims.given_name(), claims.family_name()),
            groups: config.groups_claim.as_deref().and_then(|claim| claims.additional_claims().texts(claim)),
            second_factor: config.second_factor.is_shown(acr, amr),
        }
    }

    /// Whether something is missing that the provider may say elsewhere.
    pub(super) fn is_short(&self, config: &OidcConfig) -> bool {
        let groups = config.groups_claim.is_some() && self.groups.is_none();
        self.email.is_none() || self.full_name.is_none() || groups
    }

    /// With what the provider says elsewhere of what is missing.
    pub(super) fn and(self, claims: &UserInfoClaims<Others, CoreGenderClaim>, config: &OidcConfig) -> Self {
        let name = full_name(claims.name(), claims.given_name(), claims.family_name());
        let groups = || config.groups_claim.as_deref().and_then(|claim| claims.additional_claims().texts(claim));
        Self {
            email: self.email.or_else(|| claims.email().map(|email| email.to_string())),
            full_name: self.full_name.or(name),
            groups: self.groups.or_else(groups),
            ..self
        }
    }

    /// The person. Who is said to be in no group is in none.
    pub(super) fn person(self, subject: String) -> Vouched {
        let Self { email, full_name, groups, .. } = self;
        Vouched {
            subject,
            place: String::new(),
            email,
            full_name: full_name.unwrap_or_default(),
            groups: groups.unwrap_or_default(),
        }
    }
}

fn full_name(
    name: Option<&LocalizedClaim<EndUserName>>,
    given: Option<&LocalizedClaim<EndUserGivenName>>,
    family: Option<&LocalizedClaim<EndUserFamilyName>>,
) -> Option<String> {
    let name = name.and_then(|name| name.get(None)).map(|name| name.to_string());
    let given = given.and_then(|name| name.get(None)).map(|name| name.as_str());
    let family = family.and_then(|name| name.get(None)).map(|name| name.as_str());
    let both = || Some(given.into_iter().chain(family).collect::<Vec<_>>().join(" "));
    name.or_else(both).filter(|name| !name.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn groups_are_a_text_or_a_list_of_texts() {
        let others = Others::deserialize(json!({ "one": "a", "more": ["a", 7, "b"], "none": [], "wrong": { "a": 1 } }));
        let others = others.unwrap();
        let texts = |name| others.texts(name);
        assert_eq!(texts("one"), Some(vec!["a".into()]));
        assert_eq!(texts("more"), Some(vec!["a".into(), "b".into()]));
        assert_eq!((texts("none"), texts("wrong"), texts("absent")), (Some(vec![]), None, None));
    }
}
