//! The place of a page in the mail stream, as late texts and marks see it.
//!
//! Takes the facts of a piece and the side that is written, gives the values of [`VARIABLES`]. Must never know what the body
//! of a page shows.

use crate::kit::expr::Value;
use crate::model::mail::PieceFacts;

/// A name that late texts and marks may use.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Variable {
    /// The name.
    pub name: &'static str,
    /// Whether it is a text; else it is a whole number.
    pub is_text: bool,
}

const fn number(name: &'static str) -> Variable {
    Variable { name, is_text: false }
}

const fn text(name: &'static str) -> Variable {
    Variable { name, is_text: true }
}

/// The names, in the order of [`Place::values`].
pub const VARIABLES: &[Variable] = &[
    number("sequence"),
    number("sheet"),
    number("sheets"),
    number("page"),
    number("pages"),
    number("last_sheet"),
    number("pieces"),
    number("print_file"),
    number("tray"),
    number("tray_piece"),
    number("tray_pieces"),
    number("envelope"),
    number("inserts"),
    number("divert"),
    number("serial"),
    number("reprint"),
    text("routing"),
    text("postcode"),
    text("document"),
    text("bi"),
    text("stid"),
    text("mid"),
    text("imb"),
];

/// Values in the order of [`VARIABLES`], behind one for the record, of which nothing is known here.
pub type Values<'a> = [Value<'a>; VARIABLES.len() + 1];

/// What the post of the United States wants in the tracking code of an Intelligent Mail barcode (USPS-B-3200, 2.1.1).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Tracking<'a> {
    /// Barcode identifier, two digits.
    pub barcode_id: &'a str,
    /// Service type identifier, three digits.
    pub service_type: &'a str,
    /// Mailer identifier, six or nine digits.
    pub mailer_id: &'a str,
    /// All that a barcode of the piece says: the parts above, its serial number and its routing code.
    pub payload: &'a str,
}

/// A place in the mail stream, but for the side.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Place<'a> {
    /// The piece.
    pub piece: PieceFacts<'a>,
    /// Its sheets.
    pub sheets: u32,
    /// Its pages.
    pub pages: u32,
    /// Mail pieces of the print file.
    pub pieces: u64,
    /// The number of the print file in the job.
    pub print_file: u32,
    /// What the tracking code of its barcode is made of; empty if the job has none.
    pub tracking: Tracking<'a>,
}

impl<'a> Place<'a> {
    /// The values of [`VARIABLES`] on the first page of the piece.
    pub fn values(&self) -> Values<'a> {
        let number = |value: u64| Value::Integer(i64::try_from(value).unwrap_or(i64::MAX));
        let small = |value: u32| Value::Integer(i64::from(value));
        let PieceFacts { sequence, tray, tray_position, tray_pieces, envelope, inserts, is_diverted, serial, reprint, .. } = self.piece;
        let mut values = [
            Value::Row(&[]),
            number(sequence),
            Value::Null,
            small(self.sheets),
            Value::Null,
            small(self.pages),
            Value::Null,
            number(self.pieces),
            small(self.print_file),
            small(tray),
            small(tray_position),
            small(tray_pieces),
            small(envelope.into()),
            small(inserts),
            small(is_diverted.into()),
            number(serial),
            small(reprint),
            Value::Text(self.piece.routing),
            Value::Text(self.piece.postcode),
            Value::Text(self.piece.document),
            Value::Text(self.tracking.barcode_id),
            Value::Text(self.tracking.service_type),
            Value::Text(self.tracking.mailer_id),
            Value::Text(self.tracking.payload),
        ];
        self.turn_to(1, 1, &mut values);
        values
    }

    /// Sets the values that change from side to side. Sheets and pages count from 1; the number of a page is that of the document,
    /// blank sides do not count.
    pub fn turn_to(&self, sheet: u32, page: u32, values: &mut Values<'a>) {
        values[2] = Value::Integer(i64::from(sheet));
        values[4] = Value::Integer(i64::from(page));
        values[6] = Value::Integer(i64::from(sheet == self.sheets));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_has_its_value() {
        let piece = PieceFacts {
            sequence: 7,
            tray: 2,
            tray_position: 3,
            tray_pieces: 40,
            envelope: 1,
            inserts: 0b101,
            is_diverted: true,
            serial: 900,
            routing: "12345678901",
            postcode: "12345-6789",
            document: "A-1",
            reprint: 4,
        };
        let tracking = Tracking { barcode_id: "00", service_type: "270", mailer_id: "123456", payload: "00270123456" };
        let place = Place { piece, sheets: 2, pages: 3, pieces: 500, print_file: 9, tracking };
        let mut values = place.values();
        place.turn_to(2, 3, &mut values);
        let shown: Vec<String> = VARIABLES
            .iter()
            .zip(&values[1..])
            .map(|(variable, value)| match (variable.is_text, value) {
                (true, Value::Text(text)) => format!("{}={text}", variable.name),
                (false, Value::Integer(number)) => format!("{}={number}", variable.name),
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(
            shown.join(" "),
            "sequence=7 sheet=2 sheets=2 page=3 pages=3 last_sheet=1 pieces=500 print_file=9 tray=2 tray_piece=3 tray_pieces=40 envelope=1 \
             inserts=5 divert=1 serial=900 reprint=4 routing=12345678901 postcode=12345-6789 document=A-1 bi=00 stid=270 mid=123456 \
             imb=00270123456"
        );
        place.turn_to(1, 1, &mut values);
        assert_eq!(values[6], Value::Integer(0));
    }
}
