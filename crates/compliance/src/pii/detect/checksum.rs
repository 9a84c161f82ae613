//! Check digits.

/// ISO/IEC 7812-1, annex B: Luhn's formula over decimal digits. Other signs are passed over.
pub(super) fn luhn(text: &str) -> bool {
    let digits = || text.chars().filter_map(|c| c.to_digit(10));
    let sum: u32 = digits()
        .rev()
        .enumerate()
        .map(|(place, digit)| match (place % 2, digit * 2) {
            (0, _) => digit,
            (_, double @ 0..=9) => double,
            (_, double) => double - 9,
        })
        .sum();
    digits().count() > 1 && sum.is_multiple_of(10)
}

/// ISO/IEC 7064, MOD 97-10, as ISO 13616-1 applies it: the first four signs are read last, and letters count from ten on. Signs between
/// letters and digits are passed over.
pub(super) fn mod_97(text: &str) -> bool {
    let signs: Vec<u32> = text.chars().filter_map(|c| c.to_digit(36)).collect();
    let Some((head, rest)) = signs.split_at_checked(4) else {
        return false;
    };
    let add = |left: u32, value: u32| (left * if value < 10 { 10 } else { 100 } + value) % 97;
    rest.len() > 1 && rest.iter().chain(head).fold(0, |left, value| add(left, *value)) == 1
}
