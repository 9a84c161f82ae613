//! The traits.
use purser_kernel::{Id, OrganizationId};
use sea_orm::{ActiveEnum, EntityTrait, Iterable, PrimaryKeyToColumn, PrimaryKeyTrait, TryIntoModel};
use std::str::FromStr;

/// A table whose rows belong to an organization.
///
/// Nothing declares it: the primary key does. Every entity keyed by `(OrganizationId, Id<_>)` is one, and no other can be, so
/// a table cannot be tenant-owned by half.
pub trait TenantEntity: EntityTrait<ActiveModel: TryIntoModel<Self::Model>> {
    /// What the ids of this table identify.
    type Kind: 'static;

    /// The column of the tenant.
    fn organization_column() -> Self::Column {
        key_column::<Self>(0)
    }

    /// The column of the row's own id.
    fn id_column() -> Self::Column {
        key_column::<Self>(1)
    }

    /// The column that marks deleted rows, if there is one. Found by its name and not by declaration: a forgotten declaration
    /// must not show deleted rows.
    fn deleted_at_column() -> Option<Self::Column> {
        Self::Column::from_str("deleted_at").ok()
    }
}

impl<E, K: 'static> TenantEntity for E
where
    E: EntityTrait<ActiveModel: TryIntoModel<Self::Model>>,
    E::PrimaryKey: PrimaryKeyTrait<ValueType = (OrganizationId, Id<K>)>,
{
    type Kind = K;
}

/// The id of a row of `E`.
pub type IdOf<E> = Id<<E as TenantEntity>::Kind>;

#[expect(clippy::expect_used, reason = "both calls ask for a column that the key's type proves to exist")]
fn key_column<E: EntityTrait>(position: usize) -> E::Column {
    E::PrimaryKey::iter().nth(position).map(PrimaryKeyToColumn::into_column).expect("a tenant key has two columns")
}

/// Rows are marked as deleted and stay.
pub trait SoftDelete: EntityTrait {
    /// The column that says when.
    const DELETED_AT: Self::Column;
}

/// Rows count their changes; an update names the version it was made from.
pub trait Versioned: EntityTrait {
    /// The column that counts.
    const VERSION: Self::Column;
}

/// Rows have a state that changes by the moves of a table of transitions.
pub trait Stateful: EntityTrait {
    /// The states.
    type Status: ActiveEnum;
    /// The column that holds the state.
    const STATUS: Self::Column;
}

/// A key that does not start with an organization.
pub trait GlobalKey {}
impl<K> GlobalKey for Id<K> {}
impl GlobalKey for String {}

/// A table that belongs to no organization. Declared by hand, and refused for a tenant key.
pub trait GlobalEntity:
    EntityTrait<PrimaryKey: PrimaryKeyTrait<ValueType: GlobalKey>, ActiveModel: TryIntoModel<Self::Model>>
{
}

/// A table of an organization whose rows a person may list for themselves, across organizations: their memberships.
pub trait PersonEntity: TenantEntity {
    /// The column of the person.
    const USER_ID: Self::Column;
}
