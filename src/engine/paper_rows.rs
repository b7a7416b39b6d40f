//! What stands on the papers of a mailing, as the records of their layouts.
//!
//! Takes the facts of a job and its sorted pieces, gives JSON with the fields of `layouts/papers`. Must never count twice: every number
//! comes from the ledger or from the trays.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::EngineError;
use super::mail_papers::{Counts, identity};
use super::mailing::Sorted;
use crate::ledger::{Balance, Ledger, MailingRow, TrayRow};
use crate::model::mail::Weight;
use crate::plan::{Mail, Plan, TraySettings};
use crate::postal::presort::{Label, Presorted, Tray, TrayBarcode};

/// Groups that nearly earned a better price, on the postage summary.
const NEAR_MAX: usize = 12;

/// What the papers say of a job.
#[derive(Default)]
pub(super) struct Facts {
    balance: Balance,
    merged: u64,
    diverted: u64,
    untrayed: u64,
    weight: u64,
    trays: usize,
    /// Pieces and sheets by envelope.
    envelopes: Counts<u8>,
    /// Pieces by insert.
    inserts: BTreeMap<usize, u64>,
    files: BTreeMap<u32, FileFacts>,
    tray_files: BTreeMap<u32, u32>,
    names: BTreeMap<u32, String>,
}

#[derive(Default)]
struct FileFacts {
    pieces: u64,
    sheets: u64,
    /// First and last tray; 0: none.
    trays: (u32, u32),
    envelopes: std::collections::BTreeSet<u8>,
}

impl Facts {
    /// The facts of a job before its pieces are counted.
    pub(super) fn of(ledger: &Ledger, balance: &Balance, trays: usize) -> Result<Facts, EngineError> {
        let merged = ledger.merges()?.iter().filter(|merge| merge.is_united).count() as u64;
        let names = ledger.print_files()?.into_iter().map(|row| (row.number, row.file)).collect();
        Ok(Facts { balance: balance.clone(), merged, trays, names, ..Facts::default() })
    }

    /// Counts a piece.
    pub(super) fn count(&mut self, row: &MailingRow) {
        let piece = &row.piece;
        let sheets = u64::from(piece.sheets);
        self.weight += piece.weight.0;
        self.diverted += u64::from(piece.diverted.is_some());
        self.untrayed += u64::from(piece.tray == 0 && piece.diverted.is_none());
        let envelope = self.envelopes.entry(piece.envelope).or_default();
        *envelope = (envelope.0 + 1, envelope.1 + sheets);
        for insert in (0..32).filter(|insert| piece.inserts >> insert & 1 == 1) {
            *self.inserts.entry(insert).or_default() += 1;
        }
        let file = self.files.entry(row.print_file).or_default();
        file.pieces += 1;
        file.sheets += sheets;
        file.envelopes.insert(piece.envelope);
        if piece.tray > 0 {
            file.trays = (if file.trays.0 == 0 { piece.tray } else { file.trays.0 }, piece.tray);
            self.tray_files.insert(piece.tray, row.print_file);
        }
    }

    /// The print file of a tray.
    pub(super) fn file_of_tray(&self, tray: u32) -> String {
        self.tray_files.get(&tray).and_then(|file| self.names.get(file)).cloned().unwrap_or_default()
    }
}

/// Kilograms with one decimal, from ten kilograms on without.
fn kilograms(weight: u64) -> String {
    if weight >= 10_000_000 {
        return format!("{} kg", crate::base::readable::grouped((weight + 500_000) / 1_000_000));
    }
    let tenths = (weight + 50_000) / 100_000;
    format!("{}.{} kg", tenths / 10, tenths % 10)
}

fn envelope_name(mail: &Mail, envelope: u8) -> &str {
    usize::from(envelope).checked_sub(1).and_then(|at| mail.envelopes.get(at)).map_or("no envelope", |envelope| &envelope.name)
}

/// The record of the job ticket.
pub(super) fn ticket_row(plan: &Plan, mail: &Mail, facts: &Facts, sorted: &[Sorted<'_>]) -> Value {
    let schemes: Vec<String> = sorted.iter().map(|sorted| scheme_name(&sorted.presorted)).collect();
    let reasons: Vec<&str> = sorted.iter().map(|sorted| sorted.presorted.verdict.reason.as_str()).collect();
    let mut levels: Vec<(String, u64, u64)> = Vec::new();
    let mut containers: BTreeMap<&str, u64> = BTreeMap::new();
    for presorted in sorted.iter().map(|sorted| &sorted.presorted) {
        for (level, outcome) in presorted.scheme.levels.iter().zip(&presorted.levels).filter(|(_, outcome)| outcome.trays > 0) {
            match levels.iter_mut().find(|(name, ..)| *name == level.name) {
                Some((_, pieces, trays)) => (*pieces, *trays) = (*pieces + outcome.placed, *trays + u64::from(outcome.trays)),
                None => levels.push((level.name.clone(), outcome.placed, u64::from(outcome.trays))),
            }
        }
        for container in presorted.trays.iter().filter_map(|tray| presorted.container(tray)) {
            *containers.entry(&container.name).or_default() += 1;
        }
    }
    let files = facts.files.iter().map(|(number, file)| {
        let envelopes: Vec<&str> = file.envelopes.iter().map(|envelope| envelope_name(mail, *envelope)).collect();
        let tray = |number: u32| (number > 0).then_some(number);
        json!({
            "file": facts.names.get(number).map(|name| name.trim_start_matches("print/")).unwrap_or_default(), "pieces": file.pieces, "sheets": file.sheets,
            "first": tray(file.trays.0), "last": tray(file.trays.1), "envelope": envelopes.join(", "),
        })
    });
    let envelopes = facts.envelopes.iter().filter(|(envelope, _)| **envelope > 0).map(|(envelope, (pieces, sheets))| {
        let size = mail.envelopes.get(usize::from(*envelope) - 1).map(|envelope| envelope.envelope.code.as_str()).unwrap_or_default();
        json!({"name": envelope_name(mail, *envelope), "size": size, "pieces": pieces, "sheets": sheets})
    });
    let inserts = facts.inserts.iter().filter_map(|(insert, pieces)| {
        let insert = mail.inserts.get(*insert)?;
        Some(json!({"name": insert.name, "bin": insert.bin.to_string(), "pieces": pieces}))
    });
    let gross: u64 = facts.weight + sorted.iter().flat_map(|sorted| &sorted.presorted.trays).map(|tray| tray.gross.0 - tray.net.0).sum::<u64>();
    let sheets: u64 = facts.files.values().map(|file| file.sheets).sum();
    json!({
        "mailing": plan.settings.name, "day": plan.settings.date.to_string(), "identity": identity(plan),
        "scheme": (!schemes.is_empty()).then(|| schemes.join(" and ")), "verdict": (!reasons.is_empty()).then(|| reasons.join("; ")),
        "is_met": sorted.iter().all(|sorted| sorted.presorted.verdict.is_met()),
        "documents": facts.balance.documents, "pieces": facts.balance.pieces, "sheets": sheets, "trays": facts.trays, "weight": kilograms(gross),
        "held": facts.balance.held, "suppressed": facts.balance.suppressed, "merged": facts.merged, "diverted": facts.diverted,
        "untrayed": if sorted.is_empty() { 0 } else { facts.untrayed },
        "files": files.collect::<Vec<_>>(), "envelopes": envelopes.collect::<Vec<_>>(), "inserts": inserts.collect::<Vec<_>>(),
        "levels": levels.iter().map(|(name, pieces, trays)| json!({"name": name, "pieces": pieces, "trays": trays})).collect::<Vec<_>>(),
        "containers": containers.iter().map(|(name, count)| json!({"text": format!("{count} × {name}")})).collect::<Vec<_>>(),
    })
}

fn scheme_name(presorted: &Presorted<'_>) -> String {
    format!("{} {}", presorted.scheme.id, presorted.scheme.version).trim().to_string()
}

/// The record of the tray list.
pub(super) fn tray_rows(plan: &Plan, mail: &Mail, facts: &Facts, trays: &[TrayRow]) -> Value {
    let rows = trays.iter().map(|tray| {
        let scheme = mail.schemes.all.get(usize::from(tray.scheme));
        let level = scheme.and_then(|scheme| scheme.find_level(&tray.level).map(|level| scheme.levels[level].name.as_str()));
        let line = tray.labels.first().filter(|line| !line.is_empty()).unwrap_or(&tray.key);
        json!({
            "number": tray.number, "destination": line, "level": level.unwrap_or(&tray.level), "container": tray.container, "pieces": tray.pieces,
            "weight": kilograms(tray.weight.0), "first": tray.first_postcode, "last": tray.last_postcode, "pallet": tray.pallet,
            "file": facts.file_of_tray(tray.number),
        })
    });
    json!({
        "mailing": plan.settings.name, "day": plan.settings.date.to_string(), "identity": identity(plan), "trays": rows.collect::<Vec<_>>(),
    })
}

/// A record per label, in the order of the trays; `serial` is that of the first.
pub(super) fn label_rows(plan: &Plan, mail: &Mail, sorted: &[Sorted<'_>], serial: u64) -> Result<Vec<Value>, EngineError> {
    let trays: usize = sorted.iter().map(|sorted| sorted.presorted.trays.len()).sum();
    let mut rows = Vec::with_capacity(trays);
    for presorted in sorted.iter().map(|sorted| &sorted.presorted) {
        for tray in &presorted.trays {
            let label = presorted.label(tray).unwrap_or_else(|| Label { line1: presorted.key(tray).to_string(), ..Label::default() });
            let barcode = plan.papers.trays.as_ref().map(|settings| barcode(settings, tray, &label, serial)).transpose()?;
            let origin = mail.labels.get("origin").filter(|origin| !origin.is_empty());
            rows.push(json!({
                "line1": label.line1, "line2": label.line2, "origin": origin, "cin": (!label.cin.is_empty()).then_some(&label.cin), "barcode": barcode,
                "code": format!("{}-{:06}", identity(plan), tray.number).to_uppercase(), "tray": tray.number, "trays": trays, "pieces": tray.pieces(),
                "weight": kilograms(tray.gross.0), "container": presorted.container(tray).map(|container| &container.name),
                "level": presorted.level(tray).name, "first": tray.first.to_string(), "last": tray.last.to_string(),
                "pallet": (tray.pallet > 0).then_some(tray.pallet), "mailing": plan.settings.name,
            }));
        }
    }
    Ok(rows)
}

/// The 24 digits of a tray's barcode.
pub(super) fn barcode(settings: &TraySettings, tray: &Tray, label: &Label, serial: u64) -> Result<String, EngineError> {
    let barcode = TrayBarcode {
        destination: &label.destination,
        cin: &label.cin,
        processing_code: settings.processing_code,
        mailer: &settings.mailer_id,
        serial: serial + u64::from(tray.number) - 1,
        label_type: settings.label_type,
    };
    let failed = |reason: String| EngineError::Paper { paper: "tray-labels", reason };
    barcode.digits().map_err(|fault| failed(format!("tray {}: {fault}", tray.number)))
}

/// The record of the postage summary.
pub(super) fn postage_row(plan: &Plan, mail: &Mail, sorted: &[Sorted<'_>]) -> Value {
    let schemes = sorted.iter().map(|sorted| {
        let presorted = &sorted.presorted;
        let scheme = presorted.scheme;
        let postage = presorted.postage();
        let lines = postage.lines.iter().map(|line| {
            let levels: Vec<&str> =
                scheme.levels.iter().filter(|level| level.price_category == line.category).map(|level| level.name.as_str()).collect();
            json!({
                "category": line.category, "level": levels.join(", "), "up_to": line.weight_max.map(|weight: Weight| weight.to_string()),
                "unit_price": line.unit_price.to_string(), "pieces": line.pieces, "sum": line.sum.to_string(),
            })
        });
        let unpriced = postage.unpriced.iter().map(|(reason, pieces)| json!({"reason": reason.replace('`', ""), "pieces": pieces}));
        let near = presorted.near_misses(NEAR_MAX);
        let near = near.iter().map(|near| json!({"text": presorted.near_miss_in_words(near), "short": format!("{} short", near.short)}));
        let pieces = presorted.len() as u64 + presorted.left().count() as u64;
        json!({
            "name": scheme.id, "version": scheme.version, "currency": scheme.currency.code(), "envelopes": envelope_name(mail, sorted.envelope as u8),
            "verdict": presorted.verdict.reason, "is_met": presorted.verdict.is_met(), "pieces": pieces, "total": postage.total.to_string(),
            "lines": lines.collect::<Vec<_>>(), "unpriced": unpriced.collect::<Vec<_>>(), "near": near.collect::<Vec<_>>(),
            "tables": scheme.tables.iter().map(|(name, hash)| json!({"name": name, "hash": hash.hex()})).collect::<Vec<_>>(),
        })
    });
    json!({
        "mailing": plan.settings.name, "day": plan.settings.date.to_string(), "identity": identity(plan), "schemes": schemes.collect::<Vec<_>>(),
    })
}
