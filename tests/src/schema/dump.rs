//! The live schema in the words of each database.
use crate::database::{Engine, TestDatabase};

/// All that a database says about its schema, line by line. Empty for one without tables.
pub async fn dump(database: &TestDatabase) -> Vec<String> {
    let sql = match database.engine {
        Engine::Sqlite => {
            "select type || ' ' || name || ' on ' || tbl_name || ': ' || coalesce(sql, '')
               from sqlite_master where tbl_name <> 'seaql_migrations' and name <> 'sqlite_sequence' order by 1"
        }
        Engine::Postgres => {
            "with own as (
               select c.oid, c.relname from pg_class c
                where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'S') and not c.relispartition
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
    database.owner().await.rows(sql).await.expect("the catalogue can be read").concat()
}
