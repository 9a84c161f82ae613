//! A row of every table that belongs to somebody, made from what the catalogue says: a new table needs no line here.
use purser_kernel::Id;
use purser_tests::{
    database::{Engine, Raw, uuid_literal},
    schema::catalogue::{ForeignKey, Table},
};
use std::collections::{BTreeMap, BTreeSet};

/// The tables, and the first of each column's closed list of values.
pub(crate) struct Maker {
    engine: Engine,
    tables: BTreeMap<String, Table>,
    choices: BTreeMap<(String, String), String>,
}

/// An organization with one member, and the ids of their rows by table.
pub(crate) struct Household {
    pub(crate) organization: String,
    pub(crate) person: String,
    pub(crate) rows: BTreeMap<String, String>,
    /// Tables whose row is being made.
    begun: BTreeSet<String>,
}

/// Who a row belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Owner {
    Organization,
    Person,
}

impl Owner {
    /// The column that says whose a row is.
    pub(crate) fn column(self) -> &'static str {
        match self {
            Self::Organization => "organization_id",
            Self::Person => "user_id",
        }
    }
}

const POSTGRES_CHOICES: &str = "select relname::text, attname::text, split_part(pg_get_constraintdef(k.oid), '''', 2)
    from pg_constraint k join pg_class c on c.oid = conrelid
    join pg_attribute a on a.attrelid = conrelid and a.attnum = conkey[1]
    where contype = 'c' and pg_get_constraintdef(k.oid) like '%ANY (%'";

impl Maker {
    pub(crate) async fn new(engine: Engine, raw: &mut Raw, tables: BTreeMap<String, Table>) -> Self {
        let mut choices = BTreeMap::new();
        match engine {
            Engine::Sqlite => {
                for row in raw.rows("select name, sql from sqlite_master where type = 'table'").await.unwrap() {
                    let parts: Vec<&str> = row[1].split(" in ('").collect();
                    for pair in parts.windows(2) {
                        let column = pair[0].rsplit(['(', ' ', '"']).find(|word| !word.is_empty()).unwrap();
                        let value = pair[1].split('\'').next().unwrap();
                        choices.insert((row[0].clone(), column.to_owned()), value.to_owned());
                    }
                }
            }
            Engine::Postgres => {
                for row in raw.rows(POSTGRES_CHOICES).await.unwrap() {
                    choices.insert((row[0].clone(), row[1].clone()), row[2].clone());
                }
            }
        }
        Self { engine, tables, choices }
    }

    /// Whose rows the table holds; nothing for a table of nobody's.
    pub(crate) fn owner(&self, table: &str) -> Option<Owner> {
        let table = &self.tables[table];
        if table.primary_key[0] == "organization_id" {
            return Some(Owner::Organization);
        }
        table.columns.contains_key("user_id").then_some(Owner::Person)
    }

    /// The tables whose rows belong to an organization, or to a person.
    pub(crate) fn tables(&self, owner: Owner) -> impl Iterator<Item = (&String, &Table)> {
        self.tables.iter().filter(move |(name, _)| self.owner(name) == Some(owner))
    }

    pub(crate) fn id(&self, id: &str) -> String {
        uuid_literal(self.engine, id)
    }

    /// A household with one row of each table, written by `raw` as the server would: for that organization and person.
    pub(crate) async fn household(&self, raw: &mut Raw) -> Household {
        let (organization, person) = (Id::<()>::generate().to_string(), Id::<()>::generate().to_string());
        let rows =
            BTreeMap::from([("organizations".to_owned(), organization.clone()), ("users".to_owned(), person.clone())]);
        let mut household = Household { organization, person, rows: BTreeMap::new(), begun: BTreeSet::new() };
        for (table, id) in rows {
            let statement = self.insert(&table, &household, &id);
            raw.execute(&statement).await.unwrap();
            household.begun.insert(table.clone());
            household.rows.insert(table, id);
        }
        raw.act_for(&household.organization).await;
        if self.engine == Engine::Postgres {
            raw.execute(&format!("set app.user_id = '{}'", household.person)).await.unwrap();
        }
        for (table, _) in self.tables(Owner::Organization).chain(self.tables(Owner::Person)) {
            self.make(raw, table, &mut household).await;
        }
        household
    }

    /// Makes a row, after those that it refers to.
    async fn make(&self, raw: &mut Raw, table: &str, household: &mut Household) {
        if !household.begun.insert(table.to_owned()) {
            return;
        }
        for key in &self.tables[table].foreign_keys {
            Box::pin(self.make(raw, &key.to_table, household)).await;
        }
        let id = Id::<()>::generate().to_string();
        let statement = self.insert(table, household, &id);
        let written = raw.execute(&statement).await;
        assert!(written.is_ok(), "Maker cannot make a row of {table}: {written:?}\n{statement}");
        household.rows.insert(table.to_owned(), id);
    }

    /// The statement that writes a row with everything that it must have, and every reference but those to its own table.
    pub(crate) fn insert(&self, table: &str, household: &Household, id: &str) -> String {
        let shape = &self.tables[table];
        let (mut columns, mut values) = (Vec::new(), Vec::new());
        for (name, column) in &shape.columns {
            let key = shape.foreign_keys.iter().find(|key| key.columns.last() == Some(name));
            let value = match (name.as_str(), key) {
                ("id", _) => self.id(id),
                (_, Some(key)) if household.rows.contains_key(&key.to_table) && key.to_table != table => {
                    self.id(Self::target(key, household))
                }
                _ if column.nullable => continue,
                _ => self.value(table, name, &column.kind),
            };
            columns.push(name.as_str());
            values.push(value);
        }
        format!("insert into {table} ({}) values ({})", columns.join(", "), values.join(", "))
    }

    /// What a reference of the household's points to.
    pub(crate) fn target<'h>(key: &ForeignKey, household: &'h Household) -> &'h str {
        if key.to_columns.last().is_some_and(|column| column == "user_id") {
            return &household.person;
        }
        &household.rows[&key.to_table]
    }

    fn value(&self, table: &str, column: &str, kind: &str) -> String {
        if let Some(choice) = self.choices.get(&(table.to_owned(), column.to_owned())) {
            return format!("'{choice}'");
        }
        match kind.split('(').next().unwrap() {
            "uuid" | "uuid_text" => self.id(&Id::<()>::generate().to_string()),
            "char" | "character" => "'EUR'".to_owned(),
            "text" | "varchar" | "character varying" => format!("'{}'", short()),
            // What ends does so behind its beginning.
            "integer" | "bigint" if column.starts_with("end_") => "2".to_owned(),
            "integer" | "bigint" => "1".to_owned(),
            "double" | "double precision" => "0.5".to_owned(),
            "boolean" => "true".to_owned(),
            "date" | "date_text" => "'2026-11-20'".to_owned(),
            "timestamp with time zone" | "timestamp_with_timezone_text" => "'2026-11-20 10:00:00+00:00'".to_owned(),
            "jsonb" | "jsonb_text" => "'{}'".to_owned(),
            "blob" => format!("x'{}'", short()),
            "bytea" => format!("'\\x{}'", short()),
            other => panic!("Maker knows no value for {table}.{column}, a {other}"),
        }
    }
}

/// Another text each time, short enough for every column.
fn short() -> String {
    let id = Id::<()>::generate().to_string();
    id.replace('-', "").chars().rev().take(6).collect()
}
