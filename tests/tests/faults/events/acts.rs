//! What is done in a unit of work, by the functions that handlers call.
mod house;
mod orders;
mod trade;

pub(super) use trade::customer;

use super::{ledger::Left, shop::Shop};
use house::HouseAct;
use orders::OrderAct;
use proptest::prelude::*;
use purser_kernel::Problem;
use purser_store::WriteTx;
use strum::VariantArray;
use trade::TradeAct;

/// More rows than there are of any kind.
const MANY: u64 = 1_000;

/// One thing that is done; a number picks what it is done to.
#[derive(Clone, Copy, Debug)]
pub(super) enum Act {
    House(HouseAct, usize),
    Trade(TradeAct, usize),
    Order(OrderAct, usize),
}

pub(super) fn any() -> impl Strategy<Value = Act> {
    let pick = 0..100_usize;
    prop_oneof![
        6 => (prop::sample::select(HouseAct::VARIANTS), pick.clone()).prop_map(|(act, pick)| Act::House(act, pick)),
        4 => (prop::sample::select(TradeAct::VARIANTS), pick.clone()).prop_map(|(act, pick)| Act::Trade(act, pick)),
        5 => (prop::sample::select(OrderAct::VARIANTS), pick).prop_map(|(act, pick)| Act::Order(act, pick)),
    ]
}

impl Act {
    /// Does it under this name. Returns where the name is found then.
    pub(super) async fn run(self, shop: &Shop, tx: &WriteTx, name: &str) -> Result<Left, Problem> {
        match self {
            Self::House(act, pick) => act.run(shop, tx, name, pick).await,
            Self::Trade(act, pick) => act.run(shop, tx, name, pick).await,
            Self::Order(act, pick) => act.run(shop, tx, name, pick).await,
        }
    }
}

fn picked<T>(mut all: Vec<T>, pick: usize) -> Option<T> {
    let place = pick.checked_rem(all.len())?;
    Some(all.swap_remove(place))
}
