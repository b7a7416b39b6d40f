//! XML text to a tree with places.
//!
//! Takes the text of a layout file, gives its root element and every fault of well-formedness. Must never know which
//! elements and attributes exist. Entities are never expanded and document types refused (no XXE, no expansion bombs).

use quick_xml::Reader;
use quick_xml::events::Event;

use super::tree::{Attribute, Child, Element, Mapped};
use crate::base::code;
use crate::base::diagnostic::{Diagnostic, Faults};
use crate::base::limits::{LAYOUT_BYTES_MAX, LAYOUT_NESTING_MAX};
use crate::base::span::{FileId, Sources, Span};
use crate::base::suggest::closest;

/// Reads the tree of `file`. `None` if no tree can be trusted; a tree may come back together with faults.
pub fn read_tree(sources: &Sources, file: FileId, faults: &mut Faults) -> Option<Element> {
    let text = &*sources.file(file).text;
    if text.len() > LAYOUT_BYTES_MAX {
        let message = format!("the layout has {} bytes, more than the {LAYOUT_BYTES_MAX} a layout may have", text.len());
        faults.push(Diagnostic::error(&code::LAYOUT_TOO_LARGE, Span::new(file, 0, 0), message));
        return None;
    }
    // A byte order mark is no part of the document (XML 1.0, 4.3.3).
    let base = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    TreeReader { text, base, file, faults, stack: Vec::new(), root: None, is_broken: false }.read()
}

struct TreeReader<'a> {
    text: &'a str,
    base: usize,
    file: FileId,
    faults: &'a mut Faults,
    stack: Vec<Element>,
    root: Option<Element>,
    is_broken: bool,
}

impl TreeReader<'_> {
    fn read(mut self) -> Option<Element> {
        let mut reader = Reader::from_str(&self.text[self.base..]);
        let config = reader.config_mut();
        config.allow_dangling_amp = true;
        config.allow_unmatched_ends = true;
        // Ends are matched here, because a message wants both places and a recovery.
        config.check_end_names = false;
        loop {
            let start = self.base + reader.buffer_position() as usize;
            let event = reader.read_event();
            let end = self.base + reader.buffer_position() as usize;
            match event {
                Ok(Event::Start(_)) => self.open(start, end, false),
                Ok(Event::Empty(_)) => self.open(start, end, true),
                Ok(Event::End(_)) => self.close(start, end),
                Ok(Event::Text(_) | Event::GeneralRef(_)) => self.add_text(start, end),
                Ok(Event::CData(_)) => self.add_cdata(start, end),
                Ok(Event::DocType(_)) => self.fault(
                    Diagnostic::error(&code::LAYOUT_DTD, self.span(start, end), "a layout cannot have a document type")
                        .label("refused")
                        .hint("remove it; entities and external files are never loaded")
                        .fix(""),
                ),
                Ok(Event::Comment(_) | Event::Decl(_) | Event::PI(_)) => {}
                Ok(Event::Eof) => break,
                Err(error) => {
                    let at = self.base + reader.error_position() as usize;
                    self.refuse_markup(&error, at);
                    break;
                }
            }
            if self.is_broken {
                break;
            }
        }
        self.finish()
    }

    fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.file, start, end)
    }

    fn fault(&mut self, diagnostic: Diagnostic) {
        self.faults.push(diagnostic);
    }

    /// Markup that cannot be read at all: nothing after it can be trusted.
    fn refuse_markup(&mut self, error: &quick_xml::Error, at: usize) {
        self.is_broken = true;
        if self.find_open_quote(at) {
            return;
        }
        let rest = self.text.get(at..).unwrap_or("");
        let end = at + rest.find(|c: char| c.is_whitespace() || c == '>').unwrap_or(rest.len());
        let what = match error {
            quick_xml::Error::Syntax(quick_xml::errors::SyntaxError::UnclosedComment) => "the comment never ends".into(),
            quick_xml::Error::Syntax(quick_xml::errors::SyntaxError::UnclosedCData) => "the CDATA section never ends".into(),
            quick_xml::Error::Syntax(
                quick_xml::errors::SyntaxError::UnclosedSingleQuotedAttributeValue
                | quick_xml::errors::SyntaxError::UnclosedDoubleQuotedAttributeValue,
            ) => "the file ends inside the quotes of an attribute".into(),
            quick_xml::Error::Syntax(_) => "the file ends inside a tag".into(),
            _ => format!("the markup cannot be read: {error}"),
        };
        self.fault(Diagnostic::error(&code::LAYOUT_SYNTAX, self.span(at, end), what).label("begins here"));
    }

    /// A tag that never ends because the quotes of a value in it do not pair: reports that value.
    fn find_open_quote(&mut self, start: usize) -> bool {
        let bytes = self.text.as_bytes();
        if !self.text[start..].starts_with('<') || self.text[start..].starts_with("<!") {
            return false;
        }
        let mut at = start;
        while let Some(found) = self.text[at..].find("=") {
            let equals = at + found;
            let quote_at = equals + 1;
            let Some(quote @ (b'"' | b'\'')) = bytes.get(quote_at).copied() else {
                at = quote_at;
                continue;
            };
            let from = quote_at + 1;
            let to = memchr::memchr(quote, &bytes[from..]).map_or(bytes.len(), |length| from + length);
            if let Some(bracket) = self.text[from..to].find('<') {
                let before = self.text[start..equals].trim_end();
                let name = before.rsplit(|c: char| c.is_whitespace()).next().unwrap_or("").to_string();
                self.refuse_bracket(&name, from, to, from + bracket);
                return true;
            }
            at = to;
        }
        false
    }

    fn open(&mut self, start: usize, end: usize, is_empty: bool) {
        let inside = &self.text[start + 1..end - if is_empty { 2 } else { 1 }];
        let name_end = inside.find(|c: char| c.is_ascii_whitespace()).unwrap_or(inside.len());
        let name = &inside[..name_end];
        let span = self.span(start + 1, start + 1 + name_end);
        if !is_name(name) {
            let message = format!("`<{name}` begins no element");
            self.fault(
                Diagnostic::error(&code::LAYOUT_SYNTAX, self.span(start, start + 1), message).hint("a literal `<` is written `&lt;`").fix("&lt;"),
            );
            self.is_broken = true;
            return;
        }
        let mut element = Element { name: name.to_string(), span, attributes: Vec::new(), children: Vec::new() };
        self.read_attributes(&mut element, start + 1 + name_end, start + 1 + inside.len());
        if self.stack.is_empty() && self.root.is_some() {
            let message = format!("`<{}>` stands after the end of the layout", element.name);
            self.fault(Diagnostic::error(&code::LAYOUT_SYNTAX, span, message).hint("a file has one `<layout>` element"));
            self.is_broken = true;
            return;
        }
        if self.stack.len() >= LAYOUT_NESTING_MAX {
            let message = format!("elements are nested deeper than {LAYOUT_NESTING_MAX}");
            self.fault(Diagnostic::error(&code::LAYOUT_TOO_LARGE, span, message).label("the first that is too deep"));
            self.is_broken = true;
            return;
        }
        if is_empty {
            self.attach(element);
        } else {
            self.stack.push(element);
        }
    }

    fn attach(&mut self, element: Element) {
        match self.stack.last_mut() {
            Some(parent) => parent.children.push(Child::Element(element)),
            None => self.root = Some(element),
        }
    }

    fn read_attributes(&mut self, element: &mut Element, start: usize, end: usize) {
        let mut at = start;
        loop {
            let rest = &self.text[at..end];
            at += rest.len() - rest.trim_start().len();
            if at >= end {
                return;
            }
            let rest = &self.text[at..end];
            let name_end = rest.find(|c: char| c == '=' || c.is_ascii_whitespace()).unwrap_or(rest.len());
            let name = &rest[..name_end];
            let span = self.span(at, at + name_end);
            let after = rest[name_end..].trim_start();
            let Some(value) = after.strip_prefix('=').map(str::trim_start) else {
                let message = format!("the attribute `{name}` has no value");
                let fix = format!("{name}=\"\"");
                let diagnostic = Diagnostic::error(&code::LAYOUT_SYNTAX, span, message);
                self.fault(diagnostic.hint(format!("write `{name}=\"…\"`")).fix(fix));
                at += name_end.max(1);
                continue;
            };
            let value_at = end - value.len();
            let quote = value.chars().next().unwrap_or(' ');
            let Some(length) = (matches!(quote, '"' | '\'')).then(|| value[1..].find(quote)).flatten() else {
                let length = value.find(|c: char| c.is_ascii_whitespace()).unwrap_or(value.len());
                let bare = value[..length].trim_matches(['"', '\'', '“', '”']);
                let span = self.span(value_at, value_at + length);
                let message = format!("the value of `{name}` is not in quotes");
                self.fault(Diagnostic::error(&code::LAYOUT_SYNTAX, span, message).fix(format!("\"{bare}\"")));
                at = value_at + length;
                continue;
            };
            let (from, to) = (value_at + 1, value_at + 1 + length);
            at = to + 1;
            if !is_name(name) {
                let message = format!("`{name}` cannot be the name of an attribute");
                self.fault(Diagnostic::error(&code::LAYOUT_SYNTAX, span, message).label("not a name"));
                continue;
            }
            if let Some(bracket) = self.text[from..to].find('<') {
                self.refuse_bracket(name, from, to, from + bracket);
                if self.is_broken {
                    return;
                }
            }
            let mut value = Mapped::new(self.file, from);
            self.decode(&mut value, from, to, true);
            if let Some(first) = element.find(name) {
                let line = self.text[..first.span.start as usize].matches('\n').count() + 1;
                let message = format!("the attribute `{name}` is given twice");
                let hint = format!("the first is on line {line}; remove one");
                self.fault(Diagnostic::error(&code::LAYOUT_DUPLICATE_ATTRIBUTE, span, message).label("again here").hint(hint));
                continue;
            }
            element.attributes.push(Attribute { name: name.to_string(), span, value });
        }
    }

    /// A `<` in a value: usually the closing quote of the value is missing, and then the rest of the file is read inside out.
    fn refuse_bracket(&mut self, name: &str, from: usize, to: usize, at: usize) {
        let value = &self.text[from..to];
        let looks_unclosed = value[..at - from].contains(['>', '\n']);
        let diagnostic = if looks_unclosed {
            let until = value.find(['>', '\n', '/']).unwrap_or(value.len());
            let message = format!("the closing quote of `{name}` is missing");
            let shown = value[..until].trim_end();
            Diagnostic::error(&code::LAYOUT_SYNTAX, self.span(from - 1, from + shown.len()), message)
                .label("never closed on this tag")
                .fix(format!("\"{shown}\""))
        } else {
            let message = format!("`<` in the value of `{name}`");
            let hint = "write `lt`, `le`, `gt`, `ge` for comparisons, `&lt;` for the character";
            let is_equal = value[at - from..].starts_with("<=");
            let span = self.span(at, at + if is_equal { 2 } else { 1 });
            Diagnostic::error(&code::LAYOUT_SYNTAX, span, message).hint(hint).fix(if is_equal { "le" } else { "lt" })
        };
        self.fault(diagnostic);
        self.is_broken = looks_unclosed;
    }

    fn close(&mut self, start: usize, end: usize) {
        let name = self.text[start + 2..end - 1].trim();
        let span = self.span(start, end);
        let Some(top) = self.stack.last() else {
            let message = format!("`</{name}>` closes nothing");
            self.fault(Diagnostic::error(&code::LAYOUT_NESTING, span, message).hint("remove it").fix(""));
            return;
        };
        if top.name == name {
            if let Some(element) = self.stack.pop() {
                self.attach(element);
            }
            return;
        }
        let line = self.text[..top.span.start as usize].matches('\n').count() + 1;
        let expected = top.name.clone();
        let label = format!("`<{expected}>` was opened on line {line}");
        if let Some(depth) = self.stack.iter().rposition(|element| element.name == name) {
            let missing: String = self.stack[depth + 1..].iter().rev().map(|e| format!("</{}>", e.name)).collect();
            let message = format!("expected `</{expected}>`, found `</{name}>`");
            let fix = format!("{missing}</{name}>");
            self.fault(Diagnostic::error(&code::LAYOUT_NESTING, span, message).label(label).fix(fix));
            while self.stack.len() > depth {
                if let Some(element) = self.stack.pop() {
                    self.attach(element);
                }
            }
            return;
        }
        // No such element is open. A slip in the name closes the innermost one, anything else is left out.
        let is_slip = closest(name, [expected.as_str()]).is_some();
        let message = format!("expected `</{expected}>`, found `</{name}>`");
        let diagnostic = Diagnostic::error(&code::LAYOUT_NESTING, span, message).label(label);
        if is_slip {
            self.fault(diagnostic.fix(format!("</{expected}>")));
            if let Some(element) = self.stack.pop() {
                self.attach(element);
            }
        } else {
            self.fault(diagnostic.hint(format!("no `<{name}>` is open; remove it")).fix(""));
        }
    }

    fn add_text(&mut self, start: usize, end: usize) {
        if self.stack.is_empty() {
            let text = &self.text[start..end];
            if !text.trim().is_empty() {
                let at = start + (text.len() - text.trim_start().len());
                let span = self.span(at, start + text.trim_end().len());
                let message = if self.root.is_none() && !text.contains('<') && end == self.text.len() {
                    "this is not XML: there is no element"
                } else {
                    "text outside the layout"
                };
                self.fault(Diagnostic::error(&code::LAYOUT_SYNTAX, span, message).hint("a layout file holds one `<layout>` element"));
                self.is_broken = self.root.is_none();
            }
            return;
        }
        let mut text = self.take_text(start);
        self.decode(&mut text, start, end, false);
        self.put_text(text);
    }

    fn add_cdata(&mut self, start: usize, end: usize) {
        const OPEN: usize = "<![CDATA[".len();
        const CLOSE: usize = "]]>".len();
        if self.stack.is_empty() {
            let span = self.span(start, end);
            self.fault(Diagnostic::error(&code::LAYOUT_SYNTAX, span, "text outside the layout"));
            return;
        }
        let mut text = self.take_text(start);
        text.push(&self.text[start + OPEN..end - CLOSE], start + OPEN, end - CLOSE - start - OPEN);
        self.put_text(text);
    }

    /// The text that `start` continues: references and comments divide events, not texts.
    fn take_text(&mut self, start: usize) -> Mapped {
        let children = self.stack.last_mut().map(|element| &mut element.children);
        match children.and_then(|list| list.pop_if(|child| matches!(child, Child::Text(_)))) {
            Some(Child::Text(text)) => text,
            Some(Child::Element(_)) | None => Mapped::new(self.file, start),
        }
    }

    fn put_text(&mut self, text: Mapped) {
        if let Some(element) = self.stack.last_mut() {
            element.children.push(Child::Text(text));
        }
    }

    /// Resolves references in `start..end` of the file.
    fn decode(&mut self, into: &mut Mapped, start: usize, end: usize, is_attribute: bool) {
        let mut at = start;
        while at < end {
            let rest = &self.text[at..end];
            // In attributes white space reads as spaces (XML 1.0, 3.3.3); a carriage return is never seen (2.11).
            let special = rest.find(|c: char| c == '&' || c == '\r' || (is_attribute && matches!(c, '\n' | '\t')));
            let plain = special.unwrap_or(rest.len());
            if plain > 0 {
                into.push(&rest[..plain], at, plain);
                at += plain;
                continue;
            }
            if !rest.starts_with('&') {
                let crlf = rest.starts_with("\r\n");
                into.push(if is_attribute { " " } else { "\n" }, at, if crlf { 2 } else { 1 });
                at += if crlf { 2 } else { 1 };
                continue;
            }
            at += self.decode_reference(into, rest, at);
        }
    }

    /// One `&…;` at `at`; gives how many bytes it is long.
    fn decode_reference(&mut self, into: &mut Mapped, rest: &str, at: usize) -> usize {
        let length = rest[1..].find(|c: char| !(c.is_ascii_alphanumeric() || c == '#')).unwrap_or(rest.len() - 1);
        let name = &rest[1..=length];
        if !rest[1 + length..].starts_with(';') || name.is_empty() {
            let span = self.span(at, at + 1);
            self.fault(
                Diagnostic::error(&code::LAYOUT_ENTITY, span, "a bare `&`")
                    .label("begins no reference")
                    .hint(if rest.starts_with("&&") {
                        "tests are joined with `and`; a literal `&` is written `&amp;`"
                    } else {
                        "a literal `&` is written `&amp;`"
                    })
                    .fix("&amp;"),
            );
            into.push("&", at, 1);
            return 1;
        }
        let whole = name.len() + 2;
        if let Some(character) = resolve(name) {
            into.push(character.encode_utf8(&mut [0; 4]), at, whole);
            return whole;
        }
        let span = self.span(at, at + whole);
        let diagnostic = Diagnostic::error(&code::LAYOUT_ENTITY, span, format!("there is no entity `&{name};`"));
        self.fault(match HTML_ENTITIES.iter().find(|(known, _)| *known == name) {
            Some((_, code)) => diagnostic.hint(format!("XML knows five names only; write the character or `{code}`")).fix(*code),
            None => match closest(name, ["amp", "lt", "gt", "quot", "apos"]) {
                Some(best) => diagnostic.fix(format!("&{best};")),
                None => diagnostic.hint("known: `&amp;` `&lt;` `&gt;` `&quot;` `&apos;` and `&#8364;`-like numbers"),
            },
        });
        into.push("\u{fffd}", at, whole);
        whole
    }

    fn finish(mut self) -> Option<Element> {
        if self.is_broken {
            return None;
        }
        if let Some(innermost) = self.stack.last() {
            let open: Vec<String> = self.stack.iter().map(|element| format!("`<{}>`", element.name)).collect();
            let message = format!("the file ends before `</{}>`", innermost.name);
            let diagnostic = Diagnostic::error(&code::LAYOUT_NESTING, innermost.span, message).label("never closed");
            self.fault(diagnostic.hint(format!("still open: {}", open.join(" "))));
            return None;
        }
        if self.root.is_none() {
            let span = self.span(0, 0);
            let hint = "begin with `<layout xmlns=\"urn:pressrun:layout:1\" name=\"…\" lang=\"en\">`";
            self.fault(Diagnostic::error(&code::LAYOUT_SYNTAX, span, "the layout is empty").hint(hint));
        }
        self.root
    }
}

/// Whether XML lets this be a name; close enough for layouts, whose names are ASCII.
fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_alphabetic() || c == '_') && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | ':'))
}

fn resolve(name: &str) -> Option<char> {
    let number = |digits: &str, radix| u32::from_str_radix(digits, radix).ok().and_then(char::from_u32);
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => match name.strip_prefix('#')?.strip_prefix(['x', 'X']) {
            Some(hex) => number(hex, 16),
            None => number(&name[1..], 10),
        }
        // XML 1.0, 2.2: control characters cannot be written at all.
        .filter(|c| !c.is_control() || matches!(c, '\n' | '\t' | '\r')),
    }
}

/// HTML names that people write from habit, with what XML reads.
const HTML_ENTITIES: &[(&str, &str)] = &[
    ("nbsp", "&#160;"),
    ("shy", "&#173;"),
    ("euro", "€"),
    ("pound", "£"),
    ("copy", "©"),
    ("reg", "®"),
    ("trade", "™"),
    ("sect", "§"),
    ("deg", "°"),
    ("middot", "·"),
    ("bull", "•"),
    ("hellip", "…"),
    ("ndash", "–"),
    ("mdash", "—"),
    ("lsquo", "‘"),
    ("rsquo", "’"),
    ("ldquo", "“"),
    ("rdquo", "”"),
    ("bdquo", "„"),
    ("laquo", "«"),
    ("raquo", "»"),
    ("auml", "ä"),
    ("ouml", "ö"),
    ("uuml", "ü"),
    ("Auml", "Ä"),
    ("Ouml", "Ö"),
    ("Uuml", "Ü"),
    ("szlig", "ß"),
    ("eacute", "é"),
    ("egrave", "è"),
    ("agrave", "à"),
    ("ccedil", "ç"),
    ("times", "×"),
    ("frac12", "½"),
    ("thinsp", "&#8201;"),
    ("zwj", "&#8205;"),
    ("zwnj", "&#8204;"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) -> Option<Element> {
        let mut sources = Sources::default();
        let file = sources.add("test.xml", text);
        let mut faults = Faults::new();
        let tree = read_tree(&sources, file, &mut faults);
        let found: Vec<String> = faults
            .into_sorted()
            .iter()
            .map(|d| {
                let at = sources.line_column(d.span.expect("every fault of a file has a place"));
                format!("{} {}:{} {}", d.code.id, at.line, at.column, d.fix.as_deref().unwrap_or("-"))
            })
            .collect();
        assert_eq!(found, expected, "{text}");
        tree
    }

    #[test]
    fn texts_know_where_they_were_written() {
        let tree = check("<a x='1 &lt; 2'>b &amp; {c}<!-- d -->\r\n<![CDATA[<e>]]></a>", &[]).unwrap();
        assert_eq!(tree.attributes[0].value.text, "1 < 2");
        assert_eq!(tree.attributes[0].value.place(2, 3), Span::new(FileId(0), 8, 12));
        assert_eq!(tree.attributes[0].value.place(4, 5), Span::new(FileId(0), 13, 14));
        let [Child::Text(text)] = tree.children.as_slice() else { panic!("{tree:?}") };
        assert_eq!(text.text, "b & {c}\n<e>");
        let place = text.place(4, 7);
        assert_eq!((place.start, place.end), (24, 27));
    }

    #[test]
    fn faults_of_nesting_are_found_and_survived() {
        assert!(check("<a><b></a>", &["L0202 1:7 </b></a>"]).is_some());
        assert!(check("<a><tabel></table></a>", &["L0202 1:11 </tabel>"]).is_some());
        assert!(check("<a></zebra></a>", &["L0202 1:4 "]).is_some());
        assert!(check("<a><b>", &["L0202 1:5 -"]).is_none());
        assert!(check("<a/></b>", &["L0202 1:5 "]).is_some());
        assert!(check("<a/><b/>", &["L0201 1:6 -"]).is_none());
    }

    #[test]
    fn faults_of_attributes_are_found() {
        check("<a x=1 y='2'/>", &["L0201 1:6 \"1\""]);
        check("<a x y='2'/>", &["L0201 1:4 x=\"\""]);
        check("<a x='1' x='2'/>", &["L0203 1:10 -"]);
        check("<a x='1 < 2'/>", &["L0201 1:9 lt"]);
        check("<a x='1 <= 2'/>", &["L0201 1:9 le"]);
        check("<a x=\"1>\n<b y=\"2\"/></a>", &["L0201 1:6 \"1\""]);
    }

    #[test]
    fn references_are_checked() {
        check("<a>&nbsp;&uuml; &foo; R & D &ltt;</a>", &["L0204 1:4 &#160;", "L0204 1:10 ü", "L0204 1:17 -", "L0204 1:25 &amp;", "L0204 1:29 &lt;"]);
        check("<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", &["L0205 1:1 ", "L0204 1:34 -"]);
        check("<a>&#0;&#65;&#x41;</a>", &["L0204 1:4 -"]);
    }

    #[test]
    fn what_is_no_xml_is_refused() {
        check("", &["L0201 1:1 -"]);
        check("hello", &["L0201 1:1 -"]);
        check("<a><b", &["L0201 1:4 -"]);
        check("<a><!-- ", &["L0201 1:4 -"]);
        check("<a>1 < 2</a>", &["L0201 1:6 &lt;"]);
        check(&"<a>".repeat(65), &["L0206 1:194 -"]);
    }

    #[test]
    fn random_bytes_never_panic() {
        let mut seed = 7u64;
        for _ in 0..2_000 {
            let mut text = String::from("<a b='c'>");
            for _ in 0..30 {
                seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                let parts = ["<", ">", "a", "/", "=", "'", "\"", "&", ";", " ", "é", "<!", "--", "[CDATA[", "]]>", "?", "\n"];
                text.push_str(parts[(seed >> 33) as usize % parts.len()]);
            }
            let mut sources = Sources::default();
            let file = sources.add("test.xml", text);
            let _ = read_tree(&sources, file, &mut Faults::new());
        }
    }
}
