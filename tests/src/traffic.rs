//! Clients who write all the time and note what was acknowledged, so that it can be looked for after whatever happens to the
//! server or its database.
//!
//! Each client has an organization of its own and sends one write at a time. A write that was not answered is sent again, with
//! the same idempotency key, until it is.
mod ledger;
mod shop;
mod write;

use crate::{database::TestDatabase, receiver::Receiver, whole};
use shop::{Outcome, Shop};
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};
use std::time::Duration;
use tokio::{sync::watch, task::JoinSet};

/// Clients at rest.
#[derive(Debug)]
pub struct Traffic {
    shops: Vec<Shop>,
}

/// Clients at work.
#[derive(Debug)]
pub struct Running {
    shops: JoinSet<Shop>,
    stop: Arc<AtomicBool>,
    acknowledged: watch::Receiver<u64>,
}

/// Between a write that was refused for now and its next attempt.
const PAUSE: Duration = Duration::from_millis(20);

impl Traffic {
    /// Signs up `clients`, each with a catalogue, a customer and a connection to WhatsApp. What they write follows from `seed`.
    pub async fn open(url: &str, clients: u64, seed: u64) -> Self {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut shops = Vec::new();
        for number in 1..=clients {
            shops.push(Shop::open(url, number, random.fork()).await);
        }
        Self { shops }
    }

    /// From now on everything that happens to them is sent to `receiver`, too.
    pub async fn listen(&self, receiver: &Receiver) {
        for shop in &self.shops {
            shop.listen(&receiver.url).await;
        }
    }

    /// Lets them write to the server `url`.
    pub fn run(self, url: &str) -> Running {
        let (count, acknowledged) = watch::channel(0);
        let (stop, count) = (Arc::new(AtomicBool::new(false)), Arc::new(count));
        let mut shops = JoinSet::new();
        for mut shop in self.shops {
            let (stop, count) = (stop.clone(), count.clone());
            shop.go_to(url);
            shops.spawn(async move {
                while !stop.load(Ordering::Relaxed) {
                    match shop.step().await {
                        Outcome::Acknowledged => count.send_modify(|count| *count += 1),
                        Outcome::NotNow => tokio::time::sleep(PAUSE).await,
                    }
                }
                shop
            });
        }
        Running { shops, stop, acknowledged }
    }

    /// Everybody signs in again at the server `url` and finds what was acknowledged since they last looked.
    pub async fn look_for_the_latest(&mut self, url: &str) {
        for shop in &mut self.shops {
            shop.sign_in_at(url).await;
            shop.look_for_the_latest().await;
        }
    }

    /// Sends what was never answered once more, waits until no job is left, and looks for everything that was ever acknowledged.
    pub async fn settle(&mut self, url: &str, database: &TestDatabase) {
        for shop in &mut self.shops {
            shop.sign_in_at(url).await;
            shop.finish().await;
        }
        database.settle().await;
        let mut raw = database.owner().await;
        whole::assert_whole(&mut raw).await;
        whole::assert_settled(&mut raw).await;
        let messages: Vec<String> =
            raw.rows("select external_id from messages").await.expect("a query").into_iter().flatten().collect();
        for shop in &mut self.shops {
            shop.look_for_everything(&messages).await;
        }
    }
}

impl Running {
    /// Waits until so many more writes were acknowledged.
    pub async fn acknowledged(&mut self, more: u64) {
        let goal = *self.acknowledged.borrow() + more;
        let waiting = async {
            tokio::select! {
                // All of them work until they are told to stop, unless one finds something wrong.
                ended = self.shops.join_next() => panic!("a client gave up: {:?}", ended.map(|shop| shop.map(|_| ()))),
                reached = self.acknowledged.wait_for(|count| *count >= goal) => { reached.expect("they work"); }
            }
        };
        tokio::time::timeout(Duration::from_mins(1), waiting).await.expect("writes are acknowledged");
    }

    /// How many writes were acknowledged so far.
    pub fn count(&self) -> u64 {
        *self.acknowledged.borrow()
    }

    /// Lets each finish the attempt that it is at.
    pub async fn stop(mut self) -> Traffic {
        self.stop.store(true, Ordering::Relaxed);
        let mut shops = Vec::new();
        while let Some(shop) = self.shops.join_next().await {
            shops.push(shop.expect("a client finds nothing wrong"));
        }
        Traffic { shops }
    }
}
