//! `pressrun close`: the run is closed and certified.
//!
//! Takes the account of a night in which nothing is open, gives the certificate: what was planned, what went to the post, what did not
//! and why, tray by tray, the sums of amounts, and the hash of every file. Must never certify what does not balance.

use std::collections::BTreeMap;
use std::path::Path;

use super::{Account, Board, Night, NightError, board};
use crate::base::hash::Hash;
use crate::base::money::Decimal;
use crate::base::readable::counted;
use crate::engine::papers::{self, PaperInfo, compose_paper};
use crate::engine::verify::hash_of;
use crate::ledger::{FileRow, Ledger, State};
use crate::model::track::Status;
use crate::plan::Plan;

/// The name of the certificate in the output folder.
pub const CERTIFICATE: &str = "certificate.json";

/// The same for people.
pub const CERTIFICATE_PAPER: &str = "certificate.pdf";

/// A certified run.
#[derive(Clone, PartialEq, Debug)]
pub struct Certified {
    /// What the certificate says.
    pub certificate: serde_json::Value,
    /// Whether it was there before.
    pub was_closed: bool,
}

/// Closes a run whose every piece is with the post, pulled, or put aside for good reason.
///
/// # Errors
/// Pieces are open, or somebody must look at one; nothing was changed then.
pub fn close_run(out: &Path, account: &Account) -> Result<Certified, NightError> {
    let mut night = Night::open_any(out, State::Closed)?;
    if night.ledger.files()?.iter().any(|row| row.name == CERTIFICATE) {
        let bytes = crate::base::file::read(&out.join(CERTIFICATE), crate::base::limits::CERTIFICATE_BYTES_MAX)?;
        night.close()?;
        let certificate = serde_json::from_slice(&bytes).map_err(|_| NightError::Camera(format!("`{CERTIFICATE}` is damaged")))?;
        return Ok(Certified { certificate, was_closed: true });
    }
    let balance = night.ledger.balance()?;
    let mut refused = balance.faults();
    let board = board(out)?.ok_or_else(|| NightError::NoJob(out.to_path_buf()))?;
    refused.extend(open(&board));
    if refused.is_empty() {
        refused = damaged(out, &night.ledger, &board)?;
    }
    if !refused.is_empty() {
        night.close()?;
        return Err(NightError::Refused(refused));
    }
    let plan = night.plan()?;
    let names: Vec<&str> = plan.totals.iter().map(|total| total.name.as_str()).collect();
    let certificate = write(&night.ledger, &board, &names, account)?;
    let paper = paper(&certificate, &plan)?;
    let text = format!("{certificate:#}\n");
    // The JSON file is written last: with it the run is closed.
    let mut rows = Vec::new();
    for (name, bytes) in [(CERTIFICATE_PAPER, paper.as_slice()), (CERTIFICATE, text.as_bytes())] {
        night.disk.commit(&out.join(name), bytes)?;
        rows.push(FileRow { name: name.into(), bytes: bytes.len() as u64, hash: Hash::of(bytes) });
    }
    night.ledger.post_files(&rows)?;
    night.close()?;
    Ok(Certified { certificate, was_closed: false })
}

/// Files that are not what was written: a certificate must not name them.
fn damaged(out: &Path, ledger: &Ledger, board: &Board) -> Result<Vec<String>, NightError> {
    let mut damaged = Vec::new();
    for (name, _, hash) in files(ledger, board)? {
        match hash_of(&out.join(&name)) {
            Ok(found) if found == hash => {}
            Ok(_) => damaged.push(format!("`{name}` is not what was written")),
            Err(error) => damaged.push(error.to_string()),
        }
    }
    Ok(damaged)
}

/// What is open: nothing if the run can be closed.
fn open(board: &Board) -> Vec<String> {
    let mut open = board.obstacles();
    let enclosed = board.count(Status::Inserted) + board.count(Status::ByHand);
    if enclosed > 0 {
        open.push(format!("{} in envelopes, but not handed over: `pressrun handover`", counted(enclosed, "piece")));
    }
    open
}

fn write(ledger: &Ledger, board: &Board, names: &[&str], account: &Account) -> Result<serde_json::Value, NightError> {
    let balance = ledger.balance()?;
    let job = &board.job;
    let mut value = serde_json::json!({
        "certificate": 1,
        "job": job.name,
        "date": job.date,
        "plan": job.plan.hex(),
        "program": job.program,
        "closed": { "by": account.operator, "at": account.at },
        "records": { "read": balance.records, "documents": balance.documents, "held": balance.held, "suppressed": balance.suppressed },
        "documents": { "printed": balance.places, "pulled_before_print": balance.pulled[0] },
        "pages": { "composed": balance.pages, "printed": balance.pages_printed },
        "sheets": balance.sheets_printed,
        "pieces": {
            "planned": board.pieces,
            "handed_over": board.count(Status::HandedOver),
            "pulled": board.count(Status::Pulled),
        },
    });
    value["trays"] = trays(board);
    value["reprints"] = board
        .reprints
        .iter()
        .map(|row| {
            serde_json::json!({
                "number": row.number, "file": row.file, "pieces": row.pieces, "reason": row.reason, "by": row.operator, "second": row.second, "at": row.at,
            })
        })
        .collect();
    value["pulled"] = ledger
        .pulled()?
        .iter()
        .map(|row| serde_json::json!({ "record": row.record + 1, "piece": row.piece, "reason": row.reason, "by": row.operator, "at": row.at }))
        .collect();
    value["camera_files"] = ledger
        .camera_files()?
        .iter()
        .map(|row| serde_json::json!({ "name": row.name, "sha256": row.hash.hex(), "rows": row.rows, "by": row.operator, "at": row.at }))
        .collect();
    value["totals"] = totals(ledger, names)?;
    value["handovers"] = ledger
        .handovers()?
        .iter()
        .map(|row| serde_json::json!({ "pieces": row.pieces, "receipt": row.receipt, "by": row.operator, "at": row.at }))
        .collect();
    let file = |(name, bytes, hash): (String, u64, Hash)| serde_json::json!({ "file": name, "bytes": bytes, "sha256": hash.hex() });
    value["files"] = files(ledger, board)?.into_iter().map(file).collect();
    Ok(value)
}

/// The certificate as a paper.
fn paper(certificate: &serde_json::Value, plan: &Plan) -> Result<Vec<u8>, NightError> {
    let at = |pointer: &str| certificate.pointer(pointer).cloned().unwrap_or_default();
    let list = |name: &str, row: &dyn Fn(&serde_json::Value) -> serde_json::Value| -> serde_json::Value {
        certificate[name].as_array().into_iter().flatten().map(row).collect()
    };
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_string();
    let again: u64 = certificate["reprints"].as_array().into_iter().flatten().filter_map(|row| row["pieces"].as_u64()).sum();
    let record = serde_json::json!({
        "mailing": at("/job"), "day": at("/date"), "identity": text(&at("/plan")).get(..12).unwrap_or_default(),
        "closed_by": at("/closed/by"), "closed_at": at("/closed/at"),
        "records": at("/records/read"), "documents": at("/records/documents"), "held": at("/records/held"), "suppressed": at("/records/suppressed"),
        "planned": at("/pieces/planned"), "handed_over": at("/pieces/handed_over"), "pulled": at("/pieces/pulled"),
        "printed": at("/pages/printed"), "sheets": at("/sheets"), "again": again,
        "totals": at("/totals"),
        "trays": list("trays", &|row| {
            let number = row["tray"].as_u64().unwrap_or(0);
            let (tray, key) = match number {
                0 => ("–".to_string(), "pieces without a tray".to_string()),
                _ => (number.to_string(), format!("{} {}", text(&row["level"]), text(&row["key"]))),
            };
            serde_json::json!({ "tray": tray, "key": key, "planned": row["planned"], "handed_over": row["handed_over"], "pulled": row["pulled"] })
        }),
        "reprints": list("reprints", &|row| {
            let (by, second) = (text(&row["by"]), text(&row["second"]));
            let who = if second.is_empty() { by } else { format!("{by}, {second}") };
            serde_json::json!({ "number": row["number"], "pieces": row["pieces"], "reason": row["reason"], "who": who, "at": row["at"] })
        }),
        "pulls": list("pulled", &|row| serde_json::json!({ "record": row["record"], "reason": row["reason"], "who": row["by"], "at": row["at"] })),
        "cameras": list("camera_files", &|row| {
            serde_json::json!({ "name": row["name"], "rows": row["rows"], "who": row["by"], "at": row["at"], "hash": row["sha256"] })
        }),
        "handovers": list("handovers", &|row| {
            serde_json::json!({ "pieces": row["pieces"], "receipt": row["receipt"], "who": row["by"], "at": row["at"] })
        }),
        "files": list("files", &|row| serde_json::json!({ "file": row["file"], "bytes": row["bytes"], "hash": row["sha256"] })),
    });
    let title = format!("{}, certificate", plan.settings.name);
    let info = PaperInfo { title: &title, date: plan.settings.date, locale: plan.locales.first().map(|locale| locale.tag()) };
    Ok(compose_paper(&papers::CERTIFICATE, &[record], &info)?)
}

/// A row per tray; pieces without one are tray 0.
fn trays(board: &Board) -> serde_json::Value {
    let mut rows: BTreeMap<u32, (u64, u64, u64)> = BTreeMap::new();
    for count in &board.counts {
        let row = rows.entry(count.tray).or_default();
        row.0 += count.count;
        match count.status {
            Status::HandedOver => row.1 += count.count,
            Status::Pulled => row.2 += count.count,
            _ => {}
        }
    }
    let row = |(tray, (planned, handed_over, pulled)): (&u32, &(u64, u64, u64))| {
        let known = board.trays.iter().find(|row| row.number == *tray);
        serde_json::json!({
            "tray": tray,
            "level": known.map_or("", |row| row.level.as_str()),
            "key": known.map_or("", |row| row.key.as_str()),
            "planned": planned, "handed_over": handed_over, "pulled": pulled,
        })
    };
    rows.iter().map(row).collect()
}

/// The sums of what went out, by name and currency.
fn totals(ledger: &Ledger, names: &[&str]) -> Result<serde_json::Value, NightError> {
    let mut sums: Vec<BTreeMap<String, Decimal>> = vec![BTreeMap::new(); names.len()];
    ledger.each_total(Status::HandedOver, |line| {
        for (amount, sums) in line.split('\n').zip(&mut sums) {
            let (number, currency) = amount.split_once(' ').unwrap_or((amount, ""));
            if let Ok(number) = number.parse::<Decimal>() {
                *sums.entry(currency.to_string()).or_default() += number;
            }
        }
    })?;
    let rows = names.iter().zip(sums).flat_map(|(name, sums)| {
        sums.into_iter().map(move |(currency, sum)| serde_json::json!({ "name": name, "currency": currency, "sum": sum.to_string() }))
    });
    Ok(rows.collect())
}

/// Every file of the run with its length and hash.
fn files(ledger: &Ledger, board: &Board) -> Result<Vec<(String, u64, Hash)>, NightError> {
    let mut files = Vec::new();
    let mut add = |name: &str, bytes: u64, hash: Hash| files.push((name.to_string(), bytes, hash));
    for row in ledger.volumes()? {
        if let (Some(file), Some(hash)) = (&row.file, row.hash) {
            add(file, row.bytes, hash);
        }
    }
    ledger.print_files()?.iter().for_each(|row| add(&row.file, row.bytes, row.hash));
    board.reprints.iter().for_each(|row| add(&row.file, row.bytes, row.hash));
    ledger.files()?.iter().for_each(|row| add(&row.name, row.bytes, row.hash));
    Ok(files)
}
