//! The papers of a mailing, composed by layouts of this program.
//!
//! Takes a paper and its records as JSON, gives a PDF/A file with all of them: a label is a record, a ticket is one. Must never know where
//! the records come from.

use bumpalo::Bump;

use super::composing::{RANGE_BYTES_MAX, compose_record, composer};
use super::{EngineError, told};
use crate::base::date::Date;
use crate::input::InputFile;
use crate::model::message::Wants;
use crate::model::page::ComposedRange;
use crate::plan::{PRODUCER, compile_built_in};
use crate::streams::FileInfo;
use crate::streams::volume::{Shapes, write_volume};

/// A paper of this program.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Paper {
    /// What its file is called, without ending: `tray-labels`.
    pub name: &'static str,
    /// Its layout.
    pub layout: &'static str,
}

/// One label per tray, 3.25 x 2 in.
pub const TRAY_LABELS: Paper = Paper { name: "tray-labels", layout: include_str!("../../layouts/papers/tray-label.xml") };
/// The ticket that goes with the job.
pub const JOB_TICKET: Paper = Paper { name: "job-ticket", layout: include_str!("../../layouts/papers/job-ticket.xml") };
/// What the post is paid.
pub const POSTAGE_SUMMARY: Paper = Paper { name: "postage-summary", layout: include_str!("../../layouts/papers/postage-summary.xml") };
/// All trays.
pub const TRAY_LIST: Paper = Paper { name: "tray-list", layout: include_str!("../../layouts/papers/tray-list.xml") };

/// What the mailer's client gets once a run is closed.
pub const CERTIFICATE: Paper = Paper { name: "certificate", layout: include_str!("../../layouts/papers/certificate.xml") };

/// What a paper says on every copy.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PaperInfo<'i> {
    /// The title of the file.
    pub title: &'i str,
    /// The date of the job.
    pub date: Date,
    /// How numbers and dates are written, such as `en-US`; that of the layout if absent or not known.
    pub locale: Option<&'i str>,
}

/// Composes a paper: one document per row, all in one file.
///
/// # Errors
/// A row is none of the paper's, or cannot be set: a barcode that cannot be encoded, a character without a glyph.
pub fn compose_paper(paper: &Paper, rows: &[serde_json::Value], info: &PaperInfo<'_>) -> Result<Vec<u8>, EngineError> {
    let failed = |reason: String| EngineError::Paper { paper: paper.name, reason };
    let compiled = compile_built_in(&format!("{}.xml", paper.name), paper.layout, "XXX", &info.date.to_string(), info.locale);
    let plan = compiled.plan.ok_or_else(|| failed(compiled.diagnostics.first().map(|fault| fault.message.clone()).unwrap_or_default()))?;
    let mut data = Vec::new();
    for row in rows {
        data.extend_from_slice(row.to_string().as_bytes());
        data.push(b'\n');
    }
    let path = std::path::Path::new(paper.name);
    let at_fault = |fault: crate::input::InputFault| failed(told(path, &fault).message);
    let input = &plan.inputs.first().ok_or(EngineError::NoRecords)?.input;
    let text = [InputFile::read(&data, None).map_err(at_fault)?];
    let opened = input.open(&text, &[]).map_err(|faults| faults.into_iter().next().map_or(EngineError::NoRecords, at_fault))?;
    let (mut composer, mut arena, mut range) = (composer(&plan), Bump::new(), ComposedRange::default());
    let mut cutter = opened.cutter();
    while let Some(records) = cutter.next(1_000, RANGE_BYTES_MAX).map_err(at_fault)? {
        for raw in opened.raws(&records) {
            arena.reset();
            let composed = compose_record(&plan, &opened, &raw, 0, Wants::default(), &mut composer, &arena);
            let (_, document, _) = composed.map_err(|hold| failed(format!("{}, row {}", hold.reason, raw.number + 1)))?;
            range.documents.push(document);
        }
    }
    range.used = composer.take_used();
    let language = plan.locales.first().map_or("en", |locale| locale.tag());
    let info = FileInfo { title: info.title, producer: PRODUCER, date: info.date, language, properties: None };
    let mut file = Vec::new();
    let written = write_volume(&range, &plan.resources, &plan.media, &info, &Shapes::default(), &mut file);
    written.map_err(|source| EngineError::Stream { file: paper.name.to_string(), source })?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn info() -> PaperInfo<'static> {
        PaperInfo { title: "Labels", date: Date::new(2026, 6, 1).expect("a day"), locale: Some("en-US") }
    }

    fn label(tray: u32, barcode: &str) -> serde_json::Value {
        json!({
            "line1": "Los Angeles CA 900", "line2": "FCM LTR AADC BC", "origin": "Example Mail House", "cin": "245", "barcode": barcode,
            "code": format!("JUNE-{tray}"), "tray": tray, "trays": 2, "pieces": 190, "weight": "4.7 kg", "container": "2-foot MM tray",
            "level": "AADC", "first": "90001", "last": "90212", "pallet": null, "mailing": "Statements",
        })
    }

    #[test]
    fn a_label_is_a_page() {
        let file = compose_paper(&TRAY_LABELS, &[label(1, "900002457123456000000421"), label(2, "")], &info()).expect("two labels");
        let read = lopdf::Document::load_mem(&file).expect("a file");
        assert_eq!(read.get_pages().len(), 2);
        let text = read.extract_text(&[1]).expect("text");
        assert!(text.contains("LOS ANGELES CA 900") && text.contains("245"), "{text}");
        let again = compose_paper(&TRAY_LABELS, &[label(1, "900002457123456000000421"), label(2, "")], &info()).expect("two labels");
        assert!(file == again, "the same rows give the same bytes");
    }

    #[test]
    fn what_cannot_be_set_is_told() {
        let error = compose_paper(&TRAY_LABELS, &[label(1, ""), label(2, "90000245")], &info()).expect_err("no barcode");
        assert!(error.to_string().starts_with("the paper `tray-labels` cannot be made: ") && error.to_string().ends_with(", row 2"), "{error}");
        let error = compose_paper(&TRAY_LABELS, &[json!({"tray": 1})], &info()).expect_err("no label");
        assert!(error.to_string().contains("line1"), "{error}");
    }
}
