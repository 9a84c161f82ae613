use super::*;
use Status::{Cancelled, Confirmed, Draft, Fulfilled, Pending, Review};
use purser_kernel::CommonProblem;

const ALL: [Status; 6] = [Draft, Review, Pending, Confirmed, Fulfilled, Cancelled];

/// Each state with its name and the moves that are open in it.
const TABLE: [(Status, &str, &[Move]); 6] = [
    (Draft, "draft", &[Move::Edit, Move::Confirm, Move::Cancel]),
    (Review, "review", &[Move::Edit, Move::Confirm, Move::Cancel]),
    (Pending, "pending", &[Move::Edit, Move::Confirm, Move::Cancel]),
    (Confirmed, "confirmed", &[Move::Cancel]),
    (Fulfilled, "fulfilled", &[]),
    (Cancelled, "cancelled", &[]),
];

#[test]
fn a_move_is_made_from_the_states_that_allow_it_and_from_no_other() {
    for (from, _, open) in TABLE {
        for wanted in Move::ALL {
            assert_eq!(require(from, wanted).is_ok(), open.contains(&wanted), "{from:?} {wanted:?}");
        }
    }
}

#[test]
fn who_is_refused_learns_the_state_and_what_is_possible() {
    for (from, state, possible) in
        [(Confirmed, "confirmed", vec!["cancel"]), (Fulfilled, "fulfilled", vec![]), (Cancelled, "cancelled", vec![])]
    {
        let problem = require(from, Move::Edit).unwrap_err();
        assert!(problem.is(CommonProblem::IllegalTransition));
        let document = problem.document();
        assert_eq!(document["current"], state);
        assert_eq!(document["possible"], serde_json::json!(possible));
    }
    assert_eq!(Move::ALL.map(Move::name), ["edit", "confirm", "cancel"]);
}

#[test]
fn every_state_has_its_name() {
    for (status, expected, _) in TABLE {
        assert_eq!(name(status), expected);
    }
}

#[test]
fn an_order_with_a_line_that_has_no_product_is_in_review() {
    for from in ALL {
        for relined in [false, true] {
            assert_eq!(edited(from, relined, false), Review, "{from:?}");
        }
    }
}

#[test]
fn what_a_person_has_completed_waits_to_be_confirmed() {
    for from in [Draft, Review, Pending] {
        assert_eq!(edited(from, true, true), Pending, "{from:?}");
    }
}

#[test]
fn an_edit_that_says_nothing_of_the_lines_of_a_complete_order_leaves_its_state() {
    for from in ALL {
        assert_eq!(edited(from, false, true), from);
    }
}
