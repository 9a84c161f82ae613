use super::*;
use std::{future::poll_fn, sync::atomic::Ordering::SeqCst, time::Duration};
use tokio::sync::Notify;

/// No test waits for longer.
const PATIENCE: Duration = Duration::from_secs(10);

/// Work with one pause in it, that tells when it has come to its end.
fn work(go_on: Arc<Notify>, done: Arc<Notify>) -> ToTheEnd<u8> {
    ToTheEnd(Some(Box::pin(async move {
        go_on.notified().await;
        done.notify_one();
        7
    })))
}

/// Looks once whether the work is done.
async fn look(work: &mut ToTheEnd<u8>) -> Poll<u8> {
    poll_fn(|context| Poll::Ready(Pin::new(&mut *work).poll(context))).await
}

#[tokio::test]
async fn what_was_begun_goes_on_when_nobody_waits_for_it() {
    let (go_on, done) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let mut work = work(go_on.clone(), done.clone());
    assert!(look(&mut work).await.is_pending());
    drop(work);
    go_on.notify_one();
    tokio::time::timeout(PATIENCE, done.notified()).await.expect("it came to its end");
}

#[tokio::test]
async fn what_was_waited_for_is_done_once() {
    let runs = Arc::new(AtomicBool::new(false));
    let ran = runs.clone();
    let work: BoxFuture<bool> = Box::pin(async move { !ran.swap(true, SeqCst) });
    assert!(ToTheEnd(Some(work)).await);
    assert!(runs.load(SeqCst));
    let mut ended: ToTheEnd<u8> = ToTheEnd(None);
    assert!(look(&mut ended).await.is_pending());
}
