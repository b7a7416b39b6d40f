//! Places in the files a user wrote.
//!
//! Takes the text of a layout or job file, gives spans in it and their line and column. Must never know what
//! the text means.

use std::sync::Arc;

/// One of the files in a [`Sources`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct FileId(pub u16);

/// A range of bytes in one file.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// A span of `file` from `start` to `end`, in bytes.
    pub fn new(file: FileId, start: usize, end: usize) -> Span {
        Span { file, start: start as u32, end: end.max(start) as u32 }
    }

    /// A part of this span: `start..end` counted from its first byte.
    pub fn part(self, start: usize, end: usize) -> Span {
        Span::new(self.file, self.start as usize + start, self.start as usize + end)
    }
}

/// A file a user wrote: the path as it is shown, and its text.
#[derive(Clone, Debug)]
pub struct Source {
    /// The path as the user would write it, relative where that is possible.
    pub path: String,
    /// The whole text.
    pub text: Arc<str>,
}

/// A line and column, both counted from 1; the column counts characters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct LineColumn {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

/// All files that spans can point into.
#[derive(Clone, Debug, Default)]
pub struct Sources(Vec<Source>);

impl Sources {
    /// Adds a file and gives its id.
    pub fn add(&mut self, path: impl Into<String>, text: impl Into<Arc<str>>) -> FileId {
        let id = FileId(u16::try_from(self.0.len()).expect("a job has fewer than 65,536 files"));
        self.0.push(Source { path: path.into(), text: text.into() });
        id
    }

    /// The file of an id.
    pub fn file(&self, id: FileId) -> &Source {
        &self.0[usize::from(id.0)]
    }

    /// The file that is shown under a path.
    pub fn find(&self, path: &str) -> Option<FileId> {
        self.0.iter().position(|source| source.path == path).map(|at| FileId(at as u16))
    }

    /// All files, in the order they were added.
    pub fn iter(&self) -> impl Iterator<Item = &Source> {
        self.0.iter()
    }

    /// Where a span starts.
    pub fn line_column(&self, span: Span) -> LineColumn {
        let text = &self.file(span.file).text;
        let mut start = (span.start as usize).min(text.len());
        while !text.is_char_boundary(start) {
            start -= 1;
        }
        let before = &text[..start];
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        LineColumn { line: before.matches('\n').count() + 1, column: before[line_start..].chars().count() + 1 }
    }

    /// `path:line:column` of a span, as compilers print it.
    pub fn place(&self, span: Span) -> String {
        let at = self.line_column(span);
        format!("{}:{}:{}", self.file(span.file).path, at.line, at.column)
    }

    /// The bytes a span covers.
    pub fn snippet(&self, span: Span) -> &str {
        self.file(span.file).text.get(span.start as usize..span.end as usize).unwrap_or("")
    }
}
