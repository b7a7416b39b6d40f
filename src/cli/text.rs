//! Numbers, durations and columns for people.

/// A whole number with groups of three.
pub(super) fn grouped(number: u64) -> String {
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

/// A duration in the units that matter at its size.
pub(super) fn duration(milliseconds: u64) -> String {
    let seconds = milliseconds / 1000;
    match seconds {
        0..10 => format!("{seconds}.{} s", milliseconds % 1000 / 100),
        10..60 => format!("{seconds} s"),
        60..3600 => format!("{} min {:02} s", seconds / 60, seconds % 60),
        _ => format!("{} h {:02} min", seconds / 3600, seconds % 3600 / 60),
    }
}

/// Bytes in megabytes.
pub(super) fn megabytes(bytes: u64) -> String {
    format!("{}.{} MB", grouped(bytes / 1_000_000), bytes / 100_000 % 10)
}

/// Lines of a name, a number and a remark: names left, numbers right.
pub(super) fn columns(lines: &[(String, String, String)]) -> String {
    let width = |of: fn(&(String, String, String)) -> &String| lines.iter().map(|line| of(line).chars().count()).max().unwrap_or(0);
    let (names, numbers) = (width(|line| &line.0), width(|line| &line.1));
    let mut out = String::new();
    for (name, number, remark) in lines {
        let pad = |text: &str, width: usize| " ".repeat(width - text.chars().count());
        let line = format!("  {name}{}  {}{number}  {remark}", pad(name, names), pad(number, numbers));
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_at_a_glance() {
        assert_eq!(grouped(1_234_567), "1,234,567");
        assert_eq!(duration(900), "0.9 s");
        assert_eq!(duration(61_000), "1 min 01 s");
        assert_eq!(duration(7_260_000), "2 h 01 min");
        assert_eq!(megabytes(12_345_678), "12.3 MB");
        let line = |a: &str, b: &str, c: &str| (a.to_string(), b.to_string(), c.to_string());
        assert_eq!(columns(&[line("a", "10", "x"), line("bcd", "7", "")]), "  a    10  x\n  bcd   7\n");
    }
}
