//! `pressrun deliver`: messages to the mail server, each at most once; copies for proofs.
//!
//! Takes arguments, gives what the engine did, for people or as JSON. Must never decide what may be sent.

use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use clap::{Args, ValueEnum};

use super::night::{Who, refuse};
use super::text::columns;
use super::{Outcome, fail, print};
use crate::base::code;
use crate::base::readable::{counted, grouped};
use crate::engine::Stopwatch;
use crate::engine::deliver::{self, Deliver, Delivered, DeliveryWatch, Proofs, Tried, Where};
use crate::engine::post::{Post, post};
use crate::model::delivery::DeliveryState;
use crate::plan::smtp::Tls;

/// Hand the messages of a run to its mail server, each at most once; or write copies of them for proofs.
///
/// What is accepted, deferred or refused is written down in the ledger; the command can be stopped, killed and given again at any time.
#[derive(Debug, Args)]
#[command(after_help = "\
Exit codes: 0 every message is with the server, 1 some are deferred, failed or in doubt, 2 failed.
A message is in doubt when its last dot was sent and no answer was written down. It is not sent again until `--accepted` tells what the
server took: its log, or a list of Message-IDs or envelope ids.")]
pub(super) struct DeliverCommand {
    /// The output folder of the run.
    run: PathBuf,
    /// The channel: `email`, or `sms` and web hooks, whose messages are posted to their URL.
    #[arg(long, value_name = "NAME", default_value = deliver::EMAIL)]
    channel: String,
    /// Where to post, in place of the URL of the job.
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// Pauses before a message is posted again, between commas, such as `10s,1m,1h`; the last one repeats.
    #[arg(long, value_name = "PAUSES", default_value = "10s,1m,10m,1h,6h")]
    retry: String,
    /// Wait for what is deferred and try again, until every message has its fate.
    #[arg(long)]
    until_done: bool,
    /// Try at most so many messages; with a proof: copy so many.
    #[arg(long, value_name = "N")]
    limit: Option<u64>,
    /// Say what would be sent; send nothing.
    #[arg(long)]
    dry_run: bool,
    /// Print the records that DNS needs for this sender (DKIM, SPF, DMARC); send nothing.
    #[arg(long)]
    dns: bool,
    /// What the server accepted: settles messages in doubt.
    #[arg(long, value_name = "FILE")]
    accepted: Option<PathBuf>,
    /// Copy the messages into a maildir; send nothing.
    #[arg(long, value_name = "DIR", conflicts_with_all = ["to_mbox", "seed_list", "accepted", "dry_run", "until_done"])]
    to_maildir: Option<PathBuf>,
    /// Copy the messages into one mbox file; send nothing.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["seed_list", "accepted", "dry_run", "until_done"])]
    to_mbox: Option<PathBuf>,
    /// Send the first messages (10, or `--limit`) to the addresses in a file, with `[proof]` before the subject.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["accepted", "dry_run", "until_done"])]
    seed_list: Option<PathBuf>,
    /// The folder from which the job names the files of its secrets; here if absent.
    #[arg(long, value_name = "DIR", default_value = ".")]
    secrets: PathBuf,
    /// The key of return paths, in place of that of the job.
    #[arg(long, value_name = "FILE")]
    return_key: Option<PathBuf>,
    /// Another server than that of the job.
    #[arg(long, value_name = "HOST:PORT")]
    server: Option<String>,
    /// Another way to keep the connection secret than that of the job.
    #[arg(long, value_name = "WAY")]
    tls: Option<TlsWord>,
    /// Certificates (PEM) to trust in place of those of browsers.
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
    /// Write JSON to standard output.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    who: Who,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum TlsWord {
    /// The connection must become TLS before anything is said.
    Starttls,
    /// TLS from the first byte.
    Implicit,
    /// Clear text.
    None,
}

impl DeliverCommand {
    pub(super) fn run(self) -> Outcome {
        if self.dns {
            return match deliver::dns_records(&self.run) {
                Ok(records) => {
                    print(&records.iter().map(|(name, text)| format!("{name}\tTXT\t\"{text}\"\n")).collect::<String>());
                    Outcome::Done
                }
                Err(error) => refuse(&error),
            };
        }
        let stop = AtomicBool::new(false);
        let stop: &'static AtomicBool = Box::leak(Box::new(stop));
        let _ = ctrlc::set_handler(move || {
            // Twice is meant: the messages under way are then in doubt.
            if stop.swap(true, std::sync::atomic::Ordering::Relaxed) {
                std::process::exit(130);
            }
            eprintln!("stopping after the messages that are under way; once more to stop at once");
        });
        if self.channel != deliver::EMAIL {
            let of_mail = [self.to_maildir.is_some(), self.to_mbox.is_some(), self.seed_list.is_some(), self.accepted.is_some()];
            if of_mail.contains(&true) {
                let hint = "maildirs, mbox files, seed lists and lists of what a server accepted are of `--channel email`".to_string();
                return fail(&code::WORLD_ARGUMENT, format!("`{}` is no channel of mail", self.channel), Some(hint));
            }
            return self.post(stop);
        }
        let meter = Meter { is_json: self.json, told: Mutex::new((Stopwatch::start(), 0)) };
        let tls = self.tls.map(|word| match word {
            TlsWord::Starttls => Tls::StartTls,
            TlsWord::Implicit => Tls::Implicit,
            TlsWord::None => Tls::None,
        });
        let ask = Deliver {
            account: self.who.account(""),
            secrets: self.secrets.clone(),
            server: self.server.clone(),
            tls,
            ca: self.ca.clone(),
            return_key: self.return_key.clone(),
            limit: self.limit,
            until_done: self.until_done,
            accepted: self.accepted.clone(),
            dry_run: self.dry_run,
            stop,
            watch: &meter,
        };
        let to =
            self.to_maildir.clone().map(Where::Maildir).or(self.to_mbox.clone().map(Where::Mbox)).or(self.seed_list.clone().map(Where::SeedList));
        if let Some(to) = to {
            return match deliver::write_proofs(&self.run, &to, &ask) {
                Ok(proofs) => {
                    print(&if self.json { proofs_json(&proofs) } else { proofs_text(&proofs, &to) });
                    Outcome::Done
                }
                Err(error) => refuse(&error),
            };
        }
        match deliver::deliver(&self.run, &ask) {
            Ok(delivered) => {
                print(&if self.json { json(&delivered) } else { text(&delivered, self.dry_run) });
                match (&delivered.trouble, delivered.is_done()) {
                    (Some(_), _) => Outcome::Failed,
                    (None, true) => Outcome::Done,
                    (None, false) => Outcome::Held,
                }
            }
            Err(error) => refuse(&error),
        }
    }
}

impl DeliverCommand {
    /// Posts the messages of a web hook, or text messages.
    fn post(&self, stop: &AtomicBool) -> Outcome {
        let Some(retry) = self.retry.split(',').map(|text| pause_of(text.trim())).collect::<Option<Vec<Duration>>>() else {
            let hint = "write seconds, minutes, hours or days between commas: `10s,1m,1h`".to_string();
            return fail(&code::WORLD_ARGUMENT, format!("`{}` are no pauses", self.retry), Some(hint));
        };
        let ask = Post {
            account: self.who.account(""),
            channel: self.channel.clone(),
            url: self.url.clone(),
            secrets: self.secrets.clone(),
            connections: CONNECTIONS,
            limit: self.limit,
            retry,
            expire: EXPIRE,
            timeout: TIMEOUT,
            until_done: self.until_done,
            dry_run: self.dry_run,
            stop,
        };
        let posted = match post(&self.run, &ask) {
            Ok(posted) => posted,
            Err(error) => return refuse(&error),
        };
        let [taken, deferred, failed] = posted.tried;
        if self.json {
            let counts: serde_json::Map<String, serde_json::Value> =
                posted.counts.iter().map(|(state, count)| (state.name().to_string(), (*count).into())).collect();
            print(&format!(
                "{:#}\n",
                serde_json::json!({ "accepted": taken, "deferred": deferred, "failed": failed, "due": posted.due, "standing": counts, "next_at": posted.next_at,
                                    "answers": posted.answers })
            ));
        } else {
            let mut out = match self.dry_run {
                true => format!("{} would be posted now\n\n", counted(posted.due, "message")),
                false => format!("{} taken now, {} deferred, {} failed\n\n", grouped(taken), grouped(deferred), grouped(failed)),
            };
            out.push_str(&standing(&posted.counts));
            posted.answers.iter().for_each(|answer| out.push_str(&format!("  {answer}\n")));
            if let Some(at) = &posted.next_at {
                out.push_str(&format!("\n  the next deferred message is due at {at}; give the command again then, or with `--until-done`\n"));
            }
            print(&out);
        }
        let is_done = posted.counts.iter().all(|(state, _)| !state.may_be_sent() && *state != DeliveryState::Failed);
        if is_done { Outcome::Done } else { Outcome::Held }
    }
}

/// Requests at once.
const CONNECTIONS: usize = 8;
/// How long a document is posted.
const EXPIRE: Duration = Duration::from_secs(3 * 86_400);
/// How long an answer may take.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Reads `10s`, `5m`, `1h`, `2d`.
fn pause_of(text: &str) -> Option<Duration> {
    let unit = match text.chars().last()? {
        's' => 1,
        'm' => 60,
        'h' => 3_600,
        'd' => 86_400,
        _ => return None,
    };
    text[..text.len() - 1].parse::<u64>().ok()?.checked_mul(unit).map(Duration::from_secs)
}

/// Tells how a delivery gets on, now and then.
struct Meter {
    is_json: bool,
    told: Mutex<(Stopwatch, u64)>,
}

/// Milliseconds between two lines.
const LINE_EVERY: u64 = 2_000;

impl DeliveryWatch for Meter {
    fn told(&self, tried: &Tried) {
        let mut told = self.told.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let now = told.0.milliseconds();
        if now < told.1 + LINE_EVERY {
            return;
        }
        told.1 = now;
        if self.is_json {
            print(&format!("{}\n", tried_json(tried)));
        } else {
            let rate = tried.accepted * 1_000 / now.max(1);
            eprintln!(
                "{} accepted, {} deferred, {} failed, {} in doubt; {} per second",
                grouped(tried.accepted),
                grouped(tried.deferred),
                grouped(tried.failed),
                grouped(tried.in_doubt),
                grouped(rate)
            );
        }
    }
}

fn text(delivered: &Delivered, is_dry: bool) -> String {
    let mut out = String::new();
    let settled = delivered.settled;
    if settled.accepted + settled.again > 0 {
        out.push_str(&format!("of those in doubt, {} accepted, {} to be sent again\n", grouped(settled.accepted), grouped(settled.again)));
    }
    if is_dry {
        out.push_str(&format!("{} would be sent now\n", counted(delivered.due, "message")));
    } else {
        let tried = delivered.tried;
        out.push_str(&format!("{} accepted now", grouped(tried.accepted)));
        for (count, word) in [(tried.deferred, "deferred"), (tried.failed, "failed"), (tried.in_doubt, "in doubt")] {
            if count > 0 {
                out.push_str(&format!(", {} {word}", grouped(count)));
            }
        }
        out.push('\n');
    }
    out.push('\n');
    out.push_str(&standing(&delivered.counts));
    if let Some(at) = &delivered.next_at {
        out.push_str(&format!("\n  the next deferred message is due at {at}; give the command again then, or with `--until-done`\n"));
    }
    if delivered.count(DeliveryState::InDoubt) > 0 {
        out.push_str("\n  in doubt: the last dot was sent, the answer is not known. `--accepted` with the server's log or list settles them\n");
    }
    if delivered.count(DeliveryState::Failed) > 0 {
        out.push_str("\n  failed: `pressrun fallback` gives these documents another way\n");
    }
    for answer in &delivered.answers {
        out.push_str(&format!("  {answer}\n"));
    }
    if let Some(trouble) = &delivered.trouble {
        out.push_str(&format!("\n  the server was not reached any more: {trouble}\n"));
    }
    out
}

/// How messages stand, as lines.
pub(super) fn standing(counts: &[(DeliveryState, u64)]) -> String {
    let total: u64 = counts.iter().map(|(_, count)| count).sum();
    let mut rows = vec![("messages".to_string(), grouped(total), String::new())];
    rows.extend(counts.iter().map(|(state, count)| (state.name().to_string(), grouped(*count), String::new())));
    columns(&rows)
}

fn tried_json(tried: &Tried) -> serde_json::Value {
    serde_json::json!({ "event": "delivery", "accepted": tried.accepted, "deferred": tried.deferred, "failed": tried.failed, "in_doubt": tried.in_doubt })
}

fn json(delivered: &Delivered) -> String {
    let counts: serde_json::Map<String, serde_json::Value> =
        delivered.counts.iter().map(|(state, count)| (state.name().to_string(), (*count).into())).collect();
    let value = serde_json::json!({
        "event": "delivered",
        "tried": tried_json(&delivered.tried),
        "settled": { "accepted": delivered.settled.accepted, "again": delivered.settled.again },
        "messages": counts,
        "due": delivered.due,
        "next_at": delivered.next_at,
        "trouble": delivered.trouble,
        "answers": delivered.answers,
    });
    format!("{value}\n")
}

fn proofs_text(proofs: &Proofs, to: &Where) -> String {
    match to {
        Where::Maildir(path) | Where::Mbox(path) => format!("{} copied to {}\n", counted(proofs.messages, "message"), path.display()),
        Where::SeedList(_) => format!("{} sent to {} as proofs\n", counted(proofs.messages, "message"), counted(proofs.addresses, "recipient")),
    }
}

fn proofs_json(proofs: &Proofs) -> String {
    format!("{}\n", serde_json::json!({ "event": "proofs", "messages": proofs.messages, "addresses": proofs.addresses }))
}
