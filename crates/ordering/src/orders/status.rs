//! The states of an order, and the one place where it is decided how they change.
use purser_entity_ordering::order::Status;
use purser_kernel::Problem;

/// A move that a caller asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Move {
    Edit,
    Confirm,
    Cancel,
}

impl Move {
    const ALL: [Self; 3] = [Self::Edit, Self::Confirm, Self::Cancel];

    fn name(self) -> &'static str {
        match self {
            Self::Edit => "edit",
            Self::Confirm => "confirm",
            Self::Cancel => "cancel",
        }
    }

    /// The table of transitions.
    fn allowed(self, from: Status) -> bool {
        match from {
            Status::Draft | Status::Review | Status::Pending => true,
            Status::Confirmed => self == Self::Cancel,
            Status::Fulfilled | Status::Cancelled => false,
        }
    }
}

/// `illegal_transition`, naming the state and the moves that are open, unless an order in this state can make this move.
pub(super) fn require(from: Status, wanted: Move) -> Result<(), Problem> {
    if wanted.allowed(from) {
        return Ok(());
    }
    let open = Move::ALL.into_iter().filter(|open| open.allowed(from)).map(Move::name);
    Err(Problem::illegal_transition("order", name(from), &open.collect::<Vec<_>>()))
}

/// The state after a person's edit. `relined` when they said what its lines are, `complete` when each of them has a product.
pub(super) fn edited(from: Status, relined: bool, complete: bool) -> Status {
    match from {
        Status::Review | Status::Draft if relined && complete => Status::Pending,
        _ if !complete => Status::Review,
        same => same,
    }
}

/// The state's name on the wire.
pub(super) fn name(status: Status) -> &'static str {
    match status {
        Status::Draft => "draft",
        Status::Review => "review",
        Status::Pending => "pending",
        Status::Confirmed => "confirmed",
        Status::Fulfilled => "fulfilled",
        Status::Cancelled => "cancelled",
    }
}

#[cfg(test)]
mod tests;
