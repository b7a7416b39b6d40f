//! Marks on trial: what the marks of a job would say of pieces as they may come.
//!
//! Takes a compiled barcode, encodes what it says of a first piece and of one far behind it, gives the room it takes. What never has a code
//! is a fault of the job. Must never know a record.

use super::mark::{CodeMark, OF_RECORD, Surroundings, says};
use super::read::Text;
use crate::base::code;
use crate::base::diagnostic::{Diagnostic, Faults};
use crate::base::length::Length;
use crate::kit::barcode::Drawing;
use crate::kit::expr::Env;
use crate::kit::locale::Locale;
use crate::model::mail::PieceFacts;
use crate::streams::late_place::{Place, Tracking};

/// Texts of records as the posts know them: what a mark says must be possible with one of them.
const ROUTINGS: &[&str] = &["", "01234567891", "012345678", "01234", "SN34RD1A", "SN34RD1A ", "1231FZ13XHS", "39549554", "12345678", "1530001"];

/// Encodes the mark of a first piece and of one far behind it: what never has a code is a fault now. Gives the greatest size
/// and the clear zone.
pub(super) fn try_out(code: &CodeMark, text: &Text, around: &Surroundings<'_>, faults: &mut Faults) -> Option<[[Length; 2]; 2]> {
    let span = text.part(0..text.text.len());
    let Ok(locale) = Locale::compile("en") else { unreachable!("English is always there") };
    let (mut extent, mut first_fault) = ([[Length::ZERO; 2]; 2], None);
    let mut drawing = Drawing::default();
    let mut arena = bumpalo::Bump::new();
    for (at, routing) in ROUTINGS.iter().enumerate() {
        for is_far in [false, true] {
            arena.reset();
            let place = sample(routing, is_far, around, &arena);
            let env = Env { arena: &arena, vars: &place.values(), running: &[], page: None, locale: &locale, language: 0 };
            let mut payload = String::new();
            let symbol = match code.value.write(&env, &mut payload) {
                Err(error) => Err(error.to_string()),
                Ok(()) => code.symbology.encode(&payload, &code.options).map_err(|error| format!("`{payload}`: {error}")),
            };
            match symbol {
                Ok(symbol) => {
                    drawing.draw(&symbol, &code.size);
                    extent[0] = [extent[0][0].max(drawing.width), extent[0][1].max(drawing.height)];
                    extent[1] = drawing.quiet;
                }
                Err(error) if at < 2 && !is_far => first_fault = Some(error),
                Err(_) => {}
            }
        }
    }
    if extent[0][0] == Length::ZERO {
        let reason = first_fault.unwrap_or_default();
        let message = format!("the first piece would have a mark that cannot be: {reason}");
        let hint = match around.has_mail || !says(text, OF_RECORD) {
            true => "numbers get leading zeros with `{sequence | pad 7 '0'}`",
            false => "`routing`, `postcode`, `document` and `imb` are empty in jobs without `[mail]`",
        };
        faults.push(Diagnostic::error(&code::JOB_MARK, span, message).hint(hint));
        return None;
    }
    Some(extent)
}

/// A place as it may come, its texts in an arena.
fn sample<'a>(routing: &'a str, is_far: bool, around: &Surroundings<'a>, arena: &'a bumpalo::Bump) -> Place<'a> {
    let number = if is_far { 12_345 } else { 1 };
    let mailed = PieceFacts {
        sequence: u64::from(number),
        tray: number.min(99),
        tray_position: number.min(400),
        tray_pieces: 400,
        envelope: 1,
        serial: u64::from(number),
        routing,
        postcode: "12345",
        document: "A1",
        ..PieceFacts::default()
    };
    let piece = if around.has_mail { mailed } else { PieceFacts { sequence: mailed.sequence, ..PieceFacts::default() } };
    let tracking = match around.tracking {
        None => Tracking::default(),
        Some(tracking) => {
            let mut payload = String::new();
            tracking.write(mailed.serial, routing, &mut payload);
            tracking.parts(arena.alloc_str(&payload))
        }
    };
    Place { piece, sheets: number.min(9), pages: number.min(18), pieces: 500, print_file: number.min(99), tracking }
}
