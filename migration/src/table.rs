//! How a table is made: key, references, indexes and policy together, so that none can be left out.
mod columns;
mod postgres;

pub(crate) use postgres::own_rows_visible;

use sea_orm_migration::prelude::{
    Check, ConditionalStatement, DbErr, Expr, ForeignKey, ForeignKeyAction, Index, IndexCreateStatement, IndexOrder,
    SchemaManager, Table, TableCreateStatement,
};

/// Whose rows a table holds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Owner {
    Tenant,
    Person,
    Nobody,
}

/// A table in the making.
pub(crate) struct NewTable {
    name: &'static str,
    owner: Owner,
    statement: TableCreateStatement,
    /// What the primary key and unique constraints already give an index for.
    covered: Vec<Vec<&'static str>>,
    references: Vec<Vec<&'static str>>,
    indexes: Vec<IndexCreateStatement>,
    gin: Vec<&'static str>,
    by_month: bool,
}

/// A table of organizations' rows: the key is `(organization_id, id)`, and unique constraints, references and indexes begin
/// with `organization_id` without being told.
pub(crate) fn tenant_table(name: &'static str) -> NewTable {
    NewTable::new(name, Owner::Tenant)
        .uuid("organization_id")
        .uuid("id")
        .key(&["id"])
        .global_reference("organization_id", "organizations")
}

/// A global table with a person's secrets, which only that person's `app.user_id` shows.
pub(crate) fn person_table(name: &'static str) -> NewTable {
    NewTable::new(name, Owner::Person).uuid("id").key(&["id"]).uuid("user_id").global_reference("user_id", "users")
}

/// A table that belongs to no organization.
pub(crate) fn global_table(name: &'static str) -> NewTable {
    NewTable::new(name, Owner::Nobody).uuid("id").key(&["id"])
}

/// Drops tables, those that refer to others first.
pub(crate) async fn drop_tables(manager: &SchemaManager<'_>, tables: &[&'static str]) -> Result<(), DbErr> {
    for table in tables {
        manager.drop_table(Table::drop().table(*table).to_owned()).await?;
    }
    Ok(())
}

impl NewTable {
    fn new(name: &'static str, owner: Owner) -> Self {
        Self {
            name,
            owner,
            statement: Table::create().table(name).to_owned(),
            covered: vec![],
            references: vec![],
            indexes: vec![],
            gin: vec![],
            by_month: false,
        }
    }

    /// A reference to another row of the same organization, or among global tables.
    pub(crate) fn reference(self, column: &'static str, to: &'static str) -> Self {
        let columns = self.led(&[column]);
        let target = self.led(&["id"]);
        self.foreign_key(column, columns, to, target, ForeignKeyAction::NoAction)
    }

    /// A reference to the row that this one is a part of, and goes with.
    pub(crate) fn part_of(self, column: &'static str, to: &'static str) -> Self {
        let columns = self.led(&[column]);
        let target = self.led(&["id"]);
        self.foreign_key(column, columns, to, target, ForeignKeyAction::Cascade)
    }

    /// A reference to a person: one with a membership in the same organization, so never a stranger.
    pub(crate) fn person(self, column: &'static str) -> Self {
        if self.owner != Owner::Tenant {
            return self.global_reference(column, "users");
        }
        let columns = self.led(&[column]);
        let target = self.led(&["user_id"]);
        self.foreign_key(column, columns, "memberships", target, ForeignKeyAction::NoAction)
    }

    /// A reference to a row of a global table.
    pub(crate) fn global_reference(self, column: &'static str, to: &'static str) -> Self {
        self.foreign_key(column, vec![column], to, vec!["id"], ForeignKeyAction::NoAction)
    }

    fn foreign_key(
        mut self,
        column: &str,
        columns: Vec<&'static str>,
        to: &'static str,
        target: Vec<&'static str>,
        on_delete: ForeignKeyAction,
    ) -> Self {
        let mut foreign_key = ForeignKey::create().name(format!("fk_{}_{column}", self.name)).to_owned();
        foreign_key.from_tbl(self.name).to_tbl(to).on_delete(on_delete);
        for (column, target) in columns.iter().zip(target) {
            foreign_key.from_col(*column).to_col(target);
        }
        self.statement.foreign_key(&mut foreign_key);
        self.references.push(columns);
        self
    }

    /// The primary key.
    fn key(mut self, columns: &[&'static str]) -> Self {
        let columns = self.led(columns);
        let mut index = Index::create().name(format!("pk_{}", self.name)).to_owned();
        for column in &columns {
            index.col(*column);
        }
        self.statement.primary_key(&mut index);
        self.covered.push(columns);
        self
    }

    /// No two rows (of an organization) agree in all these columns.
    pub(crate) fn unique(mut self, columns: &[&'static str]) -> Self {
        let columns = self.led(columns);
        self.statement.index(self.new_index("uq", &columns).unique());
        self.covered.push(columns);
        self
    }

    /// The same among the rows for which `condition` holds.
    pub(crate) fn unique_where(mut self, columns: &[&'static str], condition: &'static str) -> Self {
        let mut index = self.new_index("uq", &self.led(columns));
        self.indexes.push(index.unique().and_where(Expr::cust(condition)).to_owned());
        self
    }

    /// An index for lists. A column may be followed by ` desc`. Behind them stands the id, by which every list is sorted in the end.
    pub(crate) fn index(self, columns: &[&'static str]) -> Self {
        let columns = self.led(columns);
        self.plain_index(columns)
    }

    fn plain_index(mut self, columns: Vec<&'static str>) -> Self {
        let mut index = self.new_index("ix", &columns);
        if self.owner == Owner::Tenant {
            index.col("id");
        }
        self.indexes.push(index);
        self.covered.push(columns);
        self
    }

    /// An index for the rows for which `condition` holds.
    pub(crate) fn index_where(mut self, columns: &[&'static str], condition: &'static str) -> Self {
        let mut index = self.new_index("ix", &self.led(columns));
        self.indexes.push(index.and_where(Expr::cust(condition)).to_owned());
        self
    }

    /// An index over the content of a JSON column, on PostgreSQL.
    pub(crate) fn gin(mut self, column: &'static str) -> Self {
        self.gin.push(column);
        self
    }

    /// On PostgreSQL one part for each month in which ids were made, which the owner makes and removes
    /// ([`partitions`](crate::partitions)), and one for what no other takes.
    pub(crate) fn by_month(mut self) -> Self {
        self.by_month = true;
        self
    }

    /// What must hold in every row, in SQL that both databases read alike.
    pub(crate) fn check(mut self, name: &str, condition: impl Into<String>) -> Self {
        let name = format!("ck_{}_{name}", self.name);
        self.statement.check(Check::named(name, Expr::cust(condition.into())));
        self
    }

    /// Makes the table, its indexes (one for each reference that has none) and its policy.
    pub(crate) async fn create(mut self, manager: &SchemaManager<'_>) -> Result<(), DbErr> {
        for columns in std::mem::take(&mut self.references) {
            if !self.covered.iter().any(|index| index.starts_with(&columns)) {
                self = self.plain_index(columns);
            }
        }
        postgres::create(&self, manager).await?;
        for index in &self.indexes {
            manager.create_index(index.clone()).await?;
        }
        postgres::finish(&self, manager).await
    }

    fn new_index(&self, prefix: &str, columns: &[&'static str]) -> IndexCreateStatement {
        // What every index of the table begins with says nothing in its name.
        let named = match columns {
            ["organization_id", rest @ ..] if self.owner == Owner::Tenant && !rest.is_empty() => rest,
            all => all,
        };
        let name = format!("{prefix}_{}_{}", self.name, named.join("_").replace(" desc", ""));
        let mut index = Index::create().name(name).table(self.name).to_owned();
        for column in columns {
            match column.strip_suffix(" desc") {
                Some(column) => index.col((column, IndexOrder::Desc)),
                None => index.col(*column),
            };
        }
        index
    }

    /// The columns, behind `organization_id` where the rows have one.
    fn led(&self, columns: &[&'static str]) -> Vec<&'static str> {
        let lead = (self.owner == Owner::Tenant).then_some("organization_id");
        lead.into_iter().chain(columns.iter().copied()).collect()
    }
}
