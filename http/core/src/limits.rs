//! How many requests are taken, so that no tenant, program or stranger slows the others.
//!
//! Three buckets: one for each organization, one for each session or API key, and one for each address of those who are not signed in, a
//! smaller one at the doors of `/v1/auth`. A bucket holds a minute's requests and fills evenly; nothing is asked of the
//! database. Each process counts by itself: behind `n` of them up to `n` times as much is let through.
mod bucket;
mod fields;

pub use fields::show_limits;

use actix_web::{HttpMessage, HttpRequest};
use bucket::{Buckets, Standing};
use purser_kernel::{Client, CommonProblem, OrganizationId, Problem};
use std::net::Ipv6Addr;
use uuid::Uuid;

/// Requests in a minute; 0 is no limit.
#[derive(Clone, Copy, Debug)]
pub struct LimitOptions {
    /// Of an organization.
    pub organization: u32,
    /// Of a session or an API key.
    pub caller: u32,
    /// Of an address without a valid token.
    pub address: u32,
    /// Of an address at the doors of `/v1/auth`.
    pub sign_in: u32,
}

/// The buckets of this process.
pub struct RateLimits {
    organizations: Buckets<OrganizationId>,
    callers: Buckets<Uuid>,
    addresses: Buckets<Ipv6Addr>,
    sign_ins: Buckets<Ipv6Addr>,
}

impl RateLimits {
    /// Buckets that are full.
    pub fn new(options: LimitOptions) -> Self {
        Self {
            organizations: Buckets::new("organization", options.organization),
            callers: Buckets::new("caller", options.caller),
            addresses: Buckets::new("address", options.address),
            sign_ins: Buckets::new("sign_in", options.sign_in),
        }
    }

    /// Counts a request of somebody who is signed in. Their own bucket comes first: what it stops does not empty the
    /// organization's.
    pub fn caller(&self, request: &HttpRequest, organization: OrganizationId, caller: Uuid) -> Result<(), Problem> {
        let mut standings = Vec::with_capacity(2);
        let result = take(&self.callers, &caller, &mut standings)
            .and_then(|()| take(&self.organizations, &organization, &mut standings));
        request.extensions_mut().insert(standings);
        result
    }

    /// Counts a request of an administrator, who has a bucket for each session and stands in no organization.
    pub fn admin(&self, request: &HttpRequest, session: Uuid) -> Result<(), Problem> {
        let mut standings = Vec::with_capacity(1);
        let result = take(&self.callers, &session, &mut standings);
        request.extensions_mut().insert(standings);
        result
    }

    /// Counts a request of somebody of whom only the address is known.
    pub fn stranger(&self, request: &HttpRequest, client: &Client) -> Result<(), Problem> {
        let is_sign_in = ["/v1/auth/", "/v1/platform/auth/"].iter().any(|doors| request.path().starts_with(doors));
        let buckets = if is_sign_in { &self.sign_ins } else { &self.addresses };
        let mut standings = Vec::with_capacity(1);
        let result = take(buckets, &client.network().unwrap_or(Ipv6Addr::UNSPECIFIED), &mut standings);
        request.extensions_mut().insert(standings);
        result
    }
}

/// Takes a request out of the bucket, and notes how it stands then. `too_many_requests` when it is empty.
fn take<K: bucket::Key>(buckets: &Buckets<K>, key: &K, standings: &mut Vec<Standing>) -> Result<(), Problem> {
    let Some((standing, wait)) = buckets.take(key) else {
        return Ok(());
    };
    let policy = standing.policy;
    standings.push(standing);
    match wait {
        None => Ok(()),
        Some(wait) => Err(Problem::of(CommonProblem::TooManyRequests).with("policy", policy).retry_after(wait)),
    }
}
