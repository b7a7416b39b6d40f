//! BIND: record + layout → content.
//!
//! Takes the resolved nodes of a layout and the values of one record, gives blocks without pages. Must never know where on
//! a page a block will stand.

use bumpalo::Bump;
use bumpalo::collections::Vec as BumpVec;
use std::cell::Cell;

use super::email::{BoundValues, Use};
use super::inline::{FixedTexts, Scratch};
use super::line::Setter;
use super::symbol::Symbols;
use crate::base::code;
use crate::base::length::Length;
use crate::base::link;
use crate::base::money::{Currency, Decimal, Money};
use crate::kit::expr::{Env, EvalError, Expr, List, Type, Value};
use crate::kit::locale::Locale;
use crate::kit::text::Direction;
use crate::model::content::{
    Anchor, Block, CellContent, Filling, FramedBlocks, GroupHead, InList, Item, Mark, Placed, RowContent, SideBySide, Slot, TableContent, Text,
    is_in_form,
};
use crate::model::layout::{
    AddressNode, AnchorNode, BoxNode, Break, ColumnOrder, Columns, Edges, FlowColumns, Layout, LinkNode, ListItem, ListNode, Marker, Node, NodeKind,
    NoteNode, Paragraph, ParagraphStyle, Role, RowGroup, RowPart, Show, Table, TableRow,
};
use crate::model::message::Only;
use crate::model::record::Hold;
use crate::model::resources::{FormId, Used};
use crate::model::slot::SlotFate;

/// Binds one document.
pub struct Binder<'s, 'p, 'a> {
    /// Sets and measures words.
    pub setter: Setter<'s, 'p>,
    /// Lives as long as the document.
    pub arena: &'a Bump,
    /// The variables of the environment.
    pub variables: Vec<Value<'a>>,
    /// The running values of the table being bound.
    pub running: Vec<Value<'a>>,
    /// The page and the number of pages, while regions are bound.
    pub page: Option<(i64, i64)>,
    /// The record's locale.
    pub locale: &'p Locale,
    /// The language of its texts, by index.
    pub language: usize,
    /// Characters without a glyph in any face, in the order they came.
    pub missing: Vec<String>,
    /// Glyphs, forms and images named so far.
    pub used: &'s mut Used,
    /// The text an expression is written to.
    pub buffer: String,
    /// The items of fixed texts.
    pub fixed: &'s mut FixedTexts,
    /// Items and pieces of the paragraph being bound, kept for their room.
    pub scratch: Scratch<'a>,
    /// Whether forms stand for static parts. Where they do not, the boxes of pages are noted.
    pub use_forms: bool,
    /// What stands in the texts and takes no room.
    pub marks: Vec<Mark>,
    /// The footnotes, in the order of their numbers.
    pub notes: Vec<Placed<'a>>,
    /// Where the links lead, in the order of their beginnings.
    pub links: Vec<&'a str>,
    /// The places they may lead to.
    pub anchors: Vec<Anchor<'a>>,
    /// The number of the page that the body is on.
    pub page_number: u32,
    /// Set where the body goes on on a page with an odd number.
    pub wants_odd: bool,
    /// The first keep rule that could not be honoured.
    pub broken_keep: Option<String>,
    /// The first text that became smaller to fit its box, for people.
    pub shrunk: Option<String>,
    /// Barcodes drawn so far.
    pub symbols: Symbols,
    /// The slots bound so far.
    pub slots: Vec<&'a Slot<'a>>,
    /// What became of them.
    pub fates: Vec<SlotFate>,
    /// The values bound so far, if an e-mail is compared with them.
    pub values: BoundValues<'a>,
    /// Whether blocks that are in e-mails only are bound.
    pub wants_email: bool,
    /// How many blocks have a number.
    pub leaves: u32,
    /// Whether the pages are tagged.
    pub is_tagged: bool,
    /// What pictures in lines show, as they were painted.
    pub symbols_told: Vec<&'a str>,
    /// The regions that are forms and read.
    pub(super) form_leaves: Vec<super::region::FormLeaf>,
}

pub(super) type Bound<T> = Result<T, Hold>;

/// The rows of a table as they are bound.
struct BoundRows<'a> {
    rows: BumpVec<'a, RowContent<'a>>,
    /// The running values after each row.
    running: BumpVec<'a, Value<'a>>,
    groups: BumpVec<'a, GroupHead<'a>>,
    /// The group that is open.
    group: Option<usize>,
    /// Whether the next row has the zebra fill.
    striped: bool,
}

impl<'a> BoundRows<'a> {
    fn push(&mut self, row: RowContent<'a>, running: &[Value<'a>]) {
        self.rows.push(row);
        self.running.extend_from_slice(running);
    }
}

impl<'s, 'p, 'a> Binder<'s, 'p, 'a>
where
    'p: 'a,
{
    pub(super) fn layout(&self) -> &'p Layout {
        self.setter.layout
    }

    /// A number for a block.
    pub(super) fn leaf(&mut self) -> u32 {
        self.leaves += 1;
        self.leaves - 1
    }

    /// Notes that something does not stay together because it is higher than a page.
    pub fn keep_broken(&mut self, what: &str, height: Length, room: Length) {
        if self.broken_keep.is_none() {
            self.broken_keep = Some(format!("{what}: {height} together, a page has room for {room}"));
        }
    }

    /// Binds blocks.
    pub fn blocks(&mut self, nodes: &'a [Node], form: Option<FormId>) -> Bound<&'a [Placed<'a>]> {
        let mut out = BumpVec::with_capacity_in(nodes.len(), self.arena);
        self.blocks_into(nodes, form, &mut out)?;
        Ok(out.into_bump_slice())
    }

    fn blocks_into(&mut self, nodes: &'a [Node], form: Option<FormId>, out: &mut BumpVec<'a, Placed<'a>>) -> Bound<()> {
        for node in nodes {
            if !is_in_form(node, form) {
                self.node(node, form, out).map_err(|hold| hold.at(node.span))?;
            }
        }
        Ok(())
    }

    fn node(&mut self, node: &'a Node, form: Option<FormId>, out: &mut BumpVec<'a, Placed<'a>>) -> Bound<()> {
        // What is placed, and what fills a page or a picture, is in no e-mail.
        let is_of_pages = node.place.is_some() || matches!(node.kind, NodeKind::Fill(_) | NodeKind::Drawing(_));
        if is_of_pages && self.values.is_on() {
            let before = self.values.set(Use::Pages);
            let bound = self.bind_node(node, form, out);
            self.values.restore(before);
            return bound;
        }
        self.bind_node(node, form, out)
    }

    fn bind_node(&mut self, node: &'a Node, form: Option<FormId>, out: &mut BumpVec<'a, Placed<'a>>) -> Bound<()> {
        let block = match &node.kind {
            NodeKind::Paragraph(paragraph) => self.paragraph(paragraph)?,
            NodeKind::Box(frame) => self.frame(frame)?,
            NodeKind::Columns(columns) => self.columns(columns)?,
            NodeKind::Table(table) => self.table(table)?,
            NodeKind::Image(image) => Block::Image(image),
            NodeKind::Drawing(drawing) => self.drawing(drawing)?,
            NodeKind::Chosen(chosen) => self.chosen_picture(chosen)?,
            NodeKind::Rule(rule) => Block::Rule(rule),
            NodeKind::Barcode(barcode) => self.barcode(barcode)?,
            NodeKind::Chart(chart) => self.chart(chart)?,
            NodeKind::Address(address) => self.address(address)?,
            NodeKind::List(list) => return self.list(list, node, out),
            NodeKind::PageBreak => Block::PageBreak,
            NodeKind::Fill(fill) => Block::Fill(self.arena.alloc(Filling { children: self.blocks(&fill.children, None)?, node: fill })),
            NodeKind::Slot(slot) => self.slot(slot),
            NodeKind::Only(only, body) => match (self.wants_email, only) {
                (true, only) => Block::Only(*only, self.rendition(*only, body)?),
                (false, Only::Pages) => return self.blocks_into(body, form, out),
                (false, Only::Email) => return Ok(()),
            },
            NodeKind::Choose(branches) => {
                if let Some(body) = self.chosen(branches)? {
                    self.blocks_into(body, form, out)?;
                }
                return Ok(());
            }
            NodeKind::For { variable, list, body } => {
                for row in self.rows(list)?.rows() {
                    self.variables[*variable] = Value::Row(row);
                    self.blocks_into(body, form, out)?;
                }
                return Ok(());
            }
        };
        out.push(Placed { flow: &node.flow, place: node.place.as_ref(), block, span: &node.span, leaf: self.leaf(), list: None });
        Ok(())
    }

    fn frame(&mut self, frame: &'a BoxNode) -> Bound<Block<'a>> {
        let form = frame.form.filter(|_| self.use_forms);
        let all = self.blocks(&frame.children, form)?;
        let form = form.map(|form| (form, self.leaf()));
        let (children, placed) = if all.iter().any(|child| child.place.is_some()) {
            let flow = BumpVec::from_iter_in(all.iter().copied().filter(|c| c.place.is_none()), self.arena);
            let placed = BumpVec::from_iter_in(all.iter().copied().filter(|c| c.place.is_some()), self.arena);
            (flow.into_bump_slice() as &[_], placed.into_bump_slice() as &[_])
        } else {
            (all, &[] as &[_])
        };
        let columns = match frame.columns {
            Some(columns) => Some(FlowColumns { order: ColumnOrder { is_mirrored: self.is_mirrored(columns.order)?, asked: None }, ..columns }),
            None => None,
        };
        Ok(Block::Box(self.arena.alloc(FramedBlocks { style: &frame.style, children, placed, form, columns })))
    }

    /// Whether columns are counted from the right.
    fn is_mirrored(&mut self, order: ColumnOrder) -> Bound<bool> {
        let asked = order.asked.and_then(|asked| self.layout().asked[usize::from(asked)].dir.as_ref());
        let Some(dir) = asked else { return Ok(order.is_mirrored) };
        let mut text = String::new();
        self.write(dir, &mut text)?;
        // Whether it is a direction at all is asked of each text.
        Ok(text == "rtl")
    }

    fn columns(&mut self, node: &'a Columns) -> Bound<Block<'a>> {
        let mut columns = BumpVec::with_capacity_in(node.columns.len(), self.arena);
        for (track, body) in &node.columns {
            columns.push((*track, self.blocks(body, None)?));
        }
        if self.is_mirrored(node.order)? {
            columns.reverse();
        }
        Ok(Block::Columns(self.arena.alloc(SideBySide { gap: node.gap, align: node.align, columns: columns.into_bump_slice() })))
    }

    /// A list becomes its items, each indented, the marker beside its first line.
    fn list(&mut self, list: &'a ListNode, node: &'a Node, out: &mut BumpVec<'a, Placed<'a>>) -> Bound<()> {
        let marker_style = match list.marker_style.asked {
            Some(asked) => self.answered(&list.marker_style, asked)?,
            None => &list.marker_style,
        };
        let first = out.len();
        let list_number = self.leaf();
        let mut number = 0;
        for item in &list.items {
            let rows = match &item.repeat {
                Some((variable, expr)) => Some((*variable, self.rows(expr)?)),
                None => None,
            };
            match rows {
                Some((variable, rows)) => {
                    for row in rows.rows() {
                        self.variables[variable] = Value::Row(row);
                        self.list_item((list, list_number), marker_style, item, node, &mut number, out)?;
                    }
                }
                None => self.list_item((list, list_number), marker_style, item, node, &mut number, out)?,
            }
        }
        let margin = &node.flow.margin;
        if let Some(placed) = out.get_mut(first) {
            self.change_margin(placed, |own| own.top = own.top.max(margin.top));
        }
        if let Some(placed) = out[first..].last_mut() {
            self.change_margin(placed, |own| own.bottom = own.bottom.max(margin.bottom));
        }
        Ok(())
    }

    fn change_margin(&self, placed: &mut Placed<'a>, change: impl FnOnce(&mut Edges)) {
        let mut flow = *placed.flow;
        change(&mut flow.margin);
        placed.flow = self.arena.alloc(flow);
    }

    fn list_item(
        &mut self,
        (list, list_number): (&'a ListNode, u32),
        marker_style: &'a ParagraphStyle,
        item: &'a ListItem,
        node: &'a Node,
        number: &mut u32,
        out: &mut BumpVec<'a, Placed<'a>>,
    ) -> Bound<()> {
        if !self.holds(item.test.as_ref())? {
            return Ok(());
        }
        *number += 1;
        let marker = match &list.marker {
            Marker::Text(text) => text.clone(),
            Marker::Decimal => format!("{number}."),
            Marker::Alpha => format!("{}.", alphabetic(*number)),
            Marker::Roman => format!("{}.", roman(*number)),
            Marker::None => String::new(),
        };
        let first = out.len();
        self.blocks_into(&item.body, None, out)?;
        for placed in &mut out[first..] {
            self.change_margin(placed, |margin| match marker_style.direction {
                Direction::RightToLeft => margin.right += list.indent,
                Direction::LeftToRight | Direction::Auto => margin.left += list.indent,
            });
        }
        let mut items = Vec::new();
        self.text(self.arena.alloc_str(&marker), marker_style.text, &mut items);
        let marker_items: &'a [Item<'a>] = self.arena.alloc_slice_copy(&items);
        if marker_items.is_empty() {
            self.note_item((list, list_number), &mut out[first..]);
            return Ok(());
        }
        match out.get(first).and_then(|placed| self.marked(&placed.block, marker_items, list.indent)) {
            Some(block) => out[first].block = block,
            // What begins with an image, a table or another list has the marker on a line of its own.
            None => {
                let marker = Some((marker_items, list.indent));
                let leaf = self.leaf();
                let text = Text { role: Role::Paragraph, style: marker_style, items: &[], marker, is_marked: false, leaf, lines: Cell::new(None) };
                let mut flow = crate::model::layout::Flow { after: Break::Avoid, ..Default::default() };
                match marker_style.direction {
                    Direction::RightToLeft => flow.margin.right = list.indent,
                    Direction::LeftToRight | Direction::Auto => flow.margin.left = list.indent,
                }
                let block = Block::Text(self.arena.alloc(text));
                out.insert(first, Placed { flow: self.arena.alloc(flow), place: None, block, span: &node.span, leaf: self.leaf(), list: None });
            }
        }
        self.note_item((list, list_number), &mut out[first..]);
        Ok(())
    }

    /// Notes that blocks are an item of a list.
    fn note_item(&mut self, (list, number): (&'a ListNode, u32), blocks: &mut [Placed<'a>]) {
        let item = self.leaf();
        for placed in blocks {
            placed.list = Some(self.arena.alloc(InList { list: number, item, marker: &list.marker, inner: placed.list }));
        }
    }

    /// A block with a marker to the left of its first line; `None` if it does not begin with a line that has none yet.
    fn marked(&self, block: &Block<'a>, marker: &'a [Item<'a>], indent: Length) -> Option<Block<'a>> {
        match block {
            Block::Text(text) if text.marker.is_none() => Some(Block::Text(self.arena.alloc(Text {
                role: text.role,
                style: text.style,
                items: text.items,
                marker: Some((marker, indent)),
                is_marked: text.is_marked,
                leaf: text.leaf,
                lines: Cell::new(None),
            }))),
            Block::Box(frame) => {
                let first = frame.children.first()?;
                let inner = match text_direction(&first.block) {
                    Direction::RightToLeft => indent + frame.style.padding.right + first.flow.margin.right,
                    Direction::LeftToRight | Direction::Auto => indent + frame.style.padding.left + first.flow.margin.left,
                };
                let block = self.marked(&first.block, marker, inner)?;
                let children = self.arena.alloc_slice_copy(frame.children);
                children[0].block = block;
                Some(Block::Box(self.arena.alloc(FramedBlocks {
                    style: frame.style,
                    children,
                    placed: frame.placed,
                    form: frame.form,
                    columns: frame.columns,
                })))
            }
            _ => None,
        }
    }

    fn paragraph(&mut self, paragraph: &'a Paragraph) -> Bound<Block<'a>> {
        let before = self.marks.len();
        let (mut items, style) = self.inlines(&paragraph.inlines, &paragraph.style)?;
        if let (true, Role::Heading(level), None, false) = (self.layout().outline, paragraph.role, self.page, self.values.is_of_email()) {
            items = self.bookmarked(items, level);
        }
        Ok(self.lines_block(paragraph.role, style, items, self.marks.len() > before))
    }

    fn lines_block(&mut self, role: Role, style: &'a ParagraphStyle, items: &'a [Item<'a>], is_marked: bool) -> Block<'a> {
        let leaf = self.leaf();
        Block::Text(self.arena.alloc(Text { role, style, items, marker: None, is_marked, leaf, lines: Cell::new(None) }))
    }

    fn address(&mut self, node: &'a AddressNode) -> Bound<Block<'a>> {
        let mut items: BumpVec<'a, Item<'a>> = BumpVec::new_in(self.arena);
        let (mut lines, mut style) = (0, &node.style);
        let before = self.marks.len();
        for line in &node.lines {
            let (line, own) = self.inlines(line, &node.style)?;
            if lines == 0 {
                style = own;
            }
            if line.iter().all(|item| matches!(item, Item::Space { .. } | Item::Opportunity | Item::SoftHyphen { .. })) {
                continue;
            }
            // Line breaks in the data count as lines of their own.
            for part in line.split(|item| *item == Item::Break).filter(|part| !part.is_empty()) {
                if lines > 0 {
                    items.push(Item::Break);
                }
                items.extend_from_slice(part);
                lines += 1;
            }
        }
        if lines > node.lines_max {
            let reason = format!("the address has {lines} lines, the window shows {}", node.lines_max);
            return Err(Hold::new(&code::RECORD_ADDRESS, reason));
        }
        Ok(self.lines_block(Role::Paragraph, style, items.into_bump_slice(), self.marks.len() > before))
    }

    fn table(&mut self, table: &'a Table) -> Bound<Block<'a>> {
        // Where the table begins, its head has cells; a form has none.
        let use_form = self.use_forms && table.head_form.is_some() && !self.is_tagged;
        // Without sums of its own, a table in a cell shows those of the table around.
        let saved = if table.running.is_empty() { None } else { Some(std::mem::replace(&mut self.running, sums_of_nothing(&table.running))) };
        let head = if use_form { &[] as &[_] } else { self.some_rows(&table.head, |row| row.show.in_head(true))? };
        let is_plain = |row: &TableRow| row.show == Show::Auto;
        let head_again = match table.head.iter().all(is_plain) {
            true => None,
            false => Some(self.of_pages(|binder| binder.some_rows(&table.head, |row| row.show.in_head(false)))?),
        };
        let mut bound = BoundRows {
            rows: BumpVec::new_in(self.arena),
            running: BumpVec::new_in(self.arena),
            groups: BumpVec::new_in(self.arena),
            group: None,
            striped: false,
        };
        for group in &table.groups {
            self.row_group(table, group, &mut bound)?;
        }
        let foot = self.some_rows(&table.foot, |row| row.show.in_foot(true))?;
        let foot_between = match table.foot.iter().all(is_plain) {
            true => &[] as &[_],
            false => self.of_pages(|binder| binder.some_rows(&table.foot, |row| row.show.in_foot(false)))?,
        };
        let rows = bound.rows.into_bump_slice();
        let variables = self.arena.alloc_slice_copy(&self.variables);
        if let Some(saved) = saved {
            self.running = saved;
        }
        let is_mirrored = self.is_mirrored(table.order)?;
        Ok(Block::Table(self.arena.alloc(TableContent {
            table,
            head,
            head_again,
            foot_between,
            groups: bound.groups.into_bump_slice(),
            rows,
            foot,
            is_mirrored,
            rowspan_max: rows.iter().flat_map(|row| row.cells).map(|cell| cell.cell.rowspan).max().unwrap_or(1),
            running: bound.running.into_bump_slice(),
            variables,
            tracks: Cell::new(None),
            decimals: Cell::new(None),
        })))
    }

    fn row_group(&mut self, table: &'a Table, group: &'a RowGroup, bound: &mut BoundRows<'a>) -> Bound<()> {
        let repeated = match &group.repeat {
            Some((variable, expr)) => Some((*variable, self.rows(expr)?)),
            None => None,
        };
        let rounds = repeated.as_ref().map_or(1, |(_, list)| list.len());
        for round in 0..rounds {
            if let Some((variable, list)) = &repeated {
                self.variables[*variable] = Value::Row(list.row(round));
            }
            if !self.holds(group.test.as_ref())? {
                continue;
            }
            if group.sums && repeated.is_some() && !table.running.is_empty() {
                for (index, expr) in table.running.iter().enumerate() {
                    let value = self.evaluate(expr)?;
                    self.running[index] = add(self.running[index], value)?;
                }
            }
            // The rows of a round have one stripe; rounds within it have their own, and so have rows that are not repeated.
            let mut changes = repeated.is_some();
            let head = if group.head.is_empty() { None } else { Some(self.group_head(table, &group.head, bound)?) };
            for part in &group.parts {
                match part {
                    RowPart::Row(row) => {
                        changes = repeated.is_some();
                        if let Some(row) = self.row(row, bound.striped && table.zebra.is_some())? {
                            bound.push(row, &self.running[..table.running.len()]);
                            bound.striped ^= !changes;
                        }
                    }
                    RowPart::Group(inner) => {
                        bound.striped ^= changes;
                        changes = false;
                        self.row_group(table, inner, bound)?;
                    }
                }
            }
            bound.striped ^= changes;
            if let Some(head) = head {
                bound.groups[head].end = bound.rows.len();
                bound.group = bound.groups[head].outer;
            }
        }
        Ok(())
    }

    /// Binds the head of a round: where the round begins it is among the rows, where it goes on it is by itself.
    fn group_head(&mut self, table: &'a Table, head: &'a [TableRow], bound: &mut BoundRows<'a>) -> Bound<usize> {
        for row in head.iter().filter(|row| row.show.in_head(true)) {
            if let Some(row) = self.row(row, false)? {
                bound.push(row, &self.running[..table.running.len()]);
            }
        }
        let rows = self.of_pages(|binder| binder.some_rows(head, |row| row.show.in_head(false)))?;
        let outer = bound.group.replace(bound.groups.len());
        bound.groups.push(GroupHead { first: bound.rows.len(), end: usize::MAX, outer, rows });
        Ok(bound.groups.len() - 1)
    }

    /// A heading that the outline shows.
    fn bookmarked(&mut self, items: &'a [Item<'a>], level: u8) -> &'a [Item<'a>] {
        let mut title = String::new();
        for item in items {
            match *item {
                Item::Word { word, .. } => title.push_str(self.setter.words.text(word)),
                Item::Figures { text, .. } => title.push_str(text),
                Item::Space { .. } | Item::Tab { .. } | Item::Break => title.push(' '),
                Item::Symbol { .. } | Item::Opportunity | Item::SoftHyphen { .. } | Item::Mark { .. } => {}
            }
        }
        if title.trim().is_empty() {
            return items;
        }
        let title: &'a str = self.arena.alloc_str(title.trim());
        self.marks.push(Mark::Anchor(self.anchors.len() as u32));
        self.anchors.push(Anchor { name: "", bookmark: Some((title, level)) });
        let mark = Item::Mark { mark: self.marks.len() as u32 - 1, level: 0 };
        BumpVec::from_iter_in(std::iter::once(mark).chain(items.iter().copied()), self.arena).into_bump_slice()
    }

    /// Binds where a link leads; gives its index.
    pub(super) fn link(&mut self, node: &'a LinkNode) -> Bound<u32> {
        let href = self.text_of(&node.href)?;
        let href = href.trim();
        if !href.starts_with('#')
            && let Err(reason) = link::check(href)
        {
            let shown: String = href.chars().take(60).collect();
            return Err(Hold::new(&code::RECORD_LINK, format!("`{shown}` is no link: {reason}")));
        }
        self.links.push(href);
        Ok(self.links.len() as u32 - 1)
    }

    /// Binds a place that links and bookmarks lead to; gives its index.
    pub(super) fn anchor(&mut self, node: &'a AnchorNode) -> Bound<u32> {
        let name = node.name.as_ref().map_or(Ok(""), |name| self.text_of(name))?;
        let bookmark = match &node.bookmark {
            Some(bookmark) => Some((self.text_of(bookmark)?, node.level)),
            None => None,
        };
        self.anchors.push(Anchor { name, bookmark });
        Ok(self.anchors.len() as u32 - 1)
    }

    pub(super) fn text_of(&mut self, expr: &Expr) -> Bound<&'a str> {
        let mut buffer = std::mem::take(&mut self.buffer);
        buffer.clear();
        self.write(expr, &mut buffer)?;
        let text: &'a str = self.arena.alloc_str(&buffer);
        self.buffer = buffer;
        Ok(text)
    }

    /// Binds a footnote; gives its number.
    pub(super) fn note(&mut self, node: &'a NoteNode) -> Bound<u32> {
        let number = self.notes.len() as u32 + 1;
        let mut marker = Vec::new();
        self.text(self.arena.alloc_str(&number.to_string()), node.number, &mut marker);
        // The paragraph that calls it is being bound: its pieces are put aside.
        let around = std::mem::take(&mut self.scratch);
        let before = self.values.set(Use::Loose);
        let (items, style) = self.inlines(&node.inlines, &node.style)?;
        self.values.restore(before);
        self.scratch = around;
        let text = Text {
            role: Role::Paragraph,
            style,
            items,
            marker: Some((self.arena.alloc_slice_copy(&marker), node.indent)),
            is_marked: false,
            leaf: self.leaf(),
            lines: Cell::new(None),
        };
        let block = Block::Text(self.arena.alloc(text));
        let leaf = self.leaf();
        self.notes.push(Placed { flow: &node.flow, place: None, block, span: &node.span, leaf, list: None });
        Ok(number)
    }

    /// Binds rows that are not repeated.
    pub fn fixed_rows(&mut self, rows: &'a [TableRow]) -> Bound<&'a [RowContent<'a>]> {
        self.some_rows(rows, |_| true)
    }

    /// Binds those of rows that are not repeated.
    fn some_rows(&mut self, rows: &'a [TableRow], which: impl Fn(&TableRow) -> bool) -> Bound<&'a [RowContent<'a>]> {
        let mut out = BumpVec::with_capacity_in(rows.len(), self.arena);
        for row in rows.iter().filter(|row| which(row)) {
            if let Some(bound) = self.row(row, false)? {
                out.push(bound);
            }
        }
        Ok(out.into_bump_slice())
    }

    fn row(&mut self, row: &'a TableRow, striped: bool) -> Bound<Option<RowContent<'a>>> {
        if !self.holds(row.test.as_ref())? {
            return Ok(None);
        }
        let mut cells = BumpVec::with_capacity_in(row.cells.len(), self.arena);
        for cell in &row.cells {
            cells.push(CellContent { cell, children: self.blocks(&cell.body, None)? });
        }
        Ok(Some(RowContent { row, cells: cells.into_bump_slice(), striped, height: Cell::new(None) }))
    }

    fn chosen(&mut self, branches: &'a [(Option<Expr>, Vec<Node>)]) -> Bound<Option<&'a [Node]>> {
        for (test, body) in branches {
            if self.holds(test.as_ref())? {
                return Ok(Some(body));
            }
        }
        Ok(None)
    }

    pub(super) fn holds(&mut self, test: Option<&Expr>) -> Bound<bool> {
        match test {
            Some(test) => test.test(&self.env()).map_err(hold),
            None => Ok(true),
        }
    }

    pub(super) fn rows(&mut self, list: &Expr) -> Bound<List<'a>> {
        match self.evaluate(list)? {
            Value::List(list) => Ok(list),
            _ => Ok(List::EMPTY),
        }
    }

    pub(super) fn evaluate(&mut self, expr: &Expr) -> Bound<Value<'a>> {
        expr.evaluate(&self.env()).map_err(hold)
    }

    pub(super) fn write(&mut self, expr: &Expr, out: &mut String) -> Bound<()> {
        expr.write_text(&self.env(), out).map_err(hold)
    }

    pub(super) fn env(&self) -> Env<'_, 'a> {
        Env { arena: self.arena, vars: &self.variables, running: &self.running, page: self.page, locale: self.locale, language: self.language }
    }
}

/// The direction of the first line of a block.
fn text_direction(block: &Block<'_>) -> Direction {
    match block {
        Block::Text(text) => text.style.direction,
        Block::Box(frame) => frame.children.first().map_or(Direction::LeftToRight, |first| text_direction(&first.block)),
        _ => Direction::LeftToRight,
    }
}

fn hold(error: EvalError) -> Hold {
    Hold::new(&code::RECORD_EXPRESSION, error.to_string())
}

/// What running sums are before the first row: 0, as `sum` of no rows.
pub(super) fn sums_of_nothing<'a>(running: &[Expr]) -> Vec<Value<'a>> {
    let nothing = |expr: &Expr| match expr.kind() {
        Type::Money => Value::Money(Money { amount: Decimal::ZERO, currency: Currency::NONE }),
        _ => Value::Integer(0),
    };
    running.iter().map(nothing).collect()
}

/// Adds a row's value to a running sum; absent values count nothing.
fn add<'a>(sum: Value<'a>, value: Value<'a>) -> Bound<Value<'a>> {
    let overflow = || Hold::new(&code::RECORD_EXPRESSION, "a running sum is larger than 28 digits");
    let mixed = || Hold::new(&code::RECORD_EXPRESSION, "a running sum over amounts of different currencies");
    Ok(match (sum, value) {
        (sum, Value::Null) => sum,
        (Value::Null, value) => value,
        (Value::Money(mut a), Value::Money(b)) => {
            if a.currency == Currency::NONE {
                a.currency = b.currency;
            } else if b.currency != Currency::NONE && a.currency != b.currency {
                return Err(mixed());
            }
            a.amount = a.amount.checked_add(b.amount).ok_or_else(overflow)?;
            Value::Money(a)
        }
        (Value::Integer(a), Value::Integer(b)) => Value::Integer(a.checked_add(b).ok_or_else(overflow)?),
        (a, b) => {
            let number = |value: Value<'_>| match value {
                Value::Decimal(d) => d,
                Value::Integer(i) => Decimal::from(i),
                Value::Money(m) => m.amount,
                _ => Decimal::ZERO,
            };
            Value::Decimal(number(a).checked_add(number(b)).ok_or_else(overflow)?)
        }
    })
}

fn alphabetic(number: u32) -> String {
    let mut rest = number;
    let mut letters = Vec::new();
    while rest > 0 {
        rest -= 1;
        letters.push(char::from(b'a' + (rest % 26) as u8));
        rest /= 26;
    }
    letters.iter().rev().collect()
}

fn roman(number: u32) -> String {
    const STEPS: [(u32, &str); 13] = [
        (1000, "m"),
        (900, "cm"),
        (500, "d"),
        (400, "cd"),
        (100, "c"),
        (90, "xc"),
        (50, "l"),
        (40, "xl"),
        (10, "x"),
        (9, "ix"),
        (5, "v"),
        (4, "iv"),
        (1, "i"),
    ];
    let mut rest = number.min(3999);
    let mut out = String::new();
    for (value, letters) in STEPS {
        while rest >= value {
            out.push_str(letters);
            rest -= value;
        }
    }
    out
}
