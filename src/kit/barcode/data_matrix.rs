//! Data Matrix ECC 200 (ISO/IEC 16022).
//!
//! Takes text, bytes or a GS1 element string, gives modules. Encodation, correction and placement come from `datamatrix`; what
//! the posts prescribe of the codewords stands beside this in `data_matrix_post`.

use datamatrix::data::{EncodationType, encode_data};
use datamatrix::errorcode::encode_error;
use datamatrix::placement::MatrixMap;
use datamatrix::{SymbolList, SymbolSize};

use super::gs1::{self, FNC1};
use super::{BarcodeError, Eci, OptionDoc, Options, Shape, Symbol, Symbology};
use crate::base::limits::BARCODE_BYTES_MAX;

/// Data Matrix.
pub struct DataMatrix;

const NAME: &str = "datamatrix";
/// Clear modules on all sides; the standard asks for one, mailing for more.
const QUIET: u8 = 2;
/// The ECI assignment of UTF-8 (AIM ITS/04-023).
const ECI_UTF_8: u32 = 26;
/// The codeword that says the symbol is of GS1.
const FNC1_CODEWORD: u8 = 232;
/// What separates elements inside: a group separator reads as FNC1.
const SEPARATOR: u8 = 29;

impl Symbology for DataMatrix {
    fn name(&self) -> &'static str {
        NAME
    }
    fn doc(&self) -> &'static str {
        "Data Matrix ECC 200 (ISO/IEC 16022): any text, small and robust. With `gs1=\"true\"` it is GS1 DataMatrix and the payload is written with its application identifiers in brackets."
    }
    fn example(&self) -> &'static str {
        "JOB000123/0004567"
    }
    fn options(&self) -> &'static [OptionDoc] {
        &[
            super::GS1,
            super::VERIFY,
            OptionDoc {
                name: "size",
                values: "`square`, `rectangle`, `any`, or rows × columns such as `16x48`",
                doc: "the symbol sizes to choose from, or the one; default `square`",
            },
            super::LATIN_1,
            super::ECI,
        ]
    }
    fn shape(&self) -> Shape {
        Shape::matrix([250, 423, 2_000], 1)
    }
    fn encode_into(&self, payload: &str, options: &Options, symbol: &mut Symbol) -> Result<(), BarcodeError> {
        if payload.is_empty() {
            return Err(BarcodeError::Empty);
        }
        if payload.len() > BARCODE_BYTES_MAX {
            return Err(BarcodeError::TooLong { symbology: NAME, unit: "bytes", length: payload.len(), max: BARCODE_BYTES_MAX });
        }
        let sizes = options.size.list();
        let (codewords, size) = if options.gs1 {
            let mut bytes = Vec::with_capacity(payload.len());
            let mut is_first = true;
            gs1::read_elements(payload, !options.no_verify, &mut |item| match item {
                FNC1 if std::mem::take(&mut is_first) => {}
                FNC1 => bytes.push(SEPARATOR),
                byte => bytes.push(byte as u8),
            })?;
            encode_gs1(&bytes, &sizes)?
        } else {
            let (bytes, is_utf_8) = super::bytes_of(NAME, payload, options)?;
            let eci = (is_utf_8 && options.eci == Eci::Auto).then_some(ECI_UTF_8);
            encode_bytes(&bytes, &sizes, eci)?
        };
        write_symbol(&codewords, size, QUIET, symbol);
        Ok(())
    }
}

/// The sizes a layout allows.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum MatrixSize {
    /// All squares.
    #[default]
    Square,
    /// All rectangles.
    Rectangle,
    /// Both.
    Any,
    /// The one of these rows and columns.
    Fixed(u8, u8),
}

impl MatrixSize {
    /// Reads the value of `size`; a fixed size must exist.
    pub(super) fn read(value: &str) -> Option<MatrixSize> {
        Some(match value {
            "square" => MatrixSize::Square,
            "rectangle" => MatrixSize::Rectangle,
            "any" => MatrixSize::Any,
            _ => {
                let (rows, columns) = value.split_once('x')?;
                let size = MatrixSize::Fixed(rows.parse().ok()?, columns.parse().ok()?);
                if size.list().is_empty() {
                    return None;
                }
                size
            }
        })
    }

    fn list(self) -> SymbolList {
        let all = SymbolList::default();
        match self {
            MatrixSize::Square => all.enforce_square(),
            MatrixSize::Rectangle => all.enforce_rectangular(),
            MatrixSize::Any => all,
            MatrixSize::Fixed(rows, columns) => {
                let (rows, columns) = (usize::from(rows), usize::from(columns));
                all.enforce_height_in(rows..=rows).enforce_width_in(columns..=columns)
            }
        }
    }
}

/// The data codewords of bytes and the size they fit.
///
/// X12 is tried only where it makes the symbol smaller: other encoders leave it out, and C40 is as short for what both have.
pub(super) fn encode_bytes(bytes: &[u8], sizes: &SymbolList, eci: Option<u32>) -> Result<(Vec<u8>, SymbolSize), BarcodeError> {
    let usual = EncodationType::Ascii | EncodationType::C40 | EncodationType::Text | EncodationType::Edifact | EncodationType::Base256;
    let plain = encode_data(bytes, sizes, eci, usual, false);
    let has_x12 = |byte: &u8| matches!(byte, b'\r' | b'*' | b'>');
    if plain.is_ok() && !bytes.iter().any(has_x12) {
        return plain.map_err(|_| too_long(bytes.len(), sizes));
    }
    let full = encode_data(bytes, sizes, eci, EncodationType::all(), false);
    match (plain, full) {
        (Ok(plain), Ok(full)) => Ok(if full.0.len() < plain.0.len() { full } else { plain }),
        (Ok(only), Err(_)) | (Err(_), Ok(only)) => Ok(only),
        (Err(_), Err(_)) => Err(too_long(bytes.len(), sizes)),
    }
}

fn encode_gs1(bytes: &[u8], sizes: &SymbolList) -> Result<(Vec<u8>, SymbolSize), BarcodeError> {
    let matrix = datamatrix::DataMatrixBuilder::new().with_fnc1_start(true).with_macros(false).with_symbol_list(sizes.clone()).encode(bytes);
    let matrix = matrix.map_err(|_| too_long(bytes.len(), sizes))?;
    assert!(matrix.data_codewords().first() == Some(&FNC1_CODEWORD), "a GS1 symbol begins with FNC1");
    Ok((matrix.data_codewords().to_vec(), matrix.size))
}

fn too_long(length: usize, sizes: &SymbolList) -> BarcodeError {
    let max = sizes.iter().map(capacity).max().unwrap_or_default();
    BarcodeError::TooLong { symbology: NAME, unit: "bytes", length, max }
}

/// Data codewords of a size (ISO/IEC 16022, table 7).
pub(super) fn capacity(size: SymbolSize) -> usize {
    const SIZES: [(SymbolSize, usize); 30] = [
        (SymbolSize::Square10, 3),
        (SymbolSize::Square12, 5),
        (SymbolSize::Square14, 8),
        (SymbolSize::Square16, 12),
        (SymbolSize::Square18, 18),
        (SymbolSize::Square20, 22),
        (SymbolSize::Square22, 30),
        (SymbolSize::Square24, 36),
        (SymbolSize::Square26, 44),
        (SymbolSize::Square32, 62),
        (SymbolSize::Square36, 86),
        (SymbolSize::Square40, 114),
        (SymbolSize::Square44, 144),
        (SymbolSize::Square48, 174),
        (SymbolSize::Square52, 204),
        (SymbolSize::Square64, 280),
        (SymbolSize::Square72, 368),
        (SymbolSize::Square80, 456),
        (SymbolSize::Square88, 576),
        (SymbolSize::Square96, 696),
        (SymbolSize::Square104, 816),
        (SymbolSize::Square120, 1_050),
        (SymbolSize::Square132, 1_304),
        (SymbolSize::Square144, 1_558),
        (SymbolSize::Rect8x18, 5),
        (SymbolSize::Rect8x32, 10),
        (SymbolSize::Rect12x26, 16),
        (SymbolSize::Rect12x36, 22),
        (SymbolSize::Rect16x36, 32),
        (SymbolSize::Rect16x48, 49),
    ];
    SIZES.iter().find(|(known, _)| *known == size).map_or(0, |(_, codewords)| *codewords)
}

/// Adds the check codewords and places all.
pub(super) fn write_symbol(codewords: &[u8], size: SymbolSize, quiet: u8, symbol: &mut Symbol) {
    let mut all = codewords.to_vec();
    all.extend(encode_error(codewords, size));
    let bitmap = MatrixMap::new_with_codewords(&all, size).bitmap();
    let modules = symbol.begin_matrix(bitmap.width(), bitmap.height(), quiet);
    for (x, y) in bitmap.pixels() {
        modules.set(x, y);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sha2::{Digest, Sha256};

    #[track_caller]
    fn check(payload: &str, set: &[(&str, &str)], expected: &str) {
        let mut options = Options::default();
        for (name, value) in set {
            options.set(&DataMatrix, name, value).unwrap();
        }
        let text = match DataMatrix.encode(payload, &options) {
            Ok(symbol) => Sha256::digest(symbol.text()).iter().map(|byte| format!("{byte:02x}")).collect(),
            Err(fault) => fault.to_string(),
        };
        assert!(text.starts_with(expected), "{payload}: {text}");
    }

    #[test]
    fn agrees_with_two_other_encoders() {
        check("123456", &[], "b6f61cc58e958744");
        check("30Q324343430794<OQQ", &[], "fc2390a9982be67f");
        check("job=000123;mp=0004567;p=1/3;i=A", &[], "8d39b20251939657");
        check("Ä€ß", &[("eci", "off")], "7138adfb91d00934");
        check("MAILPIECE00012345", &[("size", "12x36")], "74398f343e9d529e");
        check("abc123", &[("size", "16x48")], "99b53bc9599ac7c3");
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        check(&"x".repeat(80), &[("size", "12x36")], "the payload has 80 bytes, datamatrix with these options holds at most 22");
        check("日", &[("latin1", "true")], "datamatrix with `latin1` cannot encode `日` (U+65E5) at position 1");
        assert!(Options::default().set(&DataMatrix, "size", "11x11").is_err());
    }
}
