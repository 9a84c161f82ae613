//! The live schema, read alike from both databases.
use crate::database::{Engine, Raw, TestDatabase};
use std::collections::BTreeMap;

/// A table as the database has it.
#[derive(Debug, Default)]
pub struct Table {
    /// By name.
    pub columns: BTreeMap<String, Column>,
    /// In their order.
    pub primary_key: Vec<String>,
    /// Those of the primary key and of unique constraints among them.
    pub indexes: Vec<Index>,
    /// To other tables, or to itself.
    pub foreign_keys: Vec<ForeignKey>,
}

/// A column.
#[derive(Debug)]
pub struct Column {
    /// The type, in lower case.
    pub kind: String,
    /// Whether it may be empty.
    pub nullable: bool,
}

/// An index.
#[derive(Debug)]
pub struct Index {
    /// Its name in the database.
    pub name: String,
    /// In their order.
    pub columns: Vec<String>,
    /// Whether two rows may have the same values.
    pub unique: bool,
    /// Whether it holds some rows only.
    pub partial: bool,
    /// Over the content of a JSON column.
    pub gin: bool,
}

/// A foreign key.
#[derive(Debug)]
pub struct ForeignKey {
    /// In their order.
    pub columns: Vec<String>,
    /// The table that it points to.
    pub to_table: String,
    /// The columns that it points to.
    pub to_columns: Vec<String>,
    /// What becomes of the row when the other one goes.
    pub on_delete: String,
}

const SQLITE_TABLES: &str = "select name from sqlite_master where type = 'table' and name not like 'sqlite_%'";
const SQLITE_COLUMNS: &str = "select t.name, c.name, c.type, case c.\"notnull\" when 1 then 'no' else 'yes' end
    from sqlite_master t, pragma_table_info(t.name) c where t.type = 'table'";
const SQLITE_KEY: &str = "select t.name, c.name from sqlite_master t, pragma_table_info(t.name) c
    where t.type = 'table' and c.pk > 0 order by t.name, c.pk";
const SQLITE_INDEXES: &str = "select t.name, i.name, case i.\"unique\" when 1 then 'yes' else 'no' end,
           case i.partial when 1 then 'yes' else 'no' end, 'no',
           (select group_concat(name) from (select c.name from pragma_index_info(i.name) c order by c.seqno))
    from sqlite_master t, pragma_index_list(t.name) i where t.type = 'table'";
const SQLITE_FOREIGN_KEYS: &str =
    "select name, group_concat(\"from\"), \"table\", group_concat(\"to\"), lower(on_delete)
    from (select t.name, f.* from sqlite_master t, pragma_foreign_key_list(t.name) f where t.type = 'table'
          order by t.name, f.id, f.seq)
    group by name, id";

const OWN: &str = "select oid, relname from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition";
const POSTGRES_COLUMNS: &str = "select relname, attname, format_type(atttypid, atttypmod),
           case when attnotnull then 'no' else 'yes' end
    from own join pg_attribute on attrelid = own.oid where attnum > 0 and not attisdropped";
const POSTGRES_KEY: &str = "select relname, attname
    from own join pg_index on indrelid = own.oid and indisprimary
    cross join unnest(indkey) with ordinality as k(attnum, place)
    join pg_attribute a on a.attrelid = own.oid and a.attnum = k.attnum order by relname, place";
const POSTGRES_INDEXES: &str = "select own.relname, i.relname, case when indisunique then 'yes' else 'no' end,
           case when indpred is null then 'no' else 'yes' end, case when amname = 'gin' then 'yes' else 'no' end,
           (select string_agg(attname, ',' order by place) from unnest(indkey) with ordinality as k(attnum, place)
              join pg_attribute a on a.attrelid = own.oid and a.attnum = k.attnum)
    from own join pg_index on indrelid = own.oid join pg_class i on i.oid = indexrelid join pg_am on pg_am.oid = i.relam";
const POSTGRES_FOREIGN_KEYS: &str = "select own.relname,
           (select string_agg(attname, ',' order by place) from unnest(conkey) with ordinality as k(attnum, place)
              join pg_attribute a on a.attrelid = conrelid and a.attnum = k.attnum),
           t.relname,
           (select string_agg(attname, ',' order by place) from unnest(confkey) with ordinality as k(attnum, place)
              join pg_attribute a on a.attrelid = confrelid and a.attnum = k.attnum),
           case confdeltype when 'a' then 'no action' when 'c' then 'cascade' else confdeltype::text end
    from own join pg_constraint on conrelid = own.oid and contype = 'f' join pg_class t on t.oid = confrelid";

/// The tables by name, without the list of migrations that ran.
pub async fn read(database: &TestDatabase) -> BTreeMap<String, Table> {
    let mut raw = database.owner().await;
    let engine = database.engine;
    let mut tables = BTreeMap::<String, Table>::new();
    for row in ask(&mut raw, pick(engine, SQLITE_TABLES, "select relname from own")).await {
        tables.insert(row[0].clone(), Table::default());
    }
    let mut table =
        |row: &[String], put: &dyn Fn(&mut Table)| put(tables.get_mut(&row[0]).expect("a table that was listed"));
    for row in ask(&mut raw, pick(engine, SQLITE_COLUMNS, POSTGRES_COLUMNS)).await {
        table(&row, &|table| {
            let column = Column { kind: row[2].to_lowercase(), nullable: row[3] == "yes" };
            table.columns.insert(row[1].clone(), column);
        });
    }
    for row in ask(&mut raw, pick(engine, SQLITE_KEY, POSTGRES_KEY)).await {
        table(&row, &|table| table.primary_key.push(row[1].clone()));
    }
    for row in ask(&mut raw, pick(engine, SQLITE_INDEXES, POSTGRES_INDEXES)).await {
        table(&row, &|table| {
            table.indexes.push(Index {
                name: row[1].clone(),
                unique: row[2] == "yes",
                partial: row[3] == "yes",
                gin: row[4] == "yes",
                columns: list(&row[5]),
            });
        });
    }
    for row in ask(&mut raw, pick(engine, SQLITE_FOREIGN_KEYS, POSTGRES_FOREIGN_KEYS)).await {
        table(&row, &|table| {
            table.foreign_keys.push(ForeignKey {
                columns: list(&row[1]),
                to_table: row[2].clone(),
                to_columns: list(&row[3]),
                on_delete: row[4].clone(),
            });
        });
    }
    tables.remove("seaql_migrations");
    tables
}

fn pick(engine: Engine, sqlite: &str, postgres: &str) -> String {
    match engine {
        Engine::Sqlite => sqlite.to_owned(),
        Engine::Postgres => format!("with own as ({OWN}) {postgres}"),
    }
}

async fn ask(raw: &mut Raw, sql: String) -> Vec<Vec<String>> {
    raw.rows(&sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"))
}

fn list(names: &str) -> Vec<String> {
    names.split(',').map(str::to_owned).collect()
}
