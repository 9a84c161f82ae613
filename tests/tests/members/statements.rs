//! The statements that a request takes, by what the driver logs inside of the request's span.
use std::{
    collections::HashMap,
    fmt::Debug,
    sync::{Arc, LazyLock, Mutex},
};
use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id},
};
use tracing_subscriber::{
    EnvFilter, Layer,
    layer::{Context, SubscriberExt},
    registry::LookupSpan,
};

/// The statements of each request so far, by its id.
#[derive(Clone, Default)]
pub(crate) struct Statements(Arc<Mutex<HashMap<String, Vec<String>>>>);

/// What the driver names its events by.
const STATEMENT: &str = "sqlx::query";

impl Statements {
    /// The beginnings of the SELECTs of the request with this id. What else there is may come from a connection that was just opened.
    pub(crate) fn reads_of(&self, request: &str) -> Vec<String> {
        let all = self.0.lock().unwrap().get(request).cloned().unwrap_or_default();
        all.into_iter().filter(|statement| statement.starts_with("SELECT")).collect()
    }
}

/// Begins to listen, for all tests of this program.
pub(crate) fn heard() -> Statements {
    static HEARD: LazyLock<Statements> = LazyLock::new(|| {
        let heard = Statements::default();
        let filter = EnvFilter::new(format!("{STATEMENT}=debug,purser_http=info"));
        let subscriber = tracing_subscriber::registry().with(filter).with(heard.clone());
        tracing::subscriber::set_global_default(subscriber).unwrap();
        heard
    });
    HEARD.clone()
}

/// The value of one field.
struct Text(&'static str, Option<String>);

impl Visit for Text {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.record_debug(field, &format_args!("{value}"));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        if field.name() == self.0 {
            self.1 = Some(format!("{value:?}"));
        }
    }
}

/// The id of the request that a span is of.
struct RequestId(Option<String>);

impl<S: Subscriber + for<'s> LookupSpan<'s>> Layer<S> for Statements {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut request = Text("request_id", None);
        attributes.record(&mut request);
        if let Some(span) = context.span(id) {
            span.extensions_mut().insert(RequestId(request.1));
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        if event.metadata().target() != STATEMENT {
            return;
        }
        let mut summary = Text("summary", None);
        event.record(&mut summary);
        for span in context.event_scope(event).into_iter().flatten() {
            if let Some(RequestId(Some(request))) = span.extensions().get() {
                let mut heard = self.0.lock().unwrap();
                heard.entry(request.clone()).or_default().push(summary.1.clone().unwrap_or_default());
            }
        }
    }
}
