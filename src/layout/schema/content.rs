//! What may stand in an element, for schemas that know no "what may stand where it stands".
//!
//! Takes the table of elements, gives contexts: the content of an element, and of `if`, `when` and their like inside it.

use super::{Content, ELEMENTS, ElementSpec};

/// The content of some elements, and what control elements inside them may hold.
pub(super) struct Context {
    /// Its name: that of the first element with this content.
    pub(super) name: &'static str,
    /// The elements that may stand there.
    pub(super) names: Vec<&'static str>,
    /// Whether text may stand there.
    pub(super) is_mixed: bool,
}

/// Whether what an element holds depends on where it stands.
pub(super) fn is_transparent(spec: &ElementSpec) -> bool {
    let holds_transparent = |name: &&str| super::find_element(name).is_some_and(|spec| matches!(spec.content, Content::Transparent));
    match spec.content {
        Content::Transparent => true,
        // `choose` holds nothing but elements that are looked through.
        Content::Elements(names, []) => !names.is_empty() && names.iter().all(holds_transparent),
        _ => false,
    }
}

fn is_mixed(content: Content) -> bool {
    matches!(content, Content::Inline | Content::Either)
}

/// The context of an element that is not transparent.
pub(super) fn context_of(spec: &ElementSpec) -> Context {
    let (names, mixed) = (spec.content.names(), is_mixed(spec.content));
    let same = |other: &&ElementSpec| !is_transparent(other) && is_mixed(other.content) == mixed && other.content.names() == names;
    let name = ELEMENTS.iter().find(same).map_or(spec.name, |other| other.name);
    Context { name, names, is_mixed: mixed }
}

/// Every context in which transparent elements may stand.
pub(super) fn contexts() -> Vec<Context> {
    let mut all: Vec<Context> = Vec::new();
    for spec in ELEMENTS.iter().filter(|spec| !is_transparent(spec)) {
        let context = context_of(spec);
        let holds = context.names.iter().any(|name| super::find_element(name).is_some_and(is_transparent));
        if holds && all.iter().all(|known| known.name != context.name) {
            all.push(context);
        }
    }
    all
}

/// The elements a transparent element holds in a context, and whether it holds text.
pub(super) fn within<'c>(spec: &'c ElementSpec, context: &'c Context) -> (Vec<&'static str>, bool) {
    match spec.content {
        Content::Elements(names, _) => (names.to_vec(), false),
        _ => (context.names.clone(), context.is_mixed),
    }
}

/// The transparent elements that stand in a context: those it names, and those inside these.
pub(super) fn transparent_in(context: &Context) -> Vec<&'static ElementSpec> {
    let mut found: Vec<&'static ElementSpec> = Vec::new();
    let mut names = context.names.clone();
    while let Some(name) = names.pop() {
        let Some(spec) = super::find_element(name).filter(|spec| is_transparent(spec)) else { continue };
        if found.iter().all(|known| known.name != spec.name) {
            found.push(spec);
            names.extend(spec.content.names());
        }
    }
    found.sort_by_key(|spec| ELEMENTS.iter().position(|known| known.name == spec.name));
    found
}
