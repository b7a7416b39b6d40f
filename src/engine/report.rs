//! `report.html`: what came of a job, for people.
//!
//! Takes the books, gives one self-contained page without scripts. Holds nothing of a customer's document but hold reasons,
//! and escapes those. The file in the output folder holds no measured time, because the report of two equal runs is equal;
//! `pressrun status --html` prints the same page with them.

use std::fmt::Write;

use super::{Stage, short};
use crate::base::readable::{duration, grouped, megabytes};
use crate::ledger::{Balance, ChannelCount, HoldCount, JobRow, Ledger, LedgerError, PieceCount, PrintFileRow, SlotCount, State};

/// What a report is made of.
struct Report {
    job: JobRow,
    balance: Balance,
    holds: Vec<HoldCount>,
    remarks: Vec<HoldCount>,
    slots: Vec<SlotCount>,
    channels: Vec<ChannelCount>,
    pieces: Vec<PieceCount>,
    trays: u64,
    page_counts: Vec<(u32, u64)>,
    files: Vec<PrintFileRow>,
    /// Milliseconds of each stage; nothing in the file of an output folder.
    stages: Option<Vec<(String, u64)>>,
}

/// Writes the report of a ledger; `with_times` says how long each stage took. Nothing if the ledger has no job.
pub(super) fn report(ledger: &Ledger, balance: &Balance, with_times: bool) -> Result<Option<String>, LedgerError> {
    let Some(job) = ledger.job()? else { return Ok(None) };
    let report = Report {
        job,
        balance: balance.clone(),
        holds: ledger.hold_counts()?,
        remarks: ledger.remark_counts()?,
        slots: ledger.slot_counts()?,
        channels: ledger.channel_counts()?,
        pieces: ledger.piece_counts()?,
        trays: ledger.trays()?.len() as u64,
        page_counts: ledger.page_counts()?,
        files: ledger.print_files()?,
        stages: if with_times { Some(ledger.stages()?) } else { None },
    };
    Ok(Some(report.write()))
}

impl Report {
    fn write(&self) -> String {
        let mut out = String::new();
        self.head(&mut out);
        self.books(&mut out);
        histogram(&mut out, &self.page_counts, &self.balance);
        if self.holds.is_empty() {
            out.push_str("<section><h2>Held records</h2><p>None: every record became a document.</p></section>");
        } else {
            let note = "Each held record is in <code>held.ndjson</code> with its reason and its bytes as they were. \
                        <code>pressrun explain</code> says what a code means.";
            reasons(&mut out, "Held records", &self.holds, note);
        }
        if !self.remarks.is_empty() {
            let note = "Each is in the table <code>remarks</code> of <code>ledger.sqlite</code>.";
            reasons(&mut out, "Composed, but to be looked at", &self.remarks, note);
        }
        messages(&mut out, &self.slots);
        self.channels(&mut out);
        self.mail(&mut out);
        print_files(&mut out, &self.files);
        self.times(&mut out);
        out.push_str("</main></body></html>\n");
        out
    }

    /// Name, state, and the figures everybody asks for.
    fn head(&self, out: &mut String) {
        let Report { job, balance, .. } = self;
        let _ = write!(
            out,
            "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
             <title>{name} – report</title><style>{STYLE}</style></head><body><main>\
             <header><h1>{name}</h1><p>Job of {date} · plan <code>{plan}</code> · {program}</p>{badge}</header>",
            name = escape(&job.name),
            date = escape(&job.date),
            plan = short(job.plan),
            program = escape(&job.program),
            badge = self.badge(),
        );
        let figures = [
            ("Records", balance.records),
            ("Documents", balance.documents),
            ("Held", balance.held),
            ("Pages", balance.pages),
            ("Sheets", balance.sheets_printed),
            ("Print files", balance.print_files),
        ];
        out.push_str("<section class=\"cards\">");
        for (label, value) in figures {
            let class = if label == "Held" && value > 0 { " class=\"held\"" } else { "" };
            let _ = write!(out, "<div{class}><b>{}</b><span>{label}</span></div>", grouped(value));
        }
        out.push_str("</section>");
    }

    /// How the job stands, in a few words.
    fn badge(&self) -> String {
        // The report is written just before the job is closed: with all printed and the books in balance, it is.
        let is_printed = self.job.state >= State::Printed && self.balance.faults().is_empty();
        let (class, text) = match (is_printed, self.balance.held) {
            (false, _) => ("bad", "not complete: run the job again to go on".to_string()),
            (true, 0) if self.balance.decided > 0 => ("good", "complete: every record is decided about, the books balance".to_string()),
            (true, 0) => ("good", "complete: every record is printed, the books balance".to_string()),
            (true, held) => {
                ("some", format!("complete, the books balance; {} {}", grouped(held), if held == 1 { "record is held" } else { "records are held" }))
            }
        };
        format!("<p class=\"badge {class}\">{text}</p>")
    }

    fn books(&self, out: &mut String) {
        let balance = &self.balance;
        let pulled = |none: &'static str, some: &'static str| if balance.pulled[0] == 0 { none } else { some };
        // What goes by other channels only has its pages in the volumes and nowhere else.
        let [others, other_pages, other_sheets] = balance.not_printed;
        let [documents, pages, sheets] = match others {
            0 => ["documents", "pages composed", "sheets of documents"],
            _ => ["documents for print", "pages for print", "sheets of documents for print"],
        };
        let mut lines = vec![match balance.suppressed {
            0 => ("records", balance.records, "documents + held", balance.documents + balance.held),
            suppressed => ("records", balance.records, "documents + held + suppressed", balance.documents + balance.held + suppressed),
        }];
        if others > 0 {
            let routed = balance.routed;
            lines.push(("documents", balance.documents, "documents with a channel", routed));
        }
        lines.extend([
            (
                documents,
                balance.documents - others,
                pulled("places in print files", "places in print files + pulled"),
                balance.places + balance.pulled[0],
            ),
            (pages, balance.pages - other_pages, pulled("pages printed", "pages printed + pulled"), balance.pages_printed + balance.pulled[1]),
            (
                sheets,
                balance.sheets - other_sheets,
                pulled("sheets of print files", "sheets of print files + pulled"),
                balance.sheets_printed + balance.pulled[2],
            ),
        ]);
        if balance.message_routes > 0 {
            lines.push(("messages to be written", balance.message_routes, "messages in files", balance.messages[1]));
        }
        out.push_str("<section><h2>The books</h2><table class=\"books\">");
        for (left, a, right, b) in lines {
            let sign = if a == b { "=" } else { "≠" };
            let (a, b) = (grouped(a), grouped(b));
            let _ =
                write!(out, "<tr><td>{left}</td><td class=\"n\">{a}</td><td class=\"eq\">{sign}</td><td class=\"m\">{b}</td><td>{right}</td></tr>");
        }
        let _ = write!(
            out,
            "</table><p><small>Volumes: {}, {}. Print files: {}, {}.</small></p></section>",
            grouped(balance.volumes),
            megabytes(balance.volume_bytes),
            grouped(balance.print_files),
            megabytes(balance.print_bytes)
        );
    }

    /// Which way the documents take: nothing in a job without channels.
    fn channels(&self, out: &mut String) {
        if self.channels.is_empty() {
            return;
        }
        out.push_str(
            "<section><h2>Channels</h2><table><tr><th>Channel</th><th>Rule</th><th class=\"n\">Documents</th><th class=\"n\">in place of another</th></tr>",
        );
        for count in &self.channels {
            let (channel, rule) = (escape(&count.channel), escape(&count.rule));
            let (documents, instead) = (grouped(count.documents), grouped(count.instead));
            let _ = write!(out, "<tr><td>{channel}</td><td>{rule}</td><td class=\"n\">{documents}</td><td class=\"n\">{instead}</td></tr>");
        }
        out.push_str("</table></section>");
    }

    /// What goes into envelopes: nothing in a job whose documents are its pieces.
    fn mail(&self, out: &mut String) {
        if self.trays == 0 && self.pieces.iter().all(|count| count.envelope == 0 && count.diverted.is_none()) {
            return;
        }
        let (pieces, trays) = (grouped(self.balance.pieces), grouped(self.trays));
        let _ = write!(
            out,
            "<section><h2>The mail</h2><p>{pieces} pieces in {trays} trays.</p><table><tr><th>Pieces</th><th class=\"n\">Number</th>\
             <th class=\"n\">Sheets</th><th class=\"n\">kg</th><th class=\"n\">Postage</th></tr>",
        );
        for count in &self.pieces {
            let name = match (&count.diverted, count.category.as_str()) {
                (Some(reason), _) => format!("put aside: {}", escape(reason)),
                (None, "") => format!("envelope {}, without a tray", count.envelope),
                (None, category) => format!("envelope {}, {}", count.envelope, escape(category)),
            };
            let postage = if count.postage.1 == 0 { String::from("–") } else { amount(count.postage.0) };
            let _ = write!(
                out,
                "<tr><td>{name}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{postage}</td></tr>",
                grouped(count.pieces),
                grouped(count.sheets),
                thousandths(count.weight.0 / 1000),
            );
        }
        out.push_str("</table></section>");
    }

    /// Bars for the stages, or where to find how long they took.
    fn times(&self, out: &mut String) {
        out.push_str("<section><h2>Time per stage</h2>");
        let Some(stages) = &self.stages else {
            out.push_str(
                "<p>The same data gives this file byte for byte on any machine, so it holds no times. They are in <code>ledger.sqlite</code>; \
                 <code>pressrun status DIR</code> shows them, <code>pressrun status DIR --html</code> prints this page with them.</p></section>",
            );
            return;
        };
        let whole: u64 = stages.iter().map(|stage| stage.1).sum();
        out.push_str("<table class=\"times\">");
        for stage in [Stage::Compose, Stage::Sort, Stage::Assemble, Stage::Close] {
            let Some((name, took)) = stages.iter().find(|(name, _)| name == stage.name()) else { continue };
            let share = took * 100 / whole.max(1);
            let _ = write!(out, "<tr><td>{name}</td><td><i style=\"width:{share}%\"></i></td><td class=\"n\">{}</td></tr>", duration(*took));
        }
        let rate = self.balance.pages.saturating_mul(1000) / whole.max(1);
        let _ = write!(out, "</table><p><small>{} in all, {} pages a second.</small></p></section>", duration(whole), grouped(rate));
    }
}

const STYLE: &str = "\
:root{--ink:#1c2733;--soft:#5b6878;--line:#e3e7ec;--head:#1f3a5f;--card:#fff;--back:#f6f7f9;--bar:#4d7db5;--bad:#a33a1d;--good:#1d6b43;--some:#8a5a00}\
body{margin:0;background:var(--back);color:var(--ink);font:15px/1.5 system-ui,sans-serif}main{max-width:860px;margin:0 auto;padding:40px 24px 64px}\
h1{font-size:28px;line-height:1.2;margin:0;color:var(--head)}h2{font-size:16px;margin:0 0 12px;color:var(--head)}header p{margin:4px 0 0;color:var(--soft)}\
header .badge{display:inline-block;margin-top:14px;padding:3px 12px;border-radius:99px;font-weight:600;font-size:14px;border:1px solid}\
.good{color:var(--good)!important}.some{color:var(--some)!important}.bad{color:var(--bad)!important}code{font-size:13px}\
section{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:20px 24px;margin-top:20px}section p{margin:12px 0 0}section h2+p{margin-top:0}\
.cards{display:grid;grid-template-columns:repeat(6,1fr);gap:12px;padding:20px 16px;text-align:center}.cards b{display:block;font-size:22px;font-variant-numeric:tabular-nums}\
.cards span{color:var(--soft);font-size:13px}.cards .held b{color:var(--bad)}table{border-collapse:collapse;width:100%}td,th{padding:5px 16px 5px 0;text-align:left;vertical-align:top}\
td:last-child,th:last-child{padding-right:0}th{font-weight:600;color:var(--soft);font-size:13px;border-bottom:1px solid var(--line)}tr+tr td{border-top:1px solid var(--line)}\
.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}.books td{padding-right:0}.books .n{width:14%}.books td:first-child{width:22%}.m{width:12%;font-variant-numeric:tabular-nums}\
.eq{text-align:center;width:48px;color:var(--soft)}.books td:last-child{padding-left:16px}.times td:first-child{width:90px}.times .n{width:90px}\
.times i{display:block;height:10px;margin-top:7px;min-width:2px;border-radius:2px;background:var(--bar)}small{color:var(--soft)}summary{cursor:pointer;color:var(--soft);padding:8px 0}\
svg{display:block;width:100%;height:auto}svg text{font-size:12px;text-anchor:middle;fill:var(--ink)}svg .axis{fill:var(--soft)}svg rect{fill:var(--bar)}svg path{stroke:var(--line)}\
@media(max-width:640px){.cards{grid-template-columns:repeat(3,1fr)}}\
@media(prefers-color-scheme:dark){:root{--ink:#dde4ec;--soft:#93a1b1;--line:#2a3541;--head:#9dbfe8;--card:#19212a;--back:#12181f;--bad:#f08a6c;--good:#6fcf9b;--some:#e5b45c}}\
@media print{body{background:none}section{break-inside:avoid}main{padding:0}}";

/// Documents by their number of pages: bars of equal width, the long tail in the last.
fn histogram(out: &mut String, page_counts: &[(u32, u64)], balance: &Balance) {
    const BARS: u32 = 12;
    let mut bars: Vec<(String, u64)> = Vec::new();
    for &(pages, count) in page_counts {
        if pages < BARS {
            // A number of pages that no document has is a gap, not left out.
            let next = bars.len() as u32 + 1;
            bars.extend((next..pages).map(|empty| (empty.to_string(), 0)));
            bars.push((pages.to_string(), count));
        } else if let Some(last) = bars.last_mut().filter(|bar| bar.0.ends_with('+')) {
            last.1 += count;
        } else {
            bars.push((format!("{BARS}+"), count));
        }
    }
    out.push_str("<section><h2>Pages per document</h2>");
    if bars.is_empty() {
        out.push_str("<p>There are no documents.</p></section>");
        return;
    }
    let most = bars.iter().map(|bar| bar.1).max().unwrap_or(1).max(1);
    let width = 800 / (bars.len() as u64).max(5);
    out.push_str("<svg viewBox=\"0 0 800 180\" role=\"img\" aria-label=\"Documents by number of pages\"><path d=\"M0 148.5H800\"/>");
    for (index, (label, count)) in bars.iter().enumerate() {
        let height = if *count == 0 { 0 } else { (count * 120 / most).max(2) };
        let (x, bar) = (index as u64 * width + width / 8, width - width / 4);
        let middle = x + bar / 2;
        let (top, above) = (148 - height, 142 - height);
        if *count > 0 {
            let _ = write!(
                out,
                "<rect x=\"{x}\" y=\"{top}\" width=\"{bar}\" height=\"{height}\"/><text x=\"{middle}\" y=\"{above}\">{}</text>",
                grouped(*count)
            );
        }
        let _ = write!(out, "<text class=\"axis\" x=\"{middle}\" y=\"168\">{label}</text>");
    }
    // In hundredths, rounded half up; no float reaches an output.
    let average = (balance.pages * 100 + balance.documents / 2) / balance.documents.max(1);
    let _ = write!(
        out,
        "</svg><p><small>{}.{:02} pages on average, {} at most.</small></p></section>",
        grouped(average / 100),
        average % 100,
        grouped(balance.pages_max)
    );
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
            with_code(&escape(&hold.example)),
            grouped(hold.count),
            grouped(hold.first + 1),
        );
    }
    let _ = write!(out, "</table><p><small>{note}</small></p></section>");
}

/// Reasons for an empty slot that are shown; there are as many as there are ways to pass messages over.
const EMPTY_SHOWN: usize = 10;

/// Which messages the slots were filled with, and why some were not.
fn messages(out: &mut String, slots: &[SlotCount]) {
    if slots.is_empty() {
        return;
    }
    out.push_str("<section><h2>Messages</h2><table><tr><th>Slot</th><th>Message</th><th class=\"n\">Documents</th></tr>");
    for own in slots.chunk_by(|one, next| one.slot == next.slot) {
        let slot = escape(&own[0].slot);
        let mut row = |message: &str, count: u64| {
            let _ = write!(out, "<tr><td>{slot}</td><td>{message}</td><td class=\"n\">{}</td></tr>", grouped(count));
        };
        let (filled, empty): (Vec<_>, Vec<_>) = own.iter().partition(|count| count.message.is_some());
        filled.iter().for_each(|count| row(&escape(count.message.as_deref().unwrap_or_default()), count.count));
        let (shown, rest) = empty.split_at(empty.len().min(EMPTY_SHOWN));
        for count in shown {
            match count.passed_over.as_str() {
                "" => row("<i>none: no message is for the record</i>", count.count),
                passed_over => row(&format!("<i>none</i><br><small>{}</small>", escape(passed_over)), count.count),
            }
        }
        if !rest.is_empty() {
            row("<i>none</i><br><small>for other reasons</small>", rest.iter().map(|count| count.count).sum());
        }
    }
    out.push_str("</table><p><small><code>messages.csv</code> has a row for each slot of each document.</small></p></section>");
}

/// Print files that are shown at once; more are folded away.
const FILES_SHOWN: usize = 20;

fn print_files(out: &mut String, files: &[PrintFileRow]) {
    const HEAD: &str = "<table><tr><th>File</th><th class=\"n\">Pieces</th><th class=\"n\">Pages</th><th class=\"n\">Blank</th>\
        <th class=\"n\">Sheets</th><th class=\"n\">MB</th><th>SHA-256</th></tr>";
    let _ = write!(out, "<section><h2>Print files</h2>{HEAD}");
    for (index, file) in files.iter().enumerate() {
        if index == FILES_SHOWN {
            let _ = write!(out, "</table><details><summary>{} more</summary>{HEAD}", grouped((files.len() - FILES_SHOWN) as u64));
        }
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
    let end = if files.len() > FILES_SHOWN { "</details>" } else { "" };
    let _ = write!(out, "</table>{end}<p><small><code>manifest.csv</code> has a row for each document.</small></p></section>");
}

/// Millionths as an amount: at least two digits after the point, more where they are not 0.
fn amount(millionths: i64) -> String {
    let digits = format!("{:06}", millionths.unsigned_abs() % 1_000_000);
    let shown = digits.trim_end_matches('0').len().max(2);
    format!("{}{}.{}", if millionths < 0 { "-" } else { "" }, grouped(millionths.unsigned_abs() / 1_000_000), &digits[..shown])
}

/// Thousandths with one digit after the point.
fn thousandths(number: u64) -> String {
    let tenths = (number + 50) / 100;
    format!("{}.{}", grouped(tenths / 10), tenths % 10)
}

/// Escaped text with what stands in backticks as code.
fn with_code(text: &str) -> String {
    let mut out = String::new();
    let parts: Vec<&str> = text.split('`').collect();
    // Without a partner, a backtick is a sign like any other.
    let paired = parts.len() - usize::from(parts.len().is_multiple_of(2));
    for (index, part) in parts.iter().enumerate() {
        match index {
            _ if index >= paired => out.push_str(&format!("`{part}")),
            _ if index % 2 == 1 => out.push_str(&format!("<code>{part}</code>")),
            _ => out.push_str(part),
        }
    }
    out
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_keep_what_is_not_zero() {
        assert_eq!(amount(171_659_000), "171.659");
        assert_eq!(amount(-1_500_000), "-1.50");
        assert_eq!(thousandths(12_345), "12.3");
    }

    #[test]
    fn customers_words_stay_words() {
        assert_eq!(escape("<b>\"&'"), "&lt;b&gt;&quot;&amp;'");
        assert_eq!(with_code("a `b` c `d`"), "a <code>b</code> c <code>d</code>");
        assert_eq!(with_code("a `b` c `d"), "a <code>b</code> c `d");
        assert_eq!(with_code("none"), "none");
    }

    #[test]
    fn every_slot_is_counted_however_many_reasons_there_are() {
        let count = |slot: &str, message: Option<&str>, passed_over: String, count| SlotCount {
            slot: slot.to_string(),
            message: message.map(str::to_string),
            passed_over,
            count,
        };
        let mut slots = vec![count("a", Some("m<"), String::new(), 7), count("a", None, String::new(), 5)];
        slots.extend((0..15).map(|reason| count("a", None, format!("reason {reason}"), 2)));
        slots.push(count("b", None, String::new(), 1));
        let mut out = String::new();
        messages(&mut out, &slots);
        assert!(out.contains("<td>m&lt;</td><td class=\"n\">7</td>") && out.contains("<td>b</td><td><i>none: no message"), "{out}");
        assert!(out.contains("for other reasons</small></td><td class=\"n\">12</td>"), "{out}");
    }

    #[test]
    fn bars_have_gaps_and_a_tail() {
        let mut out = String::new();
        let balance = Balance { documents: 6, pages: 67, pages_max: 40, ..Balance::default() };
        histogram(&mut out, &[(1, 3), (3, 1), (12, 1), (40, 1)], &balance);
        assert_eq!(out.matches("<rect").count(), 3);
        assert_eq!(out.matches("class=\"axis\"").count(), 4, "{out}");
        assert!(out.contains(">12+<") && out.contains("11.17 pages on average, 40 at most"), "{out}");
    }
}
