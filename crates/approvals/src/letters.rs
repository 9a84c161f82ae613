//! What the mails say.
use purser_entity_approvals::approval_request::{Model, Status};
use purser_kernel::Timestamp;

pub(crate) struct Letter {
    pub(crate) subject: String,
    pub(crate) text: String,
}

/// How whoever reads the mail comes to decide.
pub(crate) enum Way {
    /// By a link, until then.
    Link(String, Timestamp),
    /// In their inbox, signed in.
    Inbox(String),
}

/// Something waits to be decided. The subject says nothing of what it is about: it is read by whoever stands beside.
pub(crate) fn question(request: &Model, asks: &str, way: &Way, reminder: bool) -> Letter {
    let subject = if reminder { "Reminder: an approval waits for you" } else { "An approval waits for you" };
    let summary = &request.summary;
    let why = request.reasons.0.join("\n- ");
    let due = request.due_at.map_or_else(String::new, |due| format!("\nIt can be decided until {}.\n", at(due)));
    let way = match way {
        Way::Link(link, until) => format!(
            "See exactly what it is, and decide:\n{link}\n\nThe link is yours alone: do not pass it on. Opening it decides nothing. It \
             can be used for one decision, until {}.",
            at(*until)
        ),
        Way::Inbox(page) => format!("Sign in to see exactly what it is, and to decide:\n{page}"),
    };
    let text =
        format!("Hello,\n\n{asks} asks for an approval:\n\n{summary}\n\nWhy it is asked:\n- {why}\n{due}\n{way}\n");
    Letter { subject: subject.to_owned(), text }
}

/// What came of a question, to whoever asked. `None` while it is open, and for what they know already.
pub(crate) fn outcome(request: &Model, decider: Option<&str>, reason: Option<&str>, page: &str) -> Option<Letter> {
    let decider = decider.unwrap_or("A colleague");
    let (subject, what) = match request.status {
        Status::Approved => ("Approved: what you asked for", format!("{decider} has approved it, and it is done.")),
        Status::Rejected => {
            let reason = reason.map_or_else(String::new, |reason| format!("\n\nThe reason given:\n{reason}"));
            ("Rejected: what you asked for", format!("{decider} has rejected it. Nothing was done.{reason}"))
        }
        Status::Expired => (
            "Expired: what you asked for",
            "Nobody has decided in time. Nothing was done; you can ask again.".to_owned(),
        ),
        Status::Pending | Status::Withdrawn | Status::Superseded => return None,
    };
    let text = format!("Hello,\n\nyou asked for an approval:\n\n{}\n\n{what}\n\n{page}\n", request.summary);
    Some(Letter { subject: subject.to_owned(), text })
}

fn at(time: Timestamp) -> String {
    time.format("%Y-%m-%d %H:%M UTC").to_string()
}
