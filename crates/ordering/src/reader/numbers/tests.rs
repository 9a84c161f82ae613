use super::super::text::tokenise;
use super::*;

/// The value in ten-thousandths and how many tokens it takes, for what is neither vague nor counted in dozens.
fn plain(text: &str) -> Option<(i64, usize)> {
    let Number { e4, length, vague, dozens } = read(&tokenise(text))?;
    assert!(!vague && !dozens, "{text}");
    Some((e4, length))
}

/// Each text is read as so many units, from so many tokens.
fn units(expected: &[(&str, i64, usize)]) {
    for (text, units, length) in expected {
        assert_eq!(plain(text), Some((units * ONE, *length)), "{text}");
    }
}

fn none(texts: &[&str]) {
    for text in texts {
        assert_eq!(read(&tokenise(text)), None, "{text}");
    }
}

#[test]
fn digits_in_every_spelling() {
    let e4 = [
        ("3", 30_000),
        ("0", 0),
        ("12", 120_000),
        ("1.5", 15_000),
        ("1,5", 15_000),
        ("1.25", 12_500),
        ("1.125", 11_250),
        ("0.5", 5_000),
        ("10.0625", 100_625),
        ("0,125", 1_250),
        ("1,000", 10_000_000),
        ("12,500", 125_000_000),
        ("1,250.5", 12_505_000),
        ("1234567", 12_345_670_000),
    ];
    for (text, e4) in e4 {
        assert_eq!(plain(text), Some((e4, 1)), "{text}");
    }
}

#[test]
fn fractions() {
    let e4 = [("1/2", 5_000), ("1/3", 3_333), ("3/4", 7_500), ("2/5", 4_000), ("7/8", 8_750), ("½", 5_000)];
    for (text, e4) in e4 {
        assert_eq!(plain(text), Some((e4, 1)), "{text}");
    }
    assert_eq!(plain("1½"), Some((15_000, 2)));
    assert_eq!(plain("2 1/2 kg"), Some((25_000, 2)));
    assert_eq!(plain("2 and a half kg"), Some((25_000, 4)));
    assert_eq!(plain("2 and 1 half"), Some((25_000, 4)));
    assert_eq!(plain("two and a half"), Some((25_000, 4)));
}

#[test]
fn a_number_takes_no_more_than_belongs_to_it() {
    units(&[
        ("2 and a bag", 2, 1),
        ("2 and milk", 2, 1),
        ("2 for a half", 2, 1),
        ("2 milk", 2, 1),
        ("two 1/2 fat milks", 2, 1),
        ("2 24/11", 2, 1),
        ("twenty bagels five", 20, 1),
        ("nineteen five", 19, 1),
        ("five-two", 5, 1),
        ("twenty-ten", 20, 1),
        ("one hundred and milk", 100, 2),
        ("hundred five", 100, 1),
    ]);
    assert_eq!(plain("1,5 1/2"), Some((15_000, 1)), "a broken number takes no second fraction");
}

#[test]
fn references_dates_and_times_are_no_amounts() {
    none(&["07700", "00", "12345678", "123456789", "07700 900123"]);
    none(&["12:30", "9:05", "1.2.3", "1,25.5", "1.250,5", "1.23456"]);
    none(&["24/11", "0/2", "2/2", "3/2", "5/4", "1/6", "1/7", "1/10", "1/2/3"]);
}

#[test]
fn what_is_no_number_is_none() {
    none(&["", "milk", "a milk", "an apple", "-", "\n", "and", "a"]);
}

#[test]
fn every_number_word() {
    let small = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen \
                 eighteen nineteen";
    for (text, value) in small.split_whitespace().zip(1..) {
        units(&[(text, value, 1)]);
    }
    let tens = "ten twenty thirty forty fifty sixty seventy eighty ninety";
    for (text, value) in tens.split_whitespace().zip(1..) {
        units(&[(text, 10 * value, 1)]);
    }
    units(&[("fourty", 40, 1)]);
}

#[test]
fn number_words_together() {
    units(&[
        ("twenty five", 25, 2),
        ("twenty-five", 25, 3),
        ("ninety nine bagels", 99, 2),
        ("a hundred", 100, 2),
        ("hundred", 100, 1),
        ("2 hundred", 200, 2),
        ("two hundred", 200, 2),
        ("two hundred five", 205, 3),
        ("two hundred and five", 205, 4),
        ("one hundred and twenty", 120, 4),
        ("one hundred and twenty five", 125, 5),
        ("three hundred forty-two", 342, 5),
        ("a couple", 2, 2),
        ("couple of", 2, 1),
        ("cpl", 2, 1),
    ]);
}

#[test]
fn halves_and_quarters() {
    let e4 = [
        ("half kilo", 5_000, 1),
        ("half a kilo", 5_000, 2),
        ("half an hour", 5_000, 2),
        ("a half", 5_000, 2),
        ("a half a kilo", 5_000, 3),
        ("quarter", 2_500, 1),
        ("a quarter", 2_500, 2),
        ("quarter of", 2_500, 2),
        ("a quarter of", 2_500, 3),
    ];
    for (text, e4, length) in e4 {
        assert_eq!(plain(text), Some((e4, length)), "{text}");
    }
}

#[test]
fn dozens_are_multiplied_and_say_so() {
    let all = [
        ("a dozen", 12, 2),
        ("dozen eggs", 12, 1),
        ("doz", 12, 1),
        ("three dozen", 36, 2),
        ("3 dozen eggs", 36, 2),
        ("2 dozens", 24, 2),
        ("2 doz", 24, 2),
        ("half dozen", 6, 2),
        ("half a dozen", 6, 3),
        ("a half dozen", 6, 3),
        ("2 dozen dozen", 24, 2),
        ("1.5 dozen", 18, 2),
        ("a dozen and a half", 18, 5),
    ];
    for (text, units, length) in all {
        let dozens = Number { e4: units * ONE, length, vague: false, dozens: true };
        assert_eq!(read(&tokenise(text)), Some(dozens), "{text}");
    }
}

#[test]
fn a_few_is_some_number() {
    for (text, length) in [("a few", 2), ("few", 1), ("several", 1), ("a handful", 2)] {
        let vague = Number { e4: 3 * ONE, length, vague: true, dozens: false };
        assert_eq!(read(&tokenise(text)), Some(vague), "{text}");
    }
}
