//! The names of days and months.

/// Weekdays and months. "May" is left out: it is a verb more often.
pub(super) fn is_day(norm: &str) -> bool {
    const WORDS: &[&str] = &[
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
        "mon",
        "tue",
        "wed",
        "thu",
        "thur",
        "fri",
        "sun",
        "sat",
    ];
    let norm = norm.strip_suffix('s').unwrap_or(norm);
    WORDS.contains(&norm) || is_month(norm)
}

/// Months, but "may".
pub(super) fn is_month(norm: &str) -> bool {
    const WORDS: &[&str] = &[
        "january",
        "february",
        "march",
        "april",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
        "jan",
        "feb",
        "apr",
        "jun",
        "jul",
        "aug",
        "sep",
        "sept",
        "oct",
        "nov",
        "dec",
    ];
    WORDS.contains(&norm)
}
