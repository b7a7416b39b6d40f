//! `if` and `choose`, wherever they stand.

use super::compile::Compiler;
use super::schema::{ElementSpec, find_element};
use super::tree::{Attribute, Child, Element};
use crate::base::code;
use crate::base::diagnostic::Diagnostic;
use crate::kit::expr::Expr;

/// One case: what appears if its test holds and none before it did.
pub(super) struct Branch<'t> {
    /// The test; `None` for `otherwise`, and after a fault.
    pub(super) test: Option<Expr>,
    /// The element whose children appear.
    pub(super) element: &'t Element,
    /// Whether it appears where no other does.
    pub(super) is_otherwise: bool,
}

/// Something that must hold, or must not.
#[derive(Clone, Copy)]
pub(super) struct Condition<'t> {
    /// The `test=`.
    pub(super) test: &'t Attribute,
    /// Whether it must not hold.
    pub(super) is_negated: bool,
}

impl<'t> Compiler<'_, 't> {
    /// The cases of an `if` or `choose`, with their tests.
    pub(super) fn branches(&mut self, element: &'t Element, spec: &'static ElementSpec) -> Vec<Branch<'t>> {
        let cases = self.cases(element, spec);
        let mut branches = Vec::new();
        for element in cases {
            let test = element.find("test").and_then(|attribute| self.test(attribute));
            branches.push(Branch { test, element, is_otherwise: is_otherwise(element) });
        }
        branches
    }

    /// The elements that hold the cases: the `if` itself, or each `when` and at last `otherwise`.
    fn cases(&mut self, element: &'t Element, spec: &'static ElementSpec) -> Vec<&'t Element> {
        self.check_attributes(element, spec);
        if spec.name == "if" {
            return vec![element];
        }
        let allowed = spec.content.names();
        let (mut cases, mut otherwise) = (Vec::new(), None);
        for child in &element.children {
            let child = match child {
                Child::Element(child) => child,
                Child::Text(text) => {
                    self.refuse_text(text, "choose", "put it into a `<when>` or `<otherwise>`");
                    continue;
                }
            };
            let Some(spec) = self.check_allowed(child, &allowed, "choose") else { continue };
            self.check_attributes(child, spec);
            if spec.name == "otherwise" {
                match otherwise {
                    Some(first) => self.refuse_second(child, first),
                    None => otherwise = Some(child),
                }
                continue;
            }
            if otherwise.is_some() {
                let message = "a `<when>` after `<otherwise>` can never appear";
                self.fault(Diagnostic::error(&code::LAYOUT_TOGETHER, child.span, message).hint("put `<otherwise>` last"));
            }
            cases.push(child);
        }
        if cases.is_empty() {
            self.fault(
                Diagnostic::error(&code::LAYOUT_MISSING_CONTENT, element.span, "`<choose>` has no `<when>`")
                    .hint("write `<when test=\"…\">…</when>`"),
            );
        }
        cases.extend(otherwise);
        cases
    }

    /// The cases around rows or cells with what must hold for each. The tests are compiled where the row is, because only
    /// there its names are visible.
    pub(super) fn conditions(&mut self, element: &'t Element, spec: &'static ElementSpec) -> Vec<(Vec<Condition<'t>>, &'t Element)> {
        let mut before: Vec<Condition<'t>> = Vec::new();
        let mut cases = Vec::new();
        for case in self.cases(element, spec) {
            let mut all = before.clone();
            if let Some(test) = case.find("test") {
                all.push(Condition { test, is_negated: false });
                before.push(Condition { test, is_negated: true });
            }
            cases.push((all, case));
        }
        cases
    }

    /// What must hold, as one expression. `None` if nothing must, or after a fault.
    pub(super) fn condition(&mut self, conditions: &[Condition<'t>]) -> Option<Expr> {
        let mut parts = Vec::new();
        let mut is_good = true;
        let mut only = None;
        for condition in conditions {
            only = self.test(condition.test);
            is_good &= only.is_some();
            let text = super::text::strip_braces(&condition.test.value.text);
            parts.push(if condition.is_negated { format!("not ({text})") } else { format!("({text})") });
        }
        match conditions {
            _ if !is_good => None,
            [Condition { is_negated: false, .. }] => only,
            _ => crate::kit::expr::compile(&parts.join(" and "), &mut self.scope).ok(),
        }
    }
}

/// Whether a case appears where no other does.
fn is_otherwise(element: &Element) -> bool {
    !matches!(element.name.as_str(), "if" | "when") && element.find("test").is_none()
}

/// Whether `if`, `choose`, `for` or one of their cases.
pub(super) fn is_control(name: &str) -> bool {
    matches!(name, "if" | "choose" | "for" | "when" | "otherwise") && find_element(name).is_some()
}
