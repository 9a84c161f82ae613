//! Tables of every shape that the store tells apart.

/// An organization's table with everything: versions, deletion, a person, children.
pub(crate) mod parcel {
    use purser_entity_core::{PersonEntity, SoftDelete, Versioned};
    use purser_kernel::{Id, OrganizationId, UserId};
    use sea_orm::entity::prelude::*;

    pub enum Kind {}
    pub type ParcelId = Id<Kind>;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "parcels")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub organization_id: OrganizationId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: ParcelId,
        /// Unique in the organization.
        pub code: String,
        pub weight: i64,
        pub keeper: Option<UserId>,
        pub created_at: DateTimeUtc,
        pub updated_at: DateTimeUtc,
        pub deleted_at: Option<DateTimeUtc>,
        pub deleted_by: Option<UserId>,
        pub version: i64,
        #[sea_orm(has_many)]
        pub entries: HasMany<super::entry::Entity>,
    }

    impl ActiveModelBehavior for ActiveModel {}
    impl SoftDelete for Entity {
        const DELETED_AT: Column = Column::DeletedAt;
    }
    impl Versioned for Entity {
        const VERSION: Column = Column::Version;
    }
    impl PersonEntity for Entity {
        const USER_ID: Column = Column::Keeper;
    }
}

/// An organization's table with nothing but its key and its parent.
pub(crate) mod entry {
    use super::parcel::ParcelId;
    use purser_kernel::{Id, OrganizationId};
    use sea_orm::entity::prelude::*;

    pub enum Kind {}

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "parcel_entries")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub organization_id: OrganizationId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Id<Kind>,
        pub parcel_id: ParcelId,
        pub text: String,
        #[sea_orm(belongs_to, from = "(organization_id, parcel_id)", to = "(organization_id, id)")]
        pub parcel: BelongsTo<super::parcel::Entity>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// A table of no organization.
pub(crate) mod depot {
    use purser_entity_core::{GlobalEntity, SoftDelete, Versioned};
    use purser_kernel::Id;
    use sea_orm::entity::prelude::*;

    pub enum Kind {}

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "depots")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Id<Kind>,
        #[sea_orm(unique)]
        pub name: String,
        pub created_at: DateTimeUtc,
        pub updated_at: DateTimeUtc,
        pub deleted_at: Option<DateTimeUtc>,
        pub version: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
    impl GlobalEntity for Entity {}
    impl SoftDelete for Entity {
        const DELETED_AT: Column = Column::DeletedAt;
    }
    impl Versioned for Entity {
        const VERSION: Column = Column::Version;
    }
}
