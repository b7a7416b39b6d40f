//! `pressrun postage` and `pressrun explain-piece`: what the mail costs, and why.

use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

use clap::Args;

use super::progress::{Meter, Show};
use super::run::report_simply;
use super::{Outcome, compile_all, fail, print, render};
use crate::base::code;
use crate::base::diagnostic::Faults;
use crate::base::file::Disk;
use crate::base::money::Decimal;
use crate::base::readable::{counted, grouped};
use crate::base::span::Sources;
use crate::engine::{Change, Cost, Options, explain_piece, postage};
use crate::plan::{Plan, read_scheme};
use crate::postal::scheme::Day;

/// Say what the postage of a composed job is, and compare it with that of other schemes and envelopes.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  pressrun run job.toml --until compose && pressrun postage job.toml --compare
  pressrun postage job.toml --scheme schemes/postcode-prefix --scheme schemes/2027/letters")]
pub(super) struct Postage {
    /// The job file. Its documents must be composed: `pressrun run job.toml --until compose`.
    job: PathBuf,
    /// The output folder, in place of the job's.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Data in place of the files of the first input.
    #[arg(long, value_name = "FILE")]
    input: Vec<PathBuf>,
    /// Also with this scheme in place of those of the job.
    #[arg(long, value_name = "DIR")]
    scheme: Vec<PathBuf>,
    /// Also with each envelope of the job alone.
    #[arg(long)]
    compare: bool,
    /// Write JSON.
    #[arg(long)]
    json: bool,
}

impl Postage {
    pub(super) fn run(self) -> Outcome {
        let Some(mut plan) = compile_all(&self.job, &self.input, false).plan else { return Outcome::Failed };
        let Some(mail) = &plan.mail else {
            return fail(&code::WORLD_ARGUMENT, "the job is not mailed", Some("a section `[mail]` says how".into()));
        };
        let mut changes = vec![Change::None];
        if self.compare && mail.envelopes.len() > 1 {
            changes.extend((0..mail.envelopes.len()).map(Change::Envelope));
        }
        match self.schemes(&plan) {
            Some(schemes) => changes.extend(schemes),
            None => return Outcome::Failed,
        }
        let (stop, meter) = (AtomicBool::new(false), Meter::new(Show::Lines));
        let out = self.out.clone().unwrap_or_else(|| plan.settings.out.clone());
        let options = Options { out, threads: 0, disk: Disk::real(), stop: &stop, watch: &meter, until: None, fail_at: None };
        match postage(&mut plan, &changes, &options) {
            Ok(costs) if self.json => print(&format!("{:#}\n", serde_json::Value::from(costs.iter().map(json).collect::<Vec<_>>()))),
            Ok(costs) => print(&table(&costs)),
            Err(error) => return report_simply(&error),
        }
        Outcome::Done
    }

    /// The schemes to compare with; their faults are told.
    fn schemes(&self, plan: &Plan) -> Option<Vec<Change>> {
        let (mut sources, mut faults) = (Sources::default(), Faults::new());
        let day = Day::On(plan.settings.date);
        let schemes: Vec<Option<Change>> = self
            .scheme
            .iter()
            .map(|folder| read_scheme(folder, day, None, &mut sources, &mut faults).map(|read| Change::Scheme(Box::new(read.scheme))))
            .collect();
        eprint!("{}", render::text(&faults.into_sorted(), &sources, render::has_colour()));
        schemes.into_iter().collect()
    }
}

/// An amount with at least two decimals, and no more than it needs.
fn amount(amount: Decimal) -> String {
    let amount = amount.normalize();
    if amount.scale() < 2 { format!("{amount:.2}") } else { amount.to_string() }
}

fn totals(cost: &Cost) -> String {
    let totals: Vec<String> = cost.totals().iter().map(|(currency, total)| format!("{} {currency}", amount(*total))).collect();
    if totals.is_empty() { "no price".into() } else { totals.join(" + ") }
}

/// The ways to mail it, one block each, and which is the cheapest of those that leave no more pieces out.
fn table(costs: &[Cost]) -> String {
    let mut out = String::new();
    for cost in costs {
        out.push_str(&format!("{}\n", cost.name));
        if let Some(fault) = &cost.fault {
            out.push_str(&format!("  not possible: {fault}\n"));
            continue;
        }
        for ((currency, category), (pieces, sum)) in &cost.categories {
            out.push_str(&format!("  {category:16} {:>12} pieces  {:>14} {currency}\n", grouped(*pieces), amount(*sum)));
        }
        out.push_str(&format!("  {:16} {:>12} pieces  {:>14}  {}\n", "total", grouped(cost.pieces), totals(cost), counted(cost.trays, "tray")));
        if cost.unpriced > 0 {
            out.push_str(&format!("  {} without a price\n", counted(cost.unpriced, "piece")));
        }
        if cost.diverted > 0 {
            out.push_str(&format!("  {} put aside\n", counted(cost.diverted, "piece")));
        }
    }
    if let Some(cheapest) = cheapest(costs).filter(|_| costs.len() > 1) {
        out.push_str(&format!("cheapest: {}\n", cheapest.name));
    }
    out
}

/// The least total, among the ways that price as many pieces as any and have one currency.
fn cheapest(costs: &[Cost]) -> Option<&Cost> {
    let priced = |cost: &Cost| cost.categories.values().map(|(pieces, _)| *pieces).sum::<u64>();
    let most = costs.iter().map(priced).max()?;
    let currencies = |cost: &Cost| cost.totals().keys().map(|currency| currency.to_string()).collect::<Vec<_>>();
    let first = currencies(costs.first()?);
    let comparable = costs.iter().filter(|cost| priced(cost) == most && currencies(cost) == first && first.len() == 1);
    comparable.min_by_key(|cost| cost.totals().values().copied().sum::<Decimal>())
}

fn json(cost: &Cost) -> serde_json::Value {
    let categories: Vec<serde_json::Value> = cost
        .categories
        .iter()
        .map(|((currency, category), (pieces, sum))| {
            serde_json::json!({"currency": currency, "category": category, "pieces": pieces, "sum": sum.normalize().to_string()})
        })
        .collect();
    serde_json::json!({
        "name": cost.name, "pieces": cost.pieces, "trays": cost.trays, "unpriced": cost.unpriced, "put_aside": cost.diverted, "categories": categories,
        "totals": cost.totals().iter().map(|(currency, total)| (currency.to_string(), total.normalize().to_string())).collect::<std::collections::BTreeMap<_, _>>(),
        "fault": cost.fault,
    })
}

/// Say why a mailpiece is in its tray and costs what it costs: its level, what one level better would have needed, what one sheet less would save.
#[derive(Debug, Args)]
pub(super) struct ExplainPiece {
    /// The output folder of the run.
    run: PathBuf,
    /// The number of the piece, or the id of a document in it.
    id: String,
    /// Write JSON.
    #[arg(long)]
    json: bool,
}

impl ExplainPiece {
    pub(super) fn run(self) -> Outcome {
        let explained = match explain_piece(&self.run, &self.id) {
            Ok(explained) => explained,
            Err(error) => return super::night::refuse(&error),
        };
        if self.json {
            let lines: serde_json::Map<String, serde_json::Value> = explained.lines.into_iter().map(|(name, text)| (name, text.into())).collect();
            print(&format!("{:#}\n", serde_json::json!({"piece": explained.number, "lines": lines})));
        } else {
            print(&format!("piece {}\n", explained.number));
            for (name, text) in explained.lines {
                print(&format!("  {name:18} {text}\n"));
            }
        }
        Outcome::Done
    }
}
