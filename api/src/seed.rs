//! A demonstration organization with the sample data that newcomers, tests and the demonstration look at.
//!
//! Everything goes through the services, as a client's requests would, so that no sample is something a client could not have
//! made. What is there already stays as it is.
mod samples;

use crate::wiring::Services;
use purser_auth::{AuthProblem, Authenticated, LogIn, SignUp};
use purser_kernel::{Client, Expected, ExposeSecret, Problem, SecretString};
use purser_ordering::{
    customers::{self, CustomerFilter},
    durations,
    entity::product,
    price_tiers,
    products::{self, ProductFilter},
};
use purser_store::{WriteTx, prelude::PageRequest};

/// The administrator's address.
pub const EMAIL: &str = "admin@purser.example";
/// The administrator's password. Everybody knows it, so that it is for development only.
pub const PASSWORD: &str = "paper-clips-and-ink-2026";
const ORGANIZATION: &str = "Demonstration Supplies";

/// What seeding has made: one line for each thing that was not there before.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seeded {
    /// Such as `product PAPER-A4`.
    pub made: Vec<String>,
}

/// Makes what is missing of the demonstration.
///
/// `invalid_credentials` when somebody has changed the administrator's password since.
pub async fn seed(services: &Services) -> Result<Seeded, Problem> {
    let mut seeded = Seeded::default();
    let administrator = administrator(services, &mut seeded).await?;
    let tx = services.store.write(&administrator.scope).await?;
    products(&tx, &mut seeded).await?;
    terms(&tx, &mut seeded).await?;
    customer(services, &tx, &mut seeded).await?;
    tx.commit().await?;
    services.auth.log_out(&administrator.scope, administrator.session()?).await?;
    Ok(seeded)
}

async fn administrator(services: &Services, seeded: &mut Seeded) -> Result<Authenticated, Problem> {
    let client = || Client { ip: None, user_agent: Some("purser seed".to_owned()) };
    let request_id = || "seed".to_owned();
    let (email, password) = (|| EMAIL.to_owned(), || SecretString::from(PASSWORD));
    let sign_up = SignUp {
        organization_name: ORGANIZATION.to_owned(),
        full_name: "Ada Administrator".to_owned(),
        email: email(),
        password: password(),
    };
    let tokens = match services.auth.sign_up(sign_up, client(), request_id()).await {
        Ok(signed_up) => {
            seeded.made.push(format!("organization {}", signed_up.organization.slug));
            seeded.made.push(format!("administrator {EMAIL}"));
            signed_up.tokens
        }
        Err(problem) if problem.is(AuthProblem::EmailTaken) => {
            let log_in = LogIn { email: email(), password: password(), organization_id: None };
            services.auth.log_in(log_in, client(), request_id()).await?.tokens
        }
        Err(problem) => return Err(problem),
    };
    services.auth.authenticate(tokens.access_token.expose_secret(), client(), request_id()).await
}

async fn products(tx: &WriteTx, seeded: &mut Seeded) -> Result<(), Problem> {
    for sample in samples::products()? {
        let filter = ProductFilter { sku: Some(sample.product.sku.clone()), ..ProductFilter::default() };
        if !products::list(tx, filter, &PageRequest::first()).await?.data.is_empty() {
            continue;
        }
        let product: product::Model = products::create(tx, sample.product).await?;
        price_tiers::replace(tx, product.id, Expected::Any, sample.tiers).await?;
        seeded.made.push(format!("product {}", product.sku));
    }
    Ok(())
}

async fn terms(tx: &WriteTx, seeded: &mut Seeded) -> Result<(), Problem> {
    let there = durations::list(tx, &PageRequest::first()).await?.data;
    for (months, discount) in samples::terms() {
        if there.iter().all(|term| term.months != months) {
            durations::create(tx, months, discount).await?;
            seeded.made.push(format!("term of {months} months"));
        }
    }
    Ok(())
}

async fn customer(services: &Services, tx: &WriteTx, seeded: &mut Seeded) -> Result<(), Problem> {
    let sample = samples::customer();
    let filter = CustomerFilter { customer_code: sample.customer_code.clone(), ..CustomerFilter::default() };
    if customers::list(tx, filter, &PageRequest::first()).await?.data.is_empty() {
        let created = services.customers.create(tx, sample).await?;
        seeded.made.push(format!("customer {}", created.customer.customer_code));
    }
    Ok(())
}
