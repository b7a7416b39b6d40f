//! The rules and fallbacks of channels.
//!
//! Takes `[channels]`, gives compiled [`Rules`]. Must never know a record.

use super::keys_channels as keys;
use super::read::{Table, Text};
use super::template;
use crate::base::code;
use crate::base::diagnostic::{Diagnostic, Faults};
use crate::decide::{Fallback, Hours, Rule, Rules, Target, parse_channels};
use crate::kit::expr::Scope;
use crate::model::channel::Channel;

/// How long a message may be under way if the job does not say.
const AFTER: Hours = Hours(72);

/// Reads the rules. `has` tells whether the job has a section for a channel.
pub(super) fn read(table: &Table<'_>, names: &[String], has: &dyn Fn(Channel) -> bool, scope: &mut Scope, faults: &mut Faults) -> Rules {
    let mut rules = Rules { names: names.to_vec(), default: vec![Channel::PRINT], ..Rules::default() };
    if let Some(text) = table.text("default", faults) {
        rules.default = read_channels(&text, names, has, faults);
    }
    for table in table.tables("rule", &keys::RULE, faults) {
        rules.rules.extend(read_rule(&table, &rules.rules, names, has, scope, faults));
    }
    for table in table.tables("fallback", &keys::FALLBACK, faults) {
        let document_type = table.text("type", faults).map(|text| text.text);
        let [from, to] = ["from", "to"].map(|key| {
            let text = table.required_text(key, faults)?;
            let channels = read_channels(&text, names, has, faults);
            match channels[..] {
                [channel] => Some(channel),
                [] => None,
                _ => {
                    let fault = Diagnostic::error(&code::JOB_CHANNELS, text.part(0..text.text.len()), "a fallback is from one channel to one other");
                    faults.push(fault.hint("chains are fallbacks one after the other"));
                    None
                }
            }
        });
        let after = table.text("after", faults).map_or(Some(AFTER), |text| read_hours(&text, faults));
        let (Some(from), Some(to)) = (from, to) else { continue };
        if !from.has_messages() {
            let name = &names[usize::from(from.0)];
            let message = format!("`{name}` needs no fallback: whoever is printed for or archived is always reached");
            faults.push(Diagnostic::error(&code::JOB_CHANNELS, table.span, message));
        }
        rules.fallbacks.push(Fallback { document_type, from, to, after });
    }
    check_circles(&rules, table, faults);
    rules
}

fn read_rule(
    table: &Table<'_>,
    known: &[Rule],
    names: &[String],
    has: &dyn Fn(Channel) -> bool,
    scope: &mut Scope,
    faults: &mut Faults,
) -> Option<Rule> {
    let name = table.required_text("name", faults);
    let document_type = table.text("type", faults).map(|text| text.text);
    let when = table.text("when", faults).map(|text| template::compile_condition(&text, scope, faults));
    let to = match (table.text("to", faults), table.text("suppress", faults)) {
        (Some(text), None) if text.text == "preference" => Target::Preference,
        (Some(text), None) => Target::Channels(read_channels(&text, names, has, faults)),
        (None, Some(reason)) => Target::Suppress(reason.text),
        _ => {
            if !(table.has("to") && table.text("to", &mut Faults::new()).is_none()) {
                let fault = Diagnostic::error(&code::JOB_CHANNELS, table.span, "a rule says either `to` or `suppress`");
                faults.push(fault.hint("`to = \"email\"` names channels, `suppress = \"closed account\"` gives the reason why nothing is sent"));
            }
            return None;
        }
    };
    let name = name?;
    if name.text == crate::decide::DEFAULT_RULE || known.iter().any(|rule| rule.name == name.text) {
        let message = format!("two rules are called `{}`", name.text);
        faults.push(
            Diagnostic::error(&code::JOB_CHANNELS, name.part(0..name.text.len()), message).hint("documents are recorded with the name of their rule"),
        );
        return None;
    }
    let when = match when {
        Some(None) => return None,
        Some(Some(when)) => Some(when),
        None => None,
    };
    Some(Rule { name: name.text, document_type, when, to })
}

/// Reads names of channels, at least one.
fn read_channels(text: &Text, names: &[String], has: &dyn Fn(Channel) -> bool, faults: &mut Faults) -> Vec<Channel> {
    let place = text.part(0..text.text.len());
    match parse_channels(&text.text, names) {
        Ok(channels) if channels.is_empty() => {
            let fault = Diagnostic::error(&code::JOB_CHANNELS, place, "no channel is named");
            faults.push(fault.hint(format!("the channels of the job are {}", names.join(", "))));
            Vec::new()
        }
        Ok(channels) => {
            for channel in channels.iter().filter(|channel| !has(**channel)) {
                let name = &names[usize::from(channel.0)];
                let fault = Diagnostic::error(&code::JOB_CHANNELS, place, format!("the job has no section `[{name}]`"));
                faults.push(fault.hint(format!("`[{name}]` says where the recipient is reached")));
            }
            channels
        }
        Err(word) => {
            let fault = Diagnostic::error(&code::JOB_CHANNELS, place, format!("the job has no channel `{word}`"));
            faults.push(fault.suggest(word, names.iter().map(String::as_str)).hint(format!("the channels of the job are {}", names.join(", "))));
            Vec::new()
        }
    }
}

/// Reads `24h` or `3d`.
fn read_hours(text: &Text, faults: &mut Faults) -> Option<Hours> {
    let found = text.text.strip_suffix('h').map(|number| (number, 1)).or_else(|| text.text.strip_suffix('d').map(|number| (number, 24)));
    let hours = found.and_then(|(number, each)| number.parse::<u32>().ok()?.checked_mul(each)).filter(|hours| (1..=8760).contains(hours));
    if hours.is_none() {
        let fault = Diagnostic::error(&code::JOB_VALUE, text.part(0..text.text.len()), format!("`{}` is no span of time", text.text));
        faults.push(fault.hint("write hours or days, such as `24h` or `3d`, at most a year"));
    }
    hours.map(Hours)
}

/// Chains that come back to where they were lead nowhere.
fn check_circles(rules: &Rules, table: &Table<'_>, faults: &mut Faults) {
    let kinds: Vec<&str> = rules.fallbacks.iter().filter_map(|fallback| fallback.document_type.as_deref()).chain([""]).collect();
    for kind in kinds {
        for start in &rules.fallbacks {
            let (mut seen, mut channel) = (vec![start.from], start.from);
            while let Some(next) = rules.fallback(channel, kind) {
                channel = next.to;
                if channel == start.from {
                    let names: Vec<&str> = seen.iter().chain([&channel]).map(|channel| rules.name(*channel)).collect();
                    let fault = Diagnostic::error(&code::JOB_CHANNELS, table.span, format!("fallbacks go round in a circle: {}", names.join(" → ")));
                    faults.push(fault.hint("let the last one be `print`, which always works"));
                    return;
                }
                if seen.contains(&channel) {
                    break;
                }
                seen.push(channel);
            }
        }
    }
}
