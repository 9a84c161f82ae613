//! What came of a request, and what it means.
use purser_kernel::text;
use std::time::Duration;

/// Characters of an answer that are kept.
const KEPT: usize = 1024;

/// What came of a request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) status: Option<u16>,
    /// How it begins.
    pub(super) body: Option<String>,
    /// Why there is none.
    pub(super) error: Option<&'static str>,
    pub(super) retry_after: Option<Duration>,
    pub(super) duration_ms: i64,
}

/// What it means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Taken,
    /// It may be taken another time.
    Failed,
    /// As [`Verdict::Failed`], and the endpoint wants to be left alone for a while.
    TooMuch,
    /// There will never be anybody.
    Gone,
}

impl Answer {
    /// An answer with this status.
    pub(super) fn of(status: u16, retry_after: Option<Duration>, body: &[u8]) -> Self {
        let body = text::fit(&String::from_utf8_lossy(body), KEPT);
        Self { status: Some(status), body: Some(body), retry_after, ..Self::default() }
    }

    /// No answer.
    pub(super) fn failed(error: &'static str) -> Self {
        Self { error: Some(error), ..Self::default() }
    }

    /// Only 2xx is yes: whoever redirects has not taken it. Whoever does not answer in time is as busy as one that says so.
    pub(super) fn verdict(&self) -> Verdict {
        match (self.status, self.error) {
            (Some(200..=299), _) => Verdict::Taken,
            (Some(410), _) => Verdict::Gone,
            (Some(429 | 502 | 504), _) | (None, Some("timeout")) => Verdict::TooMuch,
            _ => Verdict::Failed,
        }
    }

    /// What went wrong, as it is kept.
    pub(super) fn reason(&self) -> Option<String> {
        match (self.verdict(), self.error, self.status) {
            (Verdict::Taken, ..) => None,
            (_, Some(error), _) => Some(error.to_owned()),
            (_, None, status) => Some(format!("status_{}", status.unwrap_or_default())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_status_means() {
        for (status, verdict) in [
            (200, Verdict::Taken),
            (204, Verdict::Taken),
            (299, Verdict::Taken),
            (199, Verdict::Failed),
            (301, Verdict::Failed),
            (307, Verdict::Failed),
            (400, Verdict::Failed),
            (410, Verdict::Gone),
            (429, Verdict::TooMuch),
            (500, Verdict::Failed),
            (502, Verdict::TooMuch),
            (503, Verdict::Failed),
            (504, Verdict::TooMuch),
        ] {
            assert_eq!(Answer::of(status, None, b"").verdict(), verdict, "{status}");
        }
        assert_eq!(Answer::failed("timeout").verdict(), Verdict::TooMuch);
        assert_eq!(Answer::failed("connection_refused").verdict(), Verdict::Failed);
    }

    #[test]
    fn a_kilobyte_is_kept_of_what_text_there_is() {
        assert_eq!(Answer::of(500, None, &[b'x'; 5_000]).body.unwrap().len(), 1024);
        assert_eq!(Answer::of(500, None, b"a\0b\xff").body.unwrap(), "ab\u{fffd}");
    }
}
