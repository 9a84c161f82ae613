use super::*;
use crate::pii::mask;
use proptest::prelude::*;

fn all() -> Detector {
    Detector::predefined(&PREDEFINED)
}

/// What is found, as it is written.
fn found(text: &str) -> Vec<(PiiType, &str)> {
    all().find(text, &[]).into_iter().map(|hit| (hit.pii_type, &text[hit.bytes])).collect()
}

/// Examples of the standards and of the networks' own test numbers.
#[test]
fn numbers_of_the_standards_are_found() {
    for iban in [
        "GB82 WEST 1234 5698 7654 32",
        "DE89370400440532013000",
        "FR14 2004 1010 0505 0001 3M02 606",
        "NO93 8601 1117 947",
        "MT84 MALT 0110 0001 2345 MTLC AST0 01S",
        "BR1800360305000010009795493C1",
        "LC55HEMM000100010012001200023015",
        "de89 3704 0044 0532 0130 00",
    ] {
        assert_eq!(found(&format!("to {iban} please")), [(PiiType::Iban, iban)]);
    }
    for card in [
        "4242 4242 4242 4242",
        "5555-5555-5555-4444",
        "378282246310005",
        "3782 822463 10005",
        "6011111111111117",
        "3056 930902 5904",
        "3530 1113 3330 0000",
        "2223003122003222",
        "4222222222222",
    ] {
        assert_eq!(found(&format!("card {card} please")), [(PiiType::CreditCard, card)]);
    }
}

#[test]
fn what_was_never_given_out_is_none() {
    for ssn in ["000-12-3456", "666-12-3456", "900-12-3456", "999-12-3456", "123-00-4567", "123-45-0000"] {
        assert!(found(&format!("my SSN is {ssn}")).is_empty(), "{ssn}");
    }
    assert_eq!(found("my SSN is 123-45-6789"), [(PiiType::Ssn, "123-45-6789")]);
    // Right check digits, and no issuer or country; and a country whose numbers are longer.
    for text in [
        "card 0000 0000 0000 0000",
        "card 9000 0000 0000 0001",
        "IBAN XX82 WEST 1234 5698 7654 32",
        "IBAN DE89 3704 0044 0532 0130",
    ] {
        assert!(found(text).is_empty(), "{text}");
    }
    for text in ["ip 256.1.1.1", "ip 1.2.3", "ip 10.0.0.1.5", "ip 01.2.3.4", "ip 1:2:3", "at 12:34:56"] {
        assert!(found(text).is_empty(), "{text}");
    }
}

#[test]
fn words_that_go_on_hold_it_back() {
    for text in [
        "x4242424242424242",
        "4242424242424242x",
        "4242424242424242_1",
        "A-4242424242424242",
        "xDE89370400440532013000",
        "DE89370400440532013000x",
    ] {
        assert!(found(text).is_empty(), "{text}");
    }
    // Scripts without spaces do not.
    assert_eq!(found("请打+8613800138000联系我"), [(PiiType::Phone, "+8613800138000")]);
}

#[test]
fn words_beside_it_move_the_certainty() {
    let certainty = |text: &str| all().find(text, &[]).first().map_or(0.0, |hit| hit.confidence);
    assert!(certainty("my SSN: 123-45-6789") > certainty("it says 123-45-6789"));
    assert!(certainty("it says 123-45-6789") > certainty("part no 123-45-6789"));
    assert!(certainty("call 020 7946 0018") > certainty("see 020 7946 0018"));
    assert!(certainty("IBAN DE89370400440532013000") > certainty("invoice DE89370400440532013000"));
    assert!(certainty("card 4242424242424242") > certainty("ref 4242424242424242"));
    assert!(certainty("server 10.0.0.7") > certainty("version 10.0.0.7"));
    // The nearest word counts.
    assert!(certainty("order 12, please call 7946 0018") > certainty("call about order 7946 0018"));
}

#[test]
fn of_what_overlaps_the_most_certain_stays() {
    assert_eq!(found("mail 4242424242424242@example.com"), [(PiiType::Email, "4242424242424242@example.com")]);
    assert_eq!(found("tel 4242 4242 4242 4242"), [(PiiType::CreditCard, "4242 4242 4242 4242")]);
}

#[test]
fn what_is_known_is_not_found() {
    let text = "Ärger: 3 × 020 7946 0018 und call 020 7946 0019";
    let [one, other] = &all().find(text, &[])[..] else { panic!("not two") };
    assert_eq!(
        text.chars().skip(one.span.start).take(one.span.end - one.span.start).collect::<String>(),
        "020 7946 0018"
    );
    assert_eq!(all().find(text, &[one.span]), std::slice::from_ref(other));
    let touches = Span { start: one.span.start - 3, end: one.span.start };
    assert_eq!(all().find(text, &[touches]).len(), 2);
    let overlaps = Span { start: one.span.start - 3, end: one.span.start + 1 };
    assert_eq!(all().find(text, &[overlaps]).len(), 1);
}

#[test]
fn an_own_pattern_is_checked_and_kept_to_a_line() {
    use purser_entity_compliance::pii_rule::Checksum;
    let refused = |pattern: &str| OwnPattern::new(pattern, None).map(|_| ());
    assert_eq!(refused("("), Err(Refused::Syntax));
    assert_eq!(refused(r"(a)\1"), Err(Refused::Syntax));
    assert_eq!(refused("a*"), Err(Refused::MatchesNothing));
    assert_eq!(refused(r"^"), Err(Refused::MatchesNothing));
    assert_eq!(refused(r"(?:\w{500}){500}"), Err(Refused::TooLarge));
    let own = |pattern: &str, checksum| {
        let id = PiiRuleId::from_uuid(uuid::Uuid::from_u128(7));
        let own = Some(OwnPattern::new(pattern, checksum).unwrap());
        Detector::new(vec![Rule { id, pii_type: PiiType::Person, own }])
    };
    let staff = own(r"EMP-\d{4}", None);
    let text = "an EMP-0042 and\nxEMP-0043, EMP-00441, ÖEMP-0045 EMP-0046";
    let hits: Vec<_> = staff.find(text, &[]).into_iter().map(|hit| &text[hit.bytes]).collect();
    assert_eq!(hits, ["EMP-0042", "EMP-0046"]);
    assert!(own("a[^x]b", None).find("a\nb", &[]).is_empty());
    let luhn = own(r"\d{8}", Some(Checksum::Luhn));
    assert_eq!(luhn.find("12345674 12345675", &[]).len(), 1);
    // A word that is longer than a piece is parted, and everything behind it is found where it stands.
    let long = format!("{} EMP-0042", "ü".repeat(5_000));
    let hits = staff.find(&long, &[]);
    assert_eq!((hits.len(), hits[0].span), (1, Span { start: 5_001, end: 5_009 }));
}

#[test]
fn a_mask_keeps_the_form() {
    for (pii_type, value, masked) in [
        (PiiType::Email, "john@example.com", "j***@example.com"),
        (PiiType::Email, "j@example.com", "***@example.com"),
        (PiiType::CreditCard, "4242 4242 4242 4242", "**** **** **** 4242"),
        (PiiType::CreditCard, "3782-822463-10005", "****-******-*0005"),
        (PiiType::Iban, "DE89 3704 0044 0532 0130 00", "DE** **** **** **** **30 00"),
        (PiiType::Ssn, "123-45-6789", "***-**-****"),
        (PiiType::Phone, "+44 20 7946 0018", "+** ** **** **18"),
        (PiiType::Ip, "203.0.113.47", "203.*.*.*"),
        (PiiType::Ip, "2001:db8::8a2e", "2001:*::*"),
        (PiiType::Person, "Ana Díaz", "*** ****"),
        (PiiType::Phone, "112", "***"),
    ] {
        assert_eq!(mask::value(pii_type, value), masked);
    }
    let text = "Grüße, ana@example.com (+44 20 7946 0018)";
    assert_eq!(mask::text(&all(), text), "Grüße, a***@example.com (+** ** **** **18)");
    assert_eq!(mask::text(&all(), "nothing"), "nothing");
}

/// Log lines write a line break as two signs, and a colour as several.
#[test]
fn what_a_log_writes_before_it_is_no_part_of_it() {
    assert_eq!(found("\"error\":\"no\\n4242424242424242\""), [(PiiType::CreditCard, "4242424242424242")]);
    assert_eq!(
        found("\u{1b}[3merror\u{1b}[0m\u{1b}[2m=\u{1b}[0m4242424242424242"),
        [(PiiType::CreditCard, "4242424242424242")]
    );
}

/// What is written as JSON is JSON after it.
#[test]
fn a_masked_line_is_what_it_was() {
    for text in [
        "a\nb@example.com",
        "\n@example.com",
        "\u{1b}ana@example.com",
        "x\tana@example.com",
        "\u{1}4242424242424242",
        "\\ana@example.com",
    ] {
        let line =
            serde_json::json!({ "message": text, "at": "2026-11-30T04:01:24.123456Z", "address": "127.0.0.1:8080" });
        let masked = mask::line(&line.to_string()).into_owned();
        let read: serde_json::Value = serde_json::from_str(&masked).unwrap_or_else(|error| panic!("{masked}: {error}"));
        assert_eq!((&read["at"], &read["address"]), (&line["at"], &line["address"]));
        assert!(!masked.contains("ana@") && !masked.contains("42424242424"), "{masked}");
    }
    // What is personal is so behind any word.
    for personal in
        ["4242 4242 4242 4242", "+44 20 7946 0018", "ana@example.com", "DE89370400440532013000", "219-09-9998"]
    {
        for word in ["order", "error code", "version", "=", ""] {
            let line = format!("{word} {personal}");
            let is_kept = mask::line(&line).contains(personal);
            assert_eq!(is_kept, personal == "219-09-9998" && !["=", ""].contains(&word), "{line}");
        }
    }
    // Ids, times and numbers of every day stay.
    let line = "2026-11-30T04:01:24.123456Z  INFO request{id=01934a6f-5b1c-7e2d-9a3f-123456789012}: answered status=200 took_us=1764475284123456 \
                address=127.0.0.1:39427 version=0.1.0 lsn=0/4242424242";
    assert_eq!(mask::line(line), line);
}

/// Texts that are made to be slow, so long that looking at them would take hours if time grew with the square of their length.
#[test]
fn a_long_text_is_looked_at_whatever_it_is_made_of() {
    let own = OwnPattern::new(r"(?:[a-z0-9]+ ?)+!", None).unwrap();
    let mut rules = Detector::predefined(&PREDEFINED).rules;
    rules.push(Rule { own: Some(own), ..rules[0].clone() });
    let detector = Detector::new(rules);
    for seed in [
        "1",
        "1 ",
        "12-",
        "a",
        "a@",
        "a.",
        "@",
        "+1 ",
        ":",
        "1:",
        "1.",
        "DE89 ",
        "4242 ",
        "((((",
        "0 1/",
        "4242424242424242 ",
        "\\n",
        "ü1",
    ] {
        let text = seed.repeat(500_000 / seed.len());
        assert!(detector.find(&text, &[]).iter().all(|hit| hit.bytes.end <= text.len()), "{seed:?}");
    }
}

fn luhn_digit(digits: &[u32]) -> u32 {
    (0..10)
        .find(|last| {
            let text: String = digits.iter().chain([last]).map(ToString::to_string).collect();
            checksum::luhn(&text)
        })
        .unwrap()
}

prop_compose! {
    fn visa()(digits in prop::collection::vec(0_u32..10, 14)) -> String {
        let digits: Vec<u32> = std::iter::once(4).chain(digits).collect();
        let last = luhn_digit(&digits);
        digits.iter().chain([&last]).map(ToString::to_string).collect()
    }
}

prop_compose! {
    /// Any country with any letters and digits of the right number, and the check digits that ISO 7064 gives.
    fn iban()(place in 0..countries::IBAN_LENGTHS.len(), signs in prop::collection::vec(0_u32..36, 30)) -> String {
        let (country, length) = countries::IBAN_LENGTHS[place];
        let signs: String = signs.iter().take(length - 4).filter_map(|sign| char::from_digit(*sign, 36)).collect();
        let signs = signs.to_uppercase();
        (2..=98).map(|check| format!("{country}{check:02}{signs}")).find(|iban| checksum::mod_97(iban)).unwrap()
    }
}

/// The text with another digit at this place.
fn changed(text: &str, place: usize, by: u32) -> String {
    let change = |(at, c): (usize, char)| match c.to_digit(10) {
        Some(digit) if at == place => char::from_digit((digit + by) % 10, 10).unwrap(),
        _ => c,
    };
    text.char_indices().map(change).collect()
}

proptest! {
    #[test]
    fn a_card_is_found_and_none_that_differs_in_a_digit(card in visa(), place in 1_usize..16, by in 1_u32..10) {
        let text = format!("card {card}");
        prop_assert_eq!(found(&text), [(PiiType::CreditCard, &*card)]);
        let other = changed(&card, place, by);
        let text = format!("card {other}");
        prop_assert!(found(&text).iter().all(|(pii_type, _)| *pii_type != PiiType::CreditCard));
    }

    #[test]
    fn an_iban_is_found_and_none_that_differs_in_a_digit(iban in iban(), place in 2_usize..34, by in 1_u32..10) {
        let text = format!("IBAN {iban}");
        prop_assert_eq!(found(&text), [(PiiType::Iban, &*iban)]);
        let other = changed(&iban, place, by);
        let text = format!("IBAN {other}");
        let still = found(&text).iter().any(|(pii_type, _)| *pii_type == PiiType::Iban);
        prop_assert_eq!(still, other == iban);
    }

    #[test]
    fn whatever_is_written_places_are_in_it_and_masks_hide_it(
        text in r"(?:[0-9+() .:@/-]{0,12}|card 4242 4242 4242 4242|[a-zé]{1,4}@[a-z]{1,3}\.com|tel \+4420794600[0-9]{2}|\PC{0,6}|ssn 123-45-67[0-9]{2}|10\.1\.2\.200){0,12}"
    ) {
        let hits = all().find(&text, &[]);
        let mut end = 0;
        for hit in &hits {
            prop_assert!(hit.bytes.start >= end && hit.span.start < hit.span.end);
            end = hit.bytes.end;
            let by_bytes = text.get(hit.bytes.clone());
            let by_characters: String = text.chars().skip(hit.span.start).take(hit.span.end - hit.span.start).collect();
            prop_assert_eq!(by_bytes, Some(&*by_characters));
            prop_assert!((LEAST..=1.0).contains(&hit.confidence));
            prop_assert!(!mask::value(hit.pii_type, &by_characters).contains(&by_characters));
        }
        let masked = mask::hits(&text, &hits);
        prop_assert_eq!(masked.chars().count() > 0, text.chars().count() > 0);
        prop_assert!(hits.is_empty() || *masked != *text);
    }

    #[test]
    fn no_text_makes_it_panic(text in any::<String>(), known in prop::collection::vec((0_usize..50, 0_usize..50), 0..4)) {
        let known: Vec<Span> = known.into_iter().map(|(start, end)| Span { start, end }).collect();
        all().find(&text, &known);
    }
}
