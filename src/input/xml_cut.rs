//! Finds the records of an XML file.
//!
//! Takes bytes and the names of record elements, gives where each record is and which namespaces are declared around
//! it. Must never parse a record: inside of one it only looks for its end tag, so that wrong nesting in one record does not
//! reach the next. What cannot be cut is handed on as one record that is held, with the true reason.

use std::ops::Range;
use std::sync::Arc;

use super::convert::shorten;
use super::cut::{FileCutter, Part};
use super::xml_markup::{self, Attributes, Kind, Markup, is_blank, split_name};
use super::{FileFault, Piece};
use crate::base::code::{self, Code};
use crate::base::limits::NESTING_MAX;
use crate::model::record::Hold;

/// The elements that are records.
#[derive(Debug)]
pub(super) struct RecordNames {
    /// As the job writes them, for messages.
    pub(super) shown: String,
    /// Local names, and the URI if the job gives a prefix.
    pub(super) names: Vec<(String, Option<String>)>,
}

impl RecordNames {
    /// Whether an element could be a record by its local name.
    #[inline]
    fn is_candidate(&self, name: &[u8]) -> bool {
        let local = memchr::memchr(b':', name).map_or(name, |at| &name[at + 1..]);
        self.names.iter().any(|(wanted, _)| wanted.as_bytes() == local)
    }

    fn is_record(&self, local: &str, uri: &str) -> bool {
        self.names.iter().any(|(wanted, wanted_uri)| wanted == local && wanted_uri.as_deref().is_none_or(|wanted| wanted == uri))
    }
}

/// The records of a part, whose first byte is the first record's and whose candidates all are records.
pub(super) fn pieces<'d>(names: &'d RecordNames, text: &'d [u8], part: &'d Part) -> impl Iterator<Item = Piece> + 'd {
    let mut at = part.bytes.start;
    let text = &text[..part.bytes.end];
    std::iter::from_fn(move || {
        loop {
            let markup = xml_markup::next(text, at)?;
            at = markup.bytes.end;
            if let Kind::Start { name, empty } = &markup.kind
                && names.is_candidate(&text[name.clone()])
            {
                let end = if *empty { markup.bytes.end } else { record_end(text, &text[name.clone()], at)? };
                at = end;
                return Some(Piece { bytes: markup.bytes.start..end, lines: 0..0 });
            }
        }
    })
}

/// The offset behind the end tag of a record; `None` if there is none.
fn record_end(text: &[u8], name: &[u8], mut at: usize) -> Option<usize> {
    let mut same_open = 1;
    loop {
        let markup = xml_markup::next(text, at)?;
        at = markup.bytes.end;
        match markup.kind {
            Kind::Start { name: found, empty: false } if text[found.clone()] == *name => same_open += 1,
            Kind::End { name: found } if text[found.clone()] == *name => {
                same_open -= 1;
                if same_open == 0 {
                    return Some(at);
                }
            }
            Kind::Broken(_) => return resume_behind(text, name, markup.bytes.start),
            Kind::Start { .. } | Kind::End { .. } | Kind::Comment | Kind::Cdata(_) | Kind::Instruction | Kind::Doctype => {}
        }
    }
}

/// Behind broken markup only the end tag of the record is to be trusted.
fn resume_behind(text: &[u8], name: &[u8], at: usize) -> Option<usize> {
    let tag = [b"</", name].concat();
    for found in memchr::memmem::find_iter(&text[at..], &tag) {
        let end = at + found + tag.len();
        let end = end + text[end..].iter().take_while(|byte| xml_markup::is_space(**byte)).count();
        if text.get(end) == Some(&b'>') {
            return Some(end + 1);
        }
    }
    None
}

/// Cuts the records of one file.
pub(super) struct XmlCutter<'d> {
    names: &'d RecordNames,
    text: &'d [u8],
    at: usize,
    /// End of the last record: what cannot be cut starts there.
    last_end: usize,
    open: Vec<Open>,
    scope: Vec<(String, String)>,
    namespaces: Arc<[(String, String)]>,
    scope_changed: bool,
    /// A candidate that is no record stands before the next record, so no part may go across it.
    candidate_refused: bool,
    root: Option<Range<usize>>,
    /// Whether the root is closed, and nothing but comments may follow.
    finished: bool,
    element_count: u64,
    /// Whether there is text before the first record.
    text_seen: bool,
    record_count: u64,
    ready: Option<Found>,
    exhausted: bool,
}

struct Open {
    name: Range<usize>,
    scope: usize,
}

enum Found {
    Record { bytes: Range<usize>, breaks: bool },
    Rest(Range<usize>, Hold),
}

impl<'d> XmlCutter<'d> {
    /// A cutter at the start of a file.
    pub(super) fn new(names: &'d RecordNames, text: &'d [u8]) -> XmlCutter<'d> {
        XmlCutter {
            names,
            text,
            at: 0,
            last_end: 0,
            open: Vec::new(),
            scope: Vec::new(),
            namespaces: Arc::new([]),
            scope_changed: false,
            candidate_refused: false,
            root: None,
            finished: false,
            element_count: 0,
            text_seen: false,
            record_count: 0,
            ready: None,
            exhausted: false,
        }
    }

    fn find(&mut self) -> Option<Found> {
        if self.exhausted {
            return None;
        }
        while let Some(markup) = xml_markup::next(self.text, self.at) {
            let blank = is_blank(&self.text[self.at..markup.bytes.start]);
            if self.open.is_empty() && !blank {
                return self.rest(&code::RECORD_XML, self.at, "text stands outside of the root element".to_string());
            }
            self.text_seen |= !blank;
            self.at = markup.bytes.end;
            if let Some(found) = self.markup(&markup) {
                return Some(found);
            }
        }
        self.end_of_file()
    }

    /// Everything behind the last record, held.
    fn rest(&mut self, code: &'static Code, at: usize, what: String) -> Option<Found> {
        self.exhausted = true;
        let line = memchr::memchr_iter(b'\n', &self.text[..at]).count() + 1;
        let from = if self.record_count == 0 { "the whole file is held" } else { "all behind the last record is held" };
        Some(Found::Rest(self.last_end..self.text.len(), Hold::new(code, format!("{what} (line {line}); {from}"))))
    }

    fn end_of_file(&mut self) -> Option<Found> {
        let end = self.text.len();
        if let Some(open) = self.open.last() {
            let name = shorten(&String::from_utf8_lossy(&self.text[open.name.clone()]));
            return self.rest(&code::RECORD_TRUNCATED, end, format!("the file ends before `</{name}>`, so records may be missing"));
        }
        let Some(root) = self.root.clone() else {
            return self.rest(&code::RECORD_XML, end, "the file has no element".to_string());
        };
        if !is_blank(&self.text[self.at..]) {
            return self.rest(&code::RECORD_XML, self.at, "text follows the root element".to_string());
        }
        // A wrapper with nothing in it is a day without records; anything else without a record was meant to have some.
        if self.record_count == 0 && (self.element_count > 1 || self.text_seen || self.candidate_refused) {
            let name = shorten(&String::from_utf8_lossy(&self.text[root.clone()]));
            return self.rest(
                &code::RECORD_NO_ELEMENT,
                root.start,
                format!("there is no record element `{}`; the root is `{name}`", self.names.shown),
            );
        }
        self.exhausted = true;
        None
    }

    fn markup(&mut self, markup: &Markup) -> Option<Found> {
        let at = markup.bytes.start;
        match &markup.kind {
            Kind::Start { name, empty } => {
                if self.finished {
                    return self.rest(&code::RECORD_XML, at, "a second root element follows".to_string());
                }
                self.root.get_or_insert(name.clone());
                self.element_count += 1;
                if self.names.is_candidate(&self.text[name.clone()]) {
                    return self.candidate(markup, name, *empty);
                }
                self.enter(markup, name, *empty)
            }
            Kind::End { name } => match self.open.pop() {
                Some(open) if self.text[open.name.clone()] == self.text[name.clone()] => {
                    self.scope_changed |= open.scope < self.scope.len();
                    self.scope.truncate(open.scope);
                    self.finished = self.open.is_empty();
                    None
                }
                open => {
                    let shown = |name: Range<usize>| shorten(&String::from_utf8_lossy(&self.text[name]));
                    let wanted = open.map_or("nothing".to_string(), |open| format!("`</{}>`", shown(open.name)));
                    let what = format!("`</{}>` stands where {wanted} should be", shown(name.clone()));
                    self.rest(&code::RECORD_XML, at, what)
                }
            },
            Kind::Comment | Kind::Instruction => None,
            Kind::Cdata(_) if !self.open.is_empty() => None,
            Kind::Cdata(_) => self.rest(&code::RECORD_XML, at, "text stands outside of the root element".to_string()),
            Kind::Doctype => self.rest(&code::RECORD_DTD, at, "a document type declaration is refused".to_string()),
            Kind::Broken(why) => self.rest(&code::RECORD_XML, at, (*why).to_string()),
        }
    }

    /// Goes into an element around records.
    fn enter(&mut self, markup: &Markup, name: &Range<usize>, empty: bool) -> Option<Found> {
        if self.open.len() >= NESTING_MAX {
            return self.rest(&code::RECORD_NESTING, markup.bytes.start, format!("elements are nested deeper than {NESTING_MAX}"));
        }
        if empty {
            self.finished = self.open.is_empty();
            return None;
        }
        let before = self.scope.len();
        match declarations(self.text, markup, name) {
            Ok(declared) => self.scope.extend(declared),
            Err(what) => return self.rest(&code::RECORD_XML, markup.bytes.start, what),
        }
        self.scope_changed |= before < self.scope.len();
        self.open.push(Open { name: name.clone(), scope: before });
        None
    }

    /// An element that has the local name of a record.
    fn candidate(&mut self, markup: &Markup, name: &Range<usize>, empty: bool) -> Option<Found> {
        let own = match declarations(self.text, markup, name) {
            Ok(own) => own,
            Err(what) => return self.rest(&code::RECORD_XML, markup.bytes.start, what),
        };
        let full = String::from_utf8_lossy(&self.text[name.clone()]).into_owned();
        let (prefix, local) = split_name(&full);
        let uri = self.scope.iter().chain(&own).rev().find(|(declared, _)| declared == prefix).map_or("", |(_, uri)| uri);
        if !self.names.is_record(local, uri) {
            self.candidate_refused = true;
            return self.enter(markup, name, empty);
        }
        let end = if empty { Some(markup.bytes.end) } else { record_end(self.text, &self.text[name.clone()], markup.bytes.end) };
        let Some(end) = end else {
            // The record starts here, but nothing before it is lost: between records there is no data.
            self.last_end = markup.bytes.start;
            self.exhausted = true;
            let reason = format!("the file ends before the end tag `</{}>` of this record", shorten(&full));
            return Some(Found::Rest(markup.bytes.start..self.text.len(), Hold::new(&code::RECORD_TRUNCATED, reason)));
        };
        self.at = end;
        self.last_end = end;
        self.record_count += 1;
        self.finished = self.open.is_empty();
        let changed = std::mem::take(&mut self.scope_changed) && *self.namespaces != *self.scope;
        if changed {
            self.namespaces = Arc::from(self.scope.as_slice());
        }
        Some(Found::Record { bytes: markup.bytes.start..end, breaks: std::mem::take(&mut self.candidate_refused) || changed })
    }
}

/// The namespaces that a tag declares.
fn declarations(text: &[u8], markup: &Markup, name: &Range<usize>) -> Result<Vec<(String, String)>, String> {
    let tag = &text[name.end..markup.bytes.end - 1];
    if memchr::memmem::find(tag, b"xmlns").is_none() {
        return Ok(Vec::new());
    }
    let tag = std::str::from_utf8(tag.strip_suffix(b"/").unwrap_or(tag)).map_err(|_| "a tag is no text in the encoding of the file".to_string())?;
    let mut declared = Vec::new();
    for attribute in Attributes::new(tag) {
        let (name, value) = attribute.map_err(str::to_string)?;
        let prefix = match name.strip_prefix("xmlns") {
            Some("") => "",
            Some(rest) if rest.starts_with(':') => &rest[1..],
            _ => continue,
        };
        let value = xml_markup::unescape(value, true)?.unwrap_or_else(|| value.to_string());
        declared.push((prefix.to_string(), value));
    }
    Ok(declared)
}

impl FileCutter for XmlCutter<'_> {
    fn next(&mut self, records_max: u64, bytes_max: usize) -> Result<Option<Part>, FileFault> {
        let first = match self.ready.take() {
            Some(found) => Some(found),
            None => self.find(),
        };
        let mut part = match first {
            None => return Ok(None),
            Some(Found::Rest(bytes, hold)) => return Ok(Some(Part { count: 1, bytes, hold: Some(hold), ..Part::default() })),
            Some(Found::Record { bytes, .. }) => Part { count: 1, bytes, namespaces: Arc::clone(&self.namespaces), ..Part::default() },
        };
        while part.count < records_max && part.bytes.len() < bytes_max {
            match self.find() {
                Some(Found::Record { bytes, breaks: false }) => {
                    part.count += 1;
                    part.bytes.end = bytes.end;
                }
                found => {
                    self.ready = found;
                    break;
                }
            }
        }
        Ok(Some(part))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn names(text: &str) -> RecordNames {
        let names = text.split('|').map(|name| match name.split_once('=') {
            Some((name, uri)) => (name.to_string(), Some(uri.to_string())),
            None => (name.to_string(), None),
        });
        RecordNames { shown: text.to_string(), names: names.collect() }
    }

    fn cut(names: &RecordNames, text: &[u8], records_max: u64, bytes_max: usize) -> Vec<String> {
        let mut cutter = XmlCutter::new(names, text);
        let mut all = Vec::new();
        while let Some(part) = cutter.next(records_max, bytes_max).expect("no fault") {
            let scope: String = part.namespaces.iter().map(|(prefix, uri)| format!("{prefix}={uri} ")).collect();
            let show = |range: Range<usize>| String::from_utf8_lossy(&text[range]).into_owned();
            match &part.hold {
                Some(hold) => all.push(format!("{} {} ~ {}", hold.code.id, show(part.bytes.clone()), hold.reason)),
                None => {
                    let before = all.len();
                    all.extend(pieces(names, text, &part).map(|piece| format!("{scope}{}", show(piece.bytes))));
                    assert_eq!((all.len() - before) as u64, part.count);
                }
            }
        }
        all
    }

    #[track_caller]
    fn check(record: &str, text: &str, expected: &[&str]) {
        let names = names(record);
        let whole = cut(&names, text.as_bytes(), u64::MAX, usize::MAX);
        for (records_max, bytes_max) in [(1, usize::MAX), (2, usize::MAX), (u64::MAX, 1), (3, 20)] {
            assert_eq!(cut(&names, text.as_bytes(), records_max, bytes_max), whole);
        }
        assert_eq!(whole.len(), expected.len(), "{whole:?}");
        for (found, expected) in whole.iter().zip(expected) {
            match expected.split_once(" ~ ") {
                Some((start, part)) => assert!(found.starts_with(start) && found.contains(part), "{found}"),
                None => assert_eq!(found, expected),
            }
        }
    }

    #[test]
    fn records_at_any_depth() {
        check("r", "<r>1</r>", &["<r>1</r>"]);
        check("r", "<?xml version='1.0'?><!-- <r> -->\n<r/>\n<!-- end -->", &["<r/>"]);
        check("r", "<all><r a='>'/>x<g><r><r>in</r></r></g><![CDATA[<r>]]><r>2</r ></all>", &["<r a='>'/>", "<r><r>in</r></r>", "<r>2</r >"]);
        check("a|b", "<w><a/><b/><c/><a/></w>", &["<a/>", "<b/>", "<a/>"]);
        check("r", "<all></all>", &[]);
        check("r", "<all/>", &[]);
    }

    #[test]
    fn namespaces_travel_along() {
        check(
            "r",
            "<w xmlns='u' xmlns:p='v'><r/><p:r/><g xmlns:q='x&amp;y'><r/></g><r/></w>",
            &["=u p=v <r/>", "=u p=v <p:r/>", "=u p=v q=x&y <r/>", "=u p=v <r/>"],
        );
        check("r=u", "<w xmlns:p='u'><r/><p:r/><r xmlns='u'/><r xmlns='v'/></w>", &["p=u <p:r/>", "p=u <r xmlns='u'/>"]);
        check("r=u", "<r xmlns='v'><r xmlns='u'/></r>", &["=v <r xmlns='u'/>"]);
    }

    #[test]
    fn a_broken_record_keeps_to_itself() {
        check("r", "<w><r><a></b></r><r>2</r></w>", &["<r><a></b></r>", "<r>2</r>"]);
        check("r", "<w><r>1 < 2</r><r>2</r></w>", &["<r>1 < 2</r>", "<r>2</r>"]);
        check("r", "<w><r><!-- x</r><r>2</r></w>", &["<r><!-- x</r>", "<r>2</r>"]);
        check("r", "<w><r><a b='x></a></r><r>2</r></w>", &["<r><a b='x></a></r>", "<r>2</r>"]);
    }

    #[test]
    fn what_cannot_be_cut_is_held() {
        check("r", "<w><r>1</r><r>2", &["<r>1</r>", "R0317 <r>2 ~ before the end tag `</r>`"]);
        check("r", "<w><r>1</r>\n<x>", &["<r>1</r>", "R0317 \n<x> ~ before `</x>`, so records may be missing"]);
        check("r", "<w><r>1</r></v><r>2</r></w>", &["<r>1</r>", "R0314 </v><r>2</r></w> ~ `</v>` stands where `</w>` should be"]);
        check("r", "<w><r>1</r></w><w><r>2</r></w>", &["<r>1</r>", "R0314 </w><w><r>2</r></w> ~ second root"]);
        check("r", "<r>1</r>x", &["<r>1</r>", "R0314 x ~ text follows"]);
        check("r", "x<r>1</r>", &["R0314 x<r>1</r> ~ the whole file"]);
        check("r", "<!DOCTYPE w [<!ENTITY a 'b'>]><w><r>1</r></w>", &["R0315 <!DOCTYPE ~ refused (line 1); the whole file is held"]);
        check("r", "", &["R0314  ~ no element"]);
        check("r", "<w>\n<s/></w>", &["R0316 <w> ~ no record element `r`; the root is `w`"]);
        check("r", "<error>no data</error>", &["R0316 <error> ~ the root is `error`"]);
        check("r=u", "<r/>", &["R0316 <r/> ~ the root is `r`"]);
        check("r", &"<x>".repeat(10_000), &["R0304 <x> ~ deeper than 128"]);
    }

    proptest! {
        #[test]
        fn each_record_is_cut_once(counts in proptest::collection::vec((0usize..3, 0usize..4), 0..8), records in 1u64..5, bytes in 1usize..60) {
            let mut text = "<w>".to_string();
            let mut expected = Vec::new();
            for (index, (kind, inner)) in counts.iter().enumerate() {
                let record = format!("<r i='{index}'>{}</r>", ["<a/>", "<r>x</r>", "<!-- </r> -->"][*kind].repeat(*inner));
                text.push_str(&format!("\n<g>{record}</g><!-- <r/> -->"));
                expected.push(record);
            }
            text.push_str("</w>");
            prop_assert_eq!(cut(&names("r"), text.as_bytes(), records, bytes), expected);
        }

        #[test]
        fn any_text_is_cut_the_same_in_any_size(text in "(<r>|</r>|<w>|</w>|<r/>|<r:r xmlns:r='u'>|</r:r>|<!--|-->|'|\"|<a b='|x| |<!DOCTYPE|<\\?|\\?>){0,20}", records in 1u64..5, bytes in 1usize..30) {
            for record in ["r", "r=u"] {
                let names = names(record);
                prop_assert_eq!(cut(&names, text.as_bytes(), records, bytes), cut(&names, text.as_bytes(), u64::MAX, usize::MAX));
            }
        }
    }
}
