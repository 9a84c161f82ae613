//! Where log lines go: to standard error, as text or as JSON, with personal data masked.
use crate::{Config, Failure, config::LogFormat};
use purser_compliance::pii::mask;
use std::io::{self, IsTerminal, Write};
use tracing_subscriber::{EnvFilter, fmt};

/// Libraries that tell what Purser tells itself, or what nobody asked. A directive for the same target overrides these.
const QUIET: &str = "actix_server=warn,sea_orm_migration=warn,sqlx::postgres::notice=warn";

/// Begins to log as the configuration says. Once in a process.
pub fn start(config: &Config) -> Result<(), Failure> {
    let unusable = || Failure::new("PURSER_LOG cannot be used");
    let filter = EnvFilter::try_new(format!("{QUIET},{}", config.log)).map_err(|error| unusable().because(error))?;
    let lines = fmt().with_env_filter(filter).with_writer(|| Masked(io::stderr()));
    match config.log_format {
        LogFormat::Text => lines.with_ansi(io::stderr().is_terminal()).try_init(),
        // What a span says about a request stands in each of its lines, where programs look for it.
        LogFormat::Json => lines.json().flatten_event(true).with_span_list(false).try_init(),
    }
    .map_err(|error| Failure::new("Logging was started twice").because(error))
}

/// Masks personal data in each line, whatever it is a part of: nothing is logged past it. A line is given to it as a whole.
struct Masked<W>(W);

impl<W: Write> Write for Masked<W> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.0.write_all(mask::line(&String::from_utf8_lossy(line)).as_bytes())?;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};
    use tracing::{info, info_span, subscriber::with_default};

    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<u8>>>);

    impl Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    const PERSONAL: [&str; 4] =
        ["ana.diaz@example.com", "4242 4242 4242 4242", "DE89 3704 0044 0532 0130 00", "+44 20 7946 0018"];

    fn say() {
        let span = info_span!("request", caller = PERSONAL[0]);
        let _entered = span.enter();
        info!(error = %format!("key (email)=({}) exists", PERSONAL[0]), card = PERSONAL[1], "asked {} to\ncall {}", PERSONAL[2], PERSONAL[3]);
    }

    #[test]
    fn no_line_has_personal_data_in_either_form() {
        for is_json in [false, true] {
            let kept = Kept::default();
            let writer = kept.clone();
            let lines = fmt().with_ansi(!is_json).with_writer(move || Masked(writer.clone()));
            if is_json {
                with_default(lines.json().flatten_event(true).finish(), say);
            } else {
                with_default(lines.finish(), say);
            }
            let log = String::from_utf8(kept.0.lock().unwrap().clone()).unwrap();
            for (personal, masked) in PERSONAL.into_iter().zip([
                "a***@example.com",
                "**** **** **** 4242",
                "DE** **** **** **** **30 00",
                "+** ** **** **18",
            ]) {
                assert!(!log.contains(personal) && log.contains(masked), "{log}");
            }
            assert!(!is_json || serde_json::from_str::<serde_json::Value>(&log).is_ok(), "{log}");
        }
    }
}
