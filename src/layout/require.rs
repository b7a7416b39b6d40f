//! What a layout requires of its documents.
//!
//! Takes `<require>` elements and the tree they hold for, gives requirements that name elements of it; reports those that no
//! document could fulfil. Must never see a document.

use super::clause::{FoundClause, find_clauses};
use super::compile::Compiler;
use super::merge::name_of;
use super::schema::{ElementSpec, Kind, find_element};
use super::tree::{Attribute, Element};
use super::value::{Read, Token, collect, read_keyword, tokens, whole};
use crate::base::code;
use crate::base::date::Date;
use crate::base::diagnostic::Diagnostic;
use crate::base::span::Span;
use crate::kit::expr::Expr;
use crate::model::layout::PageMaster;
use crate::model::requirement::{Clause, ClauseText, RequiredClause, RequiredPage, Requirement, Requirements, Subject, Unwanted};

/// The attributes that say what must be.
const SUBJECTS: &[&str] = &["test", "clause", "pages-max", "no", "min-font-size"];
/// Those that say more of a clause.
const OF_CLAUSE: &[&str] = &["version", "page", "inside"];

/// What requirements can name in a layout.
struct Tree<'t> {
    clauses: Vec<FoundClause<'t>>,
    /// Regions and boxes, with their names.
    places: Vec<(Option<&'t str>, Span)>,
}

impl<'t> Compiler<'_, 't> {
    /// The requirements of a layout whose pages and body are compiled.
    pub(super) fn read_requirements(&mut self, root: &'t Element, masters: &[PageMaster]) -> Option<Box<Requirements>> {
        let spec = find_element("require")?;
        let elements: Vec<&'t Element> = root.elements().filter(|element| element.name == "require").collect();
        if elements.is_empty() {
            return None;
        }
        let mut tree = Tree { clauses: find_clauses(root), places: Vec::new() };
        find_places(root, &mut tree.places);
        let mut clauses: Vec<Clause> = Vec::new();
        let list: Vec<Requirement> = elements.into_iter().filter_map(|element| self.requirement(element, spec, &tree, &mut clauses)).collect();
        let mut regions: Vec<Span> = masters.iter().flat_map(|master| master.regions.iter().chain(&master.behind)).map(|node| node.span).collect();
        regions.sort_unstable();
        regions.dedup();
        let are_of_pages = list.iter().any(|requirement| match &requirement.subject {
            Subject::Clause(_) | Subject::FontSizeMin(_) => true,
            Subject::No(list) => list.contains(&Unwanted::Overflow),
            Subject::Test { .. } | Subject::PagesMax(_) => false,
        });
        let mut frames: Vec<Span> = tree.places.iter().map(|(_, span)| *span).collect();
        frames.sort_unstable();
        Some(Box::new(Requirements { list, clauses, regions, frames, are_of_pages }))
    }

    fn requirement(&mut self, element: &'t Element, spec: &'static ElementSpec, tree: &Tree<'t>, clauses: &mut Vec<Clause>) -> Option<Requirement> {
        self.check_attributes(element, spec);
        self.check_empty(element);
        let when = element.find("when").map(|attribute| self.test(attribute));
        let valid = self.validity(element);
        let message = element.find("message").map(|attribute| self.joined(&attribute.value));
        let subject = self.subject(element, spec, tree, clauses);
        let is_whole = when != Some(None) && message != Some(None);
        let (when, message) = (when.flatten(), message.flatten());
        subject.filter(|_| is_whole).map(|subject| Requirement { span: element.span, when, valid, message, subject })
    }

    /// The first and last date of a job that a requirement is for.
    fn validity(&mut self, element: &'t Element) -> (Option<Date>, Option<Date>) {
        let mut read = |name: &str| {
            let value = &element.find(name)?.value;
            let read = read_date(whole(&value.text));
            self.at(value, read)
        };
        let valid = (read("valid-from"), read("valid-to"));
        if let ((Some(from), Some(to)), Some(attribute)) = (valid, element.find("valid-to"))
            && to < from
        {
            let message = format!("`valid-to` is before `valid-from`: {to} is earlier than {from}");
            self.fault(Diagnostic::error(&code::LAYOUT_TOGETHER, attribute.value.span, message).label("it would never be asked"));
        }
        valid
    }

    fn subject(&mut self, element: &'t Element, spec: &'static ElementSpec, tree: &Tree<'t>, clauses: &mut Vec<Clause>) -> Option<Subject> {
        let has_clause = element.find("clause").is_some();
        if let Some(other) = OF_CLAUSE.iter().filter(|_| !has_clause).find_map(|name| element.find(name)) {
            let message = format!("`{}` without `clause`", other.name);
            self.fault(Diagnostic::error(&code::LAYOUT_TOGETHER, other.span, message).hint("say which clause must stand there: `clause=\"…\"`"));
        }
        let mut given = SUBJECTS.iter().filter(|name| **name != "min-font-size" || !has_clause).filter_map(|name| element.find(name));
        let Some(first) = given.next() else {
            let message = "`<require>` does not say what must be";
            let hint = "write one of `test`, `clause`, `pages-max`, `no` and `min-font-size`";
            self.fault(Diagnostic::error(&code::LAYOUT_MISSING_ATTRIBUTE, element.span, message).hint(hint));
            return None;
        };
        if let Some(second) = given.next() {
            let message = format!("`<require>` has both `{}` and `{}`", first.name, second.name);
            self.fault(Diagnostic::error(&code::LAYOUT_TOGETHER, second.span, message).hint("write one `<require>` for each"));
            return None;
        }
        match first.name.as_str() {
            "test" => {
                Some(Subject::Test { test: self.required_test(first)?, text: first.value.text.split_whitespace().collect::<Vec<_>>().join(" ") })
            }
            "clause" => self.required_clause(element, spec, first, tree, clauses).map(|clause| Subject::Clause(Box::new(clause))),
            "pages-max" => self.integer(element, spec, "pages-max").map(Subject::PagesMax),
            "no" => self.unwanted(first).map(Subject::No),
            _ => self.length(element, "min-font-size").map(Subject::FontSizeMin),
        }
    }

    fn required_test(&mut self, attribute: &'t Attribute) -> Option<Expr> {
        if attribute.value.is_blank() {
            let fault = Diagnostic::error(&code::LAYOUT_MISSING_ATTRIBUTE, attribute.span, "`test` is empty");
            self.fault(fault.hint("write what must hold, such as `sum(lines.amount) eq total`"));
        }
        self.test(attribute)
    }

    fn unwanted(&mut self, attribute: &'t Attribute) -> Option<Vec<Unwanted>> {
        let words = tokens(&attribute.value.text).into_iter().map(|token| {
            let word = read_keyword(token, Unwanted::WORDS)?;
            Ok(Unwanted::WORDS.iter().zip(Unwanted::ALL).find(|(known, _)| **known == word).map(|(_, unwanted)| *unwanted))
        });
        let words = collect(words);
        let words: Vec<Unwanted> = self.at_all(&attribute.value, words)?.into_iter().flatten().collect();
        if words.is_empty() {
            let list = Unwanted::WORDS.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ");
            self.fault(Diagnostic::error(&code::LAYOUT_MISSING_ATTRIBUTE, attribute.span, "`no` is empty").hint(format!("one or more of {list}")));
            return None;
        }
        Some(words)
    }

    fn required_clause(
        &mut self,
        element: &'t Element,
        spec: &'static ElementSpec,
        attribute: &'t Attribute,
        tree: &Tree<'t>,
        clauses: &mut Vec<Clause>,
    ) -> Option<RequiredClause> {
        let font_size_min = self.length(element, "min-font-size");
        let page = self.required_page(element, spec);
        let version = element.find("version");
        let version = match version.map(|attribute| (attribute, self.version(attribute))) {
            Some((_, None)) => return None,
            Some((attribute, Some(version))) => Some((attribute, version)),
            None => None,
        };
        let name = attribute.value.text.trim();
        if !tree.clauses.iter().any(|clause| clause.name == name) {
            let message = format!("the layout has no clause `{name}`");
            let fault = Diagnostic::error(&code::LAYOUT_REQUIREMENT, attribute.value.place_of(name), message);
            let fault = fault.suggest(name, names(tree.clauses.iter().map(|clause| clause.name)));
            let is_advised = fault.hint.is_some();
            self.fault(if is_advised { fault } else { fault.hint(format!("write its blocks into `<clause name=\"{name}\">…</clause>`")) });
            return None;
        }
        if let Some((attribute, version)) = version
            && !tree.clauses.iter().any(|clause| clause.is(name, Some(version)))
        {
            let known = names(tree.clauses.iter().filter(|clause| clause.name == name).filter_map(|clause| clause.version));
            let message = format!("the clause `{name}` has no version `{version}` in the layout");
            let fault = Diagnostic::error(&code::LAYOUT_REQUIREMENT, attribute.value.place_of(version), message);
            self.fault(match known.is_empty() {
                true => fault.hint(format!("name it: `<clause name=\"{name}\" version=\"{version}\">`")),
                false => fault.suggest(version, known),
            });
            return None;
        }
        let version = version.map(|(_, version)| version);
        let inside = match element.find("inside") {
            Some(attribute) => Some(self.required_place(attribute, (name, version), tree)?),
            None => None,
        };
        let known = clauses.iter().position(|clause| clause.name == name);
        let clause = known.unwrap_or_else(|| {
            let texts = tree.clauses.iter().filter(|clause| clause.name == name).map(|found| ClauseText {
                version: found.version.map(str::to_string),
                span: found.element.span,
                elements: found.elements(),
            });
            clauses.push(Clause { name: name.to_string(), texts: texts.collect() });
            clauses.len() - 1
        });
        Some(RequiredClause { clause, version: version.map(str::to_string), page: page?, inside, font_size_min })
    }

    fn required_page(&mut self, element: &'t Element, spec: &'static ElementSpec) -> Option<RequiredPage> {
        let Some(attribute) = element.find("page") else { return Some(RequiredPage::Any) };
        let Some(Kind::PageName(words)) = spec.attribute("page").map(|attribute| attribute.kind) else { return None };
        Some(match self.page_name(attribute, words)? {
            "any" => RequiredPage::Any,
            "first" => RequiredPage::Number(1),
            "last" => RequiredPage::Last,
            "every" => RequiredPage::Every,
            number => RequiredPage::Number(number.parse().ok()?),
        })
    }

    /// The region or box that a clause must be inside of.
    fn required_place(&mut self, attribute: &'t Attribute, (clause, version): (&str, Option<&str>), tree: &Tree<'t>) -> Option<(String, Vec<Span>)> {
        let name = attribute.value.text.trim();
        let span = attribute.value.place_of(name);
        let mut spans: Vec<Span> = tree.places.iter().filter(|(known, _)| *known == Some(name)).map(|(_, span)| *span).collect();
        if spans.is_empty() {
            let fault = Diagnostic::error(&code::LAYOUT_REQUIREMENT, span, format!("the layout has no region or box `{name}`"));
            let fault = fault.suggest(name, names(tree.places.iter().filter_map(|(name, _)| *name)));
            let is_advised = fault.hint.is_some();
            self.fault(if is_advised { fault } else { fault.hint(format!("give the box a name: `<box name=\"{name}\">`")) });
            return None;
        }
        let mut texts = tree.clauses.iter().filter(|found| found.is(clause, version));
        if !texts.clone().any(|found| found.around.contains(&name)) {
            let fault = Diagnostic::error(&code::LAYOUT_REQUIREMENT, span, format!("the clause `{clause}` does not stand in `{name}`"));
            let place = texts.next().map_or(span, |found| found.element.span);
            self.fault(fault.related(place, "it stands here").hint(format!("move it into `{name}`, or name what is around it")));
            return None;
        }
        spans.sort_unstable();
        Some((name.to_string(), spans))
    }
}

/// Names in their order, each once.
fn names<'n>(all: impl Iterator<Item = &'n str>) -> Vec<&'n str> {
    let mut names: Vec<&str> = Vec::new();
    for name in all {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

fn find_places<'t>(element: &'t Element, places: &mut Vec<(Option<&'t str>, Span)>) {
    for child in element.elements() {
        if matches!(child.name.as_str(), "region" | "box") {
            places.push((name_of(child).map(|(name, _)| name), child.span));
        }
        find_places(child, places);
    }
}

/// A calendar date (ISO 8601).
fn read_date(token: Token<'_>) -> Read<Date> {
    if let Some(date) = Date::parse_iso(token.text) {
        return Ok(date);
    }
    let fault = token.fault(&code::LAYOUT_VALUE, format!("`{}` is not a date", token.text));
    let numbers: Vec<u32> = token.text.split(['-', '/', '.']).map_while(|part| part.trim().parse().ok()).collect();
    let meant = match numbers[..] {
        [year, month, day] if year > 999 => i32::try_from(year).ok().and_then(|year| Date::new(year, month, day)),
        _ => None,
    };
    Err(match meant {
        Some(date) => fault.fix(date.to_string()),
        None => fault.hint("a day that exists, written `2026-09-30`"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_or_mended() {
        let fix = |text: &str| read_date(whole(text)).map_err(|fault| fault.fix);
        assert_eq!(fix("2026-09-30"), Ok(Date::parse_iso("2026-09-30").unwrap()));
        assert_eq!(fix("2026/9/3"), Err(Some("2026-09-03".into())));
        assert_eq!(fix("2026-02-30"), Err(None));
        assert_eq!(fix("3.9.2026"), Err(None));
    }
}
