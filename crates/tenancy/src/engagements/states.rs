//! How an engagement goes.
use purser_entity_tenancy::engagement::Status;
use purser_kernel::Problem;
use purser_store::name_of;

/// From, and where to. What is archived stays as it is.
const TRANSITIONS: [(Status, &[Status]); 5] = [
    (Status::Planned, &[Status::Active, Status::Archived]),
    (Status::Active, &[Status::OnHold, Status::Completed]),
    (Status::OnHold, &[Status::Active, Status::Completed]),
    (Status::Completed, &[Status::Active, Status::Archived]),
    (Status::Archived, &[]),
];

/// `illegal_transition` unless there is a way from one to the other, or they are the same.
pub(super) fn require(from: Status, to: Status) -> Result<(), Problem> {
    let open = TRANSITIONS.iter().find(|(status, _)| *status == from).map_or(&[][..], |(_, open)| open);
    if from == to || open.contains(&to) {
        return Ok(());
    }
    let names: Vec<String> = open.iter().map(name_of).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    Err(Problem::illegal_transition("engagement", &name_of(&from), &names))
}
