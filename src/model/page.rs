//! Composed pages and the entries that describe them.
//!
//! Takes what composition made, gives it to streams, ledger and assembly. Must never know how a page came about.

use crate::base::hash::Hash;
use crate::base::length::Length;
use crate::model::resources::Used;
use crate::model::structure::Structure;

/// One composed page: its content stream is final.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// The content stream, zlib-compressed (`/FlateDecode`).
    pub body: Vec<u8>,
    /// The length of the content stream before compression.
    pub body_length: u32,
    /// The index of the page's media among the job's (see [`Media`]).
    pub media: u8,
    /// Its links and bookmarks, if it has any.
    pub extras: Option<Box<PageExtras>>,
    /// The marks of the job whose clear zones it paints into, as bits.
    pub touched: u32,
}

/// What can be followed on a page. Print has none of it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct PageExtras {
    /// Links.
    pub links: Vec<Link>,
    /// Bookmarks that lead to the page, from top to bottom as they were composed.
    pub bookmarks: Vec<Bookmark>,
}

/// A link.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Link {
    /// Left, bottom, right, top in PDF coordinates.
    pub place: [Length; 4],
    /// Where it leads.
    pub target: Target,
    /// What it is called for readers who cannot see it.
    pub name: String,
    /// Its number in the document: a link over several lines has a part on each.
    pub number: u32,
}

/// Where a link leads.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Target {
    /// A URI, in ASCII.
    Uri(String),
    /// A page of the document, from 0, and the height there in PDF coordinates.
    Page(u32, Length),
}

/// An entry of the outline.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Bookmark {
    /// Its text.
    pub title: String,
    /// Its level, from 1.
    pub level: u8,
    /// The height on its page, in PDF coordinates.
    pub top: Length,
}

/// What a document says about itself.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Properties {
    /// Its title; empty: none.
    pub title: String,
    /// Who wrote it; empty: nobody is named.
    pub author: String,
    /// What it is about; empty: nothing is said.
    pub subject: String,
    /// Words it can be found by; empty: none.
    pub keywords: String,
}

/// A paper the job prints on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Media {
    /// The name the job gives it: `letter-plain`, `a4-perforated`.
    pub name: String,
    /// Width of the page.
    pub width: Length,
    /// Height of the page.
    pub height: Length,
}

/// One composed document.
#[derive(Clone, Debug, Default)]
pub struct Document {
    /// The record it was made from.
    pub record: u64,
    /// What the job calls it, such as the customer number: the job's `document-id` expression.
    pub id: String,
    /// The bytes its place in the print order is found by (see [`SortKey`]).
    pub sort_key: Vec<u8>,
    /// Title of the document, for the outline of its volume.
    pub title: String,
    /// What its layout says about it. In the metadata of a file that holds it alone.
    pub properties: Option<Box<Properties>>,
    /// What it adds to the control totals of the job, as `amount` or `amount CUR`.
    pub totals: Vec<String>,
    /// The language of its texts, by index, if its layout has several.
    pub language: Option<usize>,
    /// Its pages.
    pub pages: Vec<Page>,
    /// The hash over the bodies of its pages, if it is known already.
    pub hash: Option<Hash>,
    /// What its content means, if it is tagged.
    pub structure: Option<Box<Structure>>,
}

/// A range of documents on its way to a volume, with the resources its pages name.
#[derive(Debug, Default)]
pub struct ComposedRange {
    /// The documents in the order of their records.
    pub documents: Vec<Document>,
    /// What their pages name.
    pub used: Used,
}

/// The ledger's row of a document: what sorting and assembly know of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    /// The record it was made from: its identity within the job.
    pub record: u64,
    /// The document id the job gives it.
    pub id: String,
    /// The volume it is in, from 0.
    pub volume: u32,
    /// The index of its first page in the volume, from 0.
    pub first_page: u32,
    /// How many pages.
    pub pages: u32,
    /// First byte of its objects in the volume.
    pub offset: u64,
    /// Bytes of its objects.
    pub length: u64,
    /// SHA-256 over the page bodies (each preceded by its length, 8 bytes little-endian), the document's fingerprint.
    pub hash: Hash,
    /// Its sort key.
    pub sort_key: Vec<u8>,
}

/// Builds keys whose byte order is the order of the values.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct SortKey(pub Vec<u8>);

impl SortKey {
    /// Adds one value; `descending` turns its order around. Values of one position must have one type in all keys.
    pub fn push(&mut self, value: &crate::kit::expr::Value<'_>, descending: bool) {
        use crate::kit::expr::Value;
        let start = self.0.len();
        match value {
            // Absent values come first.
            Value::Null => self.0.push(0),
            Value::Text(text) => {
                self.0.push(1);
                // 0x00 ends a text; a 0x00 inside is lifted so that it cannot end one early.
                for &byte in text.as_bytes() {
                    if byte <= 1 {
                        self.0.push(1);
                    }
                    self.0.push(byte.saturating_add(u8::from(byte <= 1)));
                }
                self.0.push(0);
            }
            Value::Boolean(flag) => self.0.extend([1, u8::from(*flag)]),
            Value::Integer(number) => self.push_i128(i128::from(*number) * 1_000_000_000),
            Value::Decimal(number) => self.push_decimal(*number),
            Value::Money(money) => self.push_decimal(money.amount),
            Value::Date(date) => self.push_i128(i128::from(date.days())),
            Value::List(list) => self.push_i128(list.len() as i128),
            Value::Row(_) => self.0.push(1),
        }
        if descending {
            for byte in &mut self.0[start..] {
                *byte = !*byte;
            }
        }
    }

    fn push_i128(&mut self, number: i128) {
        self.0.push(1);
        self.0.extend((number as u128 ^ (1 << 127)).to_be_bytes());
    }

    fn push_decimal(&mut self, number: crate::base::money::Decimal) {
        // Nine fraction digits order all amounts; the mantissa of a 96-bit decimal times 1e9 fits 128 bits.
        let scale = number.scale();
        let mantissa = number.mantissa();
        let scaled = if scale <= 9 { mantissa.saturating_mul(10i128.pow(9 - scale)) } else { mantissa.div_euclid(10i128.pow(scale - 9)) };
        self.push_i128(scaled);
    }
}
