//! Pressrun: data + layouts → volumes → print files, exactly once.
//!
//! ```text
//!  job.toml · layouts · fonts            customer data (mapped)
//!             │                                 │
//!           PLAN  plan     every fault at once  INPUT  input    cut serially, parse one record at a time
//!             └───────────────┬─────────────────┘
//!     in parallel, one range of records = one VOLUME            engine
//!             BIND → PAGINATE   compose    record + layout → content → pages
//!             VOLUME            streams    PDF/A-2a, fsync, rename, one ledger transaction
//!             │
//!           GATHER, SORT        engine, postal   documents → mailpieces → trays: small entries, no page is touched
//!           ASSEMBLE            streams    copy page bodies, add the late stream
//!           CLOSE               engine     balance, manifest, papers, report
//!           NIGHT               engine     reconcile, reprint, pull, hand over, certify
//! ```
//! # Words
//! One word, one meaning: *record* one input unit · *layout* the XML template · *document* the composed result of one record ·
//! *page* one side, *sheet* one leaf · *mailpiece* what goes into one envelope · *volume* one committed range of documents · *print
//! file* one file handed to the press · *media* paper · *body* the content stream of a page, final when it leaves a worker · *late
//! stream* what is printed because of the place in the mail · *entry* the sort row of a document · *ledger* the account of
//! everything that happened · *hold* keep one record back, with its reason · *fate* where a record ended.
//!
//! # Layers
//! Imports point down only; stages of one layer meet in `model`. A test reads the `use` lines and enforces it.
#![cfg_attr(test, allow(clippy::disallowed_methods))]

// Layer 0: what everything stands on.
pub mod base;
// Layer 1: tools that know nothing of jobs; each could be a crate of its own.
pub mod kit;
// Layer 2: the nouns that two stages share.
pub mod model;
// Layer 3: the stages.
pub mod archive;
pub mod compose;
pub mod decide;
pub mod input;
pub mod layout;
pub mod ledger;
pub mod postal;
pub mod streams;
// Layer 4: from a job file to a frozen plan.
pub mod plan;
// Layer 5: the only threads, the only clock.
pub mod engine;
// Layer 6: the tools of layout authors.
pub mod tools;
// Layer 7: what a person types.
pub mod cli;
