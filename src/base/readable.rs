//! Numbers and durations as people read them.
//!
//! Takes numbers, gives text in English, for terminals and reports. Must never be used in a document: those have locales.

/// A whole number with groups of three.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() * 4 / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A number of things: `1 record`, `1,200 records`.
pub fn counted(number: u64, thing: &str) -> String {
    format!("{} {thing}{}", grouped(number), if number == 1 { "" } else { "s" })
}

/// A duration in the units that matter at its size.
pub fn duration(milliseconds: u64) -> String {
    let seconds = milliseconds / 1000;
    match seconds {
        0..10 => format!("{seconds}.{} s", milliseconds % 1000 / 100),
        10..60 => format!("{seconds} s"),
        60..3600 => format!("{} min {:02} s", seconds / 60, seconds % 60),
        _ => format!("{} h {:02} min", seconds / 3600, seconds % 3600 / 60),
    }
}

/// Bytes in the unit that matters at their size.
pub fn size(bytes: u64) -> String {
    match bytes {
        0..1_000_000 => format!("{} kB", bytes.div_ceil(1000)),
        _ => megabytes(bytes),
    }
}

/// Bytes in megabytes.
pub fn megabytes(bytes: u64) -> String {
    format!("{}.{} MB", grouped(bytes / 1_000_000), bytes / 100_000 % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_at_a_glance() {
        assert_eq!(grouped(7), "7");
        assert_eq!(grouped(1_234_567), "1,234,567");
        assert_eq!(counted(1, "record"), "1 record");
        assert_eq!(counted(1200, "record"), "1,200 records");
        assert_eq!(duration(900), "0.9 s");
        assert_eq!(duration(61_000), "1 min 01 s");
        assert_eq!(duration(7_260_000), "2 h 01 min");
        assert_eq!(megabytes(12_345_678), "12.3 MB");
        assert_eq!(size(12_345), "13 kB");
        assert_eq!(size(1_234_567_890), "1,234.5 MB");
    }
}
