//! What the mails say.
use purser_entity_messaging::notification::Model;
use purser_kernel::Links;

/// The page of the front end on which people choose.
const SETTINGS: &str = "settings/notifications";

pub(super) struct Letter {
    pub(super) subject: String,
    pub(super) text: String,
}

/// One notification in a mail of its own.
pub(super) fn one(notification: &Model, pages: &Links) -> Letter {
    let Model { title, body, link, .. } = notification;
    let page = link.as_ref().map_or_else(String::new, |link| format!("{}\n\n", pages.page(link)));
    let text = format!("Hello,\n\n{title}.\n\n{body}\n\n{page}{}", end(pages));
    Letter { subject: title.clone(), text }
}

/// What has happened since the last digest, the oldest first; of more than are shown, how many there are.
pub(super) fn digest(notifications: &[Model], others: i64, pages: &Links) -> Letter {
    let entry = |notification: &Model| {
        let Model { title, body, link, .. } = notification;
        let page = link.as_ref().map_or_else(String::new, |link| format!("\n  {}", pages.page(link)));
        format!("- {title}\n  {body}{page}\n")
    };
    let mut list: Vec<String> = notifications.iter().map(entry).collect();
    if others > 0 {
        list.push(format!("And {others} more:\n{}\n", pages.page("notifications")));
    }
    let text = format!("Hello,\n\nthis is what you have not read yet:\n\n{}\n{}", list.join("\n"), end(pages));
    Letter { subject: "Your daily digest".to_owned(), text }
}

fn end(pages: &Links) -> String {
    format!("You choose what you are mailed of, and when:\n{}\n", pages.page(SETTINGS))
}
