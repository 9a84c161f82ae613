//! What a promotion is: more of what makes an admin or an owner.
//!
//! That is a rank from an admin's on, and every permission to decide that no manager has. Each of them counts alone: what is given in
//! small portions, or by grants beside a lower role, is noticed as well.
use crate::members::rights::Rights;
use purser_kernel::{Permission, PermissionSet, SystemRole};

/// What only admins and owners have.
fn reserved() -> PermissionSet {
    Permission::decisions() - SystemRole::Manager.permissions()
}

/// Whether somebody becomes more of an admin or an owner by it.
pub(crate) fn promotes(before: &Rights, after: &Rights) -> bool {
    is_promotion((before.rank(), before.permissions), (after.rank(), after.permissions))
}

/// As [`promotes`], of ranks and permissions alone.
pub(crate) fn is_promotion(before: (i32, PermissionSet), after: (i32, PermissionSet)) -> bool {
    let (rank, permissions) = after;
    let higher = rank > before.0 && rank >= SystemRole::Admin.rank();
    higher || !((permissions - before.1) & reserved()).is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(role: SystemRole) -> (i32, PermissionSet) {
        (role.rank(), role.permissions())
    }

    #[test]
    fn to_admin_and_owner_and_nothing_below() {
        use SystemRole::{Admin, Manager, Operator, Owner, Viewer};
        for (before, after) in [(Viewer, Admin), (Manager, Admin), (Admin, Owner), (Viewer, Owner)] {
            assert!(is_promotion(of(before), of(after)), "{before:?} to {after:?}");
            assert!(!is_promotion(of(after), of(before)), "{after:?} to {before:?}");
        }
        for (before, after) in [(Viewer, Operator), (Operator, Manager), (Viewer, Manager), (Admin, Admin)] {
            assert!(!is_promotion(of(before), of(after)), "{before:?} to {after:?}");
        }
    }

    #[test]
    fn each_part_of_it_counts_alone() {
        let (rank, held) = of(SystemRole::Manager);
        let lacking = Permission::decisions() - held;
        assert!(lacking.len() >= 9);
        for permission in lacking {
            assert!(is_promotion((rank, held), (rank, held | permission)), "{permission:?}");
        }
        for permission in PermissionSet::all() - Permission::decisions() {
            assert!(!is_promotion((rank, held), (rank, held | permission)), "{permission:?}");
        }
        assert!(is_promotion((79, held), (80, held)));
        assert!(!is_promotion((60, held), (79, held)));
        assert!(is_promotion((80, held), (81, held)));
    }
}
