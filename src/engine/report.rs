//! `report.html`: what came of a job, for people.
//!
//! Takes the sums of the books, gives one self-contained page. Holds nothing of a customer's document but hold reasons, and
//! escapes those. Must never hold a measured time: the report of two equal runs is equal.

use std::fmt::Write;

use super::short;
use crate::base::readable::{grouped, megabytes};
use crate::ledger::{Balance, HoldCount, PrintFileRow};
use crate::plan::Plan;

/// Writes the report.
pub(super) fn report(
    plan: &Plan,
    balance: &Balance,
    holds: &[HoldCount],
    remarks: &[HoldCount],
    page_counts: &[(u32, u64)],
    files: &[PrintFileRow],
) -> String {
    let mut out = String::new();
    let _ = write!(
        out,
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>{name} – report</title><style>{STYLE}</style></head><body><main>\
         <header><h1>{name}</h1><p>Job of {date} · plan <code>{plan}</code></p></header>",
        name = escape(&plan.settings.name),
        date = plan.settings.date,
        plan = short(plan.hash),
    );
    let _ = write!(out, "<section class=\"cards\">");
    let figures = [
        ("Records", balance.records),
        ("Documents", balance.documents),
        ("Held", balance.held),
        ("Pages", balance.pages),
        ("Sheets", balance.sheets_printed),
        ("Print files", balance.print_files),
    ];
    for (label, value) in figures {
        let class = if label == "Held" && value > 0 { " class=\"held\"" } else { "" };
        let _ = write!(out, "<div{class}><b>{}</b><span>{label}</span></div>", grouped(value));
    }
    let _ = write!(out, "</section><section><h2>The books balance</h2><table class=\"books\">");
    let lines = [
        ("records", balance.records, "documents + held", balance.documents + balance.held),
        ("documents", balance.documents, "places in print files", balance.pieces),
        ("pages composed", balance.pages, "pages printed", balance.pages_printed),
        ("sheets of documents", balance.sheets, "sheets of print files", balance.sheets_printed),
    ];
    for (left, a, right, b) in lines {
        let _ = write!(
            out,
            "<tr><td>{left}</td><td class=\"n\">{}</td><td class=\"eq\">=</td><td class=\"n\">{}</td><td>{right}</td></tr>",
            grouped(a),
            grouped(b)
        );
    }
    let _ = write!(out, "</table></section>");
    histogram(&mut out, page_counts);
    if holds.is_empty() {
        out.push_str("<section><h2>Held records</h2><p>None.</p></section>");
    } else {
        reasons(&mut out, "Held records", holds, "Each held record is in <code>held.ndjson</code> with its reason and its bytes as they were.");
    }
    if !remarks.is_empty() {
        reasons(&mut out, "Composed, but to be looked at", remarks, "Each is in the table <code>remarks</code> of <code>ledger.sqlite</code>.");
    }
    print_files(&mut out, files);
    out.push_str("</main></body></html>\n");
    out
}

const STYLE: &str = "body{margin:0;background:#f6f7f9;color:#1c2733;font:15px/1.5 system-ui,sans-serif}main{max-width:860px;margin:0 auto;padding:40px 24px 64px}\
h1{font-size:28px;margin:0;color:#1f3a5f}h2{font-size:16px;margin:0 0 12px;color:#1f3a5f}header p{margin:4px 0 0;color:#5b6878}code{font-size:13px}\
section{background:#fff;border:1px solid #e3e7ec;border-radius:8px;padding:20px 24px;margin-top:20px}\
.cards{display:grid;grid-template-columns:repeat(6,1fr);gap:12px;padding:20px 16px;text-align:center}.cards b{display:block;font-size:22px;font-variant-numeric:tabular-nums}\
.cards span{color:#5b6878;font-size:13px}.cards .held b{color:#a33a1d}table{border-collapse:collapse;width:100%}td,th{padding:5px 10px 5px 0;text-align:left;vertical-align:top}\
th{font-weight:600;color:#5b6878;font-size:13px;border-bottom:1px solid #e3e7ec}tr+tr td{border-top:1px solid #f0f2f5}.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}\
.eq{text-align:center;width:24px;color:#5b6878}.books td:first-child{text-align:right;width:32%}.books td.n{width:14%}small{color:#5b6878}svg{display:block;width:100%;height:auto}\
@media(max-width:640px){.cards{grid-template-columns:repeat(3,1fr)}}@media(prefers-color-scheme:dark){body{background:#12181f;color:#dde4ec}section{background:#19212a;border-color:#2a3541}\
h1,h2{color:#9dbfe8}tr+tr td{border-color:#232d38}th{border-color:#2a3541}}";

/// Documents by their number of pages: bars of equal width, the long tail in the last.
fn histogram(out: &mut String, page_counts: &[(u32, u64)]) {
    const BARS: u32 = 12;
    let mut bars: Vec<(String, u64)> = Vec::new();
    for &(pages, count) in page_counts {
        if pages < BARS {
            bars.push((pages.to_string(), count));
        } else if let Some(last) = bars.last_mut().filter(|bar| bar.0.ends_with('+')) {
            last.1 += count;
        } else {
            bars.push((format!("{BARS}+"), count));
        }
    }
    let most = bars.iter().map(|bar| bar.1).max().unwrap_or(1).max(1);
    let width = 800 / bars.len().max(1) as u64;
    let _ = write!(out, "<section><h2>Pages per document</h2><svg viewBox=\"0 0 800 180\" role=\"img\" aria-label=\"Documents by number of pages\">");
    for (index, (label, count)) in bars.iter().enumerate() {
        let height = count * 120 / most;
        let (x, bar) = (index as u64 * width + width / 8, width - width / 4);
        let middle = x + bar / 2;
        let _ = write!(
            out,
            "<rect x=\"{x}\" y=\"{}\" width=\"{bar}\" height=\"{height}\" rx=\"2\" fill=\"#4d7db5\"/>\
             <text x=\"{middle}\" y=\"{}\" text-anchor=\"middle\" font-size=\"12\" fill=\"currentColor\">{}</text>\
             <text x=\"{middle}\" y=\"168\" text-anchor=\"middle\" font-size=\"12\" fill=\"#5b6878\">{label}</text>",
            148 - height,
            142 - height,
            grouped(*count),
        );
    }
    out.push_str("</svg></section>");
}

/// A table of reasons with how many records have each.
fn reasons(out: &mut String, title: &str, holds: &[HoldCount], note: &str) {
    let _ =
        write!(out, "<section><h2>{title}</h2><table><tr><th>Code</th><th>Reason</th><th class=\"n\">Records</th><th class=\"n\">First</th></tr>");
    for hold in holds {
        let title = crate::base::code::find(&hold.code).map_or("", |code| code.title);
        let _ = write!(
            out,
            "<tr><td><code>{}</code></td><td>{}<br><small>{}</small></td><td class=\"n\">{}</td><td class=\"n\">{}</td></tr>",
            hold.code,
            escape(title),
            escape(&hold.example),
            grouped(hold.count),
            grouped(hold.first + 1),
        );
    }
    let _ = write!(out, "</table><p><small>{note}</small></p></section>");
}

fn print_files(out: &mut String, files: &[PrintFileRow]) {
    out.push_str("<section><h2>Print files</h2><table><tr><th>File</th><th class=\"n\">Pieces</th><th class=\"n\">Pages</th><th class=\"n\">Blank</th><th class=\"n\">Sheets</th><th class=\"n\">MB</th><th>SHA-256</th></tr>");
    for file in files {
        let _ = write!(
            out,
            "<tr><td>{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td><code>{}…</code></td></tr>",
            escape(&file.file),
            grouped(u64::from(file.pieces)),
            grouped(file.pages),
            grouped(file.blanks),
            grouped(file.sheets),
            megabytes(file.bytes).trim_end_matches(" MB"),
            short(file.hash),
        );
    }
    out.push_str("</table></section>");
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
