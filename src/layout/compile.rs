//! A layout file to a resolved layout.
//!
//! Takes the tree of a file, gives the layout or every fault. The parts of the work are in the files beside this one:
//! data, style, page, block, table, inline, text. Must never stop at the first fault.

use std::collections::BTreeSet;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::base::read_chain;
use super::context::Context;
use super::flowing::blank_master;
use super::library::Library;
use super::look::{Look, read_direction};
use super::message::Message;
use super::schema::{NAMESPACE, find_element};
use super::style::Styles;
use super::texts::{self, Catalogues};
use super::tree::{Child, Element, Mapped};
use crate::base::code;
use crate::base::diagnostic::{Diagnostic, Faults};
use crate::base::length::Length;
use crate::base::span::{FileId, Sources, Span};
use crate::kit::expr::{Schema, Scope};
use crate::kit::text::Script;
use crate::model::layout::{Asked, Layout, Node, PageCount, PageMaster, TextStyle, TextStyleId};
use crate::model::record;

/// Compiles the layout in `file`. `None` if it has a fault; all its faults and warnings are then, or also, in `faults`.
pub fn compile(sources: &mut Sources, file: FileId, library: &mut dyn Library, faults: &mut Faults) -> Option<Layout> {
    let compiled = compile_with_contract(sources, file, library, faults);
    compiled.unused.into_iter().for_each(|warning| faults.push(warning));
    compiled.layout
}

/// What could be made of a layout file.
#[derive(Debug, Default)]
pub struct Compiled {
    /// The layout, if it has no fault.
    pub layout: Option<Layout>,
    /// What it needs of a record, if that has no fault, whatever else has: the job is checked against it.
    pub contract: Option<Arc<Schema>>,
    /// The names of its slots, whatever faults it has.
    pub slots: Vec<String>,
    /// The files of its catalogues.
    pub texts: Vec<FileId>,
    /// Warnings of texts that it does not use; another layout may.
    pub unused: Vec<Diagnostic>,
}

/// Compiles the layout in `file`, as [`compile`] does.
pub fn compile_with_contract(sources: &mut Sources, file: FileId, library: &mut dyn Library, faults: &mut Faults) -> Compiled {
    let mut own = Faults::new();
    let mut compiled = Compiled::default();
    let root = read_chain(sources, file, library, &mut own).map(|chain| Compiler::new(sources, library, &mut own).merge(chain));
    let messages = library.messages();
    let layout = root.and_then(|root| {
        let catalogues = texts::read(sources, &root, library, &mut own);
        compiled.texts = catalogues.as_ref().map(|catalogues| catalogues.files.clone()).unwrap_or_default();
        let compiler = Compiler { messages: &messages, catalogues, ..Compiler::new(sources, library, &mut own) };
        compiler.compile_layout(&root, &mut compiled)
    });
    compiled.layout = layout.filter(|_| !own.has_errors());
    for fault in own.into_sorted() {
        faults.push(fault);
    }
    compiled
}

/// Everything that is known while one layout is compiled.
pub(super) struct Compiler<'a, 't> {
    pub(super) sources: &'a mut Sources,
    pub(super) library: &'a mut dyn Library,
    pub(super) faults: &'a mut Faults,
    pub(super) schema: Arc<Schema>,
    pub(super) scope: Scope,
    /// Names of rows that are visible, with whether they are only a guess after a fault.
    pub(super) rows: Vec<RowName>,
    /// The name of the row of the table whose foot or carry row is compiled.
    pub(super) summary_row: Option<String>,
    /// How many repetitions stand around the rows that `running(…)` of the present table counts.
    pub(super) sums_at: usize,
    pub(super) styles: Styles<'t>,
    pub(super) text_styles: Vec<TextStyle>,
    /// Where each of them is: boxes that shrink make thousands.
    pub(super) text_style_ids: FxHashMap<TextStyle, usize>,
    pub(super) shrinks: Vec<Vec<Vec<TextStyleId>>>,
    /// Languages and directions that records decide.
    pub(super) asked: Vec<Asked>,
    /// Families of scripts.
    pub(super) scripts: Vec<(Script, String)>,
    /// The texts of its catalogues.
    pub(super) catalogues: Option<Catalogues>,
    pub(super) untold_languages: BTreeSet<String>,
    /// What holds in the body, for its footnotes.
    pub(super) note_context: Option<Context>,
    pub(super) has_notes: bool,
    /// Whether blocks of the body are for one rendition.
    pub(super) has_only: bool,
    /// The names of anchors.
    pub(super) anchors: Vec<String>,
    /// The links to anchors, with the names they lead to.
    pub(super) links_to: Vec<(&'t Mapped, String)>,
    /// The messages that may fill slots, the most important first.
    pub(super) messages: &'t [Message],
    /// The slots found so far, and where.
    pub(super) slots: Vec<(String, Span)>,
}

/// The name of a row that is visible.
pub(super) struct RowName {
    pub(super) name: String,
    /// Its list is unknown: whatever is said of the row cannot be checked.
    pub(super) is_unknown: bool,
}

impl<'a> Compiler<'a, '_> {
    /// A compiler that knows nothing of a layout yet.
    fn new(sources: &'a mut Sources, library: &'a mut dyn Library, faults: &'a mut Faults) -> Self {
        let schema = Arc::new(Schema::default());
        let scope = record::layout_scope(schema.clone(), library.tables());
        Compiler {
            sources,
            library,
            faults,
            schema,
            scope,
            rows: Vec::new(),
            summary_row: None,
            sums_at: 0,
            styles: Styles::default(),
            text_styles: Vec::new(),
            text_style_ids: FxHashMap::default(),
            shrinks: Vec::new(),
            asked: Vec::new(),
            scripts: Vec::new(),
            catalogues: None,
            untold_languages: BTreeSet::new(),
            note_context: None,
            has_notes: false,
            has_only: false,
            anchors: Vec::new(),
            links_to: Vec::new(),
            messages: &[],
            slots: Vec::new(),
        }
    }
}

impl<'t> Compiler<'_, 't> {
    fn compile_layout(mut self, root: &'t Element, out: &mut Compiled) -> Option<Layout> {
        if root.name != "layout" {
            let message = format!("the root element is `<{}>`, not `<layout>`", root.name);
            self.fault(Diagnostic::error(&code::LAYOUT_UNKNOWN_ELEMENT, root.span, message).fix("layout"));
            return None;
        }
        let spec = self.check_element(root);
        self.check_namespace(root);
        let root_file = root.span.file;
        let name = self.read_new_name(root, "name", "a layout").unwrap_or("layout").to_string();
        let lang = root.find("lang").and_then(|attribute| self.check_language(&attribute.value)).unwrap_or_else(|| "en".into());
        for child in &root.children {
            match child {
                Child::Element(element) => {
                    self.check_allowed(element, &spec.content.names(), spec.name);
                }
                Child::Text(text) => self.refuse_text(
                    text,
                    spec.name,
                    "the children of `<layout>` are `data`, `properties`, `font`, `palette`, `texts`, `style`, `page`, `body`, `email`, `sms`, `put` and `require`",
                ),
            }
        }
        let before = self.faults.len();
        self.read_data(root);
        out.contract = (self.faults.len() == before).then(|| self.schema.clone());
        let languages = self.read_texts(root, &lang);
        self.read_scripts(root);
        self.read_styles(root);
        let family = self.library.families().first().cloned().unwrap_or_default();
        let direction = self.keyword(root, spec, "dir").map(read_direction);
        let look = Look::initial(family, lang.clone(), direction.unwrap_or_default());
        let look = self.look_of_texts(look, direction.is_some());
        let mut masters = self.compile_pages(root, &look);
        let (body, pages, body_look) = self.compile_body(root, &look, &masters);
        masters.extend(blank_master(&masters, &body, pages));
        let email = self.read_email(root, &body_look);
        let sms = self.read_sms(root, &body_look);
        let requirements = self.read_requirements(root, &masters);
        let properties = self.read_properties_of_document(root);
        let outline = root.elements().find(|element| element.name == "body").and_then(|body| body.find("outline"));
        let outline = outline.is_some_and(|outline| outline.value.text.trim() == "headings");
        self.check_links();
        self.warn_of_unused_styles(root_file);
        let slots: Vec<String> = self.slots.iter().map(|(name, _)| name.clone()).collect();
        out.slots = slots.clone();
        out.unused = self.warn_of_texts();
        Some(Layout {
            name,
            lang,
            schema: self.schema.clone(),
            text_styles: std::mem::take(&mut self.text_styles),
            shrinks: std::mem::take(&mut self.shrinks),
            asked: std::mem::take(&mut self.asked),
            languages,
            masters,
            body,
            variables: self.scope.variables_max(),
            pages,
            has_notes: self.has_notes,
            outline,
            properties,
            slots,
            requirements,
            email,
            sms,
            has_only: self.has_only,
        })
    }

    pub(super) fn check_namespace(&mut self, root: &Element) {
        let Some(attribute) = root.find("xmlns") else { return };
        let found = attribute.value.text.trim();
        if found != NAMESPACE {
            let message = format!("`{found}` is not the namespace of layouts");
            self.fault(Diagnostic::error(&code::LAYOUT_NAMESPACE, attribute.value.span, message).fix(NAMESPACE));
        }
    }

    fn compile_body(&mut self, root: &'t Element, look: &Look, masters: &[PageMaster]) -> (Vec<Node>, PageCount, Look) {
        let mut bodies = root.elements().filter(|element| element.name == "body");
        let (Some(body), Some(spec)) = (bodies.next(), find_element("body")) else {
            self.fault(
                Diagnostic::error(&code::LAYOUT_MISSING_CONTENT, root.span, "the layout has no `<body>`")
                    .hint("the body is what flows from page to page: `<body> <p>…</p> </body>`"),
            );
            return (Vec::new(), PageCount { multiple: 1, most: None }, look.clone());
        };
        for again in bodies {
            self.refuse_second(again, body);
        }
        self.check_element(body);
        let properties = self.properties_of(body, spec);
        self.keyword(body, spec, "outline");
        let pages = self.page_count(body, spec);
        let masters = || masters.iter().filter(|master| !master.applies.blank);
        let least = |size: fn(&PageMaster) -> Length| masters().map(size).min().filter(|length| *length > Length::ZERO);
        let context = Context {
            look: look.with(&properties),
            // The narrowest page decides what fits, the highest whether something fits at all.
            width: least(PageMaster::body_width),
            height: masters().map(PageMaster::body_height).max(),
            host: spec,
            is_artifact: false,
            is_flow: true,
            is_box: false,
            is_cell: false,
            may_note: true,
            may_slot: true,
            may_link: true,
            is_region: false,
            may_choose: true,
        };
        self.note_context = Some(context.clone());
        (self.blocks(&body.children, &context), pages, context.look)
    }

    /// Reports an element that may stand only once.
    pub(super) fn refuse_second(&mut self, again: &Element, first: &Element) {
        let line = self.line_of(first.span, again.span);
        let message = format!("there are two `<{}>`", again.name);
        self.fault(
            Diagnostic::error(&code::LAYOUT_DUPLICATE_NAME, again.span, message)
                .label("again here")
                .hint(format!("the first is on line {line}; put both into one")),
        );
    }

    /// Adds a fault.
    pub(super) fn fault(&mut self, diagnostic: Diagnostic) {
        self.faults.push(diagnostic);
    }

    /// The line a span begins on, and the file if it is another than that of `from`.
    pub(super) fn line_of(&self, span: Span, from: Span) -> String {
        let line = self.sources.line_column(span).line;
        if span.file == from.file { line.to_string() } else { format!("{line} of `{}`", self.sources.file(span.file).path) }
    }
}
