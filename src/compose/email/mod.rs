//! FLOW: the bound content of a document → an e-mail in HTML and text.
//!
//! Takes the blocks that the pages are made of, slots filled, and the layout's `<email>`; gives the message. What no record can change
//! is written once for each worker. Must never bind a value of the body a second time, and never know how a message is sent.

mod chart;
mod colors;
mod css;
mod equal;
mod html;
mod inline;
mod list;
mod pictures;
mod plain;
mod plain_table;
mod scaffold;
mod sms;
mod table;

use bumpalo::Bump;
use rustc_hash::FxHashMap;

use super::bind::Binder;
use super::inline::{FixedTexts, Scratch};
use super::line::{Setter, StyleMetrics};
use super::symbol::Symbols;
use crate::base::code;
use crate::base::limits;
use crate::kit::expr::Value;
use crate::kit::locale::Locale;
use crate::kit::text::Words;
use crate::model::content::{Mark, Placed};
use crate::model::layout::{Layout, Node, NodeKind};
use crate::model::message::{EmailContent, EmailPart, ImageLinks, SmsContent, SmsPart};
use crate::model::record::Hold;
use crate::model::resources::{Resources, Used};

use css::{Around, Colors, Css};
pub use equal::{BoundValues, Use, figures_of, pages as check_pages};
use html::{Html, InlineTags, Tags};
use pictures::Pictures;
use plain::Plain;
use scaffold::Scaffold;
use table::FixedHead;

/// The colour of the line above notes.
const NOTE_LINE: [u8; 3] = [0xc9, 0xd2, 0xd6];

/// The heads of tables that no record can change, by the table.
type Heads = FxHashMap<usize, FixedHead>;

/// What items name.
#[derive(Clone, Copy)]
pub struct Source<'s, 'a> {
    /// The words.
    pub words: &'s Words,
    /// What takes no room.
    pub marks: &'s [Mark],
    /// Where links lead.
    pub links: &'s [&'a str],
}

impl<'s, 'a> Source<'s, 'a> {
    /// Of what a binder has bound.
    fn of(binder: &'s Binder<'_, '_, 'a>) -> Source<'s, 'a> {
        Source { words: binder.setter.words, marks: &binder.marks, links: &binder.links }
    }
}

/// Writes the e-mails of a worker.
pub struct Emails<'p> {
    resources: &'p Resources,
    pictures: Pictures<'p>,
    sheets: Vec<Option<Box<Sheet<'p>>>>,
    /// For what no page shows: its words take part in no subset of a font.
    own: Own,
    /// Room for the HTML and the text of the next message.
    room: (String, String),
    plain: Plain,
    check: equal::Check,
}

/// What binding blocks of no page needs.
#[derive(Default)]
struct Own {
    words: Words,
    fixed: FixedTexts,
    used: Used,
    symbols: Symbols,
}

/// What is known of the e-mails of a layout before the first record.
struct Sheet<'p> {
    css: Css<'p>,
    tags: Tags,
    inline: InlineTags,
    heads: Heads,
    scaffold: Scaffold,
    /// Own blocks that no record can change, by their nodes.
    fixed: FxHashMap<usize, (String, String)>,
}

/// What of a document an e-mail is made of.
pub(super) struct Document<'d, 'p, 'a> {
    pub layout: &'p Layout,
    pub part: &'p EmailPart,
    pub metrics: &'d [StyleMetrics],
    pub arena: &'a Bump,
    pub variables: &'d [Value<'a>],
    pub locale: &'p Locale,
    /// The index of its language.
    pub language: usize,
    /// The bound body.
    pub body: &'a [Placed<'a>],
}

impl<'p> Emails<'p> {
    /// For the layouts of a job.
    pub fn new(layouts: usize, resources: &'p Resources, links: &'p ImageLinks) -> Emails<'p> {
        Emails {
            resources,
            pictures: Pictures::new(resources, links),
            sheets: std::iter::repeat_with(|| None).take(layouts).collect(),
            own: Own::default(),
            room: Default::default(),
            plain: Plain::default(),
            check: equal::Check::default(),
        }
    }

    /// Takes an e-mail that nobody needs any more: the next one is written in its place.
    pub fn keep_room(&mut self, content: EmailContent) {
        self.room = (content.html, content.text);
    }

    /// Writes the e-mail of a document whose body `binder` has bound. What it shows is compared with what was bound: `values` of the body,
    /// those of the message itself are added.
    ///
    /// # Errors
    /// Why there is no e-mail of this record.
    pub fn write<'a>(&mut self, index: usize, document: &Document<'_, 'p, 'a>, binder: &Binder<'_, 'p, 'a>) -> Result<EmailContent, Hold>
    where
        'p: 'a,
    {
        if self.own.words.trim() {
            self.own.fixed.clear();
        }
        if self.sheets[index].is_none() {
            self.sheets[index] = Some(Box::new(self.sheet(document)?));
        }
        let sheet = self.sheets[index].as_deref_mut().expect("it was made above");
        let part = document.part;
        let mut own = own_binder(document, self.resources, &mut self.own);
        let subject = one_line(own.text_of(&part.subject)?);
        let preheader = match &part.preheader {
            Some(preheader) => one_line(own.text_of(preheader)?),
            None => String::new(),
        };
        if subject.is_empty() || subject.len() > limits::SUBJECT_BYTES_MAX || preheader.len() > limits::SUBJECT_BYTES_MAX {
            let reason = if subject.is_empty() { "the subject is empty" } else { "subject or preheader is longer than 998 bytes" };
            return Err(Hold::new(&code::RECORD_EMAIL_SUBJECT, reason).at(part.span));
        }
        own.values.begin(Use::Email);
        let before = bind_own(&mut own, sheet, &part.before)?;
        let values_before = own.values.len();
        let after = bind_own(&mut own, sheet, &part.after)?;
        let language = language(document);
        let is_reversed = is_reversed(language);
        let around = Around { text: part.text, is_kept: false };
        let (mut out, mut text) = std::mem::take(&mut self.room);
        out.clear();
        text.clear();
        sheet.scaffold.open(&mut out, (&subject, &preheader), (language, is_reversed));
        let mut html = Html {
            css: &sheet.css,
            tags: &mut sheet.tags,
            inline: &mut sheet.inline,
            heads: &sheet.heads,
            pictures: &mut self.pictures,
            out,
            shown: Vec::new(),
            tables: 0,
        };
        let plain = &mut self.plain;
        plain.out.clear();
        let (own_source, source) = (Source::of(&own), Source::of(binder));
        let body: &[Placed<'_>] = if part.shows_body { document.body } else { &[] };
        let notes: &[Placed<'_>] = if part.shows_body { &binder.notes } else { &[] };
        write_pieces(&mut html, plain, &own_source, &before, sheet_fixed(&sheet.fixed), around);
        html.blocks(&source, body, around);
        plain.blocks(&source, body, html.heads);
        if !notes.is_empty() {
            html.out.push_str("<hr class=\"lc9d2d6\" style=\"margin:16px 0 8px;border:0;border-top:1px solid #c9d2d6\">\n");
            html.blocks(&source, notes, around);
            plain.blank();
            plain.blocks(&source, notes, html.heads);
        }
        write_pieces(&mut html, plain, &own_source, &after, sheet_fixed(&sheet.fixed), around);
        let shown = std::mem::take(&mut html.shown);
        let mut out = std::mem::take(&mut html.out);
        scaffold::close(&mut out);
        text.push_str(plain.out.trim_matches(['\n', ' ']));
        text.push('\n');
        let largest = out.len().max(text.len());
        if largest > limits::EMAIL_BYTES_MAX {
            let reason = format!("the e-mail has {largest} bytes, at most {} are sent", limits::EMAIL_BYTES_MAX);
            return Err(Hold::new(&code::RECORD_EMAIL_SIZE, reason).at(part.span));
        }
        let of_body = binder.values.list().filter(|_| part.shows_body);
        let values = own.values.list().take(values_before).chain(of_body).chain(own.values.list().skip(values_before));
        self.check.email(out.as_bytes(), text.as_bytes(), values)?;
        let content = EmailContent {
            subject,
            preheader,
            language: language.to_string(),
            is_clipped: out.len() > limits::EMAIL_CLIPPED_BYTES,
            html: out,
            text,
            images: shown,
        };
        Ok(content)
    }

    /// Writes the SMS of a document.
    ///
    /// # Errors
    /// Why there is none of this record.
    pub fn write_sms<'a>(&mut self, part: &'a SmsPart, binder: &mut Binder<'_, 'p, 'a>) -> Result<SmsContent, Hold>
    where
        'p: 'a,
    {
        let first = binder.values.len();
        binder.values.begin(Use::Both);
        let written = binder.sms(part);
        binder.values.begin(Use::Off);
        let content = written?;
        self.check.sms(&content.text, binder.values.list().skip(first))?;
        Ok(content)
    }

    /// Makes what no record can change.
    fn sheet(&mut self, document: &Document<'_, 'p, '_>) -> Result<Sheet<'p>, Hold> {
        let mut colors = Colors::of(document.layout);
        colors.lines.insert(NOTE_LINE);
        let css = Css::new(document.layout, self.resources, document.part.text);
        let (mut dark, mut cells) = (String::new(), String::new());
        colors.push_rules(&mut dark);
        colors.cells.iter().filter(|text| css.is_shared(**text)).for_each(|text| css.push_cell_rule(*text, &mut cells));
        let mut sheet = Sheet {
            scaffold: Scaffold::new(&css, &dark, &cells, document.part.text),
            css,
            tags: Tags::default(),
            inline: InlineTags::default(),
            heads: Heads::default(),
            fixed: FxHashMap::default(),
        };
        let arena = Bump::new();
        let nothing: &[Value<'_>] = arena.alloc_slice_fill_copy(document.layout.schema.fields.len(), Value::Null);
        let mut variables = vec![Value::Null; document.layout.variables.max(1)];
        variables[0] = Value::Row(nothing);
        let of_nobody = Document { arena: &arena, variables: &variables, body: &[], ..*document };
        let mut own = own_binder(&of_nobody, self.resources, &mut self.own);
        let mut tables = Vec::new();
        for nodes in [&document.layout.body, &document.part.before, &document.part.after] {
            fixed_heads(nodes, &mut tables);
        }
        let around = Around { text: document.part.text, is_kept: false };
        for table in tables {
            let rows = own.fixed_rows(&table.head)?;
            let source = Source::of(&own);
            let mut html = Html {
                css: &sheet.css,
                tags: &mut sheet.tags,
                inline: &mut sheet.inline,
                heads: &Heads::default(),
                pictures: &mut self.pictures,
                out: String::new(),
                shown: Vec::new(),
                tables: 0,
            };
            html.head(&source, table, rows, around);
            let head = FixedHead { html: html.out, labels: table::labels(&source, rows, table.columns.len()) };
            sheet.heads.insert(std::ptr::from_ref(table) as usize, head);
        }
        for node in document.part.before.iter().chain(&document.part.after).filter(|node| node.is_static) {
            let blocks = own.blocks(std::slice::from_ref(node), None)?;
            let source = Source::of(&own);
            let mut html = Html {
                css: &sheet.css,
                tags: &mut sheet.tags,
                inline: &mut sheet.inline,
                heads: &sheet.heads,
                pictures: &mut self.pictures,
                out: String::new(),
                shown: Vec::new(),
                tables: 0,
            };
            html.blocks(&source, blocks, around);
            // A picture is noted by each message that shows it.
            if !html.shown.is_empty() {
                continue;
            }
            let mut plain = Plain::default();
            plain.blocks(&source, blocks, html.heads);
            let (out, text) = (html.out, plain.out);
            sheet.fixed.insert(std::ptr::from_ref(node) as usize, (out, text));
        }
        Ok(sheet)
    }
}

/// A part of a message's own blocks.
enum Piece<'a> {
    /// Written before the first record.
    Fixed(usize),
    /// Bound for this one.
    Bound(&'a [Placed<'a>]),
}

type Fixed<'f> = &'f FxHashMap<usize, (String, String)>;

fn sheet_fixed(fixed: &FxHashMap<usize, (String, String)>) -> Fixed<'_> {
    fixed
}

fn bind_own<'p: 'a, 'a>(own: &mut Binder<'_, 'p, 'a>, sheet: &Sheet<'p>, nodes: &'a [Node]) -> Result<Vec<Piece<'a>>, Hold> {
    let mut pieces = Vec::with_capacity(nodes.len());
    for node in nodes {
        let key = std::ptr::from_ref(node) as usize;
        pieces.push(match sheet.fixed.contains_key(&key) {
            true => Piece::Fixed(key),
            false => Piece::Bound(own.blocks(std::slice::from_ref(node), None)?),
        });
    }
    Ok(pieces)
}

fn write_pieces(html: &mut Html<'_, '_>, plain: &mut Plain, source: &Source<'_, '_>, pieces: &[Piece<'_>], fixed: Fixed<'_>, around: Around) {
    for piece in pieces {
        match piece {
            Piece::Fixed(key) => {
                if let Some((made, text)) = fixed.get(key) {
                    html.out.push_str(made);
                    if text.starts_with('\n') || text.ends_with("\n\n") {
                        plain.blank();
                    }
                    plain.out.push_str(text.trim_start_matches('\n'));
                }
            }
            Piece::Bound(blocks) => {
                html.blocks(source, blocks, around);
                plain.blocks(source, blocks, html.heads);
            }
        }
    }
}

/// Tables whose head is the same for all records.
fn fixed_heads<'p>(nodes: &'p [Node], out: &mut Vec<&'p crate::model::layout::Table>) {
    for node in nodes {
        match &node.kind {
            NodeKind::Table(table) => {
                if table.head_form.is_some() {
                    out.push(table);
                }
            }
            NodeKind::Box(frame) => fixed_heads(&frame.children, out),
            NodeKind::Choose(branches) => branches.iter().for_each(|(_, nodes)| fixed_heads(nodes, out)),
            NodeKind::For { body, .. } | NodeKind::Only(_, body) => fixed_heads(body, out),
            NodeKind::Columns(columns) => columns.columns.iter().for_each(|(_, nodes)| fixed_heads(nodes, out)),
            NodeKind::Paragraph(_)
            | NodeKind::Image(_)
            | NodeKind::Drawing(_)
            | NodeKind::Chosen(_)
            | NodeKind::Rule(_)
            | NodeKind::Barcode(_)
            | NodeKind::Chart(_)
            | NodeKind::Address(_)
            | NodeKind::List(_)
            | NodeKind::PageBreak
            | NodeKind::Fill(_)
            | NodeKind::Slot(_) => {}
        }
    }
}

fn own_binder<'s, 'p, 'a>(document: &Document<'s, 'p, 'a>, resources: &'p Resources, own: &'s mut Own) -> Binder<'s, 'p, 'a> {
    let mut variables = document.variables.to_vec();
    variables.resize(document.layout.variables.max(variables.len()), Value::Null);
    Binder {
        setter: Setter {
            layout: document.layout,
            resources,
            metrics: document.metrics,
            words: &mut own.words,
            decimal_sign: document.locale.decimal_sign(),
        },
        arena: document.arena,
        variables,
        running: Vec::new(),
        page: None,
        locale: document.locale,
        language: document.language,
        missing: Vec::new(),
        used: &mut own.used,
        buffer: String::new(),
        fixed: &mut own.fixed,
        scratch: Scratch::default(),
        use_forms: false,
        marks: Vec::new(),
        notes: Vec::new(),
        links: Vec::new(),
        anchors: Vec::new(),
        page_number: 1,
        wants_odd: false,
        broken_keep: None,
        shrunk: None,
        symbols: std::mem::take(&mut own.symbols),
        slots: Vec::new(),
        fates: Vec::new(),
        leaves: 0,
        is_tagged: false,
        symbols_told: Vec::new(),
        form_leaves: Vec::new(),
        values: BoundValues::default(),
        wants_email: true,
    }
}

/// The language of a document, a BCP 47 tag.
fn language<'p>(document: &Document<'_, 'p, '_>) -> &'p str {
    let of_record = document.layout.languages.as_ref().and_then(|languages| languages.tags.get(document.language));
    of_record.map_or(document.layout.lang.as_str(), String::as_str)
}

/// Whether a language is written from right to left.
fn is_reversed(language: &str) -> bool {
    let first = language.split(['-', '_']).next().unwrap_or("").to_ascii_lowercase();
    matches!(first.as_str(), "ar" | "he" | "fa" | "ur" | "yi" | "ps" | "sd" | "ug" | "dv" | "ckb")
}

/// A text in one line, without what steers the text around it.
fn one_line(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    inline::push_clean(text, &mut clean);
    clean.split_whitespace().collect::<Vec<_>>().join(" ")
}
