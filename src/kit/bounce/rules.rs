//! The rules that say what a status or a phrase means: a table that a user can replace.
//!
//! Takes CSV with the columns `step`, `status`, `code`, `text`, `class`, `reason`, gives the first row that matches. Phrases are compared
//! without case; `|` parts alternatives, `*` stands for anything.

use super::fields::Status;
use super::{Class, one_line};
use crate::kit::table::Headed;

/// A fault of the table, with its place.
pub type RuleFault = crate::kit::table::RowFault;

/// Most rules of a table.
const RULES_MAX: usize = 10_000;
/// What is looked at of a text, in bytes.
const TEXT_BYTES_MAX: usize = 16_000;
/// The rules that come with the program.
const SHIPPED: &str = include_str!("../../../data/bounces.csv");

/// The rules, in order.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Rules {
    rules: Vec<Rule>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
struct Rule {
    /// 0: asked first, of all that is written; 1: of what the other side said, else of the rest; 2: believed when nothing else is known.
    step: u8,
    /// `5.1.1`, `5.7.*`; empty: any or none.
    status: String,
    /// `550`, `55*`; empty: any or none.
    code: String,
    /// Phrases, each as the pieces between its `*`; none: any text.
    phrases: Vec<Vec<String>>,
    class: Class,
    reason: String,
}

impl Rules {
    /// The rules that come with the program: `data/bounces.csv`.
    pub fn shipped() -> Rules {
        Rules::read(SHIPPED).unwrap_or_else(|faults| panic!("data/bounces.csv: {faults:?}"))
    }

    /// Reads a table.
    ///
    /// # Errors
    /// Every fault of it.
    pub fn read(text: &str) -> Result<Rules, Vec<RuleFault>> {
        let table = Headed::new(text, &["step", "status", "code", "text", "class", "reason"])?;
        let at = |name: &str| table.column(name).unwrap_or(0);
        let columns = [at("step"), at("status"), at("code"), at("text"), at("class"), at("reason")];
        let (mut rules, mut faults) = (Vec::new(), Vec::new());
        for row in table.take(RULES_MAX) {
            let row = match row {
                Ok(row) => row,
                Err(fault) => {
                    faults.push(fault);
                    continue;
                }
            };
            let [step, status, code, text, class, reason] = columns.map(|at| &row[at]);
            let fault = |field: &crate::kit::csv::Field, message: &str, hint: &str| RuleFault::new(field.range.clone(), message, hint);
            let Some(step) = ["0", "1", "2"].iter().position(|known| *known == step.text) else {
                faults.push(fault(step, "a step is 0, 1 or 2", "2 is only looked at when no rule of step 1 knows"));
                continue;
            };
            let Some(class) = Class::parse(&class.text) else {
                let words: Vec<&str> = Class::ALL.iter().map(|class| class.name()).collect();
                faults.push(fault(class, "there is no such class", &words.join(", ")));
                continue;
            };
            let is_pattern = |text: &str| text.bytes().all(|b| b.is_ascii_digit() || b == b'.' || b == b'*');
            if !is_pattern(&status.text) || !is_pattern(&code.text) {
                faults.push(fault(status, "a status or code is figures, dots and `*`", "5.1.1, 5.7.2*, 55*"));
                continue;
            }
            let phrases = text.text.split('|').map(str::trim).filter(|phrase| !phrase.is_empty());
            let phrases = phrases.map(|phrase| phrase.to_lowercase().split('*').map(str::to_string).collect()).collect();
            let reason = one_line(&reason.text);
            rules.push(Rule { step: step as u8, status: status.text.clone(), code: code.text.clone(), phrases, class, reason });
        }
        if faults.is_empty() { Ok(Rules { rules }) } else { Err(faults) }
    }

    /// What a server meant that refused a message at once, and why in a word of the rules.
    pub fn meaning_of(&self, reply: &str, status: Option<Status>, code: u16) -> (Class, String) {
        self.class_of(reply, "", status, Some(code))
    }

    /// What was meant, from the diagnostic, what else is written about the recipient, the status and the reply code.
    pub(super) fn class_of(&self, diagnostic: &str, said: &str, status: Option<Status>, code: Option<u16>) -> (Class, String) {
        let (diagnostic, said) = (plain(diagnostic), plain(said));
        let status = status.map(|status| status.to_string()).unwrap_or_default();
        let code = code.map(|code| code.to_string()).unwrap_or_default();
        let all = format!("{diagnostic} {said}");
        let of = |step: u8| self.rules.iter().filter(move |rule| rule.step == step);
        // What the other side said; then what the reporting system makes of it, where only phrases count; then what is left.
        let found = of(0).find(|rule| rule.is_of(&status, &code, &all));
        let found = found.or_else(|| of(1).find(|rule| rule.is_of(&status, &code, &diagnostic)));
        let found = found.or_else(|| of(1).find(|rule| !rule.phrases.is_empty() && rule.is_of(&status, &code, &said)));
        let found = found.or_else(|| of(2).find(|rule| rule.is_of(&status, &code, &all)));
        found.map_or((Class::Soft, "unknown".into()), |rule| (rule.class, rule.reason.clone()))
    }
}

impl Rule {
    fn is_of(&self, status: &str, code: &str, text: &str) -> bool {
        (self.status.is_empty() || is_like(&self.status, status))
            && (self.code.is_empty() || is_like(&self.code, code))
            && (self.phrases.is_empty() || self.phrases.iter().any(|phrase| holds(text, phrase)))
    }
}

/// Whether the pieces of a phrase stand in a text, one after the other.
fn holds(text: &str, pieces: &[String]) -> bool {
    let mut rest = text;
    for piece in pieces {
        match rest.find(piece.as_str()) {
            Some(at) => rest = &rest[at + piece.len()..],
            None => return false,
        }
    }
    true
}

/// `5.7.*` is like `5.7.1`.
fn is_like(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((before, after)) => text.len() >= before.len() + after.len() && text.starts_with(before) && text.ends_with(after),
    }
}

/// Lower case, blanks are one, typographic quotes are plain.
fn plain(text: &str) -> String {
    let end = (0..=TEXT_BYTES_MAX.min(text.len())).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
    let mut out = String::with_capacity(end);
    for word in text[..end].split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.extend(word.chars().flat_map(|c| if c == '’' { '\''.to_lowercase() } else { c.to_lowercase() }));
    }
    out
}
