//! The regions of pages.
//!
//! Takes the master of each page, paints what stands on it beside the body: forms before it, all else after it. Must never know
//! why a region is read.

use super::bind::Binder;
use super::form::figure_of;
use super::paginate::Paginator;
use super::paint::Canvas;
use super::slot;
use super::structure::{ReadRegion, RegionContent};
use crate::base::length::Length;
use crate::base::span::Span;
use crate::model::content::Placed;
use crate::model::layout::{PageMaster, RegionRead};
use crate::model::record::Hold;

/// A region that is a form and read.
#[derive(Clone, Copy, Debug)]
pub(super) struct FormLeaf {
    /// Where the layout has it.
    span: Span,
    /// The first page that has it, from 1.
    page: u32,
    /// The number that its content has.
    leaf: u32,
}

/// Paints the forms of a page, before its body.
pub(super) fn paint_forms<'p: 'a, 'a>(binder: &mut Binder<'_, 'p, 'a>, canvas: &mut Canvas, page: &PageMaster) {
    if !binder.use_forms {
        return;
    }
    let resources = binder.setter.resources;
    if let Some(form) = page.form {
        canvas.form(form, Length::ZERO, Length::ZERO);
        canvas.touch_form(&resources.forms[usize::from(form.0)], Length::ZERO, Length::ZERO);
    }
    for (index, read) in page.read.iter().enumerate() {
        let RegionRead::OnceForm(form) = read else { continue };
        let span = page.regions[index].span;
        let known = binder.form_leaves.iter().find(|known| known.span == span).copied();
        let known = known.unwrap_or_else(|| {
            let first = FormLeaf { span, page: binder.page_number, leaf: binder.leaf() };
            binder.form_leaves.push(first);
            first
        });
        // It is read on the first page that has it.
        match known.page == binder.page_number {
            true => canvas.owned_form(*form, known.leaf, figure_of(&page.regions[index]).is_some(), (Length::ZERO, Length::ZERO)),
            false => canvas.form(*form, Length::ZERO, Length::ZERO),
        }
        canvas.touch_form(&resources.forms[usize::from(form.0)], Length::ZERO, Length::ZERO);
    }
}

/// Paints the regions that depend on the record or the page; gives those that are read.
pub(super) fn paint_regions<'p: 'a, 'a>(
    binder: &mut Binder<'_, 'p, 'a>,
    masters: &[usize],
    canvases: &mut [Canvas],
    figures_used: &mut u64,
) -> Result<Vec<ReadRegion<'a>>, Hold> {
    let layout = binder.setter.layout;
    let total = masters.len() as i64;
    let mut read = Vec::new();
    // The regions that have been read, by where the layout has them.
    let mut done = Vec::new();
    for (index, (canvas, master)) in canvases.iter_mut().zip(masters).enumerate() {
        let page: &'p PageMaster = &layout.masters[*master];
        binder.page = Some((index as i64 + 1, total));
        match binder.is_tagged {
            false => {
                let regions = binder.blocks(&page.regions, page.form.filter(|_| binder.use_forms))?;
                place_all(binder, regions, page, canvas, figures_used)?;
            }
            true => {
                for (at, node) in page.regions.iter().enumerate() {
                    let is_read = page.reads(at) != RegionRead::Never && !done.contains(&node.span);
                    if is_read {
                        done.push(node.span);
                    }
                    let content = paint_tagged(binder, (page, at), is_read, canvas, figures_used)?;
                    read.extend(content.filter(|_| is_read).map(|content| ReadRegion { page: index, content }));
                }
            }
        }
        if page.behind.is_empty() {
            continue;
        }
        let enclosed = canvas.begin_artifact();
        let around = canvas.begin_part();
        let behind = binder.blocks(&page.behind, None)?;
        place_all(binder, behind, page, canvas, figures_used)?;
        canvas.end_part(around, 0, (Length::ZERO, Length::ZERO), true);
        canvas.end_enclosed(enclosed);
    }
    binder.page = None;
    Ok(read)
}

/// Paints a region of a tagged page; gives what is read of it.
fn paint_tagged<'p: 'a, 'a>(
    binder: &mut Binder<'_, 'p, 'a>,
    (page, at): (&'p PageMaster, usize),
    is_read: bool,
    canvas: &mut Canvas,
    figures_used: &mut u64,
) -> Result<Option<RegionContent<'a>>, Hold> {
    let node = &page.regions[at];
    let is_in_form = binder.use_forms && node.is_static && node.place.is_some();
    match page.reads(at) {
        RegionRead::OnceForm(_) if binder.use_forms => {
            let leaf = binder.form_leaves.iter().find(|known| known.span == node.span).map(|known| known.leaf);
            return Ok(leaf.map(|leaf| RegionContent::Form(leaf, figure_of(node))));
        }
        RegionRead::Never if is_in_form && page.form.is_some() => return Ok(None),
        RegionRead::Never | RegionRead::Once | RegionRead::OnceForm(_) => {}
    }
    let regions = binder.blocks(std::slice::from_ref(node), None)?;
    let enclosed = (!is_read).then(|| canvas.begin_artifact());
    // What no record can change lies below the body, whether or not it is a form.
    let around = is_in_form.then(|| canvas.begin_part());
    let regions = place_all(binder, regions, page, canvas, figures_used)?;
    if let Some(around) = around {
        canvas.end_part(around, 0, (Length::ZERO, Length::ZERO), true);
    }
    if let Some(enclosed) = enclosed {
        canvas.end_enclosed(enclosed);
    }
    Ok(Some(RegionContent::Blocks(regions)))
}

/// Places regions on their page; gives them with messages in their slots.
fn place_all<'p: 'a, 'a>(
    binder: &mut Binder<'_, 'p, 'a>,
    regions: &'a [Placed<'a>],
    page: &PageMaster,
    canvas: &mut Canvas,
    figures_used: &mut u64,
) -> Result<&'a [Placed<'a>], Hold> {
    let regions = slot::with_messages(binder, regions, page, figures_used);
    let mut paginator = Paginator { binder, canvas, figures_used, area: Length::MAX };
    for region in regions {
        paginator.place_absolute(region, Length::ZERO, Length::ZERO, page.width, page.height)?;
    }
    Ok(regions)
}
