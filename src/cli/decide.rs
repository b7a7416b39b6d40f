//! `pressrun decide`: which way documents take, and why.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;

use super::run::report_simply;
use super::text::columns;
use super::{Outcome, compile_all, fail, print, render};
use crate::base::code;
use crate::base::readable::{counted, grouped};
use crate::decide::{DEFAULT_RULE, Decided, Rules, Step};
use crate::engine::{self, DecidedRecord};
use crate::model::channel::{Channel, Decision};
use crate::plan::Plan;

/// Say which way the documents of a job would take, and by which rule. Nothing is composed or written.
///
/// Exit codes: 0 every record goes somewhere or is suppressed, 1 some would be held, 2 failed.
#[derive(Debug, Args)]
pub(super) struct Decide {
    /// The job file.
    job: PathBuf,
    /// Explain one record, counted from 1: every rule that was looked at, and every address.
    #[arg(long, value_name = "N", conflicts_with = "summary")]
    record: Option<u64>,
    /// Count documents by channel and rule. So it is without `--record`, too.
    #[arg(long)]
    summary: bool,
    /// Data in place of the files of the first input.
    #[arg(long, value_name = "FILE")]
    input: Vec<PathBuf>,
    /// Write one JSON object to standard output.
    #[arg(long)]
    json: bool,
}

/// Documents of one fate.
#[derive(Default)]
struct Counted {
    documents: u64,
    instead: u64,
}

impl Decide {
    pub(super) fn run(self) -> Outcome {
        let compiled = compile_all(&self.job, &self.input, false);
        let Some(plan) = compiled.plan else {
            eprintln!("{}: {}, nothing was produced", self.job.display(), render::count(&compiled.diagnostics));
            return Outcome::Failed;
        };
        match self.record {
            Some(record) => self.explain(&plan, record),
            None => self.count(&plan),
        }
    }

    fn explain(&self, plan: &Plan, number: u64) -> Outcome {
        let mut found = None;
        let only = number.checked_sub(1);
        let looked = only.map_or(Ok(0), |only| {
            engine::decisions(plan, Some(only), |record| {
                found = Some(record);
                Ok(())
            })
        });
        if let Err(error) = looked {
            return report_simply(&error);
        }
        let Some(found) = found else {
            return fail(&code::WORLD_ARGUMENT, format!("the job has no record {number}"), Some("records are counted from 1".into()));
        };
        let names = names(plan);
        match self.json {
            true => print(&format!("{:#}\n", json(&found, &names))),
            false => print(&trace(&found, &names)),
        }
        if found.decided.is_ok() { Outcome::Done } else { Outcome::Held }
    }

    fn count(&self, plan: &Plan) -> Outcome {
        let names = names(plan);
        let mut counts: BTreeMap<(String, String), Counted> = BTreeMap::new();
        let mut held = 0u64;
        let looked = engine::decisions(plan, None, |found| {
            match found.decided {
                Ok(Decided::Document(decision)) => {
                    for route in &decision.routes {
                        let counted = counts.entry((names[usize::from(route.channel.0)].clone(), decision.rule.clone())).or_default();
                        counted.documents += 1;
                        counted.instead += u64::from(route.instead_of.is_some());
                    }
                }
                Ok(Decided::Suppressed { rule, .. }) => counts.entry(("suppressed".into(), rule)).or_default().documents += 1,
                Err(_) => held += 1,
            }
            Ok(())
        });
        let records = match looked {
            Ok(records) => records,
            Err(error) => return report_simply(&error),
        };
        if self.json {
            let rows: Vec<_> = counts
                .iter()
                .map(|((channel, rule), counted)| {
                    serde_json::json!({ "channel": channel, "rule": rule, "documents": counted.documents, "instead_of_another": counted.instead })
                })
                .collect();
            print(&format!("{:#}\n", serde_json::json!({ "records": records, "held": held, "channels": rows })));
        } else {
            let line = |((channel, rule), counted): (&(String, String), &Counted)| {
                let instead =
                    if counted.instead == 0 { String::new() } else { format!(", {} of them in place of another channel", grouped(counted.instead)) };
                (channel.clone(), grouped(counted.documents), format!("rule {rule}{instead}"))
            };
            let mut lines: Vec<_> = counts.iter().map(line).collect();
            if held > 0 {
                lines.push(("held".into(), grouped(held), "no channel reaches the recipient, or the record cannot be read".into()));
            }
            print(&format!("{}\n{}", counted(records, "record"), columns(&lines)));
        }
        if held == 0 { Outcome::Done } else { Outcome::Held }
    }
}

/// The names of the channels.
fn names(plan: &Plan) -> Vec<String> {
    match &plan.channels {
        Some(channels) => channels.rules.names.clone(),
        None => Rules { names: Channel::NAMES.iter().map(|name| name.to_string()).collect(), ..Rules::default() }.names,
    }
}

/// What was looked at and what came of it, line by line.
fn trace(found: &DecidedRecord, names: &[String]) -> String {
    let mut lines = vec![format!("record {}, document {}", found.record + 1, found.document)];
    for step in &found.steps {
        lines.push(match step {
            Step::Rule { name, passed_over: Some(why) } => format!("  rule {name}: passed over, {why}"),
            Step::Rule { name, passed_over: None } => format!("  rule {name}: decides"),
            Step::Default => format!("  no rule applies: {DEFAULT_RULE}"),
            Step::Reached { channel, recipient } if recipient.is_empty() => format!("  {channel}: reached"),
            Step::Reached { channel, recipient } => format!("  {channel}: reached at {recipient}"),
            Step::NotReached { channel, reason, instead: Some(instead) } => format!("  {channel}: not reached, {reason}; {instead} in its place"),
            Step::NotReached { channel, reason, instead: None } => format!("  {channel}: not reached, {reason}; nothing stands in for it"),
        });
    }
    match &found.decided {
        Ok(Decided::Document(Decision { document_type, preference, routes, rule, lost })) => {
            let routes: Vec<&str> = routes.iter().map(|route| names[usize::from(route.channel.0)].as_str()).collect();
            lines.push(format!("→ {} by rule {rule}", routes.join(" and ")));
            lines.extend(lost.iter().map(|lost| format!("  lost: {lost}")));
            lines.push(format!("  type {document_type}, preference {}", preference.as_deref().unwrap_or("none")));
        }
        Ok(Decided::Suppressed { rule, reason }) => lines.push(format!("→ suppressed by {rule}: {reason}")),
        Err(hold) => lines.push(format!("→ held: {} {}", hold.code.id, hold.reason)),
    }
    lines.join("\n") + "\n"
}

fn json(found: &DecidedRecord, names: &[String]) -> serde_json::Value {
    let steps: Vec<_> = found
        .steps
        .iter()
        .map(|step| match step {
            Step::Rule { name, passed_over } => serde_json::json!({ "rule": name, "passed_over": passed_over }),
            Step::Default => serde_json::json!({ "rule": DEFAULT_RULE }),
            Step::Reached { channel, recipient } => serde_json::json!({ "channel": channel, "recipient": recipient }),
            Step::NotReached { channel, reason, instead } => serde_json::json!({ "channel": channel, "reason": reason, "instead": instead }),
        })
        .collect();
    let outcome = match &found.decided {
        Ok(Decided::Document(decision)) => {
            let route = |route: &crate::model::channel::Route| {
                let instead_of = route.instead_of.as_ref().map(|(channel, _)| names[usize::from(channel.0)].as_str());
                serde_json::json!({ "channel": names[usize::from(route.channel.0)], "recipient": route.recipient, "instead_of": instead_of })
            };
            let routes: Vec<_> = decision.routes.iter().map(route).collect();
            serde_json::json!({ "type": decision.document_type, "rule": decision.rule, "preference": decision.preference, "routes": routes })
        }
        Ok(Decided::Suppressed { rule, reason }) => serde_json::json!({ "suppressed": { "rule": rule, "reason": reason } }),
        Err(hold) => serde_json::json!({ "held": { "code": hold.code.id, "reason": hold.reason } }),
    };
    serde_json::json!({ "record": found.record + 1, "document": found.document, "steps": steps, "outcome": outcome })
}
