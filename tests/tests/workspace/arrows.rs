//! The arrows of docs/architecture.md, and no others. An arrow of a crate's own tests is one, too.
use crate::members;

/// What a crate is, by the folder that it is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Layer<'a> {
    Kernel,
    EntityCore,
    Entity(&'a str),
    Migration,
    Store,
    Domain(&'a str),
    HttpCore,
    Http(&'a str),
    Api,
    Tests,
}

impl<'a> Layer<'a> {
    fn of(folder: &'a str) -> Option<Self> {
        Some(match (folder, folder.split_once('/')) {
            ("crates/kernel", _) => Self::Kernel,
            ("crates/store", _) => Self::Store,
            ("entity/core", _) => Self::EntityCore,
            ("http/core", _) => Self::HttpCore,
            ("migration", _) => Self::Migration,
            ("api", _) => Self::Api,
            ("tests", _) | (_, Some(("tests", _))) => Self::Tests,
            (_, Some(("crates", domain))) => Self::Domain(domain),
            (_, Some(("entity", domain))) => Self::Entity(domain),
            (_, Some(("http", domain))) => Self::Http(domain),
            _ => return None,
        })
    }

    /// Whether this layer may use `other`.
    fn may_use(self, other: Layer<'_>) -> bool {
        match (self, other) {
            (Self::Domain(own), Layer::Entity(domain)) => {
                own == domain || (domain == "platform" && ["compliance", "integrations", "media"].contains(&own))
            }
            // The black-box suites drive the program itself.
            (Self::Tests, _)
            | (
                Self::Api,
                Layer::Http(_) | Layer::HttpCore | Layer::Domain(_) | Layer::Store | Layer::Migration | Layer::Kernel,
            )
            // Views that several show, such as a person, stand with one of them.
            | (Self::Http(_), Layer::Http(_) | Layer::HttpCore | Layer::Domain(_) | Layer::Store | Layer::Kernel)
            // Who sends a request is for auth to say.
            | (Self::HttpCore, Layer::Domain("auth") | Layer::Store | Layer::Kernel)
            | (Self::Domain(_), Layer::Store | Layer::EntityCore | Layer::Kernel)
            | (Self::Store, Layer::EntityCore | Layer::Kernel | Layer::Entity("platform"))
            | (Self::Entity(_), Layer::EntityCore | Layer::Kernel)
            | (Self::EntityCore, Layer::Kernel) => true,
            _ => false,
        }
    }

    /// Whether this layer may use a crate of somebody else's. Only the layers below know a database, and those
    /// above the domains the web.
    fn may_use_foreign(self, name: &str) -> bool {
        let database = ["sea-orm", "sea-query", "sea-query-sqlx", "sea-schema", "sqlx"].contains(&name);
        let migration = name == "sea-orm-migration";
        // `utoipa` itself derives the schemas of what is published and knows no web.
        let schema = name == "utoipa";
        let web = name.starts_with("actix") || name.starts_with("utoipa") || name == "reqwest";
        match self {
            Self::Migration => migration || name == "async-trait",
            Self::Tests => true,
            Self::Http(_) | Self::HttpCore => !(database || migration || name == "reqwest"),
            Self::Api => !database,
            Self::Store => schema || !web && !migration,
            // Ids go into columns, and values into the published schema: behind features.
            Self::Kernel => name == "sea-orm" || name == "utoipa" || !(database || migration || web),
            Self::Entity(_) | Self::EntityCore => name == "sea-orm" || !(database || migration || web),
            Self::Domain(_) => schema || !(database || migration || web),
        }
    }
}

#[test]
fn nobody_depends_on_what_the_architecture_does_not_say() {
    let members = members::read();
    let folder = |name: &str| members.iter().find(|member| member.name == name).map(|member| member.folder.as_str());
    let mut wrong = Vec::new();
    for member in &members {
        let Some(layer) = Layer::of(&member.folder) else {
            wrong.push(format!("{} is in no layer", member.folder));
            continue;
        };
        for dependency in &member.dependencies {
            let allowed = match folder(&dependency.name) {
                Some(folder) => Layer::of(folder).is_some_and(|other| layer.may_use(other)),
                None => layer.may_use_foreign(&dependency.name),
            };
            if !allowed {
                let kind = if dependency.dev { " (for its tests)" } else { "" };
                wrong.push(format!("{} -> {}{kind}", member.name, dependency.name));
            }
        }
    }
    assert!(wrong.is_empty(), "arrows that the architecture does not have: {wrong:#?}");
}

/// The rules can say no.
#[test]
fn what_must_not_be_is_refused() {
    let refused = [
        ("crates/ordering", "crates/billing"),
        ("crates/ordering", "entity/billing"),
        ("crates/ordering", "entity/platform"),
        ("crates/ordering", "migration"),
        ("crates/ordering", "api"),
        ("crates/store", "crates/tenancy"),
        ("crates/store", "entity/ordering"),
        ("entity/ordering", "entity/platform"),
        ("entity/core", "crates/store"),
        ("migration", "entity/ordering"),
        ("migration", "crates/kernel"),
        ("crates/kernel", "entity/core"),
        ("api", "entity/ordering"),
        ("api", "entity/core"),
        ("http/ordering", "entity/ordering"),
        ("http/core", "crates/ordering"),
        ("http/core", "http/ordering"),
        ("http/ordering", "api"),
        ("crates/ordering", "http/core"),
    ];
    for (from, to) in refused {
        assert!(!Layer::of(from).unwrap().may_use(Layer::of(to).unwrap()), "{from} -> {to}");
    }
    for name in ["sea-orm", "sqlx", "actix-web", "sea-orm-migration", "reqwest", "utoipa-actix-web"] {
        assert!(!Layer::Domain("ordering").may_use_foreign(name), "ordering -> {name}");
    }
    for (layer, name) in [
        (Layer::Http("ordering"), "sea-orm"),
        (Layer::HttpCore, "reqwest"),
        (Layer::Api, "sea-orm"),
        (Layer::Api, "sqlx"),
        (Layer::Migration, "sea-orm"),
        (Layer::Store, "actix-web"),
    ] {
        assert!(!layer.may_use_foreign(name), "{layer:?} -> {name}");
    }
}
