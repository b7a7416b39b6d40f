//! Values of one record.
//!
//! Takes borrowed text and exact numbers, gives the `Copy` type that expressions compute with. Everything borrowed
//! lives as long as the record: in the mapped input or in the record's arena.

use crate::base::date::Date;
use crate::base::money::{Decimal, Money};

/// A value. Its [`super::Type`] is known from the schema; `Null` is the value of an optional field that is absent.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Value<'a> {
    /// Absent.
    Null,
    /// Unicode text.
    Text(&'a str),
    /// An exact decimal.
    Decimal(Decimal),
    /// An exact amount.
    Money(Money),
    /// A whole number.
    Integer(i64),
    /// True or false.
    Boolean(bool),
    /// A date.
    Date(Date),
    /// Rows.
    List(List<'a>),
    /// One row: its values in the order of its schema.
    Row(&'a [Value<'a>]),
}

/// Rows of equal width, stored one after the other.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct List<'a> {
    /// Values per row; at least 1.
    pub columns: usize,
    /// `columns` values for each row.
    pub values: &'a [Value<'a>],
}

impl<'a> List<'a> {
    /// A list of no rows.
    pub const EMPTY: List<'static> = List { columns: 1, values: &[] };

    /// How many rows.
    pub fn len(&self) -> usize {
        self.values.len() / self.columns
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The row at `index`; panics if there is none.
    pub fn row(&self, index: usize) -> &'a [Value<'a>] {
        &self.values[index * self.columns..(index + 1) * self.columns]
    }

    /// The rows in order.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = &'a [Value<'a>]> + DoubleEndedIterator + use<'a> {
        self.values.chunks_exact(self.columns)
    }
}

impl Value<'_> {
    /// Whether it is absent.
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }
}
