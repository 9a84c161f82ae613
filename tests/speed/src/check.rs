//! Whether the comparison is fair: the bare handler answers the same, and PostgreSQL sees the same statements of both.
use crate::{
    Outcome,
    cases::{self, Pair, confirm_ask},
    dataset::{self, Dataset, Kind, admin, id, superuser_url},
    load::Ask,
    options::Options,
    program::{Program, name},
};
use hyper::Method;
use purser_tests::{
    app::{Answer, Tenant},
    database::Engine,
};
use serde_json::Value;
use sqlx::{AssertSqlSafe, Connection, PgConnection, Row, raw_sql};
use std::{collections::BTreeMap, sync::Arc, time::Duration};

/// What differs because it is an id or a time of the moment.
const OF_THE_MOMENT: [&str; 6] = ["id", "number", "confirmed_at", "reviewed_at", "created_at", "updated_at"];
/// A cursor says the same in other words.
const CURSOR: [&str; 1] = ["next_cursor"];
/// A statement that still runs when its request is answered: the end of a transaction that only read.
const SETTLED: Duration = Duration::from_millis(300);

pub(crate) async fn run(options: &Options, engine: Engine) -> Outcome<()> {
    if engine == Engine::Postgres {
        admin(options, "alter role speed_app set pg_stat_statements.track = 'all'").await?;
    }
    let done = compare(options, engine).await;
    if engine == Engine::Postgres {
        admin(options, "alter role speed_app reset pg_stat_statements.track").await?;
    }
    done
}

async fn compare(options: &Options, engine: Engine) -> Outcome<()> {
    let history = dataset::history(options, engine, 10_000).await?;
    let pair = Pair::start(options, &history).await?;
    let get: Ask = Arc::new(|n| (Method::GET, format!("/v1/orders/{}", id(Kind::Order, n))));
    let [api, bare] = cases::page_asks(&pair.owner, 10_000).await?;
    one(options, engine, &history, &pair, ("one order", get.clone(), get, 4_711)).await?;
    one(options, engine, &history, &pair, ("a page", api, bare, 4_711)).await?;
    drop(pair);
    let pending = dataset::pending(options, engine).await?;
    let pair = Pair::start(options, &pending).await?;
    // Each order is confirmed once, so they ask for two.
    let bare: Ask = Arc::new(|n| confirm_ask()(n + 500));
    one(options, engine, &pending, &pair, ("confirming", confirm_ask(), bare, 4_711)).await
}

async fn one(
    options: &Options,
    engine: Engine,
    data: &Dataset,
    pair: &Pair,
    (what, api, bare, n): (&str, Ask, Ask, u64),
) -> Outcome<()> {
    let (left, seen_left) = asked(options, engine, data, &pair.api, &pair.owner, &api, n).await?;
    let (right, seen_right) = asked(options, engine, data, &pair.bare, &pair.owner, &bare, n).await?;
    for (name, one, other) in [
        ("answers", format!("{left:#}"), format!("{right:#}")),
        ("statements", format!("{seen_left:#?}"), format!("{seen_right:#?}")),
    ] {
        if one != other {
            let files =
                [("api", one), ("bare", other)].map(|(who, text)| (options.dir.join(format!("{name}-{who}")), text));
            for (file, text) in &files {
                std::fs::write(file, text)?;
            }
            return Err(format!(
                "{what}: the {name} differ: diff {}",
                files.map(|(file, _)| file.display().to_string()).join(" ")
            )
            .into());
        }
    }
    println!("\n{}: {what}: the same answer, {} statements alike", name(engine), seen_left.values().sum::<i64>());
    Ok(())
}

/// The answer without what is of the moment, and what PostgreSQL saw.
async fn asked(
    options: &Options,
    engine: Engine,
    data: &Dataset,
    program: &Program,
    owner: &Tenant,
    ask: &Ask,
    n: u64,
) -> Outcome<(Value, BTreeMap<String, i64>)> {
    let request = |n: u64| {
        let (method, path) = ask(n);
        let request = owner.at(&format!("http://{}", program.address)).request(method.as_str(), &path);
        Answer::of(request)
    };
    // Who asks is looked up once in a second.
    request(n + 1).await.expect(200);
    tokio::time::sleep(SETTLED).await;
    if engine == Engine::Postgres {
        statistics(options, data, "create extension if not exists pg_stat_statements").await?;
        statistics(options, data, "select pg_stat_statements_reset()").await?;
    }
    let mut answer = request(n).await.expect(200).json();
    tokio::time::sleep(SETTLED).await;
    forget(&mut answer, if ask(n).0 == Method::POST { &OF_THE_MOMENT } else { &CURSOR });
    let seen = match engine {
        Engine::Sqlite => BTreeMap::new(),
        Engine::Postgres => {
            // What tells other processes of jobs is no request's statement: it comes after some of them together.
            let sql = "select query, sum(calls)::bigint from pg_stat_statements s join pg_roles r on r.oid = userid
                       where rolname = 'speed_app' and query not like '%pg_notify%' group by query";
            statistics(options, data, sql).await?
        }
    };
    Ok((answer, seen))
}

/// Runs `sql` in the database as the superuser; pairs of a text and a number come back.
async fn statistics(options: &Options, data: &Dataset, sql: &str) -> Outcome<BTreeMap<String, i64>> {
    let database = data.url.rsplit('/').next().unwrap_or_default();
    let mut connection = PgConnection::connect(&superuser_url(options, database)?).await?;
    let rows = raw_sql(AssertSqlSafe(sql.to_owned())).fetch_all(&mut connection).await?;
    connection.close().await?;
    Ok(rows.iter().filter_map(|row| Some((row.try_get(0).ok()?, row.try_get(1).ok()?))).collect())
}

fn forget(value: &mut Value, names: &[&str]) {
    match value {
        Value::Object(fields) => {
            fields.retain(|name, _| !names.contains(&name.as_str()));
            fields.values_mut().for_each(|value| forget(value, names));
        }
        Value::Array(values) => values.iter_mut().for_each(|value| forget(value, names)),
        _ => {}
    }
}
