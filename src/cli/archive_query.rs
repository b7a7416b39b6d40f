//! Queries of the archive on the command line.
//!
//! Takes options, gives a query; takes rows, gives a table, CSV or JSON.

use clap::Args;

use super::archive::Format;
use crate::engine::archive::ArchiveError;
use crate::ledger::{CatalogueRow, Condition, DocumentQuery};

/// Which documents.
#[derive(Clone, Debug, Default, Args)]
pub(super) struct Query {
    /// `KEY=VALUE` or `KEY=FROM..TO`, of any key that the job declares; several must all hold.
    #[arg(long = "where", value_name = "KEY=VALUE")]
    conditions: Vec<String>,
    /// The key `customer`.
    #[arg(long, value_name = "VALUE")]
    customer: Option<String>,
    /// The key `account`.
    #[arg(long, value_name = "VALUE")]
    account: Option<String>,
    /// The key `amount`: a value or a range such as `10..20`.
    #[arg(long, value_name = "RANGE", allow_hyphen_values = true)]
    amount: Option<String>,
    /// The first day: of the key `date`, or the job's date.
    #[arg(long, value_name = "DATE")]
    from: Option<String>,
    /// The last day.
    #[arg(long, value_name = "DATE")]
    to: Option<String>,
    /// The name of the layout.
    #[arg(long = "type", value_name = "LAYOUT")]
    kind: Option<String>,
    /// A channel of the document, or all of them as they stand in the list (`email+print`).
    #[arg(long, value_name = "CHANNEL")]
    channel: Option<String>,
    /// The id of the document.
    #[arg(long, value_name = "ID")]
    id: Option<String>,
    /// The run.
    #[arg(long, value_name = "RUN")]
    run: Option<String>,
    /// Words of the text, all of them, in jobs with `full-text`.
    #[arg(long, value_name = "WORDS")]
    text: Option<String>,
}

impl Query {
    /// The query they make.
    pub(super) fn read(&self) -> Result<DocumentQuery, ArchiveError> {
        let mut conditions = Vec::new();
        for text in &self.conditions {
            let (name, value) = text.split_once('=').ok_or_else(|| ArchiveError::Refused(format!("`{text}` is no `KEY=VALUE`")))?;
            conditions.push((name.to_string(), range_of(value)));
        }
        let exact = [
            ("customer", &self.customer),
            ("account", &self.account),
            ("type", &self.kind),
            ("channel", &self.channel),
            ("id", &self.id),
            ("run", &self.run),
        ];
        conditions.extend(exact.into_iter().filter_map(|(name, value)| Some((name.to_string(), Condition::Is(value.clone()?)))));
        if let Some(amount) = &self.amount {
            conditions.push(("amount".to_string(), range_of(amount)));
        }
        if self.from.is_some() || self.to.is_some() {
            conditions.push(("date".to_string(), Condition::Within(self.from.clone(), self.to.clone())));
        }
        Ok(DocumentQuery { conditions, text: self.text.clone(), ..DocumentQuery::default() })
    }
}

fn range_of(text: &str) -> Condition {
    let bound = |text: &str| (!text.is_empty()).then(|| text.to_string());
    match text.split_once("..") {
        Some((from, to)) => Condition::Within(bound(from), bound(to)),
        None => Condition::Is(text.to_string()),
    }
}

/// Documents in one of the formats.
pub(super) fn rows_text(rows: &[CatalogueRow], format: Format) -> String {
    match format {
        Format::Table => {
            let cells = |row: &CatalogueRow| {
                [
                    row.number.to_string(),
                    row.id.clone(),
                    row.kind.clone(),
                    row.channel.clone(),
                    row.date.clone(),
                    row.pages.to_string(),
                    row.run.clone(),
                ]
            };
            let head = ["number", "id", "type", "channel", "date", "pages", "run"].map(str::to_string);
            let table: Vec<[String; 7]> = std::iter::once(head).chain(rows.iter().map(cells)).collect();
            let widths: Vec<usize> = (0..7).map(|at| table.iter().map(|row| row[at].chars().count()).max().unwrap_or(0)).collect();
            let line = |row: &[String; 7]| {
                let cells = row.iter().zip(&widths).enumerate().map(|(at, (cell, width))| {
                    let gap = " ".repeat(width - cell.chars().count());
                    if matches!(at, 0 | 5) { format!("{gap}{cell}") } else { format!("{cell}{gap}") }
                });
                format!("{}\n", cells.collect::<Vec<_>>().join("  ").trim_end())
            };
            table.iter().map(line).collect()
        }
        Format::Csv => {
            let cell = crate::engine::csv_cell;
            let line = |row: &CatalogueRow| {
                format!(
                    "{},{},{},{},{},{},{},{},{}\n",
                    row.number,
                    cell(&row.id),
                    cell(&row.kind),
                    cell(&row.channel),
                    row.date,
                    row.pages,
                    cell(&row.run),
                    row.record + 1,
                    row.leaf.hex()
                )
            };
            std::iter::once("number,id,type,channel,date,pages,run,record,leaf\n".to_string()).chain(rows.iter().map(line)).collect()
        }
        Format::Json => rows
            .iter()
            .map(|row| {
                let value = serde_json::json!({
                    "channel": row.channel, "date": row.date, "expires": row.expires, "id": row.id, "leaf": row.leaf.hex(), "number": row.number,
                    "pages": row.pages, "record": row.record + 1, "run": row.run, "type": row.kind, "volume": row.volume,
                });
                format!("{value}\n")
            })
            .collect(),
    }
}
