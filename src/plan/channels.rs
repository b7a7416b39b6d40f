//! The channels of a job: which way a document takes, and where its recipient is reached.
//!
//! Takes `[channels]`, `[email]`, `[sms]`, `[[webhook]]` and the scope of the job's expressions, gives [`Channels`], which decides about a
//! record in the environment of those expressions. Must never write a message.

use std::path::Path;

use super::channel_rules;
use super::freeze::Frozen;
use super::keys_channels as keys;
use super::library::Part;
use super::mail_files::MailFiles;
use super::message_settings::{self, Around, EmailSettings, HookSettings, SmsSettings};
use super::read::{Table, Text};
use super::template::{self, Template};
use crate::base::code;
use crate::base::date::Date;
use crate::base::diagnostic::{Diagnostic, Faults};
use crate::base::span::{Sources, Span};
use crate::decide::{Case, DecideError, Decided, Preference, Preferences, Rules, Step, parse_channels};
use crate::kit::expr::{Env, EvalError, Expr, Scope, Type, Value};
use crate::model::channel::Channel;
use crate::model::layout::Layout;
use crate::model::record::{Hold, JOB_VARIABLES};
use crate::streams::message::MessageStream;

/// The channels of a job.
#[derive(Debug)]
pub struct Channels {
    /// Where the section stands.
    pub span: Span,
    /// Rules, fallbacks, and the names of the channels.
    pub rules: Rules,
    /// Messages by e-mail.
    pub email: Option<EmailSettings>,
    /// Text messages.
    pub sms: Option<SmsSettings>,
    /// The web hooks: the first is [`Channel::FIRST_HOOK`].
    pub hooks: Vec<HookSettings>,
    document_type: Option<Template>,
    wishes: Wishes,
    date: Date,
}

/// Where preferences come from.
#[derive(Debug)]
enum Wishes {
    None,
    Table { customer: Template, preferences: Preferences },
    Record { channels: Template, version: Option<Template>, consent: Option<Expr> },
}

/// What the expressions of channels see besides the job's own, in the order of their variables.
pub(super) const CHANNEL_VARIABLES: &[(&str, Type)] = &[
    ("document.type", Type::Text),
    ("preference.known", Type::Boolean),
    ("preference.channels", Type::Text),
    ("preference.print", Type::Boolean),
    ("preference.email", Type::Boolean),
    ("preference.sms", Type::Boolean),
    ("preference.consent", Type::Boolean),
    ("message.token", Type::Text),
];

/// How many variables the expressions of channels see: the record, those of the job, and [`CHANNEL_VARIABLES`].
pub const VARIABLES: usize = 1 + JOB_VARIABLES.len() + CHANNEL_VARIABLES.len();

/// The last of them: `message.token`.
pub const TOKEN: usize = VARIABLES - 1;

/// What was decided about a record, and what the expressions of its messages see.
#[derive(Debug)]
pub struct Settled<'a> {
    /// What becomes of it.
    pub decided: Decided,
    /// The variables of the expressions of its channels; `message.token` is empty.
    pub variables: [Value<'a>; VARIABLES],
}

/// Reads the channels. Without a scope, because the contract of the layouts has a fault, expressions are not looked at.
pub(super) fn read(
    root: &Table<'_>,
    (folder, frozen): (&Path, Option<&Frozen>),
    scope: Option<&Scope>,
    (parts, sources): (&mut Vec<Part>, &mut Sources),
    (name, date): (&str, Option<Date>),
    faults: &mut Faults,
) -> Option<Channels> {
    let Some(table) = root.table("channels", &keys::CHANNELS, faults) else {
        if ["email", "sms", "webhook"].iter().any(|name| root.has(name)) && !root.has("channels") {
            root.missing_section("channels", "[channels]", faults);
        }
        return None;
    };
    let mut plain = scope?.clone();
    let mut own = plain.clone();
    for (name, kind) in CHANNEL_VARIABLES {
        own.push(name, kind.clone());
    }
    let date = date?;
    let mut around = Around { folder, frozen, parts };
    let email = message_settings::read_email(root, date, &mut around, &mut own, faults);
    let sms = message_settings::read_sms(root, &mut around, &mut own, faults);
    let hooks = message_settings::read_hooks(root, (name, date), &mut around, &mut own, faults);
    let names: Vec<String> = Channel::NAMES.iter().map(|name| name.to_string()).chain(hooks.iter().map(|hook| hook.stream.name.clone())).collect();
    let has = |channel: Channel| match channel {
        Channel::EMAIL => email.is_some() || root.has("email"),
        Channel::SMS => sms.is_some() || root.has("sms"),
        _ => true,
    };
    let rules = channel_rules::read(&table, &names, &has, &mut own, faults);
    let document_type = table.text("type", faults).map(|text| Template::compile(&text, &mut plain, faults));
    let mut files = MailFiles { folder, frozen, parts, sources };
    let wishes = read_wishes(&table, &names, &mut plain, &mut files, faults);
    Some(Channels { span: table.span, rules, email, sms, hooks, document_type, wishes, date })
}

/// Tells layouts that say nothing for a channel that the job has.
pub(super) fn check_layouts(channels: &Channels, layouts: &[Option<Layout>], faults: &mut Faults) {
    for layout in layouts.iter().flatten() {
        let has = [(Channel::EMAIL, channels.email.is_some(), layout.email.is_some()), (Channel::SMS, channels.sms.is_some(), layout.sms.is_some())];
        for (channel, _, _) in has.into_iter().filter(|(_, is_sent, is_said)| *is_sent && !is_said) {
            let name = channels.rules.name(channel);
            let fault = Diagnostic::warning(&code::JOB_CHANNELS, channels.span, format!("the layout `{}` has no `<{name}>`", layout.name));
            faults.push(fault.hint(format!("a record of it that goes by {name} is held (R0491); an empty `<{name}>` shows the body")));
        }
    }
}

fn read_wishes(table: &Table<'_>, names: &[String], scope: &mut Scope, files: &mut MailFiles<'_>, faults: &mut Faults) -> Wishes {
    let mut template = |name: &str, faults: &mut Faults| table.text(name, faults).map(|text| Template::compile(&text, scope, faults));
    let customer = template("customer", faults);
    let channels = template("preference", faults);
    let version = template("preference-version", faults);
    let consent = table.text("consent", faults).and_then(|text| template::compile_condition(&text, scope, faults));
    match (table.text("preferences", faults), channels) {
        (Some(path), Some(_)) => {
            let place = path.part(0..path.text.len());
            let fault = Diagnostic::error(&code::JOB_CHANNELS, place, "preferences come from a file and from the record at once");
            faults.push(fault.hint("keep `preferences` or `preference`"));
            Wishes::None
        }
        (Some(path), None) => {
            if !table.has("customer") {
                table.missing("customer", faults);
            }
            read_table(&path, names, files, faults)
                .zip(customer)
                .map_or(Wishes::None, |(preferences, customer)| Wishes::Table { customer, preferences })
        }
        (None, Some(channels)) => Wishes::Record { channels, version, consent },
        (None, None) => Wishes::None,
    }
}

fn read_table(path: &Text, names: &[String], files: &mut MailFiles<'_>, faults: &mut Faults) -> Option<Preferences> {
    let (text, file) = files.read(path, "preferences.csv", faults)?;
    match Preferences::read(&text, names) {
        Ok(preferences) => Some(preferences),
        Err(found) => {
            for fault in found {
                let span = Span::new(file, fault.range.start, fault.range.end);
                faults.push(Diagnostic::error(&code::CHANNEL_TABLE, span, fault.message).hint(fault.hint));
            }
            None
        }
    }
}

impl Channels {
    /// The stream of a channel; paper and archive have none.
    pub fn stream(&self, channel: Channel) -> Option<&dyn MessageStream> {
        match channel {
            Channel::PRINT | Channel::ARCHIVE => None,
            Channel::EMAIL => self.email.as_ref().map(|email| &email.stream as &dyn MessageStream),
            Channel::SMS => self.sms.as_ref().map(|sms| &sms.stream as &dyn MessageStream),
            Channel(hook) => self.hooks.get(usize::from(hook - Channel::FIRST_HOOK.0)).map(|hook| &hook.stream as &dyn MessageStream),
        }
    }

    /// A web hook.
    pub fn hook(&self, channel: Channel) -> Option<&HookSettings> {
        self.hooks.get(usize::from(channel.0.checked_sub(Channel::FIRST_HOOK.0)?))
    }

    /// Decides about a record: `job` are the variables of the job's expressions, `layout` the name of its layout. `told` is given every step.
    ///
    /// # Errors
    /// An expression has no value, the record names a channel that the job has not, or nobody is reached.
    pub fn decide<'a>(&self, layout: &str, env: &Env<'_, 'a>, told: &mut dyn FnMut(Step)) -> Result<Settled<'a>, Hold> {
        let arena = env.arena;
        let document_type = match &self.document_type {
            Some(template) => arena.alloc_str(&written(template, env)?),
            None => arena.alloc_str(layout),
        };
        let preference = self.preference(document_type, env)?;
        let wants = |channel: Channel| Value::Boolean(preference.as_ref().is_some_and(|preference| preference.channels.contains(&channel)));
        let channels = preference.as_ref().map(|preference| {
            let names: Vec<&str> = preference.channels.iter().map(|channel| self.rules.name(*channel)).collect();
            arena.alloc_str(&names.join(" "))
        });
        let mut variables = [Value::Null; VARIABLES];
        let job = 1 + JOB_VARIABLES.len();
        variables[..job].copy_from_slice(&env.vars[..job]);
        variables[job..].copy_from_slice(&[
            Value::Text(document_type),
            Value::Boolean(preference.is_some()),
            Value::Text(channels.map_or("", |channels| channels)),
            wants(Channel::PRINT),
            wants(Channel::EMAIL),
            wants(Channel::SMS),
            Value::Boolean(preference.as_ref().is_some_and(|preference| preference.has_consent)),
            Value::Text(""),
        ]);
        let own = Env { vars: &variables, ..*env };
        let reach = |channel: Channel| self.reach(channel, &own, preference.as_ref());
        let case = Case { document_type, preference: preference.as_ref(), reach: &reach };
        let decided = self.rules.decide(&own, &case, told).map_err(|error| match error {
            DecideError::Condition { .. } => Hold::new(&code::RECORD_EXPRESSION, error.to_string()),
            DecideError::Unreachable { .. } => Hold::new(&code::RECORD_UNREACHABLE, error.to_string()),
        })?;
        Ok(Settled { decided, variables })
    }

    /// What the recipient wants.
    fn preference(&self, document_type: &str, env: &Env<'_, '_>) -> Result<Option<Preference>, Hold> {
        match &self.wishes {
            Wishes::None => Ok(None),
            Wishes::Table { customer, preferences } => Ok(preferences.find(&written(customer, env)?, document_type, self.date)),
            Wishes::Record { channels, version, consent } => {
                let text = written(channels, env)?;
                if text.trim().is_empty() {
                    return Ok(None);
                }
                let wrong =
                    |word: &str| Hold::new(&code::RECORD_UNREACHABLE, format!("the record wants the channel `{word}`, which the job has not"));
                let channels = parse_channels(text.trim(), &self.rules.names).map_err(wrong)?;
                let has_consent = consent.as_ref().map_or(Ok(false), |consent| consent.test(env)).map_err(no_value)?;
                let version = match version {
                    Some(version) => written(version, env)?,
                    None => "of the record".into(),
                };
                Ok(Some(Preference { channels, has_consent, since: None, version }))
            }
        }
    }

    /// Where the recipient is reached by a channel.
    fn reach(&self, channel: Channel, env: &Env<'_, '_>, preference: Option<&Preference>) -> Result<String, String> {
        match channel {
            Channel::PRINT | Channel::ARCHIVE => Ok(String::new()),
            Channel::EMAIL => {
                let Some(email) = &self.email else { return Err("the job has no section `[email]`".into()) };
                if email.is_marketing(env).map_err(|error| error.to_string())? && !preference.is_some_and(|preference| preference.has_consent) {
                    return Err("the recipient has not agreed to advertising".into());
                }
                email.recipient(env)
            }
            Channel::SMS => self.sms.as_ref().ok_or("the job has no section `[sms]`")?.recipient(env),
            Channel(hook) => {
                let hook = self.hooks.get(usize::from(hook - Channel::FIRST_HOOK.0));
                hook.ok_or("the job has no such web hook")?.recipient(env)
            }
        }
    }
}

fn written(template: &Template, env: &Env<'_, '_>) -> Result<String, Hold> {
    let mut text = String::new();
    template.write(env, &mut text).map_err(no_value)?;
    Ok(text)
}

fn no_value(error: EvalError) -> Hold {
    Hold::new(&code::RECORD_EXPRESSION, error.to_string())
}
