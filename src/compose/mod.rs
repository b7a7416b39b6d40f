//! Layer 3, COMPOSE: one record + one layout → the pages of one document.
//!
//! Takes values, a resolved layout and shared resources, gives finished content streams. Must never know of volumes, print
//! files, threads or files: the same record gives the same bytes anywhere.

mod bidi;
mod bind;
mod cell;
mod chart;
mod chosen;
mod decimal;
mod drawing;
mod email;
mod flow;
mod form;
mod frame;
mod inline;
mod line;
mod mark;
mod multicol;
mod optimum;
mod pages;
mod paginate;
mod paint;
mod paragraph;
mod reading;
mod region;
mod rendition;
mod require;
mod require_place;
mod shrink;
mod slip;
mod slot;
mod solid;
mod structure;
mod symbol;
mod tab;
mod table;
mod trace;
mod track;
mod zone;

pub use form::compose_forms;
pub use trace::Tracer;

use bumpalo::Bump;

use bind::Binder;
use email::{BoundValues, Emails, Use};
use inline::{FixedTexts, Scratch};
use line::{Setter, StyleMetrics};
use paint::Canvas;
use symbol::Symbols;

use crate::base::code;
use crate::kit::expr::Value;
use crate::kit::font::FaceId;
use crate::kit::locale::Locale;
use crate::kit::text::Words;
use crate::model::layout::Layout;
use crate::model::message::{EmailContent, ImageLinks, SmsContent, Wants};
use crate::model::page::{Page, PageExtras};
use crate::model::record::{Hold, Remark};
use crate::model::resources::{Resources, Used};
use crate::model::slot::SlotFate;
use crate::model::structure::Structure;

/// What to do with a record that holds a character no face has a glyph for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum MissingGlyphs {
    /// Hold the record.
    #[default]
    Hold,
    /// Compose it and leave the character out of the page; the caller reports it.
    Report,
}

/// Composes documents, one after the other. Each worker has its own.
pub struct Composer<'p> {
    layouts: &'p [Layout],
    resources: &'p Resources,
    metrics: Vec<Vec<StyleMetrics>>,
    media: &'p [Vec<u8>],
    missing_glyphs: MissingGlyphs,
    is_tagged: bool,
    words: Words,
    fixed: FixedTexts,
    symbols: Symbols,
    canvases: Vec<Canvas>,
    /// Those that a message is tried on.
    spare: Vec<Canvas>,
    content: Vec<u8>,
    /// Those of all pages, to be compared with an e-mail.
    contents: Vec<u8>,
    compressed: Vec<u8>,
    compressor: libdeflater::Compressor,
    used: Used,
    figures_used: u64,
    emails: Emails<'p>,
}

/// A document on its canvases.
struct LaidOut<'a> {
    /// The master of each page.
    masters: Vec<usize>,
    /// What it is to be looked at for.
    remarks: Vec<Remark>,
    /// Links and bookmarks of each page; empty if it has none.
    extras: Vec<Option<Box<PageExtras>>>,
    /// What became of its slots.
    slots: Vec<SlotFate>,
    email: Option<Box<Result<EmailContent, Hold>>>,
    sms: Option<Box<Result<SmsContent, Hold>>>,
    /// What its content means, if its pages are tagged.
    structure: Option<Box<Structure>>,
    /// The figures that its pages must show, if they are compared with an e-mail.
    figures: Vec<&'a str>,
}

/// What is known of a document beside its pages.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Composed {
    /// What it is to be looked at for, one remark of a kind.
    pub remarks: Vec<Remark>,
    /// What became of its slots, in the order they were filled.
    pub slots: Vec<SlotFate>,
    /// Its e-mail, if one was wanted and the layout has one; or why there is none of this record.
    pub email: Option<Box<Result<EmailContent, Hold>>>,
    /// Its SMS, likewise.
    pub sms: Option<Box<Result<SmsContent, Hold>>>,
    /// What its content means, if its pages are tagged.
    pub structure: Option<Box<Structure>>,
}

/// Where pictures are if nothing is said.
static ATTACHED: std::sync::LazyLock<ImageLinks> = std::sync::LazyLock::new(ImageLinks::default);

/// The libdeflate level of page bodies. On statements, level 1 makes bodies of 1,545 bytes in 27 µs, level 4 of 1,520 in 49 µs,
/// level 6 of 1,455 in 57 µs: the operators of a page repeat at short distances, which the simplest search finds.
const COMPRESSION_LEVEL: i32 = 1;

impl<'p> Composer<'p> {
    /// A composer for the layouts of a job. `media[layout][master]` is the index of the master's paper.
    pub fn new(layouts: &'p [Layout], resources: &'p Resources, media: &'p [Vec<u8>], missing_glyphs: MissingGlyphs) -> Composer<'p> {
        let level = libdeflater::CompressionLvl::new(COMPRESSION_LEVEL).unwrap_or_default();
        Composer {
            layouts,
            resources,
            metrics: layouts.iter().map(|layout| StyleMetrics::of(layout, resources)).collect(),
            media,
            missing_glyphs,
            is_tagged: false,
            words: Words::new(),
            fixed: FixedTexts::default(),
            symbols: Symbols::default(),
            canvases: Vec::new(),
            spare: Vec::new(),
            content: Vec::new(),
            contents: Vec::new(),
            compressed: Vec::new(),
            compressor: libdeflater::Compressor::new(level),
            used: Used::default(),
            figures_used: 0,
            emails: Emails::new(layouts.len(), resources, &ATTACHED),
        }
    }

    /// The same, whose pages are tagged if `is_tagged`: layouts and resources must have been prepared for it by [`compose_forms`].
    pub fn tagged(mut self, is_tagged: bool) -> Composer<'p> {
        self.is_tagged = is_tagged;
        self
    }

    /// Composes one document and adds its pages to `pages`. `variables` are the record, [`crate::model::record::JOB_VARIABLES`] and
    /// [`crate::model::record::LAYOUT_VARIABLES`].
    ///
    /// # Errors
    /// The reason to hold the record; then `pages` is as it was.
    pub fn compose<'a>(
        &mut self,
        layout: usize,
        arena: &'a Bump,
        variables: &[Value<'a>],
        (locale, language): (&'p Locale, usize),
        pages: &mut Vec<Page>,
    ) -> Result<Composed, Hold>
    where
        'p: 'a,
    {
        self.compose_renditions(layout, arena, variables, (locale, language), Wants::default(), pages)
    }

    /// Composes one document as [`Composer::compose`] does, and from the same bound content the e-mail and the SMS of its layout, where they
    /// are wanted and the layout has them. That a message cannot be made of a record is told in its place: the document is whole.
    ///
    /// # Errors
    /// The reason to hold the record; then `pages` is as it was. One reason is that a value is not the same in all renditions.
    pub fn compose_renditions<'a>(
        &mut self,
        layout: usize,
        arena: &'a Bump,
        variables: &[Value<'a>],
        (locale, language): (&'p Locale, usize),
        wants: Wants,
        pages: &mut Vec<Page>,
    ) -> Result<Composed, Hold>
    where
        'p: 'a,
    {
        let first = pages.len();
        // A form has no place of its own that could be looked at.
        let use_forms = self.layouts[layout].requirements.as_ref().is_none_or(|requirements| !requirements.are_of_pages);
        let laid_out = self.lay_out(layout, arena, variables, (locale, language), use_forms, wants)?;
        let LaidOut { masters, remarks, mut extras, slots, email, sms, structure, figures } = laid_out;
        self.contents.clear();
        for (index, (canvas, master)) in self.canvases.iter_mut().zip(&masters).enumerate() {
            self.content.clear();
            canvas.finish(&mut self.content);
            if !figures.is_empty() {
                self.contents.extend_from_slice(&self.content);
            }
            self.used.forms.extend(&canvas.forms);
            self.used.images.extend(&canvas.images);
            let bound = self.compressor.zlib_compress_bound(self.content.len());
            self.compressed.resize(bound.max(self.compressed.len()), 0);
            let length =
                self.compressor.zlib_compress(&self.content, &mut self.compressed).expect("the buffer has the size the compressor asked for");
            pages.push(Page {
                body: self.compressed[..length].to_vec(),
                body_length: self.content.len() as u32,
                media: self.media[layout][*master],
                extras: extras.get_mut(index).and_then(Option::take),
                touched: canvas.touched(),
            });
        }
        if let Err(hold) = email::check_pages(&self.contents, &figures) {
            pages.truncate(first);
            return Err(hold);
        }
        assert!(pages.len() > first, "a document has at least one page");
        Ok(Composed { remarks, slots, email, sms, structure })
    }

    /// Places one document on the canvases. Without forms, what no record can change is placed like everything else.
    fn lay_out<'a>(
        &mut self,
        layout: usize,
        arena: &'a Bump,
        variables: &[Value<'a>],
        (locale, language): (&'p Locale, usize),
        use_forms: bool,
        wants: Wants,
    ) -> Result<LaidOut<'a>, Hold>
    where
        'p: 'a,
    {
        if self.words.trim() {
            self.fixed.clear();
        }
        let (layouts, resources): (&'p [Layout], &'p Resources) = (self.layouts, self.resources);
        let layout_index = layout;
        let layout: &'p Layout = &layouts[layout];
        let mut all: Vec<Value<'a>> = variables.to_vec();
        all.resize(layout.variables.max(variables.len()), Value::Null);
        let mut binder = Binder {
            setter: Setter { layout, resources, metrics: &self.metrics[layout_index], words: &mut self.words, decimal_sign: locale.decimal_sign() },
            arena,
            variables: all,
            running: Vec::new(),
            page: None,
            locale,
            language,
            missing: Vec::new(),
            used: &mut self.used,
            buffer: String::new(),
            fixed: &mut self.fixed,
            scratch: Scratch::default(),
            use_forms,
            marks: Vec::new(),
            notes: Vec::new(),
            links: Vec::new(),
            anchors: Vec::new(),
            page_number: 1,
            wants_odd: false,
            broken_keep: None,
            shrunk: None,
            symbols: std::mem::take(&mut self.symbols),
            slots: Vec::new(),
            fates: Vec::new(),
            values: BoundValues::default(),
            wants_email: wants.email && layout.email.is_some(),
            leaves: 0,
            is_tagged: self.is_tagged,
            symbols_told: Vec::new(),
            form_leaves: Vec::new(),
        };
        let requirements = layout.requirements.as_deref();
        if let Some(requirements) = requirements {
            binder.check_record(requirements)?;
        }
        if binder.wants_email {
            binder.values.begin(Use::Both);
        }
        let bound = binder.blocks(&layout.body, None)?;
        binder.values.begin(Use::Off);
        let body = if binder.wants_email && layout.has_only { binder.page_blocks(bound) } else { bound };
        let masters = match binder.slots.is_empty() {
            true => pages::paginate_body(&mut binder, body, &mut self.canvases, &mut self.figures_used)?,
            false => slot::paginate_with_messages(&mut binder, body, (&mut self.canvases, &mut self.spare), &mut self.figures_used)?,
        };
        let regions = region::paint_regions(&mut binder, &masters, &mut self.canvases, &mut self.figures_used)?;
        let slots = std::mem::take(&mut binder.fates);
        if let (Some(what), MissingGlyphs::Hold) = (binder.missing.first(), self.missing_glyphs) {
            let reason = format!("no font of the layout has a glyph for {what}");
            return Err(Hold::new(&code::RECORD_GLYPH, reason));
        }
        let mut remarks = binder.remarks();
        if let Some(requirements) = requirements {
            binder.check_document(requirements, &require_place::printed(layout, &masters, &self.canvases), &remarks)?;
        }
        let (mut email, mut sms, mut figures) = (None, None, Vec::new());
        if let Some(part) = layout.email.as_deref().filter(|_| binder.wants_email) {
            let document =
                email::Document { layout, part, metrics: binder.setter.metrics, arena, variables, locale, language: binder.language, body: bound };
            let written = refused(self.emails.write(layout_index, &document, &binder))?;
            remarks.extend(written.as_ref().as_ref().ok().and_then(EmailContent::remark));
            email = Some(written);
            email::figures_of(body, &mut figures);
        }
        if let Some(part) = layout.sms.as_deref().filter(|_| wants.sms) {
            sms = Some(refused(self.emails.write_sms(part, &mut binder))?);
        }
        let extras = match binder.marks.is_empty() {
            true => Vec::new(),
            false => mark::extras(&self.canvases[..masters.len()], &binder.links, &binder.anchors)?,
        };
        let structure = self.is_tagged.then(|| {
            let language = layout.languages.as_ref().and_then(|languages| languages.tags.get(language)).unwrap_or(&layout.lang);
            Box::new(structure::structure(&binder, (body, &regions), &self.canvases[..masters.len()], &extras, language))
        });
        self.symbols = std::mem::take(&mut binder.symbols);
        Ok(LaidOut { masters, remarks, extras, slots, email, sms, structure, figures })
    }

    /// Takes an e-mail that nobody needs any more: the next one is written in its place.
    pub fn keep_room(&mut self, content: EmailContent) {
        self.emails.keep_room(content);
    }

    /// Says where the pictures of e-mails are; without it they are in the messages.
    pub fn set_image_links(&mut self, links: &'p ImageLinks) {
        self.emails = Emails::new(self.layouts.len(), self.resources, links);
    }

    /// What all documents since the last call name; starts anew.
    pub fn take_used(&mut self) -> Used {
        self.words.begin_use();
        mark_fixed(self.resources, self.figures_used, &mut self.used);
        self.figures_used = 0;
        let mut used = std::mem::take(&mut self.used);
        // A form names resources of its own, which its file must hold as well.
        for form in used.forms.clone() {
            used.merge(&self.resources.forms[usize::from(form.0)].used);
        }
        used
    }
}

/// What was made, or why it was not: only a fault of this program holds the record for it.
fn refused<T>(made: Result<T, Hold>) -> Result<Box<Result<T, Hold>>, Hold> {
    match made {
        Err(hold) if hold.code.id == code::RECORD_RENDITION.id => Err(hold),
        other => Ok(Box::new(other)),
    }
}

/// Marks what is written without asking the word cache: all figures of a face if one was used, and the space of each face.
/// That makes subsets a few glyphs larger than they need be, and the hot path free of a lookup per character.
fn mark_fixed(resources: &Resources, figures_used: u64, used: &mut Used) {
    for (index, face) in resources.faces.iter().enumerate() {
        let id = FaceId(index as u16);
        if figures_used >> index & 1 == 1
            && let Some(figures) = &face.figures
        {
            for (_, glyph) in figures.glyphs() {
                used.mark(id, glyph, false);
            }
        }
        let space = face.narrow.glyph_of(b' ');
        if used.narrow >> index & 1 == 1 && space != 0 {
            used.mark(id, space, false);
        }
    }
}
