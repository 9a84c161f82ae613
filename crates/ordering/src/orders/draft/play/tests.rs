use super::*;
use purser_entity_ordering::alternatives::Alternatives;
use purser_kernel::ids::{MessageId, ProductId, ProductVariantId};

const THRESHOLD: f64 = 0.85;

fn row(product: Option<ProductId>, confidence: Option<f64>) -> order_line::ActiveModel {
    order_line::ActiveModel { product_id: Set(product), ai_confidence: Set(confidence), ..Default::default() }
}

fn known(confidence: f64) -> order_line::ActiveModel {
    row(Some(ProductId::generate()), Some(confidence))
}

/// What a reader says of a line, and the line that is made of it.
fn said(effect: Effect, product: Option<ProductId>, units: i64, words: &str) -> (DraftLine, LineDraft) {
    let line = DraftLine {
        effect,
        product_id: product,
        variant_id: None,
        quantity: Quantity::from_units(units).unwrap(),
        unit: None,
        original_text: words.to_owned(),
        confidence: 0.9,
        alternatives: Vec::new(),
    };
    let draft = LineDraft {
        id: None,
        message_id: Some(MessageId::generate()),
        product_id: product,
        variant_id: None,
        fallback_name: words.to_owned(),
        quantity: line.quantity,
        fallback_unit: "piece".to_owned(),
        ai_extracted: true,
        ai_original_text: Some(words.to_owned()),
        ai_confidence: Some(0.9),
        alternatives: Alternatives::default(),
        created_at: None,
    };
    (line, draft)
}

/// Lines with these products and units, after a message about one product was played onto them.
fn played(
    on: &[(Option<ProductId>, i64)],
    effect: Effect,
    product: Option<ProductId>,
    units: i64,
) -> Vec<(Option<ProductId>, i64)> {
    let mut drafts: Vec<_> = on.iter().map(|(product, units)| said(Effect::Add, *product, *units, "old").1).collect();
    let (line, new) = said(effect, product, units, "new");
    play(&mut drafts, &line, new);
    drafts.iter().map(|draft| (draft.product_id, draft.quantity.e4() / 10_000)).collect()
}

#[test]
fn an_order_whose_lines_are_certain_waits_to_be_confirmed() {
    for certain in [0.85, 0.9, 1.0] {
        assert_eq!(judge(&[known(1.0), known(certain)], THRESHOLD), (certain, Status::Pending));
    }
}

#[test]
fn an_order_is_as_certain_as_its_least_certain_line() {
    assert_eq!(judge(&[known(0.95), known(0.84), known(1.0)], THRESHOLD), (0.84, Status::Review));
}

#[test]
fn a_line_without_a_product_leaves_no_certainty() {
    assert_eq!(judge(&[known(1.0), row(None, Some(1.0))], THRESHOLD), (0.0, Status::Review));
    assert_eq!(judge(&[row(None, Some(1.0))], 0.0), (0.0, Status::Review), "whatever the threshold");
}

#[test]
fn what_a_person_wrote_is_certain() {
    assert_eq!(judge(&[row(Some(ProductId::generate()), None)], THRESHOLD), (1.0, Status::Pending));
}

#[test]
fn a_message_adds_sets_and_removes_by_product() {
    let [milk, bread] = [(); 2].map(|()| Some(ProductId::generate()));
    let on = [(milk, 2), (bread, 1)];
    assert_eq!(played(&on, Effect::Add, bread, 3), [(milk, 2), (bread, 4)]);
    assert_eq!(played(&on, Effect::Set, bread, 3), [(milk, 2), (bread, 3)]);
    assert_eq!(played(&on, Effect::Remove, bread, 1), [(milk, 2)]);
}

#[test]
fn what_is_not_on_the_order_is_added_or_has_nothing_to_remove() {
    let [milk, bread] = [(); 2].map(|()| Some(ProductId::generate()));
    let on = [(milk, 2)];
    assert_eq!(played(&on, Effect::Add, bread, 3), [(milk, 2), (bread, 3)]);
    assert_eq!(played(&on, Effect::Set, bread, 3), [(milk, 2), (bread, 3)]);
    assert_eq!(played(&on, Effect::Remove, bread, 3), on);
}

#[test]
fn lines_without_a_product_are_never_taken_for_one_another() {
    for effect in [Effect::Add, Effect::Set] {
        assert_eq!(played(&[(None, 2)], effect, None, 3), [(None, 2), (None, 3)]);
    }
    assert_eq!(played(&[(None, 2)], Effect::Remove, None, 2), [(None, 2)]);
}

#[test]
fn two_variants_of_a_product_are_two_lines() {
    let milk = Some(ProductId::generate());
    let (_, litre) = said(Effect::Add, milk, 2, "milk");
    let (line, mut pint) = said(Effect::Add, milk, 3, "pints of milk");
    pint.variant_id = Some(ProductVariantId::generate());
    let mut drafts = vec![litre];
    play(&mut drafts, &line, pint);
    assert_eq!(drafts.len(), 2);
}

#[test]
fn what_one_line_cannot_hold_stands_on_a_second() {
    let milk = Some(ProductId::generate());
    let most = i64::MAX / 10_000;
    assert_eq!(played(&[(milk, most)], Effect::Add, milk, most), [(milk, most), (milk, most)]);
}

#[test]
fn a_line_that_was_changed_keeps_all_words_and_the_lesser_certainty() {
    let milk = Some(ProductId::generate());
    for (old, new, left) in [
        (Some(0.5), Some(0.9), Some(0.5)),
        (Some(0.9), Some(0.5), Some(0.5)),
        (None, Some(0.9), Some(0.9)),
        (Some(0.9), None, Some(0.9)),
        (None, None, None),
    ] {
        let (_, mut draft) = said(Effect::Add, milk, 2, "2 milk");
        let (_, mut later) = said(Effect::Set, milk, 3, "make that 3");
        (draft.ai_extracted, draft.ai_confidence, later.ai_confidence) = (false, old, new);
        let (message, quantity) = (later.message_id, later.quantity);
        restate(&mut draft, later, quantity);
        assert_eq!(draft.ai_original_text.as_deref(), Some("2 milk; make that 3"));
        assert_eq!((draft.message_id, draft.quantity, draft.ai_extracted), (message, quantity, true));
        assert_eq!(draft.ai_confidence, left);
    }
}

#[test]
fn a_confidence_has_four_places() {
    for (given, kept) in [(0.123_45, 0.123_5), (0.123_44, 0.123_4), (1.0, 1.0), (0.0, 0.0)] {
        assert!((rounded(given) - kept).abs() < 1e-9, "{given}");
    }
}
