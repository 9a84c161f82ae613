//! What a provider is asked at sign-in and afterwards.
use super::{
    OidcConfig, OidcCredentials,
    claims::{Others, Said},
    config::is_private,
    http::Http,
};
use crate::{
    problem::{patiently, unavailable},
    reach::Reach,
};
use async_trait::async_trait;
use openidconnect::{
    AdditionalProviderMetadata, AuthType, AuthenticationContextClass, AuthenticationFlow, AuthorizationCode,
    AuthorizationRequest, Client, ClientId, ClientSecret, CsrfToken, EmptyExtraTokenFields, EndpointMaybeSet,
    EndpointNotSet, EndpointSet, IdTokenFields, IdTokenVerifier, IssuerUrl, Nonce, OAuth2TokenResponse,
    PkceCodeChallenge, PkceCodeVerifier, ProviderMetadata, RedirectUrl, RefreshToken, RequestTokenError, Scope,
    StandardErrorResponse, StandardTokenResponse, SubjectIdentifier, TokenResponse, UserInfoError,
    core::{
        CoreAuthDisplay, CoreAuthPrompt, CoreClaimName, CoreClaimType, CoreClientAuthMethod, CoreErrorResponseType,
        CoreGenderClaim, CoreGrantType, CoreJsonWebKey, CoreJweContentEncryptionAlgorithm,
        CoreJweKeyManagementAlgorithm, CoreJwsSigningAlgorithm, CoreResponseMode, CoreResponseType, CoreRevocableToken,
        CoreRevocationErrorResponse, CoreSubjectIdentifierType, CoreTokenIntrospectionResponse, CoreTokenType,
    },
};
use purser_kernel::{ExposeSecret, Problem, SecretString, Timestamp};
use purser_store::ports::{Assertion, OpenIdProvider, Renewal, SignInAttempt};
use serde::{Deserialize, Serialize};
use std::{io, sync::Arc};

/// RFC 9207, section 3.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct NamesItself {
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

impl AdditionalProviderMetadata for NamesItself {}

type Metadata = ProviderMetadata<
    NamesItself,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

type Fields = IdTokenFields<
    Others,
    EmptyExtraTokenFields,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJwsSigningAlgorithm,
>;

type Tokens = StandardTokenResponse<Fields, CoreTokenType>;
type Refusal = StandardErrorResponse<CoreErrorResponseType>;

type Asked = Client<
    Others,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    Refusal,
    Tokens,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// What ID tokens may be signed with: keys that only the provider has. No `none`, and no secret that the client has as well.
const ALGORITHMS: [CoreJwsSigningAlgorithm; 5] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

/// Without it many providers give nothing to ask them with again (OpenID Connect Core 1.0, section 11).
const OFFLINE_ACCESS: &str = "offline_access";
/// Longer than any code.
const MAX_CODE: usize = 4096;

/// An organization's provider.
pub(super) struct Oidc(Arc<Settings>);

pub(super) struct Settings {
    pub(super) config: OidcConfig,
    pub(super) credentials: OidcCredentials,
    pub(super) reach: Reach,
}

impl Oidc {
    pub(super) fn new(settings: Settings) -> Self {
        Self(Arc::new(settings))
    }
}

#[async_trait]
impl OpenIdProvider for Oidc {
    async fn begin(&self, attempt: SignInAttempt) -> Result<String, Problem> {
        let settings = self.0.clone();
        patiently(async move { Conversation::open(&settings).await?.begin(attempt) }).await
    }

    async fn finish(
        &self,
        attempt: SignInAttempt,
        code: SecretString,
        issuer: Option<String>,
        now: Timestamp,
    ) -> Result<Option<Assertion>, Problem> {
        if !(1..=MAX_CODE).contains(&code.expose_secret().len()) {
            return Ok(None);
        }
        let settings = self.0.clone();
        patiently(async move {
            let conversation = Conversation::open(&settings).await?;
            if !conversation.is_from(issuer.as_deref()) {
                return Ok(None);
            }
            conversation.finish(attempt, code, now).await
        })
        .await
    }

    async fn renew(
        &self,
        subject: &str,
        refresh_token: SecretString,
        now: Timestamp,
    ) -> Result<Option<Renewal>, Problem> {
        let (settings, subject) = (self.0.clone(), subject.to_owned());
        patiently(async move { Conversation::open(&settings).await?.renew(subject, refresh_token, now).await }).await
    }
}

/// A provider whose metadata and keys were read a moment ago.
struct Conversation<'s> {
    config: &'s OidcConfig,
    reach: Reach,
    http: Http,
    metadata: Metadata,
    client: Asked,
}

impl<'s> Conversation<'s> {
    async fn open(settings: &'s Settings) -> Result<Self, Problem> {
        let Settings { config, credentials, reach } = settings;
        let http = Http::new(*reach, config.ca_certificate.as_deref()).map_err(unavailable)?;
        let issuer = IssuerUrl::new(config.issuer.clone()).map_err(unavailable)?;
        let metadata = Metadata::discover_async(issuer, &http).await.map_err(unavailable)?;
        let redirect = config.redirect_uri.clone().ok_or_else(|| Problem::internal("the connection has no page"))?;
        let redirect = RedirectUrl::new(redirect).map_err(Problem::internal)?;
        let id = ClientId::new(config.client_id.clone());
        let secret = ClientSecret::new(credentials.client_secret.expose_secret().to_owned());
        let client = Client::from_provider_metadata(metadata.clone(), id, Some(secret)).set_redirect_uri(redirect);
        let client = client.set_auth_type(shown_by(&metadata));
        Ok(Self { config, reach: *reach, http, metadata, client })
    }

    /// Whether the answer names this provider, where it has to (RFC 9207, section 2.4).
    fn is_from(&self, issuer: Option<&str>) -> bool {
        let must = self.metadata.additional_metadata().authorization_response_iss_parameter_supported;
        issuer.map_or(!must, |issuer| issuer == self.config.issuer)
    }

    fn begin(&self, attempt: SignInAttempt) -> Result<String, Problem> {
        let SignInAttempt { state, nonce, verifier } = attempt;
        let verifier = PkceCodeVerifier::new(verifier.expose_secret().to_owned());
        let flow = AuthenticationFlow::<CoreResponseType>::AuthorizationCode;
        let request = self.client.authorize_url(flow, move || CsrfToken::new(state), move || Nonce::new(nonce));
        let request = request.set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier));
        let request = request.add_scopes(self.config.scopes.iter().cloned().map(Scope::new));
        let acr_values = self.config.second_factor.acr_values.iter().cloned().map(AuthenticationContextClass::new);
        let mut request = acr_values.fold(request, AuthorizationRequest::add_auth_context_value);
        if self.config.scopes.iter().any(|scope| scope == OFFLINE_ACCESS) {
            request = request.add_prompt(CoreAuthPrompt::Consent);
        }
        let (url, ..) = request.url();
        // It goes into a browser.
        if is_private(&url, self.reach) { Ok(url.into()) } else { Err(unavailable("its page has no TLS")) }
    }

    async fn finish(
        &self,
        attempt: SignInAttempt,
        code: SecretString,
        now: Timestamp,
    ) -> Result<Option<Assertion>, Problem> {
        let code = AuthorizationCode::new(code.expose_secret().to_owned());
        let verifier = PkceCodeVerifier::new(attempt.verifier.expose_secret().to_owned());
        let request = self.client.exchange_code(code).map_err(unavailable)?.set_pkce_verifier(verifier);
        let Some(tokens) = given(request.request_async(&self.http).await)? else {
            return Ok(None);
        };
        let nonce = Nonce::new(attempt.nonce);
        let read = self.read(&tokens, now, |said| openidconnect::NonceVerifier::verify(&nonce, said));
        let Some((subject, said)) = read else {
            return Ok(None);
        };
        let Some(said) = self.complete(&tokens, &subject, said).await? else {
            return Ok(None);
        };
        let second_factor = said.second_factor;
        let refresh_token = tokens.refresh_token().map(|token| token.secret().as_str().into());
        Ok(Some(Assertion { person: said.person(subject.to_string()), second_factor, refresh_token }))
    }

    async fn renew(
        &self,
        subject: String,
        refresh_token: SecretString,
        now: Timestamp,
    ) -> Result<Option<Renewal>, Problem> {
        let token = RefreshToken::new(refresh_token.expose_secret().to_owned());
        let request = self.client.exchange_refresh_token(&token).map_err(unavailable)?;
        let Some(tokens) = given(request.request_async(&self.http).await)? else {
            return Ok(None);
        };
        let subject = SubjectIdentifier::new(subject);
        // A token that comes again need not have the nonce (section 12.2); the rest holds as before.
        let said = match tokens.id_token() {
            None => Said::default(),
            Some(_) => match self.read(&tokens, now, |_| Ok(())) {
                Some((same, said)) if same == subject => said,
                _ => return Ok(None),
            },
        };
        let is_silent = tokens.id_token().is_none() && self.client.user_info_url().is_none();
        let Some(said) = self.complete(&tokens, &subject, said).await? else {
            return Ok(None);
        };
        let refresh_token = tokens.refresh_token().map(|token| token.secret().as_str().into());
        let groups = (!is_silent).then(|| said.groups.unwrap_or_default());
        Ok(Some(Renewal { groups, refresh_token }))
    }

    /// What the ID token says, if it can be believed (section 3.1.3.7).
    fn read(
        &self,
        tokens: &Tokens,
        now: Timestamp,
        nonce: impl FnOnce(Option<&Nonce>) -> Result<(), String>,
    ) -> Option<(SubjectIdentifier, Said)> {
        let (id, issuer) = (ClientId::new(self.config.client_id.clone()), self.metadata.issuer().clone());
        // As of a client without a secret: no token that is signed with it is one of the provider's.
        let verifier: IdTokenVerifier<'_, CoreJsonWebKey> =
            IdTokenVerifier::new_public_client(id, issuer, self.metadata.jwks().clone());
        let verifier = verifier.set_allowed_algs(ALGORITHMS).set_time_fn(move || now);
        match tokens.id_token()?.claims(&verifier, nonce) {
            Ok(claims) => Some((claims.subject().clone(), Said::by_token(claims, self.config))),
            Err(error) => {
                tracing::info!(%error, "an ID token was not believed");
                None
            }
        }
    }

    /// With what the token left out. `None` when the provider knows the person no longer, or speaks of somebody else.
    async fn complete(
        &self,
        tokens: &Tokens,
        subject: &SubjectIdentifier,
        said: Said,
    ) -> Result<Option<Said>, Problem> {
        if !said.is_short(self.config) || self.client.user_info_url().is_none() {
            return Ok(Some(said));
        }
        let asked = self.client.user_info(tokens.access_token().clone(), Some(subject.clone()));
        match asked.map_err(unavailable)?.request_async(&self.http).await {
            Ok(claims) => Ok(Some(said.and(&claims, self.config))),
            Err(UserInfoError::ClaimsVerification(_)) => Ok(None),
            Err(UserInfoError::Response(status, ..)) if [401, 403].contains(&status.as_u16()) => Ok(None),
            Err(error) => Err(unavailable(error.to_string())),
        }
    }
}

/// How the client shows its secret: in the header, unless the provider takes it in the body alone.
fn shown_by(metadata: &Metadata) -> AuthType {
    let methods = metadata.token_endpoint_auth_methods_supported().map_or(&[][..], Vec::as_slice);
    let takes = |method| methods.contains(&method);
    if takes(CoreClientAuthMethod::ClientSecretPost) && !takes(CoreClientAuthMethod::ClientSecretBasic) {
        return AuthType::RequestBody;
    }
    AuthType::BasicAuth
}

/// The tokens; `None` when the provider knows no such code or token, or no longer.
fn given(answer: Result<Tokens, RequestTokenError<io::Error, Refusal>>) -> Result<Option<Tokens>, Problem> {
    match answer {
        Ok(tokens) => Ok(Some(tokens)),
        Err(RequestTokenError::ServerResponse(refusal)) if *refusal.error() == CoreErrorResponseType::InvalidGrant => {
            Ok(None)
        }
        // An answer that cannot be read may hold a token: the log gets what is wrong with it alone.
        Err(RequestTokenError::Parse(fault, _)) => {
            Err(unavailable(format!("its tokens cannot be read at {}", fault.path())))
        }
        Err(RequestTokenError::Request(error)) => Err(unavailable(error)),
        Err(error) => Err(unavailable(error.to_string())),
    }
}
