//! One shop for many routes: opening one takes some fifty requests.
use crate::{fixtures::Shop, routes::Route};
use futures_util::FutureExt;
use purser_tests::app::TestApp;
use std::panic::AssertUnwindSafe;

/// A shop that routes share until what one of them did is in the way of another; then there is a new one.
pub(crate) struct SharedShop<'a> {
    app: &'a TestApp,
    shop: Option<Shop>,
    /// Whether each route is called by an administrator, or only those of the platform.
    with_admin: bool,
}

impl<'a> SharedShop<'a> {
    pub(crate) fn new(app: &'a TestApp) -> Self {
        Self { app, shop: None, with_admin: false }
    }

    /// With an administrator of the platform.
    pub(crate) fn with_admin(app: &'a TestApp) -> Self {
        Self { app, shop: None, with_admin: true }
    }

    /// What is wrong with the route, as `attempt` finds it on a shop in which nothing was done that is in its way.
    pub(crate) async fn fault(
        &mut self,
        route: &Route,
        attempt: impl AsyncFn(&Shop) -> Option<String>,
    ) -> Option<String> {
        let with_admin = self.with_admin || route.is_platform();
        if let Some(shop) = &mut self.shop {
            let tried = async {
                equip(shop, with_admin, self.app).await;
                attempt(shop).await
            };
            // Making the request can fail too: what it is about may have been deleted. What is wrong inside is wrong on any shop.
            match AssertUnwindSafe(tried).catch_unwind().await {
                Ok(None) => return None,
                Ok(Some(fault)) if fault.contains("status: 5") => return Some(fault),
                _ => {}
            }
        }
        let shop = self.shop.insert(Shop::open(self.app, "Fresh").await);
        equip(shop, with_admin, self.app).await;
        attempt(shop).await
    }
}

async fn equip(shop: &mut Shop, with_admin: bool, app: &TestApp) {
    if with_admin && !shop.has_admin() {
        shop.get_admin(app).await;
    }
}
