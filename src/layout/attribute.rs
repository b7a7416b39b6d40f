//! Names of elements and attributes against the tables.
//!
//! Takes elements, reports what the tables do not know or demand, and reads single attributes. Must never know what an
//! element becomes.

use super::compile::Compiler;
use super::schema::{ElementSpec, Kind, find_element, find_property};
use super::tree::{Element, Mapped};
use super::value::{self, Sign, ValueFault, whole};
use crate::base::code;
use crate::base::diagnostic::Diagnostic;
use crate::base::length::Length;
use crate::base::suggest::closest;
use crate::kit::expr::Type;

/// Names from HTML, FO and other tools: (written, meant).
const ELEMENT_SYNONYMS: &[(&str, &str)] = &[
    ("div", "box"),
    ("section", "box"),
    ("block", "box"),
    ("strong", "b"),
    ("bold", "b"),
    ("em", "i"),
    ("italic", "i"),
    ("image", "img"),
    ("graphic", "img"),
    ("para", "p"),
    ("paragraph", "p"),
    ("text", "p"),
    ("row", "tr"),
    ("cell", "td"),
    ("font", "span"),
    ("foreach", "for"),
    ("loop", "for"),
    ("repeat", "for"),
    ("else", "otherwise"),
    ("case", "when"),
    ("switch", "choose"),
    ("header", "thead"),
    ("footer", "tfoot"),
    ("newpage", "pagebreak"),
    ("page-break", "pagebreak"),
    ("rule", "hr"),
    ("qrcode", "barcode"),
    ("item", "li"),
    ("col", "column"),
    ("master", "page"),
    ("page-master", "page"),
    ("var", "field"),
    ("del", "s"),
];

/// The same for attributes.
const ATTRIBUTE_SYNONYMS: &[(&str, &str)] = &[
    ("class", "style"),
    ("colour", "color"),
    ("bgcolor", "background"),
    ("background-color", "background"),
    ("background-colour", "background"),
    ("valign", "vertical-align"),
    ("halign", "text-align"),
    ("align", "text-align"),
    ("text-align", "align"),
    ("font", "font-family"),
    ("face", "font-family"),
    ("size", "font-size"),
    ("weight", "font-weight"),
    ("leading", "line-height"),
    ("indent", "text-indent"),
    ("href", "src"),
    ("source", "src"),
    ("file", "src"),
    ("if", "test"),
    ("when", "test"),
    ("condition", "test"),
    ("in", "each"),
    ("items", "rows"),
    ("for", "rows"),
    ("each", "rows"),
    ("rows", "each"),
    ("cols", "columns"),
    ("cellpadding", "cell-padding"),
    ("data", "value"),
    ("code", "value"),
    ("symbology", "type"),
    ("page-break-before", "break-before"),
    ("page-break-after", "break-after"),
    ("page-break-inside", "break-inside"),
    ("keep-together", "break-inside"),
    ("keep-with-next", "break-after"),
    ("required", "optional"),
    ("x", "left"),
    ("y", "top"),
    ("title", "alt"),
    ("col-span", "colspan"),
    ("row-span", "rowspan"),
    ("stroke", "border"),
    ("id", "name"),
    ("padding", "margin"),
];

impl<'t> Compiler<'_, 't> {
    /// The specification of an element whose name is known to be allowed, after its attributes are checked.
    pub(super) fn check_element(&mut self, element: &Element) -> &'static ElementSpec {
        let spec = find_element(&element.name).unwrap_or(&super::schema::ELEMENTS[0]);
        self.check_attributes(element, spec);
        spec
    }

    /// What an element is: its specification if it is one of `allowed`, or after a fault the one it was likely meant
    /// to be, so that what is inside is checked too.
    pub(super) fn check_allowed(&mut self, element: &Element, allowed: &[&'static str], host: &str) -> Option<&'static ElementSpec> {
        let name = element.name.as_str();
        if allowed.contains(&name) {
            return find_element(name);
        }
        if find_element(name).is_some() {
            let message = format!("`<{name}>` is not allowed in `<{host}>`");
            let list = allowed.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
            let diagnostic = Diagnostic::error(&code::LAYOUT_NOT_ALLOWED, element.span, message);
            let hint = self.hint_not_allowed(name, host, allowed);
            self.fault(match hint {
                Some(hint) => diagnostic.hint(hint),
                None if allowed.is_empty() => diagnostic.hint(format!("`<{host}>` holds no elements")),
                None => diagnostic.hint(format!("allowed here: {list}")),
            });
            return None;
        }
        let message = format!("there is no element `<{name}>`");
        let diagnostic = Diagnostic::error(&code::LAYOUT_UNKNOWN_ELEMENT, element.span, message);
        let synonym = ELEMENT_SYNONYMS.iter().find(|(written, meant)| *written == name && allowed.contains(meant));
        let lower = name.to_ascii_lowercase();
        let meant = synonym
            .map(|(_, meant)| *meant)
            .or_else(|| allowed.iter().copied().find(|known| *known == lower))
            .or_else(|| closest(name, allowed.iter().copied()));
        self.fault(match meant {
            Some(meant) => diagnostic.hint(format!("did you mean `<{meant}>`?")).fix(meant),
            None if matches!(name, "else" | "elseif" | "elsif") => {
                diagnostic.hint("write `<choose> <when test=\"…\">…</when> <otherwise>…</otherwise> </choose>`")
            }
            None => diagnostic.suggest(name, allowed.iter().copied()),
        });
        meant.and_then(find_element)
    }

    fn hint_not_allowed(&self, name: &str, host: &str, allowed: &[&str]) -> Option<String> {
        match (name, host) {
            ("td" | "th", "table") => Some("cells stand in rows: `<tr> <td>…</td> </tr>`".into()),
            ("td" | "th", _) if !allowed.contains(&"td") => {
                Some("cells stand in the rows of a table: `<table> <tr> <td>…</td> </tr> </table>`".into())
            }
            ("tr" | "thead" | "tfoot" | "carry", _) if host != "table" && !matches!(host, "thead" | "tfoot" | "carry" | "tr") => {
                Some("rows stand in a table: `<table> <tr> <td>…</td> </tr> </table>`".into())
            }
            ("li", _) => Some("items stand in a list: `<ul> <li>…</li> </ul>`".into()),
            ("column", _) => Some("columns stand side by side in `<columns>`".into()),
            ("when" | "otherwise", _) => Some("cases stand in `<choose>`".into()),
            ("span" | "b" | "i" | "u" | "s" | "sub" | "sup" | "br", _) if allowed.contains(&"p") => {
                Some(format!("`<{name}>` is a part of a text: put it in a `<p>`"))
            }
            ("p", "ul" | "ol") => Some("each item stands in a `<li>`".into()),
            ("for", "tr" | "carry") => Some("cells cannot be repeated; repeat the row with `rows=`".into()),
            ("tr", "thead" | "tfoot") => None,
            ("fill", "layout") => Some("a block of the base is filled with `<put block=\"…\">`".into()),
            ("region", _) => Some("regions stand in `<page>`".into()),
            ("pagebreak", _) => Some("a page can end between the blocks of the body only".into()),
            ("style" | "data" | "page", _) => Some(format!("`<{name}>` stands directly in `<layout>`")),
            ("img" | "table" | "box" | "barcode" | "ul" | "ol" | "p", _) if allowed.contains(&"span") && !allowed.contains(&"p") => {
                Some("this holds text; end it before the block and begin another after it".into())
            }
            _ => None,
        }
    }

    /// Reports text where only elements may be.
    pub(super) fn refuse_text(&mut self, text: &Mapped, host: &str, hint: &str) {
        if text.is_blank() {
            return;
        }
        let shown = text.text.trim();
        let span = text.place_of(shown);
        let message = format!("text is not allowed in `<{host}>`");
        self.fault(Diagnostic::error(&code::LAYOUT_TEXT_NOT_ALLOWED, span, message).hint(hint));
    }

    /// Reports everything that should not be inside an element that holds nothing.
    pub(super) fn check_empty(&mut self, element: &Element) {
        for text in element.texts() {
            self.refuse_text(text, &element.name, &format!("`<{}/>` holds nothing", element.name));
        }
        for child in element.elements() {
            self.check_allowed(child, &[], &element.name);
        }
    }

    /// Reports unknown and missing attributes.
    pub(super) fn check_attributes(&mut self, element: &Element, spec: &'static ElementSpec) {
        for attribute in &element.attributes {
            let name = attribute.name.as_str();
            let is_known = spec.attribute(name).is_some() || spec.property(name).is_some() || (name == "style" && spec.is_styled());
            if !is_known {
                self.refuse_attribute(element, spec, attribute);
            }
        }
        for needed in spec.attributes.iter().filter(|attribute| attribute.default.is_none()) {
            let Some(found) = element.find(needed.name) else {
                self.refuse_missing(element, spec, needed.name);
                continue;
            };
            let may_be_empty = matches!(needed.name, "alt" | "value" | "label");
            if found.value.text.trim().is_empty() && !may_be_empty && needed.kind != Kind::Namespace {
                let message = format!("`{}` is empty", needed.name);
                let place = found.span;
                self.fault(Diagnostic::error(&code::LAYOUT_MISSING_ATTRIBUTE, place, message).hint(needed.doc));
            }
        }
    }

    fn refuse_missing(&mut self, element: &Element, spec: &ElementSpec, name: &str) {
        // A misspelt attribute is told as such, and not once more as a missing one.
        let is_misspelt = element.attributes.iter().any(|attribute| {
            let written = attribute.name.as_str();
            spec.attribute(written).is_none() && spec.property(written).is_none() && self.meant_attribute(spec, written) == Some(name)
        });
        if is_misspelt {
            return;
        }
        let message = format!("`<{}>` has no `{name}`", element.name);
        let diagnostic = if name == "xmlns" {
            Diagnostic::error(&code::LAYOUT_NAMESPACE, element.span, "the layout has no namespace")
                .fix(format!("layout xmlns=\"{}\"", super::schema::NAMESPACE))
        } else {
            let fix = if name == "alt" { format!("{} alt=\"\"", element.name) } else { String::new() };
            let diagnostic =
                Diagnostic::error(&code::LAYOUT_MISSING_ATTRIBUTE, element.span, message).hint(format!("write `<{} {name}=\"…\">`", element.name));
            if fix.is_empty() { diagnostic } else { diagnostic.fix(fix) }
        };
        self.fault(diagnostic);
    }

    fn meant_attribute(&self, spec: &ElementSpec, name: &str) -> Option<&'static str> {
        let names = spec.attribute_names();
        let synonym = ATTRIBUTE_SYNONYMS.iter().find(|(written, meant)| *written == name && names.contains(meant));
        if let Some((_, meant)) = synonym {
            return Some(meant);
        }
        if ATTRIBUTE_SYNONYMS.iter().any(|(written, _)| *written == name) {
            // What it means is known, and this element does not take that.
            return None;
        }
        let written = ATTRIBUTE_SYNONYMS.iter().filter(|(_, meant)| names.contains(meant)).map(|(written, _)| *written);
        let best = closest(name, names.iter().copied().chain(written))?;
        let meant = ATTRIBUTE_SYNONYMS.iter().find(|(written, meant)| *written == best && names.contains(meant));
        meant.filter(|_| !names.contains(&best)).map(|(_, meant)| *meant).or(Some(best))
    }

    fn refuse_attribute(&mut self, element: &Element, spec: &ElementSpec, attribute: &super::tree::Attribute) {
        let name = attribute.name.as_str();
        let message = format!("`<{}>` has no attribute `{name}`", element.name);
        let diagnostic = Diagnostic::error(&code::LAYOUT_UNKNOWN_ATTRIBUTE, attribute.span, message);
        let is_elsewhere = find_property(name).is_some() || (name == "style" && !spec.is_styled());
        let synonym =
            ATTRIBUTE_SYNONYMS.iter().find(|(written, meant)| *written == name && spec.attribute_names().contains(meant)).map(|(_, meant)| *meant);
        self.fault(if let Some(meant) = synonym {
            diagnostic.hint(format!("did you mean `{meant}`?")).fix(meant)
        } else if is_elsewhere {
            let users: Vec<String> = super::schema::ELEMENTS
                .iter()
                .filter(|other| other.property(name).is_some() && other.name != "style")
                .map(|other| format!("`{}`", other.name))
                .take(8)
                .collect();
            diagnostic.hint(format!("`{name}` is for {}", users.join(", ")))
        } else if let Some(meant) = self.meant_attribute(spec, name) {
            diagnostic.hint(format!("did you mean `{meant}`?")).fix(meant)
        } else if ATTRIBUTE_SYNONYMS.iter().any(|(written, _)| *written == name) {
            diagnostic.hint(format!("docs/layout.md lists what `<{}>` takes", element.name))
        } else {
            diagnostic.suggest(name, spec.attribute_names())
        });
    }

    /// Turns a fault of a value into one of the file.
    pub(super) fn at<T>(&mut self, value: &Mapped, read: Result<T, ValueFault>) -> Option<T> {
        match read {
            Ok(read) => Some(read),
            Err(fault) => {
                self.fault(fault.place(value));
                None
            }
        }
    }

    /// The same for values of several parts.
    pub(super) fn at_all<T>(&mut self, value: &Mapped, read: Result<T, Vec<ValueFault>>) -> Option<T> {
        match read {
            Ok(read) => Some(read),
            Err(faults) => {
                for fault in faults {
                    self.fault(fault.place(value));
                }
                None
            }
        }
    }

    /// A length of an attribute of the element's own.
    pub(super) fn length(&mut self, element: &Element, name: &str) -> Option<Length> {
        let value = &element.find(name)?.value;
        let is_offset = find_element(&element.name).and_then(|spec| spec.attribute(name)).is_some_and(|attribute| attribute.kind == Kind::Offset);
        let sign = if is_offset { Sign::Any } else { Sign::Positive };
        let read = value::read_length(whole(&value.text), sign);
        self.at(value, read)
    }

    /// A word of an attribute of the element's own.
    pub(super) fn keyword(&mut self, element: &Element, spec: &ElementSpec, name: &str) -> Option<&'static str> {
        let value = &element.find(name)?.value;
        let Some(Kind::Keyword(words)) = spec.attribute(name).map(|attribute| attribute.kind) else { return None };
        let read = value::read_keyword(whole(&value.text), words);
        self.at(value, read)
    }

    /// A whole number of an attribute of the element's own.
    pub(super) fn integer(&mut self, element: &Element, spec: &ElementSpec, name: &str) -> Option<u32> {
        let value = &element.find(name)?.value;
        let Some(Kind::Integer(least, most)) = spec.attribute(name).map(|attribute| attribute.kind) else { return None };
        let read = value::read_integer(whole(&value.text), least, most);
        self.at(value, read)
    }
}

/// The word for a type in "a …".
pub(super) fn article(kind: &Type) -> String {
    let name = kind.name();
    if matches!(kind, Type::Money | Type::Text) {
        name.to_string()
    } else if name.starts_with(['a', 'e', 'i', 'o', 'u']) {
        format!("an {name}")
    } else {
        format!("a {name}")
    }
}

/// Whether `name` is one of the group, or a slip for one.
pub(super) fn resembles_block(name: &str, group: super::schema::Group) -> bool {
    if find_element(name).is_some() {
        return group.elements().contains(&name);
    }
    let synonym = ELEMENT_SYNONYMS.iter().find(|(written, _)| *written == name).map(|(_, meant)| *meant);
    let meant = synonym.or_else(|| closest(name, super::schema::ELEMENTS.iter().map(|element| element.name)));
    meant.is_some_and(|meant| group.elements().contains(&meant))
}
