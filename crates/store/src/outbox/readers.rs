//! Who may read of an event.
use purser_kernel::Permission;

/// Who may read of an event: whoever may read what it is about. Each [`DomainEvent`](super::DomainEvent) says so itself, so that none
/// can be forgotten.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readers {
    /// Whoever holds the permission.
    Holding(Permission),
    /// Whoever holds the permission and has access to this very resource, as
    /// [`ResourceReaders`](crate::ports::ResourceReaders) says.
    WithAccess(Permission),
}

impl Readers {
    /// What is needed in any case.
    pub fn permission(self) -> Permission {
        match self {
            Self::Holding(permission) | Self::WithAccess(permission) => permission,
        }
    }
}
