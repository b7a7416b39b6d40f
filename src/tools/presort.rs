//! Presorting without a job: a list of pieces in, trays out.
//!
//! Takes a scheme and the text of a CSV file, gives the pieces or all faults of the file, and the lists that are made of a sorted
//! mailing. Must never know a post, and never print.

use std::fmt::Write;

use crate::base::code;
use crate::base::diagnostic::{Diagnostic, Faults};
use crate::base::money::{Decimal, parse_decimal};
use crate::base::span::{FileId, Sources, Span};
use crate::kit::csv::{Field, Rows, quoted};
use crate::model::mail::{Thickness, Weight};
use crate::postal::presort::{Pieces, Postcode, Presorted, Tray};
use crate::postal::scheme::Scheme;

/// What pieces weigh and how thick they are if the file does not say.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Usual {
    /// How thick a piece is.
    pub thickness: Option<Thickness>,
    /// What it weighs.
    pub weight: Option<Weight>,
}

/// Faults of a file beyond which no more are looked for.
const FAULTS_MAX: usize = 50;
/// The most pieces of one row.
const REPEATS_MAX: u64 = 100_000_000;

/// The columns of a list of pieces.
struct Columns {
    postcode: usize,
    pieces: Option<usize>,
    thickness: Option<usize>,
    weight: Option<usize>,
    /// Of each field of the scheme.
    fields: Vec<usize>,
    count: usize,
}

/// Reads pieces into `pieces`. True if the file has no fault.
pub fn read_pieces(file: FileId, sources: &Sources, scheme: &Scheme, usual: Usual, pieces: &mut Pieces<'_>, faults: &mut Faults) -> bool {
    let mut rows = Rows::new(&sources.file(file).text);
    let Some(columns) = find_columns(&rows.next().unwrap_or_default(), file, scheme, usual, faults) else { return false };
    let before = faults.len();
    for row in rows {
        if let Err(fault) = read_row(&row, file, &columns, usual, pieces) {
            faults.push(*fault);
            if faults.len() - before == FAULTS_MAX {
                break;
            }
        }
    }
    faults.len() == before
}

fn find_columns(head: &[Field], file: FileId, scheme: &Scheme, usual: Usual, faults: &mut Faults) -> Option<Columns> {
    let find = |name: &str| head.iter().position(|field| field.text == name);
    let span = Span::new(file, head.first().map_or(0, |field| field.range.start), head.last().map_or(0, |field| field.range.end));
    let names = || head.iter().map(|field| field.text.as_str());
    let mut missing = |name: &str, message: String| {
        let fault = Diagnostic::error(&code::PIECES_FILE, span, message);
        // The names of the file are those to choose from, so that they are listed where none is near.
        let near = crate::base::suggest::closest(name, names());
        let list = names().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        faults.push(match near {
            Some(near) => fault.hint(format!("is `{near}` meant? Then call it `{name}`")),
            None => fault.hint(format!("its columns are {list}")),
        });
        None
    };
    let own = &scheme.postcode_field;
    let postcode = find(own).or_else(|| find("postcode")).or_else(|| missing(own, format!("the file has neither a column `{own}` nor `postcode`")));
    let mut fields = Vec::new();
    for name in &scheme.fields {
        fields.extend(find(name).or_else(|| missing(name, format!("the scheme groups by the field `{name}`, and the file has no such column"))));
    }
    let [thickness, weight] = ["thickness_mm", "weight_g"].map(find);
    let needs = |is_known: bool| scheme.containers.is_some() && !is_known;
    let is_thick = thickness.is_some() || usual.thickness.is_some();
    if needs(is_thick) {
        missing("thickness_mm", "how thick is a piece? The file has no column `thickness_mm`, and `--thickness` is not given".into());
    }
    let has_all = fields.len() == scheme.fields.len() && !needs(is_thick);
    let columns = Columns { postcode: postcode?, pieces: find("pieces"), thickness, weight, fields, count: head.len() };
    has_all.then_some(columns)
}

fn read_row(row: &[Field], file: FileId, columns: &Columns, usual: Usual, pieces: &mut Pieces<'_>) -> Result<(), Box<Diagnostic>> {
    let whole = Span::new(file, row[0].range.start, row[row.len() - 1].range.end);
    if row.len() != columns.count || row.iter().any(|field| field.is_open) {
        let message = format!("{} fields, but the first row names {} columns", row.len(), columns.count);
        return Err(Diagnostic::error(&code::PIECES_FILE, whole, message).into());
    }
    let fault_at = |column: usize, message: String| {
        let range = &row[column].range;
        Box::new(Diagnostic::error(&code::PIECES_FILE, Span::new(file, range.start, range.end), message))
    };
    let text = |column: usize| row[column].text.as_str();
    let postcode = Postcode::pack(text(columns.postcode)).ok_or_else(|| {
        let fault = fault_at(columns.postcode, format!("`{}` is no postcode", text(columns.postcode)));
        Box::new(fault.hint("letters, digits, blanks and hyphens, at most twelve"))
    })?;
    let count = match columns.pieces {
        None => 1,
        Some(column) => text(column).parse().ok().filter(|count| *count <= REPEATS_MAX).ok_or_else(|| {
            let fault = fault_at(column, format!("`{}` is no number of pieces", text(column)));
            Box::new(fault.hint("a whole number, up to 100 million"))
        })?,
    };
    let amount = |column: Option<usize>, usual: u64| match column {
        Some(column) if !text(column).is_empty() => {
            thousandths(text(column)).ok_or_else(|| fault_at(column, format!("`{}` is no number with up to three decimals", text(column))))
        }
        _ => Ok(usual),
    };
    let thickness = Thickness(amount(columns.thickness, usual.thickness.unwrap_or_default().0)?);
    let weight = Weight(amount(columns.weight, usual.weight.unwrap_or_default().0)?);
    let fields: Vec<&str> = columns.fields.iter().map(|column| text(*column)).collect();
    for _ in 0..count {
        pieces
            .push(postcode, thickness, weight, &fields)
            .map_err(|error| Box::new(Diagnostic::error(&code::PIECES_FILE, whole, error.to_string())))?;
    }
    Ok(())
}

/// A decimal number from 0 in thousandths, such as millimetres in thousandths of one; `None` if it is none or finer.
pub fn thousandths(text: &str) -> Option<u64> {
    let number = parse_decimal(text.as_bytes()).ok().filter(|number| !number.is_sign_negative())?.checked_mul(Decimal::ONE_THOUSAND)?;
    if number.fract().is_zero() { u64::try_from(number).ok() } else { None }
}

/// The trays as CSV: `container,level,key,type,pieces,first_postcode,last_postcode,price_category`.
pub fn tray_list(presorted: &Presorted<'_>) -> String {
    let mut out = String::from("container,level,key,type,pieces,first_postcode,last_postcode,price_category\n");
    for tray in &presorted.trays {
        let container = presorted.container(tray).map_or("", |container| &container.id);
        let (level, key) = (presorted.level(tray), quoted(presorted.key(tray)));
        let (id, category) = (quoted(&level.id), quoted(&level.price_category));
        let _ = writeln!(out, "{},{id},{key},{},{},{},{},{category}", tray.number, quoted(container), tray.pieces(), tray.first, tray.last);
    }
    out
}

/// The pieces as CSV, in postal order; behind them those that no level took.
pub fn piece_list(presorted: &Presorted<'_>, sheet: Option<Weight>, mut write: impl FnMut(&str)) {
    write("place,piece,postcode,container,position,level,key,price_category,price,reason\n");
    let mut row = String::new();
    for tray in &presorted.trays {
        let (level, key) = (presorted.level(tray), presorted.key(tray));
        for place in tray.places.clone() {
            let (piece, explanation) = (presorted.piece(place), presorted.explain(place, sheet));
            let price = explanation.price.as_ref().map(|price| price.amount.to_string()).unwrap_or_default();
            let no_price = explanation.price.as_ref().err().map(ToString::to_string);
            let reasons: Vec<String> = [no_price, explanation.better, explanation.lighter].into_iter().flatten().collect();
            row.clear();
            let _ = writeln!(
                row,
                "{},{},{},{},{},{},{},{},{price},{}",
                place + 1,
                piece.sequence + 1,
                piece.postcode,
                tray.number,
                place - tray.places.start + 1,
                quoted(&level.id),
                quoted(key),
                quoted(&level.price_category),
                quoted(&reasons.join("; ")),
            );
            write(&row);
        }
    }
    for piece in presorted.left() {
        write(&format!(",{},{},,,,,,,{}\n", piece.sequence + 1, piece.postcode, quoted(&presorted.explain_left(piece))));
    }
}

/// All of a sorted mailing but its pieces, as JSON.
pub fn json(presorted: &Presorted<'_>) -> serde_json::Value {
    use serde_json::json;
    let scheme = presorted.scheme;
    let tables: serde_json::Map<String, serde_json::Value> = scheme.tables.iter().map(|(name, hash)| (name.clone(), json!(hash.hex()))).collect();
    let levels: Vec<serde_json::Value> = scheme
        .levels
        .iter()
        .zip(&presorted.levels)
        .map(|(level, outcome)| {
            json!({
                "id": level.id, "name": level.name, "offered": outcome.offered, "without_key": outcome.without_key,
                "groups": outcome.groups.len(), "placed": outcome.placed, "trays": outcome.trays,
            })
        })
        .collect();
    let postage = presorted.postage();
    let lines: Vec<serde_json::Value> = postage
        .lines
        .iter()
        .map(|line| {
            json!({
                "category": line.category, "weight_max_mg": line.weight_max.map(|weight| weight.0), "unit_price": line.unit_price.to_string(),
                "pieces": line.pieces, "sum": line.sum.to_string(),
            })
        })
        .collect();
    let unpriced: Vec<serde_json::Value> = postage.unpriced.iter().map(|(reason, pieces)| json!({"reason": reason, "pieces": pieces})).collect();
    let pallets: Vec<serde_json::Value> = presorted
        .pallets
        .iter()
        .map(|pallet| {
            let trays: Vec<u32> = pallet.trays.iter().map(|tray| presorted.trays[*tray].number).collect();
            json!({"number": pallet.number, "level": scheme.pallets[pallet.rule].id, "key": pallet.key, "gross_mg": pallet.gross.0, "trays": trays})
        })
        .collect();
    let bundles: Vec<serde_json::Value> = presorted
        .bundles
        .iter()
        .map(|bundle| {
            let tray = &presorted.trays[bundle.tray];
            let position = bundle.places.start - tray.places.start + 1;
            json!({"tray": tray.number, "key": bundle.key, "position": position, "pieces": bundle.places.len()})
        })
        .collect();
    json!({
        "scheme": {"id": scheme.id, "version": scheme.version, "currency": scheme.currency.code(), "tables": tables},
        "verdict": {"eligible": presorted.verdict.eligible, "excluded": presorted.verdict.excluded, "reason": presorted.verdict.reason},
        "levels": levels,
        "trays": presorted.trays.iter().map(|tray| json_tray(presorted, tray)).collect::<Vec<_>>(),
        "bundles": bundles,
        "pallets": pallets,
        "postage": {"lines": lines, "total": postage.total.to_string(), "unpriced": unpriced},
        "left": presorted.left().count(),
    })
}

fn json_tray(presorted: &Presorted<'_>, tray: &Tray) -> serde_json::Value {
    let label = presorted.label(tray).map(|label| {
        serde_json::json!({
            "line1": label.line1, "line2": label.line2, "cin": label.cin, "level_code": label.level_code, "destination": label.destination,
        })
    });
    serde_json::json!({
        "number": tray.number,
        "level": presorted.level(tray).id,
        "key": presorted.key(tray),
        "type": presorted.container(tray).map(|container| &container.id),
        "pieces": tray.pieces(),
        "first": tray.first.to_string(),
        "last": tray.last.to_string(),
        "thickness_um": tray.thickness.0,
        "net_mg": tray.net.0,
        "gross_mg": tray.gross.0,
        "is_full": tray.is_full,
        "price_category": presorted.level(tray).price_category,
        "pallet": (tray.pallet > 0).then_some(tray.pallet),
        "label": label,
    })
}
