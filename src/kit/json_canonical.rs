//! JSON in its one canonical form (RFC 8785).
//!
//! Takes a value without fractions, gives the bytes that everybody who knows the value writes: no spaces, names sorted by their
//! UTF-16 units, the shortest escapes. Must never see a float: an amount is a text of its digits.

use std::cmp::Ordering;

use serde_json::Value;

/// The canonical bytes of a value of our own.
///
/// # Panics
/// A number is no whole number of at most 53 bits: whoever builds the value writes others as texts.
pub fn canonical(value: &Value) -> Vec<u8> {
    canonical_of_foreign(value).expect("numbers here are counts and sizes")
}

/// The canonical bytes of a value that somebody else may have written; `None` if a number in it is no whole number of at most 53 bits.
pub fn canonical_of_foreign(value: &Value) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(256);
    write(value, &mut out)?;
    Some(out)
}

fn write(value: &Value, out: &mut Vec<u8>) -> Option<()> {
    match value {
        Value::Null => out.extend_from_slice(b"null"),
        Value::Bool(true) => out.extend_from_slice(b"true"),
        Value::Bool(false) => out.extend_from_slice(b"false"),
        Value::Number(number) => {
            let whole = number.as_i64().filter(|whole| whole.unsigned_abs() < 1 << 53)?;
            crate::kit::pdf::write_integer(whole, out);
        }
        Value::String(text) => write_text(text, out),
        Value::Array(items) => {
            out.push(b'[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                write(item, out)?;
            }
            out.push(b']');
        }
        Value::Object(members) => {
            let mut sorted: Vec<(&String, &Value)> = members.iter().collect();
            sorted.sort_by(|(left, _), (right, _)| compare_names(left, right));
            out.push(b'{');
            for (index, (name, value)) in sorted.into_iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                write_text(name, out);
                out.push(b':');
                write(value, out)?;
            }
            out.push(b'}');
        }
    }
    Some(())
}

/// The order of names (RFC 8785, 3.2.3): by UTF-16 code units, which differs from UTF-8 beyond the basic plane.
pub fn compare_names(left: &str, right: &str) -> Ordering {
    if left.is_ascii() && right.is_ascii() { left.cmp(right) } else { left.encode_utf16().cmp(right.encode_utf16()) }
}

/// Writes a text (RFC 8785, 3.2.2.2): two-letter escapes where JSON has them, `\u00xx` for other controls, everything else as it is.
pub fn write_text(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    let mut start = 0;
    for (at, &byte) in text.as_bytes().iter().enumerate() {
        if byte >= 32 && byte != b'"' && byte != b'\\' {
            continue;
        }
        out.extend_from_slice(&text.as_bytes()[start..at]);
        start = at + 1;
        match byte {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            8 => out.extend_from_slice(b"\\b"),
            9 => out.extend_from_slice(b"\\t"),
            10 => out.extend_from_slice(b"\\n"),
            12 => out.extend_from_slice(b"\\f"),
            13 => out.extend_from_slice(b"\\r"),
            _ => out.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
        }
    }
    out.extend_from_slice(&text.as_bytes()[start..]);
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_sorted_as_the_standard_shows() {
        // RFC 8785, 3.2.3, the example without its comments.
        let text = "{\"\\u20ac\":\"Euro Sign\",\"\\r\":\"Carriage Return\",\"\\ufb33\":\"Hebrew Letter Dalet With Dagesh\",\"1\":\"One\",\
             \"\\ud83d\\ude00\":\"Emoji: Grinning Face\",\"\\u0080\":\"Control\",\"\\u00f6\":\"Latin Small Letter O With Diaeresis\"}";
        let value: Value = serde_json::from_str(text).expect("JSON");
        let found = String::from_utf8(canonical(&value)).expect("UTF-8");
        let order = ["\"\\r\"", "\"1\"", "\"\u{80}\"", "\"\u{f6}\"", "\"\u{20ac}\"", "\"\u{1f600}\"", "\"\u{fb33}\""];
        let places: Vec<usize> = order.iter().map(|name| found.find(name).expect("a member")).collect();
        assert!(places.is_sorted(), "{found}");
    }

    #[test]
    fn other_numbers_have_no_canonical_form() {
        for text in ["[1.5]", "{\"a\":1e3}", "9007199254740992", "18446744073709551615", "-9007199254740992"] {
            let value: Value = serde_json::from_str(text).expect("JSON");
            assert_eq!(canonical_of_foreign(&value), None, "{text}");
        }
        assert_eq!(canonical_of_foreign(&serde_json::json!([-9_007_199_254_740_991_i64])), Some(b"[-9007199254740991]".to_vec()));
    }

    #[test]
    fn texts_have_the_shortest_escapes() {
        // RFC 8785, 3.2.4: the string of the sample.
        let value = serde_json::json!({ "string": "\u{20ac}$\u{f}\nA'B\"\\\\\"/", "literals": [null, true, false], "n": -7 });
        let found = String::from_utf8(canonical(&value)).expect("UTF-8");
        assert_eq!(found, "{\"literals\":[null,true,false],\"n\":-7,\"string\":\"\u{20ac}$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}");
    }
}
