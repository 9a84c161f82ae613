use super::*;
use std::fs;
use tempfile::TempDir;

struct Case {
    dir: TempDir,
    file: Option<PathBuf>,
    variables: Vec<(OsString, OsString)>,
    flags: Vec<(&'static str, String)>,
}

impl Case {
    fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap(), file: None, variables: vec![], flags: vec![] }
    }

    fn file(mut self, toml: &str) -> Self {
        self.file = Some(self.write("purser.toml", toml));
        self
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.dir.path().join(name);
        fs::write(&path, text).unwrap();
        path
    }

    fn variable(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.variables.push((name.into(), value.into()));
        self
    }

    fn flag(mut self, key: &'static str, value: &str) -> Self {
        self.flags.push((key, value.to_owned()));
        self
    }

    fn load(self) -> Result<Config, String> {
        // A file that is named: the tests' own working directory has no say.
        let file = self.file.clone().unwrap_or_else(|| self.write("empty.toml", ""));
        Config::load(Some(&file), self.variables, self.flags).map_err(|error| error.to_string())
    }

    fn refused(self) -> String {
        self.load().unwrap_err()
    }
}

#[test]
fn without_anything_it_is_a_development_server_on_sqlite() {
    let config = Case::new().load().unwrap();
    assert_eq!(config.environment, Environment::Development);
    assert_eq!(config.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(config.database().url.expose_secret(), "sqlite://purser-data/purser.db");
    assert_eq!(config.database_as_owner().url.expose_secret(), "sqlite://purser-data/purser.db");
    assert_eq!(config.max_body_bytes, 1_048_576);
    assert_eq!(config.max_import_bytes, 104_857_600);
    assert!(config.trusted_proxies.is_empty());
}

#[test]
fn a_flag_beats_a_variable_beats_the_file() {
    let layered = || {
        Case::new()
            .file("listen = '10.0.0.1:1'\nworkers = 1\nlog = 'warn'")
            .variable("PURSER_LISTEN", "10.0.0.2:2")
            .variable("PURSER_WORKERS", "2")
    };
    let config = layered().flag("listen", "10.0.0.3:3").load().unwrap();
    assert_eq!((config.listen.port(), config.workers, config.log.as_str()), (3, 2, "warn"));
    assert_eq!(layered().load().unwrap().listen.port(), 2);
}

#[test]
fn an_unknown_key_is_refused_by_its_name_wherever_it_stands() {
    let refused = Case::new().file("lissten = '10.0.0.1:1'").refused();
    assert!(refused.starts_with("lissten in ") && refused.contains("there is no such setting"), "{refused}");
    let refused = Case::new().variable("PURSER_LISSTEN", "10.0.0.1:1").refused();
    assert!(refused.starts_with("PURSER_LISSTEN: ") && refused.contains("PURSER_LISTEN,"), "{refused}");
    // Other programs' variables are none of its business.
    assert!(
        Case::new().variable("PATH", "/bin").variable("PURSERS_X", "1").variable("PURSER_TEST_X", "1").load().is_ok()
    );
}

#[test]
fn a_wrong_value_is_refused_by_its_key_and_never_shown() {
    let wrong = [
        ("PURSER_LISTEN", "hunter2"),
        ("PURSER_METRICS_LISTEN", "hunter2"),
        ("PURSER_WORKERS", "hunter2"),
        ("PURSER_HTTP_THREADS", "0"),
        ("PURSER_MAX_BODY_BYTES", "-1"),
        ("PURSER_ENVIRONMENT", "hunter2"),
        ("PURSER_DATABASE_URL", "mysql://root:hunter2@db/purser"),
        ("PURSER_DATABASE_URL", ""),
        ("PURSER_DATABASE_CITUS", "hunter2"),
        ("PURSER_DATABASE_ACQUIRE_TIMEOUT_SECONDS", "0"),
        ("PURSER_TRUSTED_PROXIES", "10.0.0.1,hunter2"),
        ("PURSER_LOG", "purser=hunter2"),
        ("PURSER_ARGON2_ITERATIONS", "0"),
        ("PURSER_PASSWORD_MIN_LENGTH", "7"),
        ("PURSER_SESSION_IDLE_DAYS", "0"),
        ("PURSER_SMTP_URL", "smtp://purser:hunter2@mail.example.com?tls=none"),
        ("PURSER_PUBLIC_URL", "hunter2"),
        ("PURSER_MAIL_FROM", "hunter2"),
    ];
    for (name, value) in wrong {
        let refused = Case::new().variable(name, value).refused();
        assert!(refused.contains(name), "{refused}");
        assert!(!refused.contains("hunter2"), "{refused}");
    }
    let refused = Case::new().file("master_key = hunter2").refused();
    assert!(refused.contains("line 1") && !refused.contains("hunter2"), "{refused}");
}

#[test]
fn secrets_come_from_files_and_are_not_in_debug() {
    let case = Case::new();
    let (key, url) = (case.write("key", "hunter2\n"), case.write("url", "postgres://app:hunter2@db/purser\n"));
    let case = case.variable("PURSER_MASTER_KEY_FILE", key).variable("PURSER_DATABASE_URL_FILE", url);
    let config = case.load().unwrap();
    assert_eq!(config.master_key.as_ref().unwrap().expose_secret(), "hunter2");
    assert_eq!(config.direct_url().expose_secret(), "postgres://app:hunter2@db/purser");
    assert!(!format!("{config:?}").contains("hunter2"));
}

#[test]
fn a_secret_in_two_places_of_one_layer_is_refused_and_a_later_layer_wins() {
    let case = Case::new();
    let key = case.write("key", "from-file");
    let both = case.variable("PURSER_MASTER_KEY_FILE", &key).variable("PURSER_MASTER_KEY", "direct");
    assert!(both.refused().starts_with("PURSER_MASTER_KEY_FILE: stands beside PURSER_MASTER_KEY"));

    let case = Case::new();
    let key = case.write("key", "from-file");
    let later = case.file("master_key = 'from-toml'").variable("PURSER_MASTER_KEY_FILE", &key);
    assert_eq!(later.load().unwrap().master_key.unwrap().expose_secret(), "from-file");

    let missing = Case::new().variable("PURSER_MASTER_KEY_FILE", "/nowhere/key").refused();
    assert!(missing.starts_with("PURSER_MASTER_KEY_FILE: /nowhere/key: "), "{missing}");
}

#[test]
fn lists_and_switches_are_read_from_both_file_and_variable() {
    let proxies = |config: Config| config.trusted_proxies.iter().map(ToString::to_string).collect::<Vec<_>>();
    let file = Case::new().file("trusted_proxies = ['10.0.0.1', '::1']\nmetrics_listen = ''").load().unwrap();
    assert_eq!(file.metrics_listen, None);
    assert_eq!(proxies(file), ["10.0.0.1/32", "::1/128"]);
    let variable = Case::new().variable("PURSER_TRUSTED_PROXIES", "10.0.0.0/8, ::1").load().unwrap();
    assert_eq!(proxies(variable), ["10.0.0.0/8", "::1/128"]);
}

#[test]
fn origins_are_what_browsers_send() {
    let origins = |text: &str| Case::new().variable("PURSER_CORS_ALLOWED_ORIGINS", text);
    let two = origins("https://app.example.com, http://localhost:5173").load().unwrap();
    assert_eq!(two.cors_allowed_origins, ["https://app.example.com", "http://localhost:5173"]);
    for wrong in ["*", "app.example.com", "https://", "https://app.example.com/", "https://App.example.com", "null"] {
        assert!(origins(wrong).refused().contains("PURSER_CORS_ALLOWED_ORIGINS"), "{wrong}");
    }
}

#[test]
fn an_owner_without_a_server_is_half_a_database() {
    let refused = Case::new().variable("PURSER_DATABASE_OWNER_URL", "postgres://owner@db/purser").refused();
    assert!(refused.contains("PURSER_DATABASE_URL"), "{refused}");
}

#[test]
fn production_refuses_password_hashes_that_are_too_cheap() {
    let cheap = || Case::new().variable("PURSER_ARGON2_MEMORY_KIB", "64");
    assert_eq!(cheap().load().unwrap().argon2_memory_kib, 64);
    assert!(cheap().variable("PURSER_ENVIRONMENT", "production").refused().contains("PURSER_ARGON2_MEMORY_KIB"));
}

#[test]
fn strangers_sign_up_by_mail_in_production_unless_the_operator_says_otherwise() {
    let case = |environment: &str| Case::new().variable("PURSER_ENVIRONMENT", environment);
    assert_eq!(case("development").load().unwrap().sign_up, SignUpMode::AtOnce);
    assert_eq!(case("production").load().unwrap().sign_up, SignUpMode::ByMail);
    let chosen = |way: &str| case("production").variable("PURSER_SIGN_UP", way);
    assert_eq!(chosen("at_once").load().unwrap().sign_up, SignUpMode::AtOnce);
    assert!(chosen("hunter2").refused().contains("PURSER_SIGN_UP"));
}

#[test]
fn webhooks_go_where_when_and_for_as_long_as_the_operator_says() {
    let waits = |config: &Config| config.webhooks().waits.iter().map(TimeDelta::num_seconds).collect::<Vec<_>>();
    let usual = Case::new().load().unwrap();
    assert_eq!(usual.webhook_ports, [443]);
    assert_eq!(waits(&usual), [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400]);
    assert_eq!(usual.webhooks().timeout, Duration::from_secs(15));

    let chosen = Case::new()
        .variable("PURSER_WEBHOOK_PORTS", "443, 8443")
        .variable("PURSER_WEBHOOK_WAITS_SECONDS", "1,60, 2678400")
        .variable("PURSER_WEBHOOK_TIMEOUT_SECONDS", "7");
    let chosen = chosen.load().unwrap();
    assert_eq!(chosen.webhook_ports, [443, 8_443]);
    assert_eq!(waits(&chosen), [1, 60, 2_678_400]);
    assert_eq!(chosen.webhooks().timeout, Duration::from_secs(7));

    let file = Case::new().file("webhook_ports = [80, 443]\nwebhook_waits_seconds = 30").load().unwrap();
    assert_eq!(file.webhook_ports, [80, 443]);
    assert_eq!(waits(&file), [30]);
}

#[test]
fn webhooks_to_no_port_without_a_wait_or_for_ever_are_refused() {
    let (most, too_many) = ("1,".repeat(50), "1,".repeat(51));
    assert!(Case::new().variable("PURSER_WEBHOOK_WAITS_SECONDS", most).load().is_ok());
    let too_many = too_many.as_str();
    let wrong: [(&str, &[&str]); 3] = [
        ("PURSER_WEBHOOK_PORTS", &["", ",", "0", "443,0", "65536", "-1", "443;8443", "hunter2"]),
        ("PURSER_WEBHOOK_WAITS_SECONDS", &["", ",", "0", "5,0", "-5", "2678401", "1.5", "5m", "hunter2", too_many]),
        ("PURSER_WEBHOOK_TIMEOUT_SECONDS", &["0", "3601", "-1", "1.5", "hunter2"]),
    ];
    for (name, values) in wrong {
        for value in values {
            let refused = Case::new().variable(name, *value).refused();
            assert!(refused.contains(name), "{value}: {refused}");
            assert!(!refused.contains("hunter2"), "{refused}");
        }
    }
}

#[test]
fn a_list_of_breached_passwords_that_is_none_is_noticed_at_the_start() {
    let list = |path: &str| Case::new().variable("PURSER_BREACHED_PASSWORDS", path);
    assert!(list("").load().unwrap().breached_passwords.is_none());
    assert!(list("/nowhere/breached.txt").refused().contains("PURSER_BREACHED_PASSWORDS"));
    assert!(list(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")).refused().contains("sorted list of SHA-1s"));
}

#[test]
fn a_data_directory_may_have_any_name() {
    let config = Config { data_dir: PathBuf::from("/srv/100%?"), ..Config::default() };
    assert_eq!(config.database().url.expose_secret(), "sqlite:///srv/100%25%3F/purser.db");
}

#[test]
fn mails_that_leave_need_a_sender_and_an_address_for_links() {
    let smtp = || Case::new().variable("PURSER_SMTP_URL", "smtps://purser:hunter2@mail.example.com");
    assert!(smtp().variable("PURSER_MAIL_FROM", "purser@example.com").refused().contains("PURSER_PUBLIC_URL"));
    assert!(smtp().variable("PURSER_PUBLIC_URL", "https://purser.example.com").refused().contains("PURSER_MAIL_FROM"));
    let whole = smtp()
        .variable("PURSER_PUBLIC_URL", "https://purser.example.com")
        .variable("PURSER_MAIL_FROM", "Purser <purser@example.com>");
    let config = whole.load().unwrap();
    assert_eq!(config.links().with_token("page", "t"), "https://purser.example.com/page#token=t");
    assert!(config.smtp_url.is_some() && !format!("{config:?}").contains("hunter2"));
    // Empty is as good as left out.
    assert!(Case::new().variable("PURSER_SMTP_URL", "").variable("PURSER_MAIL_FROM", " ").load().is_ok());
}
