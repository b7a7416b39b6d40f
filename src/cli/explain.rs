//! `pressrun explain`: what a code means.

use clap::Args;

use super::{Outcome, fail, print};
use crate::base::code::{self, ALL, Code};
use crate::base::suggest::closest;

/// Say what the code of a message means; without a code, list all.
#[derive(Debug, Args)]
pub(super) struct Explain {
    /// The code, such as `L0214`.
    code: Option<String>,
}

impl Explain {
    pub(super) fn run(self) -> Outcome {
        let Some(id) = self.code else {
            print(&list());
            return Outcome::Done;
        };
        match code::find(&id) {
            Some(found) => {
                print(&format!("{}: {}\n\n{}\n", found.id, found.title, found.explanation));
                Outcome::Done
            }
            None => {
                let near = closest(&id.to_ascii_uppercase(), ALL.iter().map(|code| code.id)).map(|near| format!("did you mean `{near}`?"));
                fail(&code::WORLD_ARGUMENT, format!("there is no code `{id}`"), near.or_else(|| Some("`pressrun explain` lists all codes".into())))
            }
        }
    }
}

/// Every code with its title, by its letter.
fn list() -> String {
    const AREAS: [(&str, &str); 8] = [
        ("J", "Job files"),
        ("L", "Layouts"),
        ("E", "Expressions"),
        ("D", "Data and input"),
        ("M", "The mail"),
        ("A", "The archive"),
        ("R", "Records that are held"),
        ("W", "The world"),
    ];
    let mut out = String::new();
    for (letter, area) in AREAS {
        let mut codes: Vec<&Code> = ALL.iter().copied().filter(|code| code.id.starts_with(letter)).collect();
        codes.sort_by_key(|code| code.id);
        out.push_str(&format!("{area}\n"));
        for code in codes {
            out.push_str(&format!("  {}  {}\n", code.id, code.title));
        }
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_listed_once() {
        let list = list();
        for code in ALL {
            assert_eq!(list.matches(&format!("  {}  ", code.id)).count(), 1, "{}", code.id);
            assert!(!code.explanation.is_empty(), "{}", code.id);
        }
    }
}
