//! Rules: which channels a document takes.
//!
//! Takes compiled rules and the case of one record, gives the decision, and every step of it to whoever asks. Must never know what a
//! channel is beyond its name and whether somebody can be reached by it.

use super::preference::Preference;
use crate::kit::expr::{Env, EvalError, Expr};
use crate::model::channel::{Channel, Decision, Route};

/// A number of hours.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Hours(pub u32);

/// Where a rule sends documents.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Target {
    /// By these channels.
    Channels(Vec<Channel>),
    /// By those that the recipient prefers.
    Preference,
    /// Nowhere: the record is suppressed, and nothing is composed.
    Suppress(String),
}

/// A rule.
#[derive(Debug)]
pub struct Rule {
    /// Its name, which is recorded with every document it decides about.
    pub name: String,
    /// The kind of documents it is for; nothing: all.
    pub document_type: Option<String>,
    /// Its condition; nothing: always.
    pub when: Option<Expr>,
    /// Where they go.
    pub to: Target,
}

/// What is done when a document cannot go by a channel, or did not arrive.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fallback {
    /// The kind of documents it is for; nothing: all.
    pub document_type: Option<String>,
    /// The channel that fails.
    pub from: Channel,
    /// The channel in its place.
    pub to: Channel,
    /// How long a message may be on its way before that.
    pub after: Option<Hours>,
}

/// The rules of a job.
#[derive(Debug, Default)]
pub struct Rules {
    /// Tried in order; the first that applies decides.
    pub rules: Vec<Rule>,
    /// Where a document goes that no rule takes.
    pub default: Vec<Channel>,
    /// What stands in for a channel: the first that fits.
    pub fallbacks: Vec<Fallback>,
    /// The names of the channels, by their places.
    pub names: Vec<String>,
}

/// What is to be decided about.
pub struct Case<'c> {
    /// What kind of document it is.
    pub document_type: &'c str,
    /// What the recipient wants.
    pub preference: Option<&'c Preference>,
    /// Where the recipient is reached by a channel, or why not.
    pub reach: &'c dyn Fn(Channel) -> Result<String, String>,
}

/// What became of a case.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Decided {
    /// Its document is composed.
    Document(Decision),
    /// Nothing is composed.
    Suppressed {
        /// The rule.
        rule: String,
        /// The reason that it gives.
        reason: String,
    },
}

/// Why nothing can be decided.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum DecideError {
    /// A condition has no value.
    #[error("the rule `{rule}`: {source}")]
    Condition {
        /// The rule.
        rule: String,
        /// Why not.
        source: EvalError,
    },
    /// The recipient is reached by no channel that the rule and its fallbacks allow.
    #[error("the rule `{rule}` has no channel that reaches the recipient: {reasons}")]
    Unreachable {
        /// The rule.
        rule: String,
        /// Each channel with the reason.
        reasons: String,
    },
}

/// A step of a decision.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Step {
    /// A rule was looked at.
    Rule {
        /// Its name.
        name: String,
        /// Why it does not apply; nothing: it decides.
        passed_over: Option<&'static str>,
    },
    /// No rule applies.
    Default,
    /// The recipient is reached by a channel.
    Reached {
        /// The channel.
        channel: String,
        /// Where.
        recipient: String,
    },
    /// The recipient is not reached by a channel.
    NotReached {
        /// The channel.
        channel: String,
        /// Why not.
        reason: String,
        /// The channel in its place.
        instead: Option<String>,
    },
}

/// What the ledger calls the rule of documents that no rule takes.
pub const DEFAULT_RULE: &str = "default";

impl Rules {
    /// The name of a channel.
    pub fn name(&self, channel: Channel) -> &str {
        self.names.get(usize::from(channel.0)).map_or("?", String::as_str)
    }

    /// The channel of a name.
    pub fn channel(&self, name: &str) -> Option<Channel> {
        self.names.iter().position(|known| known == name).map(|at| Channel(at as u8))
    }

    /// What stands in for a channel.
    pub fn fallback(&self, from: Channel, document_type: &str) -> Option<&Fallback> {
        let fits = |fallback: &&Fallback| fallback.from == from && fallback.document_type.as_deref().is_none_or(|kind| kind == document_type);
        self.fallbacks.iter().find(fits)
    }

    /// Decides about a case. `told` is given every step.
    ///
    /// # Errors
    /// A condition has no value, or nobody is reached.
    pub fn decide(&self, env: &Env<'_, '_>, case: &Case<'_>, told: &mut dyn FnMut(Step)) -> Result<Decided, DecideError> {
        let mut taken = None;
        for rule in &self.rules {
            let passed_over = self.passed_over(rule, env, case)?;
            told(Step::Rule { name: rule.name.clone(), passed_over });
            if passed_over.is_none() {
                taken = Some(rule);
                break;
            }
        }
        let preferred = || case.preference.map(|preference| preference.channels.clone()).unwrap_or_default();
        let (rule, wanted) = match taken {
            Some(Rule { name, to: Target::Suppress(reason), .. }) => {
                return Ok(Decided::Suppressed { rule: name.clone(), reason: reason.clone() });
            }
            Some(Rule { name, to: Target::Channels(channels), .. }) => (name.as_str(), channels.clone()),
            Some(Rule { name, to: Target::Preference, .. }) => (name.as_str(), preferred()),
            None => {
                told(Step::Default);
                (DEFAULT_RULE, self.default.clone())
            }
        };
        if wanted.is_empty() {
            return Ok(Decided::Suppressed { rule: rule.to_string(), reason: "the recipient wants nothing".into() });
        }
        let (mut routes, mut lost): (Vec<Route>, Vec<String>) = (Vec::new(), Vec::new());
        for channel in wanted {
            match self.route(channel, case, told) {
                Ok(route) => match routes.iter_mut().find(|known| known.channel == route.channel) {
                    // What another way reaches already is not sent twice; that it stands for two is known.
                    Some(known) => known.instead_of = known.instead_of.take().or(route.instead_of),
                    None => routes.push(route),
                },
                Err(reason) => lost.push(reason),
            }
        }
        if routes.is_empty() {
            return Err(DecideError::Unreachable { rule: rule.to_string(), reasons: lost.join("; ") });
        }
        // What was meant first stays what it is, whatever stands in for another.
        routes.sort_by_key(|route| route.channel);
        Ok(Decided::Document(Decision {
            document_type: case.document_type.to_string(),
            rule: rule.to_string(),
            preference: case.preference.map(|preference| preference.version.clone()),
            routes,
            lost,
        }))
    }

    fn passed_over(&self, rule: &Rule, env: &Env<'_, '_>, case: &Case<'_>) -> Result<Option<&'static str>, DecideError> {
        if rule.document_type.as_deref().is_some_and(|kind| kind != case.document_type) {
            return Ok(Some("it is for another type of document"));
        }
        let applies = rule.when.as_ref().map_or(Ok(true), |when| when.test(env));
        if !applies.map_err(|source| DecideError::Condition { rule: rule.name.clone(), source })? {
            return Ok(Some("its condition is false"));
        }
        Ok(match rule.to {
            Target::Preference if case.preference.is_none() => Some("the recipient has no preference"),
            _ => None,
        })
    }

    /// The way by a channel, or by what stands in for it.
    fn route(&self, wanted: Channel, case: &Case<'_>, told: &mut dyn FnMut(Step)) -> Result<Route, String> {
        let (mut channel, mut reasons): (Channel, Vec<String>) = (wanted, Vec::new());
        // A chain that comes back to where it was ends: each channel is tried once.
        let mut tried = vec![wanted];
        loop {
            let reason = match (case.reach)(channel) {
                Ok(recipient) => {
                    told(Step::Reached { channel: self.name(channel).to_string(), recipient: recipient.clone() });
                    let instead_of = (channel != wanted).then(|| (wanted, reasons.join("; ")));
                    return Ok(Route { channel, recipient, instead_of });
                }
                Err(reason) => reason,
            };
            let next = self.fallback(channel, case.document_type).map(|fallback| fallback.to).filter(|next| !tried.contains(next));
            let instead = next.map(|next| self.name(next).to_string());
            told(Step::NotReached { channel: self.name(channel).to_string(), reason: reason.clone(), instead });
            reasons.push(format!("{}: {reason}", self.name(channel)));
            let Some(next) = next else { return Err(reasons.join("; ")) };
            tried.push(next);
            channel = next;
        }
    }
}
