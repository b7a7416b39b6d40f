//! How an element is called when people speak of it.
//!
//! Takes the place of a start tag, gives the element's name, what it is named and the line it stands on. Must never compile anything.

use crate::base::span::{Sources, Span};

/// A start tag, as far as it tells an element from others.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Tag {
    /// The path of the file.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The name of the element.
    pub element: String,
    /// What `name=` says.
    pub name: Option<String>,
    /// What `style=` says.
    pub style: Option<String>,
}

impl Tag {
    /// The tag whose element name is at `span`.
    pub fn at(sources: &Sources, span: Span) -> Tag {
        let source = sources.file(span.file);
        let rest = source.text.get(span.end as usize..).unwrap_or("");
        let mut tag = Tag {
            file: source.path.clone(),
            line: sources.line_column(span).line,
            element: sources.snippet(span).to_string(),
            name: None,
            style: None,
        };
        // Attributes up to the end of the tag; a `>` may stand in a value.
        let mut rest = rest;
        while let Some(at) = rest.find(['=', '>']).filter(|at| rest.as_bytes()[*at] == b'=') {
            let attribute = rest[..at].trim();
            let value = rest[at + 1..].trim_start();
            let Some(quote) = value.chars().next().filter(|c| matches!(c, '"' | '\'')) else { break };
            let Some(end) = value[1..].find(quote) else { break };
            match attribute {
                "name" => tag.name = Some(value[1..=end].to_string()),
                "style" => tag.style = Some(value[1..=end].to_string()),
                _ => {}
            }
            rest = &value[end + 2..];
        }
        tag
    }

    /// Whether people may mean this element by `word`: its name, its style or the element itself.
    pub fn answers_to(&self, word: &str) -> bool {
        self.name.as_deref() == Some(word) || self.style.as_deref() == Some(word) || self.element == word
    }

    /// How it is called: `region foot`, `p (style small)`, `td`.
    pub fn title(&self) -> String {
        match (&self.name, &self.style) {
            (Some(name), _) => format!("{} {name}", self.element),
            (None, Some(style)) => format!("{} (style {style})", self.element),
            (None, None) => self.element.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_called_by_name_or_style() {
        let mut sources = Sources::default();
        let text = "<layout>\n <region name='foot' left=\"1pt\"/> <p test=\"a > b\" style=\"small\">x</p> <td>y=\"2\"</td>";
        let file = sources.add("a.xml", text);
        let tag = |name: &str| {
            let at = text.find(&format!("<{name}")).unwrap_or(0) + 1;
            Tag::at(&sources, Span::new(file, at, at + name.len()))
        };
        assert_eq!(tag("region").title(), "region foot");
        assert_eq!(tag("region").line, 2);
        assert_eq!(tag("p").title(), "p (style small)");
        assert_eq!(tag("td").title(), "td");
        assert!(tag("p").answers_to("small") && tag("p").answers_to("p") && !tag("p").answers_to("foot"));
    }
}
