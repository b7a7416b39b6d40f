//! The canonical forms of RFC 6376, 3.4: `relaxed` for headers and body.
//!
//! Takes bytes of a message, gives what is hashed. Must never change the message.

/// A header field with its name, its folded lines and its CRLF.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Field<'a> {
    bytes: &'a [u8],
    colon: usize,
}

impl<'a> Field<'a> {
    /// Its name, without the blanks that old rules allow before the colon.
    pub(super) fn name(&self) -> &'a [u8] {
        self.bytes[..self.colon].trim_ascii_end()
    }

    /// All of it.
    pub(super) fn bytes(&self) -> &'a [u8] {
        self.bytes
    }
}

/// The fields of a message and its body. `None`: it has none, or a line that is none.
pub(super) fn split(message: &[u8]) -> Option<(Vec<Field<'_>>, &[u8])> {
    let mut fields = Vec::with_capacity(16);
    let mut at = 0;
    loop {
        let rest = &message[at..];
        if let Some(body) = rest.strip_prefix(b"\r\n") {
            return (!fields.is_empty()).then_some((fields, body));
        }
        let mut end = 0;
        loop {
            end += memchr::memmem::find(&rest[end..], b"\r\n")? + 2;
            if !matches!(rest.get(end), Some(b' ' | b'\t')) {
                break;
            }
        }
        let bytes = &rest[..end];
        fields.push(Field { bytes, colon: memchr::memchr(b':', bytes)? });
        at += end;
    }
}

/// Adds a header field in relaxed form: name in lower case, unfolded, each run of blanks one blank, none at the ends of the value, CRLF.
pub fn relaxed_header(field: &[u8], out: &mut Vec<u8>) {
    let colon = memchr::memchr(b':', field).unwrap_or(field.len());
    out.extend(field[..colon].trim_ascii_end().iter().map(u8::to_ascii_lowercase));
    out.push(b':');
    let mut is_blank = false;
    let start = out.len();
    for &b in field.get(colon + 1..).unwrap_or_default() {
        match b {
            b'\r' | b'\n' => {}
            b' ' | b'\t' => is_blank = true,
            _ => {
                if is_blank && out.len() > start {
                    out.push(b' ');
                }
                is_blank = false;
                out.push(b);
            }
        }
    }
    out.extend_from_slice(b"\r\n");
}

/// The body in relaxed form: runs of blanks are one, none at the end of a line, no empty lines at the end.
pub fn relaxed_body(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len() + 2);
    // Where the last line that is not empty ends.
    let mut kept = 0;
    for line in body.split_inclusive(|b| *b == b'\n') {
        let line = line.strip_suffix(b"\n").map_or(line, |line| line.strip_suffix(b"\r").unwrap_or(line));
        let start = out.len();
        let mut is_blank = false;
        for &b in line {
            if matches!(b, b' ' | b'\t') {
                is_blank = true;
                continue;
            }
            if is_blank {
                out.push(b' ');
            }
            is_blank = false;
            out.push(b);
        }
        let is_empty = out.len() == start;
        out.extend_from_slice(b"\r\n");
        if !is_empty {
            kept = out.len();
        }
    }
    out.truncate(kept);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::hash::Hash;
    use crate::kit::base64;

    #[test]
    fn the_example_of_rfc_6376_3_4_5() {
        let message = b"A: X\r\nB : Y\t\r\n\tZ  \r\n\r\n C \r\nD \t E\r\n\r\n\r\n";
        let (fields, body) = split(message).expect("fields");
        let mut head = Vec::new();
        for field in &fields {
            relaxed_header(field.bytes(), &mut head);
        }
        assert_eq!(head, b"a:X\r\nb:Y Z\r\n");
        assert_eq!(fields[1].name(), b"B");
        assert_eq!(relaxed_body(body), b" C\r\nD E\r\n");
        assert_eq!(base64::encode(&Hash::of(&relaxed_body(body)).0), "unak6JHq0wL+Q1HP7dW1tjBx9FLA6DffoZ0qrLwbbpo=");
    }

    #[test]
    fn an_empty_body_stays_empty() {
        for body in [&b""[..], b"\r\n", b" \r\n\t\r\n"] {
            assert_eq!(base64::encode(&Hash::of(&relaxed_body(body)).0), "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
        }
    }

    #[test]
    fn a_last_line_without_its_end_gets_one() {
        assert_eq!(relaxed_body(b"a"), b"a\r\n");
        assert_eq!(relaxed_body(b"a\r\n\r\nb  "), b"a\r\n\r\nb\r\n");
    }
}
