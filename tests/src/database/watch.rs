//! Whether anything was written, in whichever table.
use super::{Engine, Raw, TestDatabase};
use std::collections::{BTreeMap, BTreeSet};

const SQLITE_TABLES: &str = "select t.name, group_concat('quote(\"' || c.name || '\")', ' || '', '' || ')
    from sqlite_master t, pragma_table_info(t.name) c where t.type = 'table' and t.name not like 'sqlite_%'
    group by t.name";
const POSTGRES_TABLES: &str = "select relname::text, 'row::text' from pg_class
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition";

/// Sees every row of every table, whoever's they are.
#[derive(Debug)]
pub struct Watch {
    raw: Raw,
    sql: String,
    rows: BTreeMap<String, BTreeSet<String>>,
    /// Whether what reads leave behind counts.
    with_reads: bool,
}

/// What administrators' looks at people leave in the platform's trail.
const READ_BY_ADMINISTRATORS: [&str; 2] = ["user.list", "user.show"];

impl Watch {
    /// Looks for the first time.
    pub async fn over(database: &TestDatabase) -> Self {
        Self::but_for(database, &[], true).await
    }

    /// As [`Watch::over`], without looking at what reads leave behind a moment later.
    pub async fn over_changes(database: &TestDatabase) -> Self {
        Self::but_for(database, &["data_access_audit"], false).await
    }

    async fn but_for(database: &TestDatabase, others: &[&str], with_reads: bool) -> Self {
        let mut raw = database.owner().await;
        let tables = match database.engine {
            Engine::Sqlite => SQLITE_TABLES,
            Engine::Postgres => POSTGRES_TABLES,
        };
        let tables = raw.rows(tables).await.expect("the tables can be listed");
        let all = |table: &Vec<String>| format!("select '{0}', {1} from \"{0}\" row", table[0], table[1]);
        let sql = tables
            .iter()
            .filter(|table| !others.contains(&&*table[0]))
            .map(all)
            .collect::<Vec<_>>()
            .join(" union all ");
        let mut watch = Self { raw, sql, rows: BTreeMap::new(), with_reads };
        watch.changes().await;
        watch
    }

    /// What came (`+`) and went (`-`) since the last look, row by row.
    pub async fn changes(&mut self) -> Vec<String> {
        let mut rows = BTreeMap::<String, BTreeSet<String>>::new();
        for mut row in self.raw.rows(&self.sql).await.expect("every table can be read") {
            let content = row.pop().expect("a row's content");
            rows.entry(row.remove(0)).or_default().insert(content);
        }
        let before = std::mem::replace(&mut self.rows, rows);
        let none = BTreeSet::new();
        let names: BTreeSet<&String> = before.keys().chain(self.rows.keys()).collect();
        let mut changes = Vec::new();
        for name in names {
            let (old, new) = (before.get(name).unwrap_or(&none), self.rows.get(name).unwrap_or(&none));
            changes.extend(old.difference(new).map(|row| format!("- {name}: {row}")));
            changes.extend(new.difference(old).map(|row| format!("+ {name}: {row}")));
        }
        if !self.with_reads {
            let by_admin = |change: &String| READ_BY_ADMINISTRATORS.iter().any(|action| change.contains(action));
            changes.retain(|change| !(change.starts_with("+ platform_audit_logs: ") && by_admin(change)));
        }
        changes
    }
}
