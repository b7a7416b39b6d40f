//! Font families of scripts.
//!
//! Takes the `<font>` elements of a layout, gives the family of each script. Must never know a face.

use super::compile::Compiler;
use super::tree::Element;
use crate::base::code;
use crate::base::diagnostic::Diagnostic;
use crate::kit::text::Script;

impl<'t> Compiler<'_, 't> {
    /// Reads every `<font>`.
    pub(super) fn read_scripts(&mut self, root: &'t Element) {
        for element in root.elements().filter(|element| element.name == "font") {
            self.check_element(element);
            self.check_empty(element);
            let family = element.find("family").and_then(|attribute| self.check_family(&attribute.value));
            let Some(value) = element.find("script").map(|attribute| &attribute.value) else { continue };
            let code = value.text.trim();
            let scripts = Script::of_code(code);
            if scripts.is_empty() && !code.is_empty() {
                let diagnostic = Diagnostic::error(&code::LAYOUT_VALUE, value.place_of(code), format!("`{code}` is not the code of a script"));
                let best = Script::codes().into_iter().find(|known| known.eq_ignore_ascii_case(code));
                self.fault(match best {
                    Some(best) => diagnostic.fix(best),
                    None => diagnostic.hint("codes are those of ISO 15924, such as `Arab`, `Hebr`, `Deva`, `Thai` or `Jpan`"),
                });
            }
            let Some(family) = family else { continue };
            for script in scripts {
                if self.scripts.iter().any(|(known, _)| *known == script) {
                    let message = format!("the script `{code}` has two fonts");
                    self.fault(Diagnostic::error(&code::LAYOUT_DUPLICATE_NAME, value.span, message).label("again here").hint("remove one"));
                    break;
                }
                self.scripts.push((script, family.clone()));
            }
        }
    }
}
