//! What an element must know of the elements around it.

use super::look::Look;
use super::schema::ElementSpec;
use crate::base::length::Length;

/// What holds at a place of the layout.
#[derive(Clone)]
pub(super) struct Context {
    /// How text looks here.
    pub(super) look: Look,
    /// The room across, if it is known.
    pub(super) width: Option<Length>,
    /// The most room down, if it is known.
    pub(super) height: Option<Length>,
    /// The element whose content this is; `if`, `choose` and `for` are looked through.
    pub(super) host: &'static ElementSpec,
    /// Whether text here is a running head or foot.
    pub(super) is_artifact: bool,
    /// Whether a page may end here at will.
    pub(super) is_flow: bool,
    /// Whether blocks here may be placed.
    pub(super) is_box: bool,
    /// Whether this is inside a table cell.
    pub(super) is_cell: bool,
    /// Whether footnotes may be called here.
    pub(super) may_note: bool,
    /// Whether a slot may stand here.
    pub(super) may_slot: bool,
    /// Whether links may stand here.
    pub(super) may_link: bool,
    /// Whether this is inside a region.
    pub(super) is_region: bool,
    /// Whether blocks here may be for pages or for e-mails only.
    pub(super) may_choose: bool,
}

impl Context {
    /// The context inside `host` with another look.
    pub(super) fn inside(&self, host: &'static ElementSpec, look: Look) -> Context {
        Context { host, look, is_flow: false, is_box: false, ..self.clone() }
    }
}
