//! A mail as it goes over the wire (RFC 5322).
use lettre::{
    Message,
    message::{
        Mailbox, MultiPart, SinglePart,
        header::{HeaderName, HeaderValue},
    },
};
use purser_kernel::{Clock, Problem, ports::Mail};

/// RFC 3834, section 5: no program is to answer, above all not with "out of office".
const AUTO_SUBMITTED: HeaderName = HeaderName::new_from_ascii_str("Auto-Submitted");

/// Writes mails down.
pub(super) struct Composer {
    from: Mailbox,
    clock: Clock,
}

impl Composer {
    pub(super) fn new(from: Mailbox, clock: Clock) -> Self {
        Self { from, clock }
    }

    /// The domain that mails come from.
    pub(super) fn domain(&self) -> &str {
        self.from.email.domain()
    }

    /// The message. `internal` for a subject of several lines: a subject may hold what a person wrote, and a line of its own
    /// would be a header of its own. Nothing else of a mail stands in a header as it was given.
    pub(super) fn message(&self, mail: Mail) -> Result<Message, Problem> {
        let Mail { to, subject, text, html, reference } = mail;
        if subject.chars().any(char::is_control) {
            return Err(Problem::internal("the subject of a mail has more than one line"));
        }
        let to = Mailbox::new(None, to.as_str().parse().map_err(|_| Problem::internal("no address to send mail to"))?);
        let message = Message::builder()
            .from(self.from.clone())
            .to(to)
            .subject(subject)
            .date(self.clock.now().into())
            .message_id(Some(format!("<{reference}@{}>", self.domain())))
            .raw_header(HeaderValue::new(AUTO_SUBMITTED, "auto-generated".to_owned()));
        let message = match html {
            Some(html) => message.multipart(MultiPart::alternative_plain_html(text, html)),
            None => message.singlepart(SinglePart::plain(text)),
        };
        message.map_err(|_| Problem::internal("a mail cannot be written down"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use purser_kernel::{Email, Timestamp};
    use uuid::Uuid;

    fn composer() -> Composer {
        let clock = Clock::fixed(Timestamp::from_timestamp(1_795_000_000, 0).unwrap());
        Composer::new("Purser <purser@example.com>".parse().unwrap(), clock)
    }

    fn mail(subject: &str) -> Mail {
        Mail {
            to: Email::parse("/to", "ann@example.com").unwrap(),
            subject: subject.to_owned(),
            text: "Hello\n".to_owned(),
            html: None,
            reference: Uuid::nil(),
        }
    }

    fn written(mail: Mail) -> String {
        String::from_utf8(composer().message(mail).unwrap().formatted()).unwrap()
    }

    #[test]
    fn says_who_when_and_which() {
        let text = written(mail("Hello"));
        for header in [
            "From: Purser <purser@example.com>\r\n",
            "To: ann@example.com\r\n",
            "Subject: Hello\r\n",
            "Date: Wed, 18 Nov 2026 11:06:40 +0000\r\n",
            "Message-ID: <00000000-0000-0000-0000-000000000000@example.com>\r\n",
            "Auto-Submitted: auto-generated\r\n",
        ] {
            assert!(text.contains(header), "{header} in {text}");
        }
        assert_eq!(text, written(mail("Hello")), "sent again, it is the same");
    }

    #[test]
    fn no_subject_becomes_another_header() {
        for subject in ["a\r\nBcc: eve@example.com", "a\nBcc: eve@example.com", "a\rBcc: eve@example.com", "a\0b"] {
            assert!(composer().message(mail(subject)).is_err(), "{subject:?}");
        }
        let long = format!("{} žluťoučký kůň", "x ".repeat(300));
        let text = written(mail(&long));
        let (headers, _) = text.split_once("\r\n\r\n").unwrap();
        assert!(headers.lines().all(|line| line.len() <= 998), "{headers}");
        assert_eq!(headers.lines().filter(|line| line.starts_with("Subject:")).count(), 1);
    }

    #[test]
    fn html_stands_beside_the_text() {
        let text = written(Mail { html: Some("<p>Hello</p>".to_owned()), ..mail("Hello") });
        assert!(text.contains("multipart/alternative") && text.contains("text/plain") && text.contains("<p>Hello</p>"));
    }
}
