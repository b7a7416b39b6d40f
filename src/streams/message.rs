//! Streams of messages: what a channel hands over for a document, one file per volume.
//!
//! Takes what was composed and decided about one document, gives the bytes of its message; puts messages into files in which each is found by
//! one range read. A channel is one file beside this one that implements [`MessageStream`]. Must never decide, send, or look at a clock.

use crate::base::date::Date;
use crate::base::hash::Hash;
use crate::model::channel::DocumentKey;
use crate::model::message::{EmailContent, SmsContent};

use super::mbox::{MboxError, MboxWriter, MessagePlace};

/// A document on its way into a stream of messages.
#[derive(Clone, Copy, Debug)]
pub struct Outgoing<'o> {
    /// Its identity outside of its run.
    pub key: &'o DocumentKey,
    /// What the job calls it.
    pub document: &'o str,
    /// Its title.
    pub title: &'o str,
    /// What kind of document it is.
    pub document_type: &'o str,
    /// Where it goes.
    pub recipient: &'o str,
    /// How many pages it has.
    pub pages: u32,
    /// The hash over the bodies of its pages.
    pub content: &'o Hash,
    /// What its e-mail shows.
    pub email: Option<&'o EmailContent>,
    /// What its text message says.
    pub sms: Option<&'o SmsContent>,
    /// The document as a PDF/A file, if it is attached.
    pub pdf: Option<&'o [u8]>,
    /// What the record says for its e-mail.
    pub parts: &'o EmailParts,
    /// What the record says for a web hook: names and values.
    pub fields: &'o [(&'o str, String)],
}

/// What the record says for its e-mail.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct EmailParts {
    /// The name of the recipient.
    pub to_name: String,
    /// The name of the attached document; nothing is attached if it is empty.
    pub attach: String,
    /// Whether it is advertising.
    pub is_marketing: bool,
    /// What a mail program posts to.
    pub unsubscribe_url: String,
    /// An address for the same.
    pub unsubscribe_mail: String,
    /// Feedback-ID.
    pub feedback_id: String,
}

/// How messages lie in a file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Container {
    /// One after the other in an mbox file (RFC 4155), whose lines before messages name this sender and day.
    Mbox {
        /// The sender.
        sender: String,
        /// The day.
        date: Date,
    },
    /// One JSON object per line.
    Lines,
}

/// A channel that hands over messages.
pub trait MessageStream: Send + Sync + std::fmt::Debug {
    /// The end of the names of its files: `mbox`, `sms.ndjson`.
    fn extension(&self) -> String;

    /// How messages lie in its files.
    fn container(&self) -> Container;

    /// Appends the message of a document as it is sent, the same bytes for the same document; gives its Message-ID without angle brackets, or
    /// what the gateway calls it.
    ///
    /// # Errors
    /// Why there can be none: the record is held with it.
    fn message(&self, outgoing: &Outgoing<'_>, out: &mut Vec<u8>) -> Result<String, String>;
}

/// A file of messages as it grows.
#[derive(Debug)]
pub enum MessageFile {
    /// An mbox file.
    Mbox(MboxWriter),
    /// Lines, and how many bytes of them were taken.
    Lines(Vec<u8>, u64),
}

impl MessageFile {
    /// An empty file.
    pub fn new(container: &Container) -> MessageFile {
        match container {
            Container::Mbox { sender, date } => MessageFile::Mbox(MboxWriter::new(sender, *date)),
            Container::Lines => MessageFile::Lines(Vec::new(), 0),
        }
    }

    /// Adds a message; gives its place.
    ///
    /// # Errors
    /// Its bytes cannot lie in such a file: a fault of the stream that made them.
    pub fn push(&mut self, message: &[u8]) -> Result<MessagePlace, MboxError> {
        match self {
            MessageFile::Mbox(writer) => writer.push(message),
            MessageFile::Lines(bytes, taken) => {
                if let Some(at) = memchr::memchr(b'\n', message) {
                    return Err(MboxError::LineEnd(at));
                }
                let place = MessagePlace { offset: *taken + bytes.len() as u64, length: message.len() as u64 };
                bytes.extend_from_slice(message);
                bytes.push(b'\n');
                Ok(place)
            }
        }
    }

    /// Its bytes that were not taken yet.
    pub fn bytes(&self) -> &[u8] {
        match self {
            MessageFile::Mbox(writer) => writer.bytes(),
            MessageFile::Lines(bytes, _) => bytes,
        }
    }

    /// Takes them away: the caller has written them. Places go on where they were.
    pub fn take(&mut self) {
        match self {
            MessageFile::Mbox(writer) => writer.take(),
            MessageFile::Lines(bytes, taken) => {
                *taken += bytes.len() as u64;
                bytes.clear();
            }
        }
    }
}
