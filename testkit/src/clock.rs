//! The time of day as IOS writes it.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Now, as `show clock` writes it.
pub(crate) fn now() -> String {
    written(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default())
}

/// Now, as IOS-XR puts it before a reply: `Sun Nov 22 14:05:12.123 UTC`.
pub(crate) fn stamp() -> String {
    let now = now();
    let parts: Vec<&str> = now.split(' ').collect();
    match parts[..] {
        [time, zone, weekday, month, day, _] => format!("{weekday} {month} {day} {time} {zone}"),
        _ => now,
    }
}

/// A time since 1970 as `14:05:12.123 UTC Sun Nov 22 2026`.
fn written(since_1970: Duration) -> String {
    let seconds = since_1970.as_secs();
    let (days, of_day) = (seconds / 86_400, seconds % 86_400);
    let (year, month, day) = civil(days);
    format!(
        "{:02}:{:02}:{:02}.{:03} UTC {} {} {day} {year}",
        of_day / 3600,
        of_day / 60 % 60,
        of_day % 60,
        since_1970.subsec_millis(),
        DAYS[usize::try_from(days % 7).unwrap_or_default()],
        MONTHS[month],
    )
}

/// Year, month from 0 and day from 1 of a day counted from 1970-01-01.
fn civil(mut days: u64) -> (u64, usize, u64) {
    let mut year = 1970;
    while days >= year_length(year) {
        days -= year_length(year);
        year += 1;
    }
    let february = year_length(year) - 337;
    let lengths = [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let mut month = 0;
    while days >= lengths[month] {
        days -= lengths[month];
        month += 1;
    }
    (year, month, days + 1)
}

fn year_length(year: u64) -> u64 {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    if leap { 366 } else { 365 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_moments_are_written_right() {
        assert_eq!(written(Duration::ZERO), "00:00:00.000 UTC Thu Jan 1 1970");
        let leap_day = Duration::from_millis(1_709_210_096_007);
        assert_eq!(written(leap_day), "12:34:56.007 UTC Thu Feb 29 2024");
    }
}
