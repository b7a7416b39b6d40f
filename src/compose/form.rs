//! Fragments no record can change, composed once.
//!
//! Takes the static regions of page masters, static table heads and the static parts of boxes, gives Form XObjects. Must
//! never take a fragment whose width depends on the page it is on.

mod region;

pub(super) use region::figure_of;

use bumpalo::Bump;

use super::bind::Binder;
use super::inline::{FixedTexts, Scratch};
use super::line::{Setter, StyleMetrics};
use super::paginate::Paginator;
use super::paint::Canvas;
use super::track::{distribute, resolve};
use crate::base::length::Length;
use crate::kit::expr::Value;
use crate::kit::locale::Locale;
use crate::kit::text::Words;
use crate::model::layout::{BoxNode, Layout, Node, NodeKind, RegionRead, Show, Table};
use crate::model::record::Hold;
use crate::model::resources::{Form, FormId, Resources, Used};

/// Composes all static fragments of the layouts, adds them to the resources, and lets the layouts name them.
///
/// # Errors
/// The fault of a fragment that does not fit its place, with its layout's index.
///
/// In tagged pages a form is an artifact or one paragraph: what has more structure is no form.
pub fn compose_forms(layouts: &mut [Layout], resources: &mut Resources, locale: &Locale, is_tagged: bool) -> Result<(), (usize, Hold)> {
    for (index, layout) in layouts.iter_mut().enumerate() {
        let mut forms = Vec::new();
        if is_tagged {
            region::decide(layout);
        }
        for at in 0..layout.masters.len() {
            region::compose_read(layout, at, resources, locale).map_err(|hold| (index, hold))?;
        }
        for master in &layout.masters {
            let is_furniture = |(at, node): &(usize, &Node)| is_placed_static(node) && master.reads(*at) == RegionRead::Never;
            let nodes: Vec<&Node> = master.regions.iter().enumerate().filter(is_furniture).map(|(_, node)| node).collect();
            let form = if !nodes.is_empty() {
                Some(compose(layout, resources, locale, &nodes, master.width, master.height).map_err(|hold| (index, hold))?)
            } else {
                None
            };
            forms.push(form);
        }
        // In pages of different widths nothing in the body has a width of its own to be composed in.
        let width = uniform_width(layout);
        let mut found = Vec::new();
        if let Some(width) = width {
            walk(layout, resources, locale, is_tagged, &layout.body, width, &mut found).map_err(|hold| (index, hold))?;
        }
        for (master, form) in layout.masters.iter_mut().zip(forms) {
            master.form = form.map(|form| add(resources, form));
        }
        let mut found = found.into_iter();
        if width.is_some() {
            assign(&mut layout.body, resources, &mut found);
        }
        assert!(found.next().is_none(), "both walks meet the same fragments");
    }
    Ok(())
}

fn add(resources: &mut Resources, form: Form) -> FormId {
    // Two page masters often share all their static regions.
    if let Some(known) = resources.forms.iter().position(|known| *known == form) {
        return FormId(known as u16);
    }
    resources.forms.push(form);
    FormId((resources.forms.len() - 1) as u16)
}

fn is_placed_static(node: &Node) -> bool {
    node.is_static && node.place.is_some()
}

fn uniform_width(layout: &Layout) -> Option<Length> {
    let mut flowing = layout.masters.iter().filter(|master| !master.applies.blank);
    let width = flowing.next()?.body_width();
    flowing.all(|master| master.body_width() == width).then_some(width)
}

/// What is turned has other widths than its place, and what may shrink has no size of its own.
fn is_left_out(frame: &BoxNode) -> bool {
    frame.style.turn != 0 || frame.style.shrink.is_some()
}

type Found = (Option<Form>, Option<(Form, Length)>);

/// Visits boxes and tables whose width is known, in the order of [`assign`].
fn walk(
    layout: &Layout,
    resources: &Resources,
    locale: &Locale,
    is_tagged: bool,
    nodes: &[Node],
    width: Length,
    found: &mut Vec<Found>,
) -> Result<(), Hold> {
    for node in nodes {
        let width = width - node.flow.margin.left - node.flow.margin.right;
        match &node.kind {
            NodeKind::Box(frame) if is_left_out(frame) => {}
            NodeKind::Box(frame) => {
                let own = match node.place {
                    Some(place) => place.width.unwrap_or(width),
                    None => resolve(frame.style.width, width),
                };
                let inner = own - frame.style.padding.left - frame.style.padding.right;
                let form = if is_tagged && !frame.children.iter().filter(|child| is_placed_static(child)).all(region::is_paragraph) {
                    None
                } else {
                    box_form(layout, resources, locale, node, frame, inner)?
                };
                found.push((form, None));
                let inner = frame.columns.map_or(inner, |columns| columns.width(inner));
                walk(layout, resources, locale, is_tagged, &frame.children, inner, found)?;
            }
            NodeKind::Table(table) => found.push((None, head_form(layout, resources, locale, table, width)?)),
            NodeKind::Choose(branches) => {
                for (_, body) in branches {
                    walk(layout, resources, locale, is_tagged, body, width, found)?;
                }
            }
            NodeKind::For { body, .. } | NodeKind::Only(_, body) => walk(layout, resources, locale, is_tagged, body, width, found)?,
            NodeKind::Paragraph(_)
            | NodeKind::Columns(_)
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
    Ok(())
}

fn assign(nodes: &mut [Node], resources: &mut Resources, found: &mut impl Iterator<Item = Found>) {
    for node in nodes {
        match &mut node.kind {
            NodeKind::Box(frame) if is_left_out(frame) => {}
            NodeKind::Box(frame) => {
                let (form, _) = found.next().expect("both walks meet the same fragments");
                frame.form = form.map(|form| add(resources, form));
                assign(&mut frame.children, resources, found);
            }
            NodeKind::Table(table) => {
                let (_, head) = found.next().expect("both walks meet the same fragments");
                table.head_form = head.map(|(form, height)| (add(resources, form), height));
            }
            NodeKind::Choose(branches) => {
                for (_, body) in branches {
                    assign(body, resources, found);
                }
            }
            NodeKind::For { body, .. } | NodeKind::Only(_, body) => assign(body, resources, found),
            NodeKind::Paragraph(_)
            | NodeKind::Columns(_)
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

fn box_form(layout: &Layout, resources: &Resources, locale: &Locale, node: &Node, frame: &BoxNode, inner: Length) -> Result<Option<Form>, Hold> {
    let nodes: Vec<&Node> = frame.children.iter().filter(|child| is_placed_static(child)).collect();
    let height = frame.style.height.or(node.place.and_then(|place| place.height));
    let needs_height = nodes.iter().any(|n| n.place.is_some_and(|p| p.bottom.is_some()));
    if nodes.is_empty() || (needs_height && height.is_none()) {
        return Ok(None);
    }
    let height = height.map_or(Length::ZERO, |h| h - frame.style.padding.top - frame.style.padding.bottom);
    compose(layout, resources, locale, &nodes, inner, height).map(Some)
}

fn head_form(layout: &Layout, resources: &Resources, locale: &Locale, table: &Table, width: Length) -> Result<Option<(Form, Length)>, Hold> {
    let is_static = |nodes: &[Node]| nodes.iter().all(|node| node.is_static);
    let rows = &table.head;
    if rows.is_empty()
        || table.order.asked.is_some()
        || rows.iter().any(|row| row.show != Show::Auto || row.test.is_some() || row.cells.iter().any(|cell| !is_static(&cell.body)))
    {
        return Ok(None);
    }
    let arena = Bump::new();
    let (mut words, mut used, mut figures) = (Words::new(), Used::default(), 0);
    let mut canvas = Canvas::default();
    canvas.begin(Length::ZERO);
    canvas.watch_all();
    let (metrics, mut fixed) = (StyleMetrics::of(layout, resources), FixedTexts::default());
    let mut binder = binder(layout, resources, locale, &arena, &metrics, (&mut words, &mut fixed), &mut used);
    let head = binder.fixed_rows(rows)?;
    let tracks = distribute(&table.columns, resolve(table.width, width));
    let mut paginator = Paginator { binder: &mut binder, canvas: &mut canvas, figures_used: &mut figures, area: Length::MAX };
    let height = paginator.paint_head(table, head, &tracks)?;
    let own = tracks.iter().copied().sum();
    Ok(Some((finish(canvas, used, figures, resources, own, height), height)))
}

fn compose(layout: &Layout, resources: &Resources, locale: &Locale, nodes: &[&Node], width: Length, height: Length) -> Result<Form, Hold> {
    let arena = Bump::new();
    let (mut words, mut used, mut figures) = (Words::new(), Used::default(), 0);
    let mut canvas = Canvas::default();
    canvas.begin(Length::ZERO);
    canvas.watch_all();
    let (metrics, mut fixed) = (StyleMetrics::of(layout, resources), FixedTexts::default());
    let mut binder = binder(layout, resources, locale, &arena, &metrics, (&mut words, &mut fixed), &mut used);
    for node in nodes {
        let blocks = binder.blocks(std::slice::from_ref(*node), None)?;
        let mut paginator = Paginator { binder: &mut binder, canvas: &mut canvas, figures_used: &mut figures, area: Length::MAX };
        for block in blocks {
            paginator.place_absolute(block, Length::ZERO, Length::ZERO, width, height)?;
        }
    }
    Ok(finish(canvas, used, figures, resources, width, height))
}

fn binder<'s, 'p, 'a>(
    layout: &'p Layout,
    resources: &'p Resources,
    locale: &'p Locale,
    arena: &'a Bump,
    metrics: &'s [StyleMetrics],
    (words, fixed): (&'s mut Words, &'s mut FixedTexts),
    used: &'s mut Used,
) -> Binder<'s, 'p, 'a> {
    words.begin_use();
    let nothing: &[Value<'_>] = arena.alloc_slice_fill_copy(layout.schema.fields.len(), Value::Null);
    let mut variables = vec![Value::Null; layout.variables.max(1)];
    variables[0] = Value::Row(nothing);
    Binder {
        setter: Setter { layout, resources, metrics, words, decimal_sign: locale.decimal_sign() },
        arena,
        variables,
        running: Vec::new(),
        page: None,
        locale,
        language: 0,
        missing: Vec::new(),
        used,
        buffer: String::new(),
        fixed,
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
        symbols: super::symbol::Symbols::default(),
        slots: Vec::new(),
        fates: Vec::new(),
        values: super::email::BoundValues::default(),
        wants_email: false,
        leaves: 0,
        is_tagged: false,
        symbols_told: Vec::new(),
        form_leaves: Vec::new(),
    }
}

fn finish(mut canvas: Canvas, mut used: Used, figures: u64, resources: &Resources, width: Length, height: Length) -> Form {
    super::mark_fixed(resources, figures, &mut used);
    used.images.extend(&canvas.images);
    used.forms.extend(&canvas.forms);
    // A form begins with the colour that the page has where it names it (ISO 32000-1, 8.10.1), text counts on black.
    let mut content = b"0 g\n".to_vec();
    canvas.finish(&mut content);
    let painted = canvas.take_painted();
    // Strokes reach half their width beyond the edge, and letters may overhang; without a height, a page is high enough.
    let slop = Length::from_points(6);
    let height = if height <= Length::ZERO { Length::from_points(14_400) } else { height };
    Form { content, bounds: [-slop, -height - slop, width + slop, slop], used, extras: None, painted }
}
