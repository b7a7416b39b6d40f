//! QR Code, model 2 (ISO/IEC 18004).
//!
//! Takes text, gives modules. Segments, codewords and error correction come from `qrcodegen`; the choice of the mask is ours,
//! because its search over eight whole symbols costs more than composing a page. Must never know payment formats.

use qrcodegen::{DataTooLong, QrCode, QrCodeEcc, Version};

use super::qr_segments::segments;
use super::{BarcodeError, ErrorCorrection, Mask, OptionDoc, Options, Shape, Symbol, Symbology, mask};
use crate::base::limits::BARCODE_BYTES_MAX;

/// QR Code.
pub struct Qr;

impl Symbology for Qr {
    fn name(&self) -> &'static str {
        "qr"
    }
    fn doc(&self) -> &'static str {
        "QR Code (ISO/IEC 18004): any text, read by every phone; payment codes and links. Digits and capitals take less room \
         than other text."
    }
    fn example(&self) -> &'static str {
        "https://example.org/pay/4711"
    }
    fn options(&self) -> &'static [OptionDoc] {
        &[
            OptionDoc {
                name: "error-correction",
                values: "`L`, `M`, `Q` or `H`",
                doc: "how much damage can be repaired: 7, 15, 25 or 30 %; default `M`",
            },
            OptionDoc {
                name: "version-min",
                values: "a whole number from 1 to 40",
                doc: "smallest version, so that short and long payloads get equal modules; default 1",
            },
            OptionDoc {
                name: "version",
                values: "`auto` or a whole number from 1 to 40",
                doc: "the only version; a payload that needs a larger one is refused; default `auto`",
            },
            OptionDoc {
                name: "mask",
                values: "`best` or a whole number from 0 to 7",
                doc: "the mask pattern; default `best`, the one the standard asks for",
            },
            OptionDoc {
                name: "mode",
                values: "`auto`, `numeric`, `alphanumeric`, `byte` or `kanji`",
                doc: "the only mode, or the mix that is shortest; default `auto`, in which Japanese text is Kanji",
            },
            super::LATIN_1,
            super::ECI,
        ]
    }
    fn shape(&self) -> Shape {
        Shape::matrix([250, 353, 50_000], 1).of_a_point()
    }

    fn encode_into(&self, payload: &str, options: &Options, symbol: &mut Symbol) -> Result<(), BarcodeError> {
        let code = encode(payload, options)?;
        let size = usize::try_from(code.size()).expect("a QR symbol has 21 to 177 modules");
        let modules = symbol.begin_matrix(size, size, QUIET);
        for (y, row) in (0..code.size()).enumerate() {
            for (x, column) in (0..code.size()).enumerate() {
                if code.get_module(column, row) {
                    modules.set(x, y);
                }
            }
        }
        if options.mask == Mask::Best {
            mask::choose(modules, level_bits(options.error_correction));
        }
        Ok(())
    }
}

/// Clear modules on all sides (ISO/IEC 18004, 5.3.8).
const QUIET: u8 = 4;

fn encode(payload: &str, options: &Options) -> Result<QrCode, BarcodeError> {
    if payload.is_empty() {
        return Err(BarcodeError::Empty);
    }
    let too_long = |unit, length, max| BarcodeError::TooLong { symbology: "qr", unit, length, max };
    if payload.len() > BARCODE_BYTES_MAX {
        return Err(too_long("bytes", payload.len(), BARCODE_BYTES_MAX));
    }
    let mask = match options.mask {
        Mask::Best => mask::FIRST,
        Mask::Fixed(number) => number,
    };
    assert!(mask < 8 && options.version_min < 40, "options are checked when they are set");
    let least = options.version.unwrap_or(options.version_min + 1);
    let most = options.version.unwrap_or(40);
    let mut fault = BarcodeError::Empty;
    // Counts of characters take more bits in larger versions, which may change the shortest mix.
    for (first, last) in [(1, 9), (10, 26), (27, 40)] {
        let (first, last) = (least.max(first), most.min(last));
        if first > last {
            continue;
        }
        let segments = segments(payload, options, last)?;
        let (first, last) = (Version::new(first), Version::new(last));
        let code = QrCode::encode_segments_advanced(&segments, level(options.error_correction), first, last, Some(qrcodegen::Mask::new(mask)), false);
        fault = match code {
            Ok(code) => return Ok(code),
            Err(DataTooLong::SegmentTooLong) => too_long("bytes", payload.len(), BARCODE_BYTES_MAX),
            Err(DataTooLong::DataOverCapacity(length, max)) => too_long("bits", length, max),
        };
    }
    Err(fault)
}

fn level(level: ErrorCorrection) -> QrCodeEcc {
    match level {
        ErrorCorrection::L => QrCodeEcc::Low,
        ErrorCorrection::M => QrCodeEcc::Medium,
        ErrorCorrection::Q => QrCodeEcc::Quartile,
        ErrorCorrection::H => QrCodeEcc::High,
    }
}

/// The level as the format information says it (ISO/IEC 18004, table 12).
fn level_bits(level: ErrorCorrection) -> u32 {
    match level {
        ErrorCorrection::L => 1,
        ErrorCorrection::M => 0,
        ErrorCorrection::Q => 3,
        ErrorCorrection::H => 2,
    }
}

#[cfg(test)]
mod tests {
    use sha2::{Digest, Sha256};

    use super::super::{Eci, Matrix};
    use super::*;

    fn encode_matrix(payload: &str, options: &Options) -> Matrix {
        match Qr.encode(payload, options).unwrap() {
            Symbol::Matrix { modules, .. } => modules,
            Symbol::Bars { .. } | Symbol::States { .. } => unreachable!("QR is a matrix"),
        }
    }

    /// Against the SHA-256 of the rows that two other encoders agree on.
    #[track_caller]
    fn check(payload: &str, error_correction: ErrorCorrection, version_min: u8, mask: u8, expected: &str) {
        let options = Options { error_correction, version_min: version_min - 1, mask: Mask::Fixed(mask), ..Options::default() };
        let digest = Sha256::digest(Qr.encode(payload, &options).unwrap().text());
        let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, expected, "{payload}");
    }

    #[test]
    fn agrees_with_two_other_encoders() {
        use ErrorCorrection::{H, L, M, Q};
        check("0123456789012345", M, 1, 0, "1e62c81f611917114898b6df5b06b334577b1d6399773f66c4c4b846986722e6");
        check(
            "888888888888888888888888888888888888888888888888888888888888",
            L,
            2,
            3,
            "0b7a2bad25ff52e2c372929485f419b346acc51ee2578b0c6e90d3e4154db5fd",
        );
        check("HELLO WORLD", Q, 1, 6, "453d0cc77a27d60d29801fcff544b4230f4e83183ac83d8ea4836c75c67f2ae5");
        check("abcdefghijklmn", L, 1, 1, "63665d0f69a16d99b2220093c4ca5955aa0227fc925c4cdf2d0946579c1a39ca");
        check("https://example.org/doc/abc", M, 3, 4, "789a444eb721955dc47ab7994b9a0131dbdda87cf507e3718105114279bbd763");
        check("the quick brown fox", Q, 3, 6, "502a8da0668e5584b512540b21dc0995e427bae833621779316b961f1c222e78");
        check("AAAAAAAAAAAAAAAAAAAAAAAAA", L, 1, 3, "8aa1c4e8aa80879858b0b198b511fa49ef37e3339ad0834dad15c9106248359d");
        check("31415926535897932384626433832795", Q, 2, 4, "672c95ddd760f9bfe4df0160f62c3b89f8ee888b3dbbba7e87df81d17a903468");
        check("0000-1111-2222-3333-ABCD", H, 3, 5, "753b0739f0970d8ea4502edbc57f609b19932768ccee61d5ea77cd018ee1099e");
    }

    #[test]
    fn the_best_mask_gives_one_of_the_eight_symbols() {
        for payload in ["1", "HELLO WORLD", "https://example.org/pay/4711?amount=12.50", &"Ein Absatz. ".repeat(60), &"9".repeat(7_089)] {
            for error_correction in [ErrorCorrection::L, ErrorCorrection::Q] {
                let options = Options { error_correction, ..Options::default() };
                if payload.len() > 4_000 && error_correction == ErrorCorrection::Q {
                    continue;
                }
                let best = encode_matrix(payload, &options);
                let all = (0..8).map(|mask| encode_matrix(payload, &Options { mask: Mask::Fixed(mask), ..options.clone() }));
                assert_eq!(all.filter(|other| *other == best).count(), 1, "{payload}");
            }
        }
    }

    #[test]
    fn the_version_never_falls_below_the_smallest_asked_for() {
        let options = Options { version_min: 6, ..Options::default() };
        assert_eq!(encode_matrix("1", &options).width(), 7 * 4 + 17);
    }

    #[test]
    fn text_beyond_ascii_is_announced_unless_forbidden() {
        // 17 bytes fill version 1 with level L; the announcement takes 12 bits more.
        let payload = "Mustermänn & Söh";
        let options = |eci| Options { eci, error_correction: ErrorCorrection::L, ..Options::default() };
        assert_eq!(encode_matrix(&payload[..17], &options(Eci::Off)).width(), 21);
        assert_eq!(encode_matrix(&payload[..17], &options(Eci::Auto)).width(), 25);
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let options = Options { error_correction: ErrorCorrection::H, ..Options::default() };
        let fault = Qr.encode(&"x".repeat(1_274), &options).unwrap_err();
        assert_eq!(fault.to_string(), "the payload has 10212 bits, qr with these options holds at most 10208");
        assert_eq!(Qr.encode("", &options).unwrap_err(), BarcodeError::Empty);
    }
}
