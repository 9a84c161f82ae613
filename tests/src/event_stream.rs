//! A client that follows events, as the section "Server-sent events" of the HTML standard has it.
use crate::app::{Answer, Tenant};
use reqwest::Response;
use serde_json::Value;
use std::time::Duration;

/// Longer than anything that a test waits for.
const DEADLINE: Duration = Duration::from_mins(1);

/// An event that was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// Its type.
    pub event: String,
    /// Where to begin again.
    pub id: i64,
    /// What it holds.
    pub data: Value,
}

/// A stream that is followed. Dropped, the client is gone.
#[derive(Debug)]
pub struct Following {
    response: Response,
    unread: Vec<u8>,
    /// The id that was sent last, with an event or without.
    pub last_id: i64,
    /// Comments that were sent.
    pub heartbeats: usize,
}

impl Tenant {
    /// Follows events, from behind `last_event_id` on. The answer, where that is refused.
    pub async fn try_follow(&self, query: &str, last_event_id: Option<&str>) -> Result<Following, Answer> {
        let mut request = self.request("GET", &format!("/v1/events/stream{query}"));
        if let Some(id) = last_event_id {
            request = request.header("Last-Event-ID", id);
        }
        let response = request.send().await.expect("the server answers");
        if response.status() != 200 {
            let (status, headers) = (response.status().as_u16(), response.headers().clone());
            let body = response.text().await.expect("a refusal comes whole");
            return Err(Answer { status, headers, body });
        }
        let mut following = Following { response, unread: Vec::new(), last_id: -1, heartbeats: 0 };
        // Where it begins is said first.
        let first = following.block().await.expect("a stream begins");
        following.read(&first);
        Ok(following)
    }

    /// Follows events from now on.
    pub async fn follow(&self, query: &str) -> Following {
        self.try_follow(query, None).await.expect("a stream")
    }

    /// Follows events from behind this one on.
    pub async fn follow_from(&self, query: &str, last_event_id: i64) -> Following {
        self.try_follow(query, Some(&last_event_id.to_string())).await.expect("a stream")
    }
}

impl Following {
    /// The answer's header, empty when it is missing.
    pub fn header(&self, name: &str) -> &str {
        self.response.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The next event. `None` when the stream has ended. Panics when neither comes.
    pub async fn next(&mut self) -> Option<Sent> {
        let next = async {
            loop {
                let block = self.block().await?;
                if let Some(sent) = self.read(&block) {
                    return Some(sent);
                }
            }
        };
        tokio::time::timeout(DEADLINE, next).await.expect("waited in vain for an event")
    }

    /// The next event, which must be there.
    pub async fn expect(&mut self) -> Sent {
        self.next().await.expect("the stream goes on")
    }

    /// The events up to the one with this number, of those that are sent.
    pub async fn upto(&mut self, last: i64) -> Vec<Sent> {
        let mut all = Vec::new();
        let reading = async {
            while self.last_id < last {
                let block = self.block().await.expect("the stream goes on");
                all.extend(self.read(&block));
            }
        };
        tokio::time::timeout(DEADLINE, reading).await.expect("waited in vain to come so far");
        all
    }

    /// Waits until the stream has shown that it is there. Nothing else may come.
    pub async fn wait_for_heartbeat(&mut self) {
        let before = self.heartbeats;
        let waiting = async {
            while self.heartbeats == before {
                let block = self.block().await.expect("the stream goes on");
                assert_eq!(self.read(&block), None);
            }
        };
        tokio::time::timeout(DEADLINE, waiting).await.expect("waited in vain for a heartbeat");
    }

    /// Why the stream ends, which it must, with nothing before that.
    pub async fn end(&mut self) -> String {
        let sent = self.expect().await;
        assert_eq!(sent.event, "stream.ended", "{sent:?}");
        assert_eq!(self.next().await, None);
        sent.data["reason"].as_str().expect("a reason").to_owned()
    }

    /// What stands before the next empty line. `None` at the end.
    async fn block(&mut self) -> Option<String> {
        loop {
            if let Some(end) = self.unread.windows(2).position(|pair| pair == b"\n\n") {
                let block: Vec<u8> = self.unread.drain(..end + 2).collect();
                return Some(String::from_utf8(block).expect("it is UTF-8"));
            }
            // A server that was killed says no more.
            let chunk = self.response.chunk().await.ok().flatten()?;
            self.unread.extend_from_slice(&chunk);
        }
    }

    /// Takes the fields of a block, and what it dispatches.
    fn read(&mut self, block: &str) -> Option<Sent> {
        let (mut event, mut data) = ("message".to_owned(), None);
        for line in block.lines().filter(|line| !line.is_empty()) {
            let (field, value) = line.split_once(':').unwrap_or((line, ""));
            let value = value.strip_prefix(' ').unwrap_or(value);
            match field {
                "" => self.heartbeats += 1,
                "event" => value.clone_into(&mut event),
                "id" => self.last_id = value.parse().expect("ids are numbers"),
                "data" => data = Some(serde_json::from_str(value).expect("data is JSON")),
                "retry" => assert!(value.parse::<u32>().is_ok(), "{line}"),
                _ => panic!("no field of an event: {line}"),
            }
        }
        data.map(|data| Sent { event, id: self.last_id, data })
    }
}
