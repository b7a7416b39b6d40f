//! The rules of the mail: addresses, presorting, marks for the inserter.
//!
//! Takes addresses, sheets, weights and the tables of a post, gives mailable addresses, trays in postal order, prices with their
//! reasons, and what a mark says. Must never look at the content of a page: address, sheets, weight and thickness are all it may know.

pub mod address;
pub mod envelope;
pub mod matching;
