//! placeholder
/// g
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GlyphSet;
/// e
pub struct EmbeddedFont;
/// s
pub struct SubsetError;
/// f
pub fn subset() {}
