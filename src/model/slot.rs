//! Slots of a layout and the messages that may fill them.
//!
//! Takes resolved blocks, gives them with the rules by which one of them is taken. Must never know what a message says.

use crate::base::length::Length;
use crate::kit::expr::Expr;
use crate::model::layout::{BoxStyle, Node};

/// The index of a message in its job.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct MessageId(pub u16);

/// The index of a slot in [`crate::model::layout::Layout::slots`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct SlotId(pub u16);

/// A place for one message.
#[derive(Debug)]
pub struct SlotNode {
    /// Which.
    pub id: SlotId,
    /// How the box around a message looks.
    pub style: BoxStyle,
    /// The messages that may stand here on the job's date, the most important first.
    pub candidates: Vec<Candidate>,
}

/// A message as a slot sees it.
#[derive(Debug)]
pub struct Candidate {
    /// Which.
    pub message: MessageId,
    /// Whom it is for; without it, everyone.
    pub segment: Option<Expr>,
    /// How high its box may be: the least of what slot and message say.
    pub max_height: Length,
    /// What it says.
    pub body: Vec<Node>,
}

/// What became of a slot of a document.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SlotFate {
    /// Which slot.
    pub slot: SlotId,
    /// The message that fills it.
    pub message: Option<MessageId>,
    /// More important messages for this record that could not be taken, and why not.
    pub passed_over: Vec<(MessageId, Obstacle)>,
}

/// Why a message for a record cannot be taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Obstacle {
    /// It stands in another slot of the document.
    Taken,
    /// It needs a value that the record does not have, or that cannot be used.
    Value,
    /// It holds a character that no font of the layout has.
    Glyph,
    /// It is higher than the slot, the message itself or the room there is allow.
    Height,
    /// It would make the document longer.
    Page,
    /// It would move a block that the layout requires at its place.
    Required,
}

impl Obstacle {
    /// In words, behind the name of the message.
    pub fn words(self) -> &'static str {
        match self {
            Obstacle::Taken => "stands in another slot",
            Obstacle::Value => "needs a value the record lacks",
            Obstacle::Glyph => "has a character no font has",
            Obstacle::Height => "is too high",
            Obstacle::Page => "would add a page",
            Obstacle::Required => "would move a required block",
        }
    }
}
