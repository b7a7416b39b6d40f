//! Messages of e-mail: MIME as mail programs want it.
//!
//! Takes texts, pictures and attachments of one message, gives its bytes as they go over the wire: CRLF, lines of at most 998 bytes,
//! headers of ASCII (unless an address needs SMTPUTF8). The same parts give the same bytes: boundaries, Message-ID and date come from the
//! caller's values. Must never know a job, a server or the day.

pub mod address;
pub mod header;
mod message;
pub mod verp;

pub use address::{Address, AddressFault};
pub use message::{Attachment, Image, Mailbox, Message, MimeError, Unsubscribe, message_id, unix_of};
