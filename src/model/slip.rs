//! Payment slips as a layout asks for them.
//!
//! Takes compiled expressions, gives which field of a slip each fills. Must never know how a slip is drawn.

use crate::base::span::Span;
use crate::kit::expr::Expr;
use crate::model::style::ParagraphStyle;

/// The fields of a payment code or slip.
#[derive(Debug)]
pub struct Slip {
    /// Which.
    pub kind: SlipKind,
    /// Its fields, in the order of [`SWISS_FIELDS`] or [`EPC_FIELDS`].
    pub fields: Vec<SlipField>,
    /// Where the layout says so.
    pub span: Span,
}

/// A field of a slip.
#[derive(Debug)]
pub enum SlipField {
    /// The layout does not say it.
    None,
    /// A text.
    Text(Expr),
    /// A number of two decimals, printed as the record's locale has it.
    Number(Expr),
}

/// The payment codes and slips.
#[derive(Debug)]
pub enum SlipKind {
    /// The Swiss payment part with its receipt.
    Swiss(Box<SwissStyles>),
    /// The EPC code alone.
    Epc,
}

/// The attributes of a Swiss QR-bill that are fields of its payload.
pub const SWISS_FIELDS: &[&str] = &[
    "account",
    "name",
    "street",
    "house",
    "postcode",
    "town",
    "country",
    "amount",
    "currency",
    "debtor-name",
    "debtor-street",
    "debtor-house",
    "debtor-postcode",
    "debtor-town",
    "debtor-country",
    "reference",
    "message",
    "billing",
    "procedure-1",
    "procedure-2",
];

/// The attributes of an EPC code that are fields of its payload.
pub const EPC_FIELDS: &[&str] = &["name", "account", "bic", "amount", "purpose", "reference", "text", "information"];

/// How the texts of a Swiss QR-bill are set (SIX guidelines, 3.4).
#[derive(Debug)]
pub struct SwissStyles {
    /// The language of the printed words.
    pub lang: String,
    /// Titles of receipt and payment part.
    pub title: ParagraphStyle,
    /// Headings of the receipt.
    pub receipt_heading: ParagraphStyle,
    /// Values of the receipt.
    pub receipt_value: ParagraphStyle,
    /// Headings of the payment part.
    pub heading: ParagraphStyle,
    /// Values of the payment part.
    pub value: ParagraphStyle,
    /// The acceptance point.
    pub acceptance: ParagraphStyle,
    /// Alternative procedures.
    pub procedure: ParagraphStyle,
    /// Their names.
    pub procedure_name: ParagraphStyle,
    /// The words above the line where the slip is cut off.
    pub separate: ParagraphStyle,
    /// Whether lines and scissors are printed, because the paper has no perforation.
    pub has_lines: bool,
}
