//! The closest name to a misspelt one.
//!
//! Takes a name and candidates, gives the candidate a user most likely meant. Must never guess wildly: no
//! suggestion is better than a wrong one.

/// The candidate nearest to `name`, or `None` if none is near. Case and the difference between `-`, `_` and `.` count little.
pub fn closest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let folded = fold(name);
    let limit = match folded.chars().count() {
        0 => return None,
        1..=2 => 1,
        3..=5 => 2,
        6..=9 => 3,
        _ => 4,
    };
    let mut best: Option<(usize, &'a str)> = None;
    for candidate in candidates {
        let other = fold(candidate);
        let mut distance = distance(&folded, &other);
        // `amount` for `line.amount`, or `name` for `customer.name`: the last part is right, the path is missing.
        let last = candidate.rsplit('.').next().unwrap_or(candidate);
        if last != candidate && fold(last) == folded {
            distance = distance.min(1);
        }
        // `colour` → `color`, `width-max` → `max-width`: the same words in another order.
        if words(name) == words(candidate) {
            distance = distance.min(1);
        }
        // A long name that starts like the candidate (`hyphenate` → `hyphens`).
        let shared = folded.bytes().zip(other.bytes()).take_while(|(a, b)| a == b).count();
        if shared >= 5 && shared * 4 >= other.len() * 3 {
            distance = distance.min(limit);
        }
        if distance <= limit && distance < other.chars().count().max(2) && best.is_none_or(|(d, _)| distance < d) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

fn fold(name: &str) -> String {
    name.chars().map(|c| if matches!(c, '_' | '.') { '-' } else { c.to_ascii_lowercase() }).collect()
}

fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = fold(name).split('-').map(str::to_string).collect();
    words.sort();
    words
}

/// Edit distance with transpositions of neighbours (optimal string alignment).
fn distance(left: &str, right: &str) -> usize {
    let left: Vec<char> = left.chars().take(64).collect();
    let right: Vec<char> = right.chars().take(64).collect();
    let mut before: Vec<usize> = vec![0; right.len() + 1];
    let mut previous: Vec<usize> = (0..=right.len()).collect();
    for i in 1..=left.len() {
        let mut current = vec![i; right.len() + 1];
        for j in 1..=right.len() {
            let substitute = previous[j - 1] + usize::from(left[i - 1] != right[j - 1]);
            current[j] = substitute.min(previous[j] + 1).min(current[j - 1] + 1);
            if i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1] {
                current[j] = current[j].min(before[j - 2] + 1);
            }
        }
        before = std::mem::replace(&mut previous, current);
    }
    previous[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, candidates: &[&str], expected: Option<&str>) {
        assert_eq!(closest(name, candidates.iter().copied()), expected, "{name}");
    }

    #[test]
    fn slips_of_the_finger_are_found() {
        check("amount_due", &["amt_due", "date", "account"], Some("amt_due"));
        check("colour", &["color", "column"], Some("color"));
        check("tabel", &["table", "td", "label"], Some("table"));
        check("fontsize", &["font-size", "font-family"], Some("font-size"));
        check("name", &["customer.name", "customer.street"], Some("customer.name"));
        check("Closing", &["closing", "opening"], Some("closing"));
        check("top-margin", &["margin-top", "margin-left"], Some("margin-top"));
    }

    #[test]
    fn far_names_get_no_suggestion() {
        check("zebra", &["table", "td"], None);
        check("x", &["y1", "td"], None);
        check("", &["a"], None);
    }
}
