//! Volumes and print files as another reader sees them.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::late::{Angle, LateText};
use super::print_file::{self, PrintPage, PrintWriter, Sides};
use super::volume::{PageBody, Shapes, VolumeIndex, read_pages, write_volume};
use super::{FileInfo, StreamError};
use crate::base::date::Date;
use crate::base::length::Length;
use crate::kit::font::{Face, FaceId};
use crate::kit::image::{Color as ImageColor, Filter, PdfImage, SoftMask};
use crate::kit::pdf::{deflate, write_literal};
use crate::kit::svg::GroupColor;
use crate::model::layout::{Align, Color};
use crate::model::page::{Bookmark, ComposedRange, Document, Entry, Link, Media, Page, PageExtras, Target};
use crate::model::resources::{Form, FormExtras, FormId, ImageId, Resources, Used};
use crate::model::structure::{CellDetail, Detail, Kind, Scope, Step, Structure};

/// Resources, papers and a range of documents with 1, 3 and 600 pages.
pub(super) struct Sample {
    pub(super) resources: Resources,
    pub(super) media: Vec<Media>,
    pub(super) range: ComposedRange,
}

const REGULAR: &[u8] = include_bytes!("../../fonts/liberation-sans/LiberationSans-Regular.ttf");
const BOLD: &[u8] = include_bytes!("../../fonts/liberation-sans/LiberationSans-Bold.ttf");

pub(super) fn info() -> FileInfo<'static> {
    FileInfo {
        title: "Statements & more, volume 1",
        producer: "Pressrun 0.1.0",
        date: Date::new(2026, 11, 23).expect("a date"),
        language: "en-US",
        properties: None,
    }
}

pub(super) fn sample() -> Sample {
    let faces = [REGULAR, BOLD].map(|data| Face::read(Arc::from(data)).expect("a face")).into();
    let mut resources = Resources { faces, ..Resources::default() };
    resources.images.push(PdfImage {
        turn: Default::default(),
        width_px: 2,
        height_px: 2,
        color: ImageColor::Rgb,
        bits: 8,
        filter: Filter::Flate,
        data: deflate(&[255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 0]),
        decode: None,
        alpha: Some(SoftMask { filter: Filter::Flate, data: deflate(&[255, 128, 64, 255]) }),
        dpi: None,
    });
    // Cyan, magenta, yellow and black at full and half strength.
    let inks = (0..8u8).flat_map(|pixel| (0..4).map(move |ink| if ink == pixel % 4 { if pixel < 4 { 255 } else { 128 } } else { 0 }));
    resources.images.push(PdfImage {
        turn: Default::default(),
        width_px: 4,
        color: ImageColor::Cmyk,
        data: deflate(&inks.collect::<Vec<u8>>()),
        alpha: None,
        ..resources.images[0].clone()
    });
    // Form 1 names form 0: the file must hold both though pages name only one.
    resources.forms.push(form(&resources, "Page header"));
    let mut outer = form(&resources, "Logo");
    outer.content.extend(b"q 1 0 0 1 0 -20 cm /X0 Do Q q 20 0 0 20 100 -20 cm /I0 Do Q q 40 0 0 20 130 -20 cm /I1 Do Q\n");
    outer.content.extend(b"q 1 0 0 1 200 0 cm /X3 Do Q\n");
    outer.used.forms.extend([FormId(0), FormId(3)]);
    outer.used.images.extend([ImageId(0), ImageId(1)]);
    resources.forms.push(outer);
    resources.forms.extend(glass());
    let letter = Media { name: "letter".into(), width: Length::from_points(612), height: Length::from_points(792) };
    let a4 = Media { name: "a4".into(), width: Length::from_millipoints(595_276), height: Length::from_millipoints(841_890) };
    let perforated = Media { name: "letter-perforated".into(), ..letter.clone() };
    let mut range = ComposedRange::default();
    range.used.forms.insert(FormId(1));
    for (record, pages) in [1usize, 3, 600].into_iter().enumerate() {
        let pages = (0..pages).map(|page| page_of(&resources, record, page, &mut range.used)).collect();
        let record = record as u64;
        range.documents.push(Document { record, id: format!("ID{record}"), title: format!("Ünal ({record})"), pages, ..Document::default() });
    }
    Sample { resources, media: vec![letter, a4, perforated], range }
}

pub(super) fn text(resources: &Resources, face: u16, wide: bool, text: &str, used: &mut Used, out: &mut Vec<u8>) {
    let face_data = &resources.faces[usize::from(face)];
    let glyphs = face_data.shaper().shape(text, false, false, false).expect("shapes");
    let mut codes = Vec::new();
    for glyph in glyphs {
        used.mark(FaceId(face), glyph.glyph, wide);
        match face_data.narrow.code_of(glyph.glyph).filter(|_| !wide) {
            Some(code) => codes.push(code),
            None => codes.extend(glyph.glyph.to_be_bytes()),
        }
    }
    out.extend(format!("/{}{face} 12 Tf ", if wide { 'G' } else { 'F' }).as_bytes());
    write_literal(&codes, out);
    out.extend(b"Tj\n");
}

fn form(resources: &Resources, words: &str) -> Form {
    let mut used = Used::default();
    let mut content = b"BT 0 -12 Td ".to_vec();
    text(resources, 1, false, words, &mut used, &mut content);
    content.extend(b"ET\n");
    let bounds = [Length::ZERO, Length::from_points(-50), Length::from_points(400), Length::ZERO];
    Form { content, bounds, used, extras: None, painted: Vec::new() }
}

/// A form that is half transparent towards its right, and the soft mask that makes it so.
fn glass() -> [Form; 2] {
    let bounds = [Length::ZERO, Length::from_points(-50), Length::from_points(40), Length::ZERO];
    let pattern = |space: &str, to: &str| {
        let function = format!("<</FunctionType 2/Domain[0 1]/N 1/C0[{to}]/C1[{to}]>>");
        format!("<</PatternType 2/Shading<</ShadingType 2/ColorSpace/{space}/Coords[0 0 40 0]/Function{function}>>>>").into_bytes()
    };
    let extras = FormExtras { patterns: vec![pattern("DeviceGray", ".5")], group: Some(GroupColor::Gray), ..FormExtras::default() };
    let content = b"/Pattern cs/P0 scn 0 -50 40 50 re f\n".to_vec();
    let mask = Form { content, bounds, used: Used::default(), extras: Some(Box::new(extras)), painted: Vec::new() };
    let extras =
        FormExtras { patterns: vec![pattern("DeviceRGB", "1 0 0")], opacities: vec![250], masks: vec![FormId(2)], group: Some(GroupColor::Rgb) };
    let content = b"q /O250 gs 0 -5 40 5 re f Q q /M2 gs /Pattern cs/P0 scn 0 -50 40 50 re f Q\n".to_vec();
    let used = Used { forms: [FormId(2)].into(), ..Used::default() };
    [mask, Form { content, bounds, used, extras: Some(Box::new(extras)), painted: Vec::new() }]
}

fn page_of(resources: &Resources, record: usize, page: usize, used: &mut Used) -> Page {
    let mut content = b"q 1 0 0 1 50 750 cm /X1 Do Q\n2 Tr BT 1 Tc 50 600 Td ".to_vec();
    text(resources, 0, false, &format!("Record {record}, page {page} for €12.50 (efficient office)"), used, &mut content);
    content.extend(b"0 -20 Td ");
    text(resources, 0, true, "Ωmega Привет", used, &mut content);
    content.extend(b"ET\n");
    // Every fifth page has links and bookmarks, with everything in them that could be taken for the end of something.
    let extras = page.is_multiple_of(5).then(|| {
        let place = [10, 20, 30, 40].map(Length::from_points);
        let uri = "https://example.org/)]>>%0Aendobj(".to_string();
        let links = vec![
            Link { place, target: Target::Uri(uri), name: "u".into(), number: 0 },
            Link { place, target: Target::Page(0, Length::from_points(700)), name: "p".into(), number: 1 },
        ];
        let bookmarks = vec![Bookmark { title: format!("Page {page}"), level: 1 + (page % 2) as u8, top: Length::from_points(700) }];
        Box::new(PageExtras { links, bookmarks })
    });
    Page { body: deflate(&content), body_length: content.len() as u32, media: (page % 3) as u8, extras, touched: 0 }
}

#[test]
fn forms_of_pictures_have_patterns_states_and_a_group() {
    let (bytes, _) = volume(&sample());
    let has = |wanted: &[u8]| bytes.windows(wanted.len()).any(|window| window == wanted);
    assert!(has(b"/Group<</S/Transparency/I true/CS/DeviceGray>>/Resources<</Pattern<</P0<</PatternType 2"));
    assert!(has(b"/Group<</S/Transparency/I true/CS/DeviceRGB>>/Resources<</XObject<</X2 "));
    assert!(has(b"/ExtGState<</O250<</ca .25/CA .25>>/M2<</SMask<</S/Luminosity/G "));
    // Whatever is named is written, also through the mask of a form that only another form names.
    let document = lopdf::Document::load_mem(&bytes).unwrap();
    let masks = document.objects.values().filter_map(|object| object.as_stream().ok()).filter(|stream| stream.dict.has(b"Group"));
    assert_eq!(masks.count(), 2);
}

fn volume(sample: &Sample) -> (Vec<u8>, VolumeIndex) {
    let mut bytes = Vec::new();
    let index = write_volume(&sample.range, &sample.resources, &sample.media, &info(), &Shapes::default(), &mut bytes).expect("written");
    (bytes, index)
}

/// The same with a structure for each document: texts, a table, a footnote and two figures, of the last more than a stream holds.
fn tagged() -> Sample {
    let mut sample = sample();
    for (number, document) in sample.range.documents.iter_mut().enumerate() {
        let mut structure = Structure { language: if number == 1 { "de" } else { "en-US" }.to_string(), ..Structure::default() };
        for page in 0..document.pages.len() as u32 {
            structure.whole(Kind::Paragraph, page, 0);
        }
        structure.begin_with(Kind::Figure, Detail::FiguresAlt(format!("Code 128: {number}23")));
        structure.steps.push(Step::Content { page: 0, mcid: 2 });
        structure.end();
        if number == 0 {
            // More figures than there are blanks.
            for mcid in 100..800 {
                structure.begin_with(Kind::Figure, Detail::FiguresAlt("7".repeat(100)));
                structure.steps.push(Step::Content { page: 0, mcid });
                structure.end();
            }
        }
        structure.begin_with(Kind::Figure, Detail::OwnAlt(format!("of {number} (own) \\ words ünd")));
        structure.steps.push(Step::Content { page: 0, mcid: 1 });
        structure.end();
        structure.begin(Kind::Note);
        structure.whole(Kind::Label, 0, 3);
        structure.end();
        structure.begin(Kind::Table);
        for row in 0..if number == 2 { 900 } else { 7 } {
            structure.begin(Kind::Row);
            structure.begin_with(Kind::HeadCell, Detail::Cell(CellDetail { columns: 1, rows: 1, scope: Some(Scope::Row) }));
            structure.steps.push(Step::Content { page: 0, mcid: 4 + row * 2 });
            structure.end();
            structure.whole(Kind::Cell, 0, 5 + row * 2);
            structure.end();
        }
        structure.end();
        let links = document.pages.iter().enumerate().flat_map(|(page, of)| of.extras.iter().map(move |extras| (page, extras.links.len())));
        for (page, count) in links.collect::<Vec<_>>() {
            for index in 0..count as u32 {
                structure.begin(Kind::Link);
                structure.steps.push(Step::Annotation { page: page as u32, index });
                structure.end();
            }
        }
        document.structure = Some(Box::new(structure));
    }
    sample
}

#[test]
fn structures_are_read_back_and_shapes_change_no_byte() {
    let sample = tagged();
    let (bytes, index) = volume(&sample);
    let shapes = Shapes::default();
    for _ in 0..2 {
        let mut again = Vec::new();
        write_volume(&sample.range, &sample.resources, &sample.media, &info(), &shapes, &mut again).expect("written");
        assert!(again == bytes, "a volume does not depend on what was written before");
    }
    let document = lopdf::Document::load_mem(&bytes).unwrap();
    let dictionaries = || document.objects.values().filter_map(|object| object.as_dict().ok());
    let elements = dictionaries().filter(|dictionary| dictionary.has(b"S") && dictionary.has(b"P"));
    let begun: u32 = sample.range.documents.iter().filter_map(|document| document.structure.as_ref()).map(|structure| structure.elements + 1).sum();
    // One above all documents.
    assert_eq!(elements.count() as u32, begun + 1);
    let alts: BTreeSet<Vec<u8>> = dictionaries()
        .filter_map(|dictionary| document.dereference(dictionary.get(b"Alt").ok()?).ok()?.1.as_str().ok().map(<[u8]>::to_vec))
        .collect();
    assert!((0..3).all(|number| alts.contains(format!("Code 128: {number}23").as_bytes())), "{alts:?}");
    assert_eq!(alts.len(), 7);
    // Every page finds the elements of its sequences.
    for (number, id) in document.get_pages() {
        let key = document.get_dictionary(id).unwrap().get(b"StructParents").unwrap().as_i64().unwrap();
        assert_eq!(key, i64::from(number) - 1);
        let part = dictionaries().find_map(|dictionary| {
            let numbers = dictionary.get(b"Nums").ok()?.as_array().ok()?;
            numbers.chunks(2).find(|pair| pair[0].as_i64().ok() == Some(key)).map(|pair| pair[1].as_array().unwrap().clone())
        });
        let part = part.expect("a key of the page");
        let first = document.dereference(&part[0]).unwrap().1.as_dict().unwrap();
        assert_eq!(first.get(b"S").unwrap().as_name().unwrap(), b"P");
        assert_eq!(first.get(b"Pg").unwrap().as_reference().unwrap(), id);
    }
    for entry in entries(&sample, &index) {
        assert_eq!(read_pages(&bytes, &entry, &sample.media).expect("whole").len(), entry.pages as usize);
    }
}

fn entries(sample: &Sample, index: &VolumeIndex) -> Vec<Entry> {
    index.documents.iter().zip(&sample.range.documents).map(|(place, document)| place.entry(document, 0)).collect()
}

/// The job-wide resources: those of the pages and those of the late text.
fn late_text(sample: &Sample) -> (LateText, Used) {
    let text = LateText {
        left: Length::from_points(30),
        top: Length::from_points(700),
        size: Length::from_points(7),
        color: Color::default(),
        face: FaceId(0),
        align: Align::Left,
        angle: Angle::Quarter,
    };
    let mut used = sample.range.used.clone();
    text.mark(&sample.resources, "№ ", &mut used).expect("all glyphs");
    (text, used)
}

pub(super) fn print(sample: &Sample) -> Vec<u8> {
    let (volume, index) = volume(sample);
    let (text, used) = late_text(sample);
    let mut out = Vec::new();
    let mut writer = PrintWriter::new(&mut out, &sample.media);
    // Last document first, every second side of an odd document blank.
    for (sequence, entry) in entries(sample, &index).iter().rev().enumerate() {
        let bodies = read_pages(&volume, entry, &sample.media).expect("whole");
        let late: Vec<Vec<u8>> = (0..bodies.len()).map(|page| late_stream(sample, &text, &used, sequence as u64 + 1, page as u32 + 1)).collect();
        let mut pages: Vec<PrintPage<'_>> =
            bodies.iter().zip(&late).map(|(page, late)| PrintPage::Composed { body: &volume[page.body.clone()], media: page.media, late }).collect();
        if pages.len() % 2 == 1 {
            pages.push(PrintPage::Blank { media: 0 });
        }
        writer.add_piece(&pages).expect("added");
    }
    let index = writer.finish(&sample.resources, &used, Sides::LongEdge, &info()).expect("written");
    assert_eq!((index.pieces, index.pages, index.blanks), (3, 606, 2));
    out
}

fn late_stream(sample: &Sample, text: &LateText, used: &Used, sequence: u64, page: u32) -> Vec<u8> {
    let mut late = Vec::new();
    // Every second page has none, as on backs.
    if page % 2 == 1 {
        let words = format!("№ {:06} / {}", sequence, page);
        text.write(&sample.resources, used, &words, Length::from_points(792), &mut late).expect("all glyphs");
    }
    late
}

#[test]
fn another_reader_finds_every_page_with_its_content() {
    let sample = sample();
    let (bytes, index) = volume(&sample);
    let document = lopdf::Document::load_mem(&bytes).expect("reads");
    let pages = document.get_pages();
    assert_eq!(pages.len(), 604);
    assert_eq!(index.pages, 604);
    let bodies: Vec<&Page> = sample.range.documents.iter().flat_map(|document| &document.pages).collect();
    for (number, page) in &pages {
        let content = document.get_object(*page).and_then(|p| p.as_dict()).and_then(|p| p.get(b"Contents")).and_then(|c| c.as_reference());
        let stream = document.get_object(content.expect("contents")).and_then(|c| c.as_stream()).expect("a stream");
        assert_eq!(stream.content, bodies[*number as usize - 1].body, "page {number}");
    }
    let text = document.extract_text(&[5]).expect("text");
    // This reader knows no embedded CMap and reads one-byte codes as ASCII; what they show is judged by other readers in CI.
    assert!(text.contains("Record 2, page 0 for ") && text.contains("12.50 (efficient office)"), "{text}");
    assert!(text.contains("Ωmega Привет"), "{text}");
    let outline = document.get_outlines(None, None, &mut Default::default());
    assert!(outline.is_ok());
}

#[test]
fn every_font_is_embedded_once_with_both_of_its_codings() {
    let (bytes, _) = volume(&sample());
    let document = lopdf::Document::load_mem(&bytes).expect("reads");
    let fonts = document.get_page_fonts(*document.get_pages().get(&1).expect("page 1")).expect("fonts");
    let names: BTreeSet<_> = fonts.keys().map(|name| String::from_utf8_lossy(name).into_owned()).collect();
    assert_eq!(names, ["F0", "F1", "G0"].map(String::from).into());
    let program = |name: &str| {
        let descendant = fonts[name.as_bytes()].get(b"DescendantFonts").and_then(|d| d.as_array()).map(|d| d[0].clone()).expect("a descendant");
        let font = document.get_dictionary(descendant.as_reference().expect("a reference")).expect("a font");
        let descriptor = font.get(b"FontDescriptor").and_then(|d| d.as_reference()).and_then(|d| document.get_dictionary(d)).expect("a descriptor");
        descriptor.get(b"FontFile2").and_then(|f| f.as_reference()).expect("a program")
    };
    assert_eq!(program("F0"), program("G0"), "one program for both codings");
    assert_ne!(program("F0"), program("F1"));
}

#[test]
fn documents_are_read_back_from_their_own_range_alone() {
    let sample = sample();
    let (bytes, index) = volume(&sample);
    for (entry, document) in entries(&sample, &index).iter().zip(&sample.range.documents) {
        // Everything else is wiped: one range read is enough.
        let mut wiped = vec![0; bytes.len()];
        let range = entry.offset as usize..(entry.offset + entry.length) as usize;
        wiped[range.clone()].copy_from_slice(&bytes[range]);
        let pages = read_pages(&wiped, entry, &sample.media).expect("whole");
        assert_eq!(pages.len(), document.pages.len());
        for (PageBody { body, media }, page) in pages.iter().zip(&document.pages) {
            assert_eq!((&bytes[body.clone()], *media), (page.body.as_slice(), page.media));
        }
    }
}

#[test]
fn no_damaged_byte_passes_unnoticed() {
    let sample = sample();
    let (mut bytes, index) = volume(&sample);
    let entry = &entries(&sample, &index)[1];
    for at in entry.offset as usize..(entry.offset + entry.length) as usize {
        bytes[at] ^= 0x20;
        assert!(matches!(read_pages(&bytes, entry, &sample.media), Err(StreamError::Damaged { .. })), "byte {at}");
        bytes[at] ^= 0x20;
    }
    for length in [0, entry.offset as usize + 3, (entry.offset + entry.length) as usize - 1] {
        assert!(read_pages(&bytes[..length], entry, &sample.media).is_err(), "cut at {length}");
    }
    for shift in [-1i64, 1] {
        let moved = Entry { offset: entry.offset.saturating_add_signed(shift), ..entry.clone() };
        assert!(read_pages(&bytes, &moved, &sample.media).is_err());
        let longer = Entry { length: entry.length.saturating_add_signed(shift), ..entry.clone() };
        assert!(read_pages(&bytes, &longer, &sample.media).is_err());
    }
    let beyond = Entry { offset: u64::MAX, ..entry.clone() };
    assert!(read_pages(&bytes, &beyond, &sample.media).is_err());
}

#[test]
fn the_same_range_gives_the_same_file() {
    let (first, index) = volume(&sample());
    let (second, _) = volume(&sample());
    assert_eq!(first, second);
    assert_eq!(index.file.hash, crate::base::hash::Hash::of(&first));
    assert_eq!(index.file.length, first.len() as u64);
}

#[test]
fn blank_sides_have_resources_too() {
    let document = lopdf::Document::load_mem(&print(&sample())).expect("reads");
    let mut blanks = 0;
    for page in document.get_pages().values() {
        let page = document.get_dictionary(*page).expect("a page");
        let resources = page.get(b"Resources").expect("ISO 32000-1, table 30: required");
        if !page.has(b"Contents") {
            assert!(resources.as_dict().expect("a dictionary").is_empty());
            blanks += 1;
        }
    }
    assert_eq!(blanks, 2);
}

#[test]
fn a_print_file_holds_the_bodies_in_mail_order_and_late_streams_after_them() {
    let sample = sample();
    let bytes = print(&sample);
    let printed: Vec<_> = print_file::read_pages(&bytes, &sample.media).expect("a header").collect::<Result<_, _>>().expect("whole");
    assert_eq!(printed.len(), 606);
    let expected: Vec<Option<&Page>> = sample
        .range
        .documents
        .iter()
        .rev()
        .flat_map(|document| document.pages.iter().map(Some).chain(std::iter::repeat_n(None, document.pages.len() % 2)))
        .collect();
    for (printed, expected) in printed.iter().zip(expected) {
        assert_eq!(printed.body.clone().map(|body| &bytes[body]), expected.map(|page| page.body.as_slice()));
        assert_eq!(printed.media, expected.map_or(0, |page| page.media));
    }
    let document = lopdf::Document::load_mem(&bytes).expect("reads");
    assert_eq!(document.get_pages().len(), 606);
    let text = document.extract_text(&[1]).expect("text");
    assert!(text.contains("Record 2, page 0"), "{text}");
    assert!(text.contains("№ 000001 / 1"), "{text}");
    assert_eq!(printed.iter().filter(|page| page.late.is_some()).count(), 303);
}

#[test]
fn damage_in_a_print_file_ends_its_pages_with_a_fault() {
    let sample = sample();
    let mut bytes = print(&sample);
    let last = print_file::read_pages(&bytes, &sample.media).expect("a header").last().and_then(Result::ok).and_then(|page| page.late);
    assert!(last.is_none());
    let third =
        print_file::read_pages(&bytes, &sample.media).expect("a header").nth(2).and_then(Result::ok).and_then(|page| page.body).expect("a body");
    // The end of the stream after the body.
    bytes[third.end + 3] ^= 1;
    let pages: Vec<_> = print_file::read_pages(&bytes, &sample.media).expect("a header").collect();
    assert!(pages.len() == 3 && pages[2].is_err());
}

#[test]
fn a_late_text_stands_at_its_point_whatever_its_angle() {
    let sample = sample();
    let (text, used) = late_text(&sample);
    let face = &sample.resources.faces[0];
    let ascent = text.size.scaled(face.ascent, face.units_per_em);
    let check = |angle: Angle, align: Align, expected: &str| {
        let text = LateText { angle, align, ..text.clone() };
        let mut out = Vec::new();
        text.write(&sample.resources, &used, "10", Length::from_points(792), &mut out).expect("written");
        let out = String::from_utf8_lossy(&out).into_owned();
        assert!(out.contains(expected), "{out}");
    };
    assert_eq!(ascent, Length::from_millipoints(6_337));
    check(Angle::None, Align::Left, " g 1 0 0 1 30 85.66 Tm/F0 7 Tf(10)Tj ET");
    check(Angle::None, Align::Right, " 1 0 0 1 22.21 85.66 Tm");
    check(Angle::Quarter, Align::Left, " 0 1 -1 0 36.34 92 Tm");
    check(Angle::Half, Align::Center, " -1 0 0 -1 33.89 98.34 Tm");
    check(Angle::ThreeQuarters, Align::Left, " 0 -1 1 0 23.66 92 Tm");
    let mut out = Vec::new();
    assert!(text.write(&sample.resources, &used, "漢", Length::ZERO, &mut out).is_err());
    assert!(text.write(&sample.resources, &used, "Ѱ", Length::ZERO, &mut out).is_err(), "in the face, but not embedded");
}

#[test]
fn files_need_a_page_and_fonts_no_missing_glyph() {
    let mut sample = sample();
    let mut out = Vec::new();
    let empty = ComposedRange::default();
    assert!(matches!(write_volume(&empty, &sample.resources, &sample.media, &info(), &Shapes::default(), &mut out), Err(StreamError::NoPages)));
    sample.range.used.mark(FaceId(0), 0, false);
    let error = write_volume(&sample.range, &sample.resources, &sample.media, &info(), &Shapes::default(), &mut out).expect_err("refused");
    assert_eq!(error.to_string(), "the font LiberationSans cannot be embedded: the glyph for missing characters is used");
}
