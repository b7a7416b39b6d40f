//! Channels: how a document reaches the person.
//!
//! Takes nothing, gives the nouns that deciding, composing, delivering and the archive share. Must never know how a channel writes
//! its messages.

/// How a document reaches the person, by its place among the channels of a job.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Channel(pub u8);

impl Channel {
    /// On paper, through the mail stream.
    pub const PRINT: Channel = Channel(0);
    /// A message by e-mail (RFC 5322).
    pub const EMAIL: Channel = Channel(1);
    /// A text message (3GPP TS 23.040).
    pub const SMS: Channel = Channel(2);
    /// Kept in the archive, and sent to nobody.
    pub const ARCHIVE: Channel = Channel(3);
    /// The first of the web hooks of a job.
    pub const FIRST_HOOK: Channel = Channel(4);

    /// What job files, ledgers and lists call the channels that every job has, by their places.
    pub const NAMES: [&'static str; 4] = ["print", "email", "sms", "archive"];

    /// Whether a message is written for each of its documents: the mail stream and the archive have pages instead.
    pub fn has_messages(self) -> bool {
        self != Channel::PRINT && self != Channel::ARCHIVE
    }
}

/// One way that a document takes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Route {
    /// The channel.
    pub channel: Channel,
    /// Where it goes there: an e-mail address, a telephone number. Nothing for paper, whose address `[mail]` settles.
    pub recipient: String,
    /// The channel that was meant first, and why the document does not take it.
    pub instead_of: Option<(Channel, String)>,
}

/// What was decided about a document, and why.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Decision {
    /// What kind of document it is.
    pub document_type: String,
    /// The name of the rule that decided.
    pub rule: String,
    /// The version of the preference that was looked at: its row and the day from which it is valid. Nothing: none was found.
    pub preference: Option<String>,
    /// The ways it takes, by channel, each channel once; never empty.
    pub routes: Vec<Route>,
    /// Channels that were meant and reach nobody, without anything in their place: each with the reason.
    pub lost: Vec<String>,
}

impl Decision {
    /// Whether the document is printed.
    pub fn is_printed(&self) -> bool {
        self.route(Channel::PRINT).is_some()
    }

    /// The way by a channel.
    pub fn route(&self, channel: Channel) -> Option<&Route> {
        self.routes.iter().find(|route| route.channel == channel)
    }
}

/// The identity of a document outside of its run: in message ids, return paths, receipts and the archive.
///
/// Written as twelve hexadecimal digits of the plan's hash, a full stop, and the number of the record from 1: `3f9ac02b11d4.17`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct DocumentKey {
    /// The first six bytes of the hash of the plan.
    pub run: [u8; 6],
    /// The record, from 0.
    pub record: u64,
}

impl DocumentKey {
    /// The key of a record of a run.
    pub fn new(plan: &crate::base::hash::Hash, record: u64) -> DocumentKey {
        let mut run = [0; 6];
        run.copy_from_slice(&plan.0[..6]);
        DocumentKey { run, record }
    }

    /// Reads what [`std::fmt::Display`] writes; nothing else.
    pub fn parse(text: &str) -> Option<DocumentKey> {
        let (run, record) = text.split_once('.')?;
        let is_number = !record.is_empty() && record.len() <= 18 && record.bytes().all(|byte| byte.is_ascii_digit()) && !record.starts_with('0');
        if run.len() != 12 || !run.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte)) || !is_number {
            return None;
        }
        let mut bytes = [0; 6];
        for (byte, pair) in bytes.iter_mut().zip(run.as_bytes().chunks(2)) {
            *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
        }
        Some(DocumentKey { run: bytes, record: record.parse::<u64>().ok()? - 1 })
    }
}

impl std::fmt::Display for DocumentKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for byte in self.run {
            write!(f, "{byte:02x}")?;
        }
        write!(f, ".{}", self.record + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::hash::Hash;

    #[test]
    fn a_key_is_read_as_it_is_written_and_nothing_else_is() {
        let key = DocumentKey::new(&Hash([0xAB; 32]), 16);
        assert_eq!(key.to_string(), "abababababab.17");
        assert_eq!(DocumentKey::parse("abababababab.17"), Some(key));
        for wrong in ["abababababab.0", "abababababab.017", "ABABABABABAB.17", "abababababab", "ababababab.17", "abababababab.", "abababababab.+7"] {
            assert_eq!(DocumentKey::parse(wrong), None, "{wrong}");
        }
    }
}
