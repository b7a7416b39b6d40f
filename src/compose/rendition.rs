//! Blocks that are for one rendition.
//!
//! Takes blocks with `only`, gives them bound for the e-mail and left out of pages, or the other way round; notes which values are to be
//! seen where. Must never bind a block twice.

use bumpalo::collections::Vec as BumpVec;

use super::bind::{Binder, Bound};
use super::email::Use;
use crate::model::content::{Block, FramedBlocks, Placed, SideBySide};
use crate::model::layout::{Node, TextStyleId, Transform};
use crate::model::message::Only;

impl<'p, 'a> Binder<'_, 'p, 'a>
where
    'p: 'a,
{
    /// Binds blocks that are for one rendition.
    pub(super) fn rendition(&mut self, only: Only, body: &'a [Node]) -> Bound<&'a [Placed<'a>]> {
        let missing = self.missing.len();
        let before = self.values.set(match only {
            Only::Pages => Use::Pages,
            Only::Email => Use::Email,
        });
        let bound = self.blocks(body, None);
        self.values.restore(before);
        // A mail program has fonts of its own.
        if only == Only::Email {
            self.missing.truncate(missing);
        }
        bound
    }

    /// Binds what only pages show.
    pub(super) fn of_pages<T>(&mut self, bind: impl FnOnce(&mut Self) -> Bound<T>) -> Bound<T> {
        let before = self.values.set(Use::Pages);
        let bound = bind(self);
        self.values.restore(before);
        bound
    }

    /// Notes a value as it is set in a style.
    #[cold]
    pub(super) fn note_value(&mut self, text: &'a str, style: TextStyleId) {
        let own = self.layout().text_style(style);
        let text = match (own.transform, own.small) {
            (Transform::None, None) => text,
            (Transform::None, Some(_)) => self.arena.alloc_str(&text.to_uppercase()),
            (Transform::Upper | Transform::Lower, _) => self.transformed(text, style),
        };
        self.values.push(text);
    }

    /// The blocks that pages show, without those of e-mails only.
    pub(super) fn page_blocks(&self, blocks: &'a [Placed<'a>]) -> &'a [Placed<'a>] {
        if !blocks.iter().any(has_only) {
            return blocks;
        }
        let mut out = BumpVec::with_capacity_in(blocks.len(), self.arena);
        self.page_blocks_into(blocks, &mut out);
        out.into_bump_slice()
    }

    fn page_blocks_into(&self, blocks: &'a [Placed<'a>], out: &mut BumpVec<'a, Placed<'a>>) {
        for placed in blocks {
            let block = match placed.block {
                Block::Only(Only::Email, _) => continue,
                Block::Only(Only::Pages, blocks) => {
                    self.page_blocks_into(blocks, out);
                    continue;
                }
                Block::Box(frame) if has_only(placed) => {
                    let children = self.page_blocks(frame.children);
                    Block::Box(self.arena.alloc(FramedBlocks {
                        children,
                        style: frame.style,
                        placed: frame.placed,
                        form: frame.form,
                        columns: frame.columns,
                    }))
                }
                Block::Columns(columns) if has_only(placed) => {
                    let parts = columns.columns.iter().map(|(track, blocks)| (*track, self.page_blocks(blocks)));
                    let parts = BumpVec::from_iter_in(parts, self.arena).into_bump_slice();
                    Block::Columns(self.arena.alloc(SideBySide { gap: columns.gap, align: columns.align, columns: parts }))
                }
                other => other,
            };
            out.push(Placed { block, ..*placed });
        }
    }
}

fn has_only(placed: &Placed<'_>) -> bool {
    match placed.block {
        Block::Only(..) => true,
        Block::Box(frame) => frame.children.iter().any(has_only),
        Block::Columns(columns) => columns.columns.iter().any(|(_, blocks)| blocks.iter().any(has_only)),
        _ => false,
    }
}
