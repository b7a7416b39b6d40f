//! Reads the pages of a volume back with an independent PDF reader: lines of text with their places, and marks.
//!
//! Everything is described in points from the upper left corner of the page, as strings that cases can be compared with.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use lopdf::content::Content;
use lopdf::{Dictionary, Document, Object, ObjectId};

/// What a page shows.
#[derive(Default)]
pub struct Shown {
    pieces: Vec<Piece>,
    /// Fills, strokes and images in the order they are painted.
    pub marks: Vec<String>,
    /// Texts that do not run from left to right: degrees clockwise, text, where it begins.
    pub turned: Vec<String>,
    /// Where links lead and what part of the page they are on.
    pub links: Vec<String>,
}

/// The text of one code.
struct Piece {
    left: f64,
    right: f64,
    baseline: f64,
    text: String,
}

/// A word of a line.
pub struct Word {
    pub left: f64,
    pub right: f64,
    pub text: String,
}

/// Reads every page.
pub fn read_pages(bytes: &[u8]) -> Vec<Shown> {
    let document = Document::load_mem(bytes).expect("an independent reader opens the volume");
    document.get_pages().values().map(|&page| read_page(&document, page)).collect()
}

fn read_page(document: &Document, page: ObjectId) -> Shown {
    let media: Vec<f64> = array(document, inherited(document, page, b"MediaBox")).iter().map(number).collect();
    let resources = resolve(document, inherited(document, page, b"Resources")).as_dict().unwrap().clone();
    let mut shown = Shown::default();
    let content = document.get_page_content(page);
    Reader { document, height: media[3], shown: &mut shown, fonts: BTreeMap::new() }.run(&content, &resources, [1.0, 0.0, 0.0, 1.0, 0.0, 0.0]);
    if let Ok(annotations) = document.get_dictionary(page).unwrap().get(b"Annots") {
        for annotation in array(document, annotations) {
            shown.links.push(read_link(document, resolve(document, annotation).as_dict().unwrap(), media[3]));
        }
    }
    shown
}

fn read_link(document: &Document, link: &Dictionary, height: f64) -> String {
    let r: Vec<f64> = array(document, link.get(b"Rect").unwrap()).iter().map(number).collect();
    let place = format!("{} {} {}x{}", short(r[0]), short(height - r[3]), short(r[2] - r[0]), short(r[3] - r[1]));
    let target = match link.get(b"A") {
        Ok(action) => {
            let uri = resolve(document, action).as_dict().unwrap().get(b"URI").unwrap().as_str().unwrap();
            String::from_utf8_lossy(uri).into_owned()
        }
        Err(_) => destination(document, link, height),
    };
    assert_eq!(link.get(b"F").unwrap().as_i64().unwrap(), 4, "links are printed annotations");
    format!("{target} at {place}")
}

fn destination(document: &Document, dictionary: &Dictionary, height: f64) -> String {
    let parts = array(document, dictionary.get(b"Dest").unwrap());
    let page = parts[0].as_reference().unwrap();
    let number_of = document.get_pages().iter().find(|(_, object)| **object == page).map(|(number, _)| *number).unwrap();
    match parts.get(3) {
        Some(top) => format!("page {number_of} {}", short(height - number(top))),
        None => format!("page {number_of}"),
    }
}

/// The outline as lines: depth, title, where it leads; then what the file says about itself.
pub fn read_about(bytes: &[u8]) -> Vec<String> {
    let document = Document::load_mem(bytes).expect("an independent reader opens the volume");
    let mut out = Vec::new();
    let catalog = document.catalog().unwrap();
    let outline = resolve(&document, catalog.get(b"Outlines").unwrap()).as_dict().unwrap();
    let first = document.get_pages()[&1];
    let media: Vec<f64> = array(&document, inherited(&document, first, b"MediaBox")).iter().map(number).collect();
    read_outline(&document, outline, 0, media[3], &mut out);
    let information = resolve(&document, document.trailer.get(b"Info").unwrap()).as_dict().unwrap();
    for (key, name) in [(b"Title".as_slice(), "title"), (b"Author", "author"), (b"Subject", "subject"), (b"Keywords", "keywords")] {
        if let Ok(value) = information.get(key) {
            out.push(format!("{name} = \"{}\"", String::from_utf8_lossy(value.as_str().unwrap())));
        }
    }
    out
}

fn read_outline(document: &Document, parent: &Dictionary, depth: usize, height: f64, out: &mut Vec<String>) {
    let mut next = parent.get(b"First").ok();
    while let Some(item) = next {
        let item = resolve(document, item).as_dict().unwrap();
        let title = String::from_utf8_lossy(item.get(b"Title").unwrap().as_str().unwrap()).into_owned();
        out.push(format!("outline {depth} = \"{title}\" {}", destination(document, item, height)));
        read_outline(document, item, depth + 1, height, out);
        next = item.get(b"Next").ok();
    }
}

fn resolve<'d>(document: &'d Document, object: &'d Object) -> &'d Object {
    document.dereference(object).unwrap().1
}

/// An entry of a page or of a page tree node above it (ISO 32000-1, 7.7.3.4).
fn inherited<'d>(document: &'d Document, page: ObjectId, key: &[u8]) -> &'d Object {
    let dictionary = document.get_dictionary(page).unwrap();
    match dictionary.get(key) {
        Ok(value) => value,
        Err(_) => inherited(document, dictionary.get(b"Parent").unwrap().as_reference().unwrap(), key),
    }
}

fn array<'d>(document: &'d Document, object: &'d Object) -> &'d Vec<Object> {
    resolve(document, object).as_array().unwrap()
}

fn number(object: &Object) -> f64 {
    match object {
        Object::Integer(n) => *n as f64,
        Object::Real(n) => f64::from(*n),
        other => panic!("{other:?} is no number"),
    }
}

/// A font: how its codes read and how wide they are.
struct Font {
    code_bytes: usize,
    texts: BTreeMap<u32, String>,
    widths: BTreeMap<u32, f64>,
}

impl Font {
    fn read(document: &Document, dictionary: &Dictionary) -> Font {
        let encoding = resolve(document, dictionary.get(b"Encoding").unwrap());
        let code_bytes = if encoding.as_name().is_ok_and(|name| name == b"Identity-H") { 2 } else { 1 };
        let map = resolve(document, dictionary.get(b"ToUnicode").unwrap()).as_stream().unwrap();
        let texts = read_to_unicode(&String::from_utf8(map.decompressed_content().unwrap()).unwrap());
        let descendant = resolve(document, &array(document, dictionary.get(b"DescendantFonts").unwrap())[0]).as_dict().unwrap();
        let mut widths = BTreeMap::new();
        let list = array(document, descendant.get(b"W").unwrap());
        let mut at = 0;
        while at < list.len() {
            let first = number(&list[at]) as u32;
            if let Ok(run) = resolve(document, &list[at + 1]).as_array() {
                widths.extend(run.iter().enumerate().map(|(index, width)| (first + index as u32, number(width))));
                at += 2;
            } else {
                let width = number(&list[at + 2]);
                widths.extend((first..=number(&list[at + 1]) as u32).map(|cid| (cid, width)));
                at += 3;
            }
        }
        Font { code_bytes, texts, widths }
    }
}

/// The pairs of a ToUnicode map (ISO 32000-1, 9.10.3).
fn read_to_unicode(map: &str) -> BTreeMap<u32, String> {
    let mut texts = BTreeMap::new();
    let mut in_range = false;
    for line in map.lines() {
        in_range = if line.ends_with("beginbfrange") { true } else { in_range && !line.ends_with("endbfrange") };
        let parts: Vec<&str> = line.split(['<', '>']).filter(|part| !part.trim().is_empty()).collect();
        let hex = |text: &str| u32::from_str_radix(text, 16).ok();
        let units =
            |text: &str| -> Vec<u16> { (0..text.len() / 4).filter_map(|at| u16::from_str_radix(&text[at * 4..at * 4 + 4], 16).ok()).collect() };
        if !line.starts_with('<') {
            continue;
        }
        match parts.as_slice() {
            [code, text] => {
                texts.extend(hex(code).map(|code| (code, String::from_utf16(&units(text)).unwrap())));
            }
            [first, last, text] if in_range => {
                let (first, last, mut units) = (hex(first).unwrap(), hex(last).unwrap(), units(text));
                for code in first..=last {
                    texts.insert(code, String::from_utf16(&units).unwrap());
                    *units.last_mut().unwrap() += 1;
                }
            }
            _ => {}
        }
    }
    texts
}

struct Reader<'d, 's> {
    document: &'d Document,
    height: f64,
    shown: &'s mut Shown,
    fonts: BTreeMap<Vec<u8>, Font>,
}

#[derive(Clone)]
struct Graphics {
    fill: [f64; 3],
    stroke: [f64; 3],
    width: f64,
    dash: String,
    matrix: [f64; 6],
}

impl Reader<'_, '_> {
    /// Runs a content stream in coordinates that `matrix` places on the page.
    fn run(&mut self, content: &[u8], resources: &Dictionary, matrix: [f64; 6]) {
        let document = self.document;
        let named = |kind: &[u8], name: &[u8]| -> &Object {
            let all = resolve(document, resources.get(kind).unwrap()).as_dict().unwrap();
            resolve(document, all.get(name).unwrap_or_else(|_| panic!("no resource {}", String::from_utf8_lossy(name))))
        };
        let black = Graphics { fill: [0.0; 3], stroke: [0.0; 3], width: 1.0, dash: String::new(), matrix };
        let (mut now, mut saved) = (black, Vec::new());
        let mut path: Vec<(f64, f64)> = Vec::new();
        let mut is_curved = false;
        let (mut font, mut size, mut spacing, mut word_spacing, mut rise) = (Vec::new(), 0.0, 0.0, 0.0, 0.0);
        let (mut line, mut pen) = ((0.0, 0.0), 0.0);
        let mut marked: Vec<Option<(String, usize)>> = Vec::new();
        for operation in Content::decode(content).unwrap().operations {
            let values: Vec<f64> = operation.operands.iter().filter(|o| o.as_i64().is_ok() || o.as_f32().is_ok()).map(number).collect();
            match operation.operator.as_str() {
                "q" => saved.push(now.clone()),
                "Q" => now = saved.pop().unwrap(),
                "cm" => now.matrix = product([values[0], values[1], values[2], values[3], values[4], values[5]], now.matrix),
                "g" => now.fill = [values[0]; 3],
                "rg" => now.fill = [values[0], values[1], values[2]],
                "G" => now.stroke = [values[0]; 3],
                "RG" => now.stroke = [values[0], values[1], values[2]],
                "w" => now.width = values[0],
                "d" => {
                    let dash: Vec<String> = operation.operands[0].as_array().unwrap().iter().map(|d| short(number(d))).collect();
                    now.dash = if dash.is_empty() { String::new() } else { format!(" dash {}", dash.join(" ")) };
                }
                "re" => {
                    let (left, bottom, right, top) = (values[0], values[1], values[0] + values[2], values[1] + values[3]);
                    path.extend([(left, bottom), (right, bottom), (right, top), (left, top)]);
                }
                "m" | "l" => path.push((values[0], values[1])),
                "c" => {
                    path.push((values[4], values[5]));
                    is_curved = true;
                }
                "f" | "S" => {
                    let round = if is_curved { " round" } else { "" };
                    let rectangle = self.rectangle(&path, &now.matrix);
                    self.shown.marks.push(match operation.operator.as_str() {
                        "f" => format!("fill {} {rectangle}{round}", hex(now.fill)),
                        _ => format!("stroke {} {} {rectangle}{round}{}", short(now.width), hex(now.stroke), now.dash),
                    });
                    path.clear();
                    is_curved = false;
                }
                "n" => path.clear(),
                "gs" => self.shown.marks.push(format!("state {}", String::from_utf8_lossy(operation.operands[0].as_name().unwrap()))),
                "BT" => (line, pen) = ((0.0, 0.0), 0.0),
                "Tf" => (font, size) = (operation.operands[0].as_name().unwrap().to_vec(), values[0]),
                "Tc" => spacing = values[0],
                "Tw" => word_spacing = values[0],
                "Ts" => rise = values[0],
                "Td" => (line, pen) = ((line.0 + values[0], line.1 + values[1]), 0.0),
                "Tj" | "TJ" => {
                    let single = [operation.operands[0].clone()];
                    let parts = operation.operands[0].as_array().map_or(&single[..], |parts| &parts[..]);
                    if !self.fonts.contains_key(&font) {
                        let read = Font::read(document, named(b"Font", &font).as_dict().unwrap());
                        self.fonts.insert(font.clone(), read);
                    }
                    let known = &self.fonts[&font];
                    let m = now.matrix;
                    let place = |x: f64, y: f64| (m[0] * x + m[2] * y + m[4], m[1] * x + m[3] * y + m[5]);
                    let degrees = (-m[1]).atan2(m[0]).to_degrees().rem_euclid(360.0).round();
                    let (start, mut turned) = (place(line.0 + pen, line.1), String::new());
                    for part in parts {
                        match part {
                            Object::String(bytes, _) => {
                                for code in bytes.chunks(known.code_bytes) {
                                    let code = code.iter().fold(0, |code, byte| code << 8 | u32::from(*byte));
                                    let advance = known.widths.get(&code).copied().unwrap_or(1000.0) / 1000.0 * size + spacing;
                                    // ISO 32000-1, 9.3.3: word spacing widens the one-byte code 32 only.
                                    let advance = if known.code_bytes == 1 && code == 32 { advance + word_spacing } else { advance };
                                    let left = place(line.0 + pen, 0.0).0;
                                    let text = known.texts.get(&code).cloned().unwrap_or_else(|| "\u{fffd}".to_string());
                                    let baseline = self.height - place(0.0, line.1 + rise).1;
                                    if degrees != 0.0 {
                                        turned.push_str(&text);
                                    } else {
                                        self.shown.pieces.push(Piece { left, right: left + advance * m[0], baseline, text });
                                    }
                                    pen += advance;
                                }
                            }
                            other => pen -= number(other) / 1000.0 * size,
                        }
                    }
                    if !turned.is_empty() {
                        let at = format!("{} {}", short(start.0), short(self.height - start.1));
                        self.shown.turned.push(format!("{} \"{turned}\" at {at}", short(degrees)));
                    }
                }
                "Do" => {
                    let name = operation.operands[0].as_name().unwrap();
                    let object = named(b"XObject", name).as_stream().unwrap();
                    if object.dict.get(b"Subtype").unwrap().as_name().unwrap() == b"Image" {
                        let rectangle = self.rectangle(&[(0.0, 0.0), (1.0, 1.0)], &now.matrix);
                        self.shown.marks.push(format!("image {rectangle}"));
                    } else {
                        let inner = resolve(document, object.dict.get(b"Resources").unwrap()).as_dict().unwrap();
                        let content = object.decompressed_content().unwrap();
                        let outer = std::mem::take(&mut self.fonts);
                        self.run(&content, inner, now.matrix);
                        self.fonts = outer;
                    }
                }
                "BMC" => marked.push(None),
                "BDC" => {
                    let properties = operation.operands[1].as_dict().unwrap();
                    marked.push(properties.get(b"ActualText").ok().map(|told| {
                        let Object::String(bytes, _) = told else { panic!("a text") };
                        let units: Vec<u16> = bytes[2..].chunks(2).map(|unit| u16::from_be_bytes([unit[0], unit[1]])).collect();
                        // A soft hyphen is told of a hyphen that is seen.
                        (String::from_utf16(&units).unwrap().replace('\u{ad}', "-"), self.shown.pieces.len())
                    }));
                }
                // What is told counts more than what the glyphs read as (ISO 32000-1, 14.9.4).
                "EMC" => {
                    let Some((text, first)) = marked.pop().expect("a beginning") else { continue };
                    let glyphs = self.shown.pieces.split_off(first);
                    let left = glyphs.iter().map(|piece| piece.left).reduce(f64::min).unwrap();
                    let right = glyphs.iter().map(|piece| piece.right).reduce(f64::max).unwrap();
                    self.shown.pieces.push(Piece { left, right, baseline: glyphs[0].baseline, text });
                }
                "ET" | "J" | "j" | "h" => {}
                other => panic!("an operator the reader does not know: {other}"),
            }
        }
        assert!(saved.is_empty(), "q without Q");
    }

    /// Left, top, width and height of a path.
    fn rectangle(&self, path: &[(f64, f64)], m: &[f64; 6]) -> String {
        let moved: Vec<(f64, f64)> = path.iter().map(|(x, y)| (m[0] * x + m[2] * y + m[4], m[1] * x + m[3] * y + m[5])).collect();
        let bound = |of: fn(&(f64, f64)) -> f64, better: fn(f64, f64) -> f64| moved.iter().map(of).reduce(better).unwrap();
        let (left, right) = (bound(|p| p.0, f64::min), bound(|p| p.0, f64::max));
        let (bottom, top) = (bound(|p| p.1, f64::min), bound(|p| p.1, f64::max));
        format!("{} {} {}x{}", short(left), short(self.height - top), short(right - left), short(top - bottom))
    }
}

fn product(a: [f64; 6], b: [f64; 6]) -> [f64; 6] {
    [
        a[0] * b[0] + a[1] * b[2],
        a[0] * b[1] + a[1] * b[3],
        a[2] * b[0] + a[3] * b[2],
        a[2] * b[1] + a[3] * b[3],
        a[4] * b[0] + a[5] * b[2] + b[4],
        a[4] * b[1] + a[5] * b[3] + b[5],
    ]
}

/// A number with at most one decimal.
pub fn short(value: f64) -> String {
    let text = format!("{:.1}", (value * 10.0).round() / 10.0);
    let text = text.strip_suffix(".0").map_or(text.clone(), str::to_string);
    if text == "-0" { "0".to_string() } else { text }
}

fn hex(color: [f64; 3]) -> String {
    color.iter().fold("#".to_string(), |mut text, part| {
        let _ = write!(text, "{:02x}", (part * 255.0).round() as u8);
        text
    })
}

impl Shown {
    /// The lines from top to bottom: baseline and words from left to right.
    pub fn lines(&self) -> Vec<(f64, Vec<Word>)> {
        let mut pieces: Vec<&Piece> = self.pieces.iter().collect();
        pieces.sort_by(|a, b| (a.baseline, a.left).partial_cmp(&(b.baseline, b.left)).unwrap());
        let mut lines: Vec<(f64, Vec<&Piece>)> = Vec::new();
        for piece in pieces {
            match lines.last_mut() {
                Some((baseline, line)) if (piece.baseline - *baseline).abs() < 0.05 => line.push(piece),
                _ => lines.push((piece.baseline, vec![piece])),
            }
        }
        lines.into_iter().map(|(baseline, line)| (baseline, words(line))).filter(|(_, words)| !words.is_empty()).collect()
    }
}

/// Joins pieces that touch; a gap of more than a point, or a space, ends a word.
fn words(mut line: Vec<&Piece>) -> Vec<Word> {
    line.sort_by(|a, b| a.left.partial_cmp(&b.left).unwrap());
    let mut words: Vec<Word> = Vec::new();
    let mut is_open = false;
    for piece in line {
        if piece.text == " " {
            is_open = false;
            continue;
        }
        match words.last_mut() {
            Some(word) if is_open && piece.left - word.right < 1.0 => {
                word.text.push_str(&piece.text);
                word.right = piece.right;
            }
            _ => words.push(Word { left: piece.left, right: piece.right, text: piece.text.clone() }),
        }
        is_open = true;
    }
    words
}
