use super::*;
use purser_kernel::{Clock, Email};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::TcpListener,
    task::JoinHandle,
};
use uuid::Uuid;

fn mail() -> Mail {
    Mail {
        to: Email::parse("/to", "ann@example.com").unwrap(),
        subject: "Hello".into(),
        text: "Hello Ann\n.\nA line with a dot.\n".into(),
        html: None,
        reference: Uuid::nil(),
    }
}

fn mailer(url: &str) -> SmtpMailer {
    let composer = Composer::new("Purser <purser@example.com>".parse().unwrap(), Clock::system());
    SmtpMailer::new(&Relay::parse(url).unwrap(), composer).unwrap()
}

/// A mail server for one connection: answers each command by `answer` and gives back everything that it was told.
async fn server(answer: fn(&str) -> &'static str) -> (u16, JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let told = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let (reader, mut writer) = stream.into_split();
        let (mut lines, mut told, mut data) = (BufReader::new(reader).lines(), Vec::new(), false);
        writer.write_all(b"220 mail.example.com ESMTP\r\n").await.unwrap();
        while let Ok(Some(line)) = lines.next_line().await {
            let reply = match (data, line.as_str()) {
                (true, ".") => Some("250 2.0.0 taken\r\n"),
                (true, _) => None,
                (false, line) => Some(answer(line)),
            };
            data =
                (data && line != ".") || (!data && line == "DATA" && reply.is_some_and(|reply| reply.starts_with('3')));
            told.push(line);
            if let Some(reply) = reply {
                writer.write_all(reply.as_bytes()).await.unwrap();
            }
        }
        told
    });
    (port, told)
}

fn willing(command: &str) -> &'static str {
    match command.split_once(' ').map_or(command, |(verb, _)| verb) {
        "EHLO" => "250-mail.example.com\r\n250 AUTH PLAIN\r\n",
        "AUTH" => "235 2.7.0 let in\r\n",
        "DATA" => "354 go on\r\n",
        "QUIT" => "221 2.0.0 bye\r\n",
        _ => "250 2.0.0 fine\r\n",
    }
}

#[tokio::test]
async fn a_mail_is_handed_over() {
    let (port, told) = server(willing).await;
    let mailer = mailer(&format!("smtp://purser:p%40ss@127.0.0.1:{port}?tls=none"));
    mailer.send(mail()).await.unwrap();
    drop(mailer);
    let told = told.await.unwrap();
    for line in [
        "EHLO example.com",
        // "\0purser\0p@ss", as RFC 4616 has it.
        "AUTH PLAIN AHB1cnNlcgBwQHNz",
        "MAIL FROM:<purser@example.com>",
        "RCPT TO:<ann@example.com>",
        "Subject: Hello",
        // RFC 5321, section 4.5.2.
        "..",
    ] {
        assert!(told.iter().any(|told| told == line), "{line} in {told:#?}");
    }
}

#[tokio::test]
async fn a_refusal_is_told_without_the_address() {
    let (port, _told) = server(|command| {
        if command.starts_with("RCPT") { "550 5.1.1 <ann@example.com>: nobody here\r\n" } else { willing(command) }
    })
    .await;
    let refused = mailer(&format!("smtp://127.0.0.1:{port}?tls=none")).send(mail()).await.unwrap_err().to_string();
    assert!(refused.contains("550") && !refused.contains("ann@example.com"), "{refused}");
}

#[tokio::test]
async fn without_starttls_nothing_is_said() {
    let (port, told) = server(willing).await;
    mailer(&format!("smtp://purser:secret@127.0.0.1:{port}")).send(mail()).await.unwrap_err();
    let told = told.await.unwrap();
    assert!(!told.iter().any(|line| line.starts_with("AUTH") || line.starts_with("MAIL")), "{told:#?}");
}

#[test]
fn a_server_is_named_by_a_url() {
    let relay = |url: &str| {
        let Relay { host, port, security, credentials } = Relay::parse(url).unwrap();
        (host, port, security, credentials.map(|(user, password)| (user, password.expose_secret().to_owned())))
    };
    let known = Some(("ann@example.com".to_owned(), "p:w".to_owned()));
    assert_eq!(relay("smtps://mail.example.com"), ("mail.example.com".into(), 465, Security::Tls, None));
    assert_eq!(
        relay("smtp://ann%40example.com:p%3Aw@mail.example.com:2525"),
        ("mail.example.com".into(), 2525, Security::StartTls, known)
    );
    assert_eq!(relay("smtp://localhost:1025?tls=none"), ("localhost".into(), 1025, Security::None, None));
}

#[test]
fn what_would_be_sent_in_the_clear_is_refused() {
    for url in [
        "smtp://mail.example.com?tls=none",
        "smtp://mail.example.com?tls=opportunistic",
        "smtps://mail.example.com?tls=none",
        "http://mail.example.com",
        "mail.example.com",
        "smtp://user@mail.example.com",
        "smtp://mail.example.com/inbox",
        "smtp://",
    ] {
        assert!(Relay::parse(url).is_err(), "{url}");
    }
}
