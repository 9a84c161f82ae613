//! Migrations go up and come down, one at a time and all at once.
use purser_migration::{Migrator, MigratorTrait};
use purser_tests::database::{Engine, TestDatabase};
use rstest::rstest;

/// All that a database says about its schema, line by line. Empty for one without tables.
async fn dump(database: &TestDatabase) -> Vec<String> {
    let sql = match database.engine {
        Engine::Sqlite => {
            "select type || ' ' || name || ' on ' || tbl_name || ': ' || coalesce(sql, '')
               from sqlite_master where tbl_name <> 'seaql_migrations' and name <> 'sqlite_sequence' order by 1"
        }
        Engine::Postgres => {
            "with own as (
               select c.oid, c.relname from pg_class c
                where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'S')
                  and c.relname <> 'seaql_migrations'
             )
             select format('table %s: security %s, forced %s', relname, relrowsecurity, relforcerowsecurity)
               from pg_class where oid in (select oid from own)
             union all
             select format('column %s.%s: %s, not null %s, default %s', relname, attname, format_type(atttypid, atttypmod),
                           attnotnull, pg_get_expr(adbin, adrelid))
               from own join pg_attribute a on attrelid = own.oid
               left join pg_attrdef d on adrelid = attrelid and adnum = attnum
              where attnum > 0 and not attisdropped
             union all
             select format('constraint %s on %s: %s', conname, relname, pg_get_constraintdef(k.oid))
               from own join pg_constraint k on conrelid = own.oid
             union all
             select format('index %s: %s', indexrelid::regclass, pg_get_indexdef(indexrelid))
               from own join pg_index on indrelid = own.oid
             union all
             select format('policy %s on %s for %s: %s, %s', polname, relname, polcmd, pg_get_expr(polqual, polrelid),
                           pg_get_expr(polwithcheck, polrelid))
               from own join pg_policy on polrelid = own.oid
             union all
             select format('%s %s', typname, typtype) from pg_type
              where typnamespace = 'public'::regnamespace and typrelid = 0 and typelem = 0
             union all
             select format('function %s', proname) from pg_proc where pronamespace = 'public'::regnamespace
             order by 1"
        }
    };
    database.owner().await.rows(sql).await.unwrap().concat()
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn each_step_down_undoes_its_step_up(#[case] engine: Engine) {
    let Some(database) = TestDatabase::empty(engine).await else {
        return;
    };
    assert_eq!(dump(&database).await, Vec::<String>::new());

    let mut heights = vec![dump(&database).await];
    for _ in Migrator::migrations() {
        database.up(Some(1)).await;
        heights.push(dump(&database).await);
    }
    let top = heights.pop().unwrap();
    assert!(top.len() > heights.last().unwrap().len(), "the last migration makes something");

    for height in heights.iter().rev() {
        database.down(Some(1)).await;
        assert_eq!(&dump(&database).await, height);
    }
    database.up(None).await;
    assert_eq!(dump(&database).await, top);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn all_the_way_down_leaves_an_empty_database(#[case] engine: Engine) {
    let Some(database) = TestDatabase::new(engine).await else {
        return;
    };
    let before = dump(&database).await;

    database.down(None).await;

    assert_eq!(dump(&database).await, Vec::<String>::new());
    database.up(None).await;
    assert_eq!(dump(&database).await, before);
}

#[test]
fn every_migration_runs_in_a_transaction() {
    for migration in Migrator::migrations() {
        assert_eq!(migration.use_transaction(), Some(true), "{}", migration.name());
    }
}
