//! Columns for people.

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
    fn columns_are_aligned() {
        let line = |a: &str, b: &str, c: &str| (a.to_string(), b.to_string(), c.to_string());
        assert_eq!(columns(&[line("a", "10", "x"), line("bcd", "7", "")]), "  a    10  x\n  bcd   7\n");
    }
}
