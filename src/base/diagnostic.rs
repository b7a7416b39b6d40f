//! What users read when something is wrong.
//!
//! Takes a code, a place and a message, gives a [`Diagnostic`]. Must never know how it is rendered: only `cli`
//! prints, so that a service can answer with the same faults as JSON.

pub use super::code::Code;
use super::span::{Sources, Span};

/// How bad it is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Severity {
    /// Nothing can be produced until it is fixed.
    Error,
    /// The job runs, but the user likely meant something else.
    Warning,
}

/// One fault of a file the user wrote.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Diagnostic {
    /// Its code, for `pressrun explain`.
    pub code: &'static Code,
    /// Error or warning.
    pub severity: Severity,
    /// Lower case, no full stop, names in backticks.
    pub message: String,
    /// Where; `None` if no file of the user's is to blame.
    pub span: Option<Span>,
    /// Said at the place itself.
    pub label: Option<String>,
    /// What to do about it.
    pub hint: Option<String>,
    /// Text that, put in place of the span, is the likely fix.
    pub fix: Option<String>,
    /// Another place that explains it, such as the line that locks what was changed, and what is said there.
    pub related: Option<(Span, String)>,
}

impl Diagnostic {
    /// An error with a code and a message.
    pub fn error(code: &'static Code, span: impl Into<Option<Span>>, message: impl Into<String>) -> Diagnostic {
        Diagnostic { code, severity: Severity::Error, message: message.into(), span: span.into(), label: None, hint: None, fix: None, related: None }
    }

    /// A warning with a code and a message.
    pub fn warning(code: &'static Code, span: impl Into<Option<Span>>, message: impl Into<String>) -> Diagnostic {
        Diagnostic { severity: Severity::Warning, ..Diagnostic::error(code, span, message) }
    }

    /// Adds what is said at the place.
    pub fn label(mut self, label: impl Into<String>) -> Diagnostic {
        self.label = Some(label.into());
        self
    }

    /// Adds what to do about it.
    pub fn hint(mut self, hint: impl Into<String>) -> Diagnostic {
        self.hint = Some(hint.into());
        self
    }

    /// Adds another place, and what is said there.
    pub fn related(mut self, span: Span, label: impl Into<String>) -> Diagnostic {
        self.related = Some((span, label.into()));
        self
    }

    /// Adds "did you mean" if `name` resembles one of `candidates`, and otherwise lists them if they are few.
    pub fn suggest<'a>(mut self, name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Diagnostic {
        let candidates: Vec<&str> = candidates.into_iter().collect();
        if let Some(best) = super::suggest::closest(name, candidates.iter().copied()) {
            self.hint = Some(format!("did you mean `{best}`?"));
            self.fix = Some(best.to_string());
        } else if self.hint.is_none() && !candidates.is_empty() && candidates.len() <= 12 {
            let list: Vec<String> = candidates.iter().map(|c| format!("`{c}`")).collect();
            self.hint = Some(format!("known here: {}", list.join(", ")));
        }
        self
    }

    /// Adds a replacement for the span, and says so in the hint if there is none yet.
    pub fn fix(mut self, replacement: impl Into<String>) -> Diagnostic {
        let replacement = replacement.into();
        if self.hint.is_none() {
            self.hint = Some(format!("write `{replacement}`"));
        }
        self.fix = Some(replacement);
        self
    }
}

/// Collects every fault of a job before anything is produced.
#[derive(Debug, Default)]
pub struct Faults {
    list: Vec<Diagnostic>,
}

impl Faults {
    /// An empty collection.
    pub fn new() -> Faults {
        Faults::default()
    }

    /// Adds one.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        // A fault in a style is found again wherever the style is used; once is enough.
        if !self.list.contains(&diagnostic) {
            self.list.push(diagnostic);
        }
    }

    /// Whether anything is an error.
    pub fn has_errors(&self) -> bool {
        self.list.iter().any(|d| d.severity == Severity::Error)
    }

    /// Whether there is nothing at all.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// How many so far.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// All, in the order of file and place; those without a place first.
    pub fn into_sorted(mut self) -> Vec<Diagnostic> {
        self.list.sort_by_key(|d| d.span.map(|s| (s.file, s.start, s.end)));
        self.list
    }
}

/// A small error without a place that the caller puts somewhere.
pub trait At<T> {
    /// Turns the error into a fault at `span`, keeps the value.
    fn at(self, faults: &mut Faults, code: &'static Code, span: Span) -> Option<T>;
}

impl<T, E: std::fmt::Display> At<T> for Result<T, E> {
    fn at(self, faults: &mut Faults, code: &'static Code, span: Span) -> Option<T> {
        match self {
            Ok(value) => Some(value),
            Err(error) => {
                faults.push(Diagnostic::error(code, span, error.to_string()));
                None
            }
        }
    }
}

/// `path:line:column` of a diagnostic, as compilers print it.
pub fn place(sources: &Sources, diagnostic: &Diagnostic) -> String {
    diagnostic.span.map(|span| sources.place(span)).unwrap_or_default()
}
