//! Layer 7: the command line, one file per command.
//!
//! Takes arguments, gives text on the terminal and an exit code: 0 all delivered, 1 some held, 2 failed. Must never
//! compose, sort or balance.

mod address;
mod archive;
mod archive_query;
mod archive_stamp;
mod barcode;
mod bounces;
mod check;
mod close;
mod decide;
mod deliver;
mod diff;
mod document;
mod explain;
mod fallback;
mod fmt;
mod init;
mod ledger;
mod manual;
mod night;
mod postage;
mod presort;
mod preview;
mod progress;
mod proof;
mod receipts;
mod render;
mod run;
mod sample;
mod schema;
mod status;
mod test;
mod text;
mod verify;
mod watch;

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Composes customer data and layouts into print-ready PDF.
#[derive(Debug, Parser)]
#[command(name = "pressrun", version, max_term_width = 100, after_help = "Exit codes: 0 all delivered, 1 some records held, 2 failed.")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Compose a job, sort it, write its print files and close its books; or go on where an earlier run stopped.
    Run(run::Run),
    /// Report every fault of a job, its layouts, its data contract and the beginning of its data; produce nothing.
    Check(check::Check),
    /// Say what is complete in an output folder, what is held and why, and whether the books balance.
    Status(status::Status),
    /// Compose one document from a layout and one record, and write it as PDF to standard output.
    Render(document::Render),
    /// Say which way the documents of a job would take, and by which rule, before anything is composed.
    Decide(decide::Decide),
    /// Read the delivery receipts of text messages into the ledger of a run.
    Receipts(receipts::ReceiptsCommand),
    /// Write chosen records of a job as PDF files, or their pages as pictures, composed as a run composes them.
    Proof(proof::Proof),
    /// Make the folder of a small job that runs at once.
    Init(init::Init),
    /// Write seeded test data of any size.
    Sample(sample::Sample),
    /// Say what the code of a message means; without a code, list all.
    Explain(explain::Explain),
    /// Sort a list of pieces by a scheme of a post, and write its trays; or check the scheme.
    Presort(presort::Presort),
    /// Say what the postage of a composed job is, and compare it with that of other schemes and envelopes.
    Postage(postage::Postage),
    /// Say why a mailpiece is in its tray and costs what it costs.
    ExplainPiece(postage::ExplainPiece),
    /// Show the records of a job in the browser, composed anew after each save.
    Preview(preview::Preview),
    /// Run the test cases beside layouts (`statement.tests/*.toml`).
    Test(test::Test),
    /// Group the documents whose pages differ between two runs, two jobs or two layouts by kind of change.
    Diff(diff::Diff),
    /// Format layouts: indents, order of attributes, quotes. Comments, texts and the lines you broke stay.
    Fmt(fmt::Fmt),
    /// Print the layout language as a schema that XML editors complete and check with.
    Schema(schema::Schema),
    /// Hold a camera's result file of the inserter against what was printed.
    Reconcile(night::Reconcile),
    /// Print pieces again, out of the volumes.
    Reprint(night::ReprintCommand),
    /// Keep documents from going out.
    Pull(night::PullCommand),
    /// Say what was done with pieces by hand, and settle their alarms.
    Settle(night::SettleCommand),
    /// Hand trays over to the post.
    Handover(night::HandOver),
    /// Hand the messages of a run to its mail server, each at most once; or write copies of them for proofs.
    Deliver(deliver::DeliverCommand),
    /// Read delivery reports and complaints, and tell the documents of a run what became of them.
    Bounces(bounces::BouncesCommand),
    /// Print the documents whose messages failed, bounced hard, or are under way for longer than the job allows.
    Fallback(fallback::FallbackCommand),
    /// Close a run and certify it.
    Close(close::Close),
    /// Show a run as it goes on: composing, printing, inserting, trays, alarms.
    Watch(watch::Watch),
    /// Check the addresses of a job, or write them for a program that corrects them.
    Address(address::Address),
    /// Find, fetch, prove, hold and let go of what was kept.
    Archive(archive::Archive),
    /// Check a document against its proof, offline.
    Verify(verify::Verify),
    /// Work on the ledger of a run: make it again if it was lost.
    Ledger(ledger::LedgerCommand),
    /// Print the barcode of a payload, or list all symbologies.
    Barcode(barcode::Barcode),
    /// Print a part of the manual.
    Manual(manual::Manual),
}

/// How a command ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Outcome {
    /// All delivered.
    Done,
    /// Some records are held.
    Held,
    /// Failed.
    Failed,
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> ExitCode {
        ExitCode::from(match outcome {
            Outcome::Done => 0,
            Outcome::Held => 1,
            Outcome::Failed => 2,
        })
    }
}

/// Runs the program.
pub fn main() -> ExitCode {
    // clap ends the program with 2 for wrong arguments, and with 0 for `--help`.
    let arguments = Arguments::parse();
    let outcome = match arguments.command {
        Command::Run(command) => command.run(),
        Command::Check(command) => command.run(),
        Command::Status(command) => command.run(),
        Command::Render(command) => command.run(),
        Command::Proof(command) => command.run(),
        Command::Decide(command) => command.run(),
        Command::Receipts(command) => command.run(),
        Command::Init(command) => command.run(),
        Command::Sample(command) => command.run(),
        Command::Explain(command) => command.run(),
        Command::Presort(command) => command.run(),
        Command::Postage(command) => command.run(),
        Command::ExplainPiece(command) => command.run(),
        Command::Preview(command) => command.run(),
        Command::Test(command) => command.run(),
        Command::Diff(command) => command.run(),
        Command::Fmt(command) => command.run(),
        Command::Schema(command) => command.run(),
        Command::Reconcile(command) => command.run(),
        Command::Reprint(command) => command.run(),
        Command::Pull(command) => command.run(),
        Command::Settle(command) => command.run(),
        Command::Handover(command) => command.run(),
        Command::Deliver(command) => command.run(),
        Command::Bounces(command) => command.run(),
        Command::Fallback(command) => command.run(),
        Command::Close(command) => command.run(),
        Command::Watch(command) => command.run(),
        Command::Address(command) => command.run(),
        Command::Archive(command) => command.run(),
        Command::Verify(command) => command.run(),
        Command::Ledger(command) => command.run(),
        Command::Barcode(command) => command.run(),
        Command::Manual(command) => command.run(),
    };
    outcome.into()
}

/// Writes to standard output. A reader that has gone, such as `head`, is no fault.
fn print(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// Writes a line about the world to standard error.
fn fail(code: &'static crate::base::code::Code, message: impl Into<String>, hint: Option<String>) -> Outcome {
    let mut diagnostic = crate::base::diagnostic::Diagnostic::error(code, None, message);
    diagnostic.hint = hint;
    eprint!("{}", render::text(&[diagnostic], &crate::base::span::Sources::default(), render::has_colour()));
    Outcome::Failed
}

/// Compiles a job and says what is wrong with it.
fn compile_all(job: &std::path::Path, inputs: &[PathBuf], json: bool) -> crate::plan::Compiled {
    let overrides = crate::plan::Overrides { inputs: (!inputs.is_empty()).then(|| inputs.to_vec()), ..Default::default() };
    let compiled = crate::plan::compile(job, &overrides);
    if json {
        for diagnostic in &compiled.diagnostics {
            print(&format!("{}\n", render::json(diagnostic, &compiled.sources)));
        }
    } else {
        eprint!("{}", render::text(&compiled.diagnostics, &compiled.sources, render::has_colour()));
    }
    compiled
}
