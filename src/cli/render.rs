//! Diagnostics as a person reads them, and as a machine does.
//!
//! Takes diagnostics and the files they point into, gives text or JSON. The only module that names `annotate-snippets`,
//! whose API is young. Must never decide what is wrong.

use std::io::IsTerminal;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use crate::base::diagnostic::{Diagnostic, Severity};
use crate::base::readable::counted;
use crate::base::span::{Sources, Span};

/// Whether messages on standard error may have colours (no-color.org).
pub(super) fn has_colour() -> bool {
    let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    !refused && std::env::var_os("TERM").is_none_or(|term| term != "dumb") && std::io::stderr().is_terminal()
}

/// Diagnostics as text, one after the other, with an empty line between.
pub(super) fn text(diagnostics: &[Diagnostic], sources: &Sources, colour: bool) -> String {
    let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
    let renderer = renderer.decor_style(DecorStyle::Ascii);
    let mut out = String::new();
    for diagnostic in diagnostics {
        out.push_str(&one(diagnostic, sources, &renderer));
        out.push_str("\n\n");
    }
    out
}

fn one(diagnostic: &Diagnostic, sources: &Sources, renderer: &Renderer) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let title = level.primary_title(diagnostic.message.as_str()).id(diagnostic.code.id);
    let mut group = Group::with_title(title);
    if let Some(span) = diagnostic.span {
        group = group.element(snippet(span, AnnotationKind::Primary, diagnostic.label.as_deref(), sources));
    } else if let Some(label) = &diagnostic.label {
        group = group.element(Level::NOTE.message(label.as_str()));
    }
    if let Some((span, label)) = &diagnostic.related {
        group = group.element(snippet(*span, AnnotationKind::Context, Some(label), sources));
    }
    if let Some(hint) = &diagnostic.hint {
        group = group.element(Level::NOTE.with_name(Some("hint")).message(hint.as_str()));
    }
    renderer.render(&[group])
}

/// The line of a span with a mark.
fn snippet<'s>(span: Span, kind: AnnotationKind, label: Option<&'s str>, sources: &'s Sources) -> Snippet<'s, annotate_snippets::Annotation<'s>> {
    let source = sources.file(span.file);
    let length = source.text.len();
    // A span of nothing, such as the place where something is missing, still gets a mark.
    let (start, end) = clamp(&source.text, (span.start as usize).min(length), (span.end as usize).min(length));
    Snippet::source(&*source.text).path(source.path.as_str()).annotation(kind.span(start..end).label(label))
}

/// Ends of a span on the borders of characters, and within the line where the span is longer than one: whole elements
/// would fill the screen.
fn clamp(text: &str, start: usize, end: usize) -> (usize, usize) {
    let border = |mut at: usize| {
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let start = border(start);
    let line_end = text[start..].find('\n').map_or(text.len(), |at| start + at);
    (start, border(end.min(line_end)).max(start))
}

/// "3 errors, 1 warning".
pub(super) fn count(diagnostics: &[Diagnostic]) -> String {
    let errors = diagnostics.iter().filter(|d| d.severity == Severity::Error).count();
    let warnings = diagnostics.len() - errors;
    let word = |count: usize, word: &str| counted(count as u64, word);
    match (errors, warnings) {
        (0, _) => word(warnings, "warning"),
        (_, 0) => word(errors, "error"),
        _ => format!("{}, {}", word(errors, "error"), word(warnings, "warning")),
    }
}

/// A diagnostic as JSON, one line.
pub(super) fn json(diagnostic: &Diagnostic, sources: &Sources) -> serde_json::Value {
    let place_of = |span: Span| {
        let at = sources.line_column(span);
        serde_json::json!({
            "file": sources.file(span.file).path,
            "line": at.line,
            "column": at.column,
            "start": span.start,
            "end": span.end,
        })
    };
    let place = diagnostic.span.map(place_of);
    let related = diagnostic.related.as_ref().map(|(span, label)| serde_json::json!({ "place": place_of(*span), "label": label }));
    serde_json::json!({
        "event": "diagnostic",
        "severity": match diagnostic.severity { Severity::Error => "error", Severity::Warning => "warning" },
        "code": diagnostic.code.id,
        "message": diagnostic.message,
        "place": place,
        "label": diagnostic.label,
        "hint": diagnostic.hint,
        "fix": diagnostic.fix,
        "related": related,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::code;

    #[test]
    fn a_diagnostic_reads_like_the_style_asks() {
        let mut sources = Sources::default();
        let file = sources.add("layouts/invoice.xml", "<a>\n  <text value=\"amount_due\"/>\n</a>\n");
        let fault = Diagnostic::error(&code::EXPR_UNKNOWN_FIELD, Span::new(file, 19, 29), "the data has no field `amount_due`")
            .label("not among the 23 fields of billing.csv")
            .hint("the closest is `amt_due`");
        let expected = "\
error[E0103]: the data has no field `amount_due`
 --> layouts/invoice.xml:2:16
  |
2 |   <text value=\"amount_due\"/>
  |                ^^^^^^^^^^ not among the 23 fields of billing.csv
  |
  = hint: the closest is `amt_due`

";
        assert_eq!(text(&[fault], &sources, false), expected);
    }

    #[test]
    fn a_fault_of_the_world_has_no_place() {
        let fault = Diagnostic::error(&code::WORLD_FILE, None, "cannot write `out`: no space left").hint("free some");
        assert_eq!(text(&[fault], &Sources::default(), false), "error[W0101]: cannot write `out`: no space left\n |\n = hint: free some\n\n");
    }

    #[test]
    fn a_span_of_several_lines_marks_the_first() {
        let mut sources = Sources::default();
        let file = sources.add("a.xml", "<é>\n<b/>\n</é>");
        let shown = text(&[Diagnostic::error(&code::JOB_SYNTAX, Span::new(file, 0, 14), "x")], &sources, false);
        assert!(shown.contains("1 | <é>\n  | ^^^"), "{shown}");
        for start in 0..15 {
            text(&[Diagnostic::error(&code::JOB_SYNTAX, Span::new(file, start, 99), "x")], &sources, true);
        }
    }
}
