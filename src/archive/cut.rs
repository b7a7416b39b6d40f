//! A document of a volume as a file of its own.
//!
//! Takes an open volume and the range of bytes of a document, gives a stand-alone PDF/A with the pages byte for byte, the resources they
//! name, their part of the outline and of the structure tree, language and title: the same bytes each time. It reads the range, the
//! shared objects and the cross-reference, never the whole volume. Fonts are those of the volume, glyph for glyph: see ARCHITECTURE.md
//! for what subsets of their own would save. Must never compose or compress a page.

use std::collections::{BTreeMap, BTreeSet};

use super::pdf_text::{decode_text, title_of_packet};
use crate::kit::pdf::{
    File, FileError, Finished, Object, ObjectReader, OpenFile, PageTree, PdfFault, RangeRead, Ref, inflated, write_ref, write_text,
};

/// Why a document cannot be cut out.
#[derive(Debug, thiserror::Error)]
pub enum CutError {
    /// The volume cannot be read, or is damaged.
    #[error(transparent)]
    Volume(#[from] PdfFault),
    /// What was cut out cannot be written.
    #[error(transparent)]
    Write(#[from] FileError),
}

/// A page of a document in its volume.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CutPage {
    /// The number of its object.
    pub number: u32,
    /// Its dictionary.
    pub dictionary: Object,
    /// Its content stream as it is stored.
    pub body: Vec<u8>,
}

/// Reads the pages of a document from its range of a volume.
pub fn read_document(offset: u64, length: u64, from: &mut dyn RangeRead) -> Result<Vec<CutPage>, PdfFault> {
    let mut bytes = Vec::new();
    let damaged = |at: usize, what| PdfFault::Damaged { at: offset + at as u64, what };
    let length = usize::try_from(length).map_err(|_| damaged(0, "a document of this length"))?;
    from.read(offset, length, &mut bytes).map_err(PdfFault::Read)?;
    let (mut pages, mut bodies) = (Vec::new(), BTreeMap::new());
    let mut reader = ObjectReader::new(&bytes, 0);
    loop {
        reader.skip_space();
        let at = reader.at();
        if at >= bytes.len() {
            break;
        }
        let number = reader.integer().and_then(|number| u32::try_from(number).ok());
        let number = number.filter(|_| reader.integer() == Some(0) && reader.accept(b"obj")).ok_or(damaged(at, "an object of a document"))?;
        let object = reader.read().ok_or(damaged(at, "a value"))?;
        if reader.accept(b"stream\n") {
            let start = reader.at();
            let end = object.find("Length").and_then(Object::integer).and_then(|length| start.checked_add(length as usize));
            let end = end.filter(|end| *end <= bytes.len()).ok_or(damaged(at, "a stream of its length"))?;
            bodies.insert(number, start..end);
            reader = ObjectReader::new(&bytes, end);
            if !reader.accept(b"endstream") {
                return Err(damaged(end, "the end of a stream"));
            }
        }
        if !reader.accept(b"endobj") {
            return Err(damaged(reader.at(), "the end of an object"));
        }
        if object.find("Type").is_some_and(|kind| kind.is_name("Page")) {
            pages.push((number, object));
        }
    }
    let mut found = Vec::with_capacity(pages.len());
    for (number, dictionary) in pages {
        let body = dictionary.find("Contents").and_then(Object::reference).and_then(|body| bodies.get(&body));
        let body = bytes[body.ok_or(damaged(0, "the content stream of a page"))?.clone()].to_vec();
        found.push(CutPage { number, dictionary, body });
    }
    if found.is_empty() { Err(damaged(0, "a page of a document")) } else { Ok(found) }
}

/// Writes the document with these pages as a file of its own.
pub fn cut_out(open: &mut OpenFile, pages: &[CutPage], from: &mut dyn RangeRead, out: &mut dyn std::io::Write) -> Result<Finished, CutError> {
    let (_, catalog) = open.from_trailer("Root", from)?;
    let (_, information) = open.from_trailer("Info", from)?;
    let mut cutter = Cutter { file: File::new(out), open, from, numbers: BTreeMap::new(), queue: Vec::new() };
    let new_catalog = cutter.file.reserve();
    let new_pages = cutter.file.reserve();
    let new_information = cutter.file.reserve();
    let metadata = cutter.file.reserve();
    let resources = cutter.file.reserve();
    let mut tree = PageTree::new(new_pages);
    let mut objects = Vec::with_capacity(pages.len());
    for page in pages {
        let parent = tree.parent(&mut cutter.file);
        let body = cutter.file.reserve_many(2);
        let object = Ref(body.0 + 1);
        cutter.numbers.insert(page.number, object);
        objects.push((parent, body, object));
        tree.push(object);
    }
    let item = cutter.outline_item(&catalog, pages[0].number)?;
    let structure = super::cut_structure::Structure::find(&catalog, pages, cutter.open, cutter.from)?;
    let structure_root = structure.as_ref().map(|structure| cutter.reserve(structure.root));
    for (page, (parent, body, object)) in pages.iter().zip(&objects) {
        cutter.file.stream(*body, b"/Filter/FlateDecode", &page.body)?;
        let mut value = Vec::new();
        cutter.write_page(page, (*parent, *body, resources), &mut value);
        cutter.file.begin(*object).extend_from_slice(&value);
        cutter.file.end()?;
    }
    let inherited = cutter.inherited(&catalog)?;
    tree.finish(&mut cutter.file, &inherited)?;
    let shared = cutter.filtered_resources(pages)?;
    cutter.pack(resources, &shared)?;
    let title = item.as_ref().and_then(|(_, item)| item.find("Title")).and_then(decode_text).unwrap_or_default();
    cutter.write_information(&information, &title, new_information)?;
    cutter.write_metadata(&catalog, &title, metadata)?;
    let outline = match &item {
        Some((number, item)) => Some(cutter.write_outline(*number, item)?),
        None => None,
    };
    for (number, object) in structure.iter().flat_map(|structure| &structure.rewritten) {
        let target = cutter.reserve(*number);
        cutter.queue.retain(|queued| queued != number);
        cutter.pack(target, object)?;
    }
    let mut members = Vec::new();
    for (name, value) in catalog.members() {
        let replaced = match name.as_slice() {
            b"Pages" => Some(new_pages),
            b"Metadata" => Some(metadata),
            b"Outlines" => match outline {
                Some(outline) => Some(outline),
                None => continue,
            },
            b"StructTreeRoot" => match structure_root {
                Some(root) => Some(root),
                None => continue,
            },
            _ => None,
        };
        members.push((name.clone(), replaced, value));
    }
    let mut value = b"<<".to_vec();
    for (name, replaced, old) in members {
        value.push(b'/');
        value.extend_from_slice(&name);
        match replaced {
            Some(object) => {
                value.push(b' ');
                write_ref(object, &mut value);
            }
            None => cutter.write_value(old, &mut value),
        }
    }
    value.extend_from_slice(b">>");
    cutter.file.pack(new_catalog, &value)?;
    cutter.copy_queued()?;
    Ok(cutter.file.finish(new_catalog, new_information)?)
}

struct Cutter<'c, 'w> {
    file: File<'w>,
    open: &'c mut OpenFile,
    from: &'c mut dyn RangeRead,
    /// New numbers by old ones.
    numbers: BTreeMap<u32, Ref>,
    /// What is named and not yet written.
    queue: Vec<u32>,
}

impl Cutter<'_, '_> {
    /// The new number of an object that is written by its own rule.
    fn reserve(&mut self, number: u32) -> Ref {
        match self.numbers.get(&number) {
            Some(known) => *known,
            None => {
                let new = self.file.reserve();
                self.numbers.insert(number, new);
                new
            }
        }
    }

    /// Appends a value; what it names is copied later.
    fn write_value(&mut self, value: &Object, out: &mut Vec<u8>) {
        let Cutter { file, numbers, queue, .. } = self;
        value.write(
            &mut |number| {
                let new = *numbers.entry(number).or_insert_with(|| {
                    queue.push(number);
                    file.reserve()
                });
                Some(new.0)
            },
            out,
        );
    }

    fn pack(&mut self, target: Ref, value: &Object) -> Result<(), CutError> {
        let mut out = Vec::new();
        self.write_value(value, &mut out);
        Ok(self.file.pack(target, &out)?)
    }

    /// Copies what was named, and what that names.
    fn copy_queued(&mut self) -> Result<(), CutError> {
        let mut at = 0;
        while at < self.queue.len() {
            let number = self.queue[at];
            at += 1;
            let (object, raw) = self.open.whole(number, self.from)?;
            let target = self.numbers[&number];
            // A page of another document that slipped in would bring its whole volume with it.
            if object.find("Type").is_some_and(|kind| kind.is_name("Page") || kind.is_name("Pages")) {
                self.file.pack(target, b"null")?;
                continue;
            }
            match raw {
                None => self.pack(target, &object)?,
                Some(raw) => {
                    let mut entries = Vec::new();
                    for (name, value) in object.members().iter().filter(|(name, _)| name != b"Length") {
                        entries.push(b'/');
                        entries.extend_from_slice(name);
                        self.write_value(value, &mut entries);
                    }
                    self.file.stream(target, &entries, &raw)?;
                }
            }
        }
        Ok(())
    }

    /// A page with its new parent, content and resources; its links name pages of the document, which have their new numbers.
    fn write_page(&mut self, page: &CutPage, (parent, body, resources): (Ref, Ref, Ref), out: &mut Vec<u8>) {
        out.extend_from_slice(b"<<");
        for (name, value) in page.dictionary.members() {
            out.push(b'/');
            out.extend_from_slice(name);
            let replaced = match name.as_slice() {
                b"Parent" => Some(parent),
                b"Contents" => Some(body),
                b"Resources" if value.reference().is_some() => Some(resources),
                _ => None,
            };
            match replaced {
                Some(object) => {
                    out.push(b' ');
                    write_ref(object, out);
                }
                None => self.write_value(value, out),
            }
        }
        out.extend_from_slice(b">>");
    }

    /// What pages inherit from the root of the volume's tree.
    fn inherited(&mut self, catalog: &Object) -> Result<Vec<u8>, CutError> {
        let root = catalog.find("Pages").and_then(Object::reference).unwrap_or(0);
        let root = self.open.object(root, self.from)?;
        let mut out = Vec::new();
        for (name, value) in root.members().iter().filter(|(name, _)| matches!(name.as_slice(), b"MediaBox" | b"CropBox" | b"Rotate")) {
            out.push(b'/');
            out.extend_from_slice(name);
            self.write_value(value, &mut out);
        }
        Ok(out)
    }

    /// The resource dictionary of the pages, without what none of them names.
    fn filtered_resources(&mut self, pages: &[CutPage]) -> Result<Object, CutError> {
        let Some(number) = pages.iter().find_map(|page| page.dictionary.find("Resources").and_then(Object::reference)) else {
            return Ok(Object::Dictionary(Vec::new()));
        };
        let resources = self.open.object(number, self.from)?;
        let mut named = BTreeSet::new();
        for page in pages {
            let dictionary = Object::Dictionary(vec![(b"Filter".to_vec(), Object::Name(b"FlateDecode".to_vec()))]);
            let content = inflated(&dictionary, &page.body).ok_or(PdfFault::Damaged { at: 0, what: "the content of a page" })?;
            add_names(&content, &mut named);
        }
        let mut kept = Vec::new();
        for (kind, value) in resources.members() {
            let members: Vec<(Vec<u8>, Object)> = value.members().iter().filter(|(name, _)| named.contains(name)).cloned().collect();
            match value {
                Object::Dictionary(_) if members.is_empty() => {}
                Object::Dictionary(_) => kept.push((kind.clone(), Object::Dictionary(members))),
                _ => kept.push((kind.clone(), value.clone())),
            }
        }
        Ok(Object::Dictionary(kept))
    }

    fn write_information(&mut self, information: &Object, title: &str, target: Ref) -> Result<(), CutError> {
        let mut text = Vec::new();
        write_text(title, &mut text);
        let members = information.members().iter();
        let members = members
            .map(|(name, value)| (name.clone(), if name == b"Title" && !title.is_empty() { Object::Text(text.clone()) } else { value.clone() }));
        let members = members.collect();
        self.pack(target, &Object::Dictionary(members))
    }

    /// The packet of the volume with another title: what it says of its conformance holds for the document, too.
    fn write_metadata(&mut self, catalog: &Object, title: &str, target: Ref) -> Result<(), CutError> {
        let number = catalog.find("Metadata").and_then(Object::reference).unwrap_or(0);
        let (_, packet) = self.open.stream(number, self.from)?;
        let packet = title_of_packet(&packet, title);
        Ok(self.file.stream(target, b"/Type/Metadata/Subtype/XML", &packet)?)
    }

    /// The entry of the volume's outline that names the first page of the document.
    fn outline_item(&mut self, catalog: &Object, first_page: u32) -> Result<Option<(u32, Object)>, CutError> {
        let Some(root) = catalog.find("Outlines").and_then(Object::reference) else { return Ok(None) };
        let root = self.open.object(root, self.from)?;
        let mut next = root.find("First").and_then(Object::reference);
        // A chain that turns back would never end; no outline has more entries than the file objects.
        for _ in 0..self.open.places().len() {
            let Some(number) = next else { break };
            let item = self.open.object(number, self.from)?;
            if item.find("Dest").and_then(|target| target.items().first()).and_then(Object::reference) == Some(first_page) {
                return Ok(Some((number, item)));
            }
            next = item.find("Next").and_then(Object::reference);
        }
        Ok(None)
    }

    /// The outline of the document: its entry with those below it.
    fn write_outline(&mut self, number: u32, item: &Object) -> Result<Ref, CutError> {
        let (root, entry) = (self.file.reserve(), self.reserve(number));
        let mut out = b"<</Title".to_vec();
        for (name, value) in item.members() {
            match name.as_slice() {
                b"Title" => self.write_value(value, &mut out),
                b"Parent" | b"Prev" | b"Next" => {}
                _ => {
                    out.push(b'/');
                    out.extend_from_slice(name);
                    self.write_value(value, &mut out);
                }
            }
        }
        out.extend_from_slice(b"/Parent ");
        write_ref(root, &mut out);
        out.extend_from_slice(b">>");
        self.file.pack(entry, &out)?;
        let mut out = b"<</Type/Outlines/First ".to_vec();
        write_ref(entry, &mut out);
        out.extend_from_slice(b"/Last ");
        write_ref(entry, &mut out);
        out.extend_from_slice(b"/Count 1>>");
        self.file.pack(root, &out)?;
        Ok(root)
    }
}

/// Adds every name of a content stream; texts and inline dictionaries are passed over as values.
fn add_names(content: &[u8], names: &mut BTreeSet<Vec<u8>>) {
    let mut at = 0;
    while let Some(&byte) = content.get(at) {
        match byte {
            b'/' => {
                let start = at + 1;
                at = start;
                while content.get(at).is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'#')) {
                    at += 1;
                }
                if !names.contains(&content[start..at]) {
                    names.insert(content[start..at].to_vec());
                }
            }
            b'(' => {
                let mut open = 0usize;
                while let Some(&byte) = content.get(at) {
                    match byte {
                        b'\\' => at += 1,
                        b'(' => open += 1,
                        b')' => open -= 1,
                        _ => {}
                    }
                    at += 1;
                    if open == 0 {
                        break;
                    }
                }
            }
            _ => at += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_texts_are_none() {
        let mut names = BTreeSet::new();
        add_names(b"BT /F1 9 Tf (a /X9 \\) (b)) Tj ET /X5 Do /Span<</Lang(de)>>BDC", &mut names);
        let names: Vec<String> = names.iter().map(|name| String::from_utf8_lossy(name).into_owned()).collect();
        assert_eq!(names, ["F1", "Lang", "Span", "X5"]);
    }
}
