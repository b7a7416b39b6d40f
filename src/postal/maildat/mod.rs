//! Mail.dat 26-1: the electronic documentation of a mailing.
//!
//! Takes settings of the mailer, trays and pieces in postal order, gives the smallest set of files that documents automation letters: hdr,
//! seg, mpu, mcr, mpa, cpt, csm, cqt, pqt and, with barcodes, pbc. What the fields are stands in a table (`fields_26-1.csv`, made from the
//! public definition of Mail.dat 26-1); which rate a level earns stands in the scheme (`maildat.csv`). Must never know a rate or a level
//! itself, and never round a sum: the weight of a tray is that of its pieces as they are written.

mod check;
mod fields;
mod line;
#[cfg(test)]
mod tests;
mod write;

pub use check::check;
pub use fields::{FieldTable, Format};
pub use line::LineError;
pub use write::{MailDat, MailDatTray, Settings, Sink, check_settings};
