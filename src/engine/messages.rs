//! The messages of documents: from what was composed and decided to the files beside a volume.
//!
//! Takes a plan, a document and its decision, gives the bytes of its messages; collects those of a range of records in files. Must never
//! send anything.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

use super::{EngineError, Folder, Options};
use crate::base::code;
use crate::base::file::{FileError, Fingerprint, Pending};
use crate::base::hash::{Hash, Hasher, hash_beside};
use crate::compose::Composed;
use crate::kit::expr::{Env, Value};
use crate::ledger::{FileRow, MessageFileRow, MessageRow};
use crate::model::channel::{Channel, Decision, DocumentKey};
use crate::model::message::{EmailContent, SmsContent, Wants};
use crate::model::page::Document;
use crate::model::record::Hold;
use crate::plan::{Channels, Plan, TOKEN};
use crate::streams::mbox::{MboxError, MessagePlace};
use crate::streams::message::{Container, EmailParts, MessageFile, Outgoing};
use crate::streams::volume::hash_document;

/// What a decision wants of a document beside its pages.
pub(super) fn wants(decision: Option<&Decision>) -> Wants {
    let has = |channel| decision.is_some_and(|decision| decision.route(channel).is_some());
    Wants { email: has(Channel::EMAIL), sms: has(Channel::SMS) }
}

/// What the messages of a document say.
#[derive(Default)]
pub(super) struct Renditions {
    /// What its e-mail shows.
    pub(super) email: Option<Box<EmailContent>>,
    /// What its text message says.
    pub(super) sms: Option<SmsContent>,
}

impl Renditions {
    /// Takes them out of what was composed.
    ///
    /// # Errors
    /// A message cannot be made of this record.
    pub(super) fn take(found: &mut Composed) -> Result<Renditions, Hold> {
        let email = found.email.take().map(|made| *made).transpose()?;
        let sms = found.sms.take().map(|made| *made).transpose()?;
        Ok(Renditions { email: email.map(Box::new), sms })
    }
}

/// What the messages of one document are made of.
pub(super) struct Composing<'c, 'a> {
    /// The document, composed.
    pub(super) document: &'c Document,
    /// Which ways it takes.
    pub(super) decision: &'c Decision,
    /// What its e-mail shows and its text message says.
    pub(super) renditions: &'c Renditions,
    /// The document as a file of its own, if it is attached.
    pub(super) pdf: Option<&'c [u8]>,
    /// The environment of the expressions of its channels.
    pub(super) env: Env<'c, 'a>,
}

/// Whether the message of a document has it as an attachment.
pub(super) fn attaches(plan: &Plan, decision: &Decision) -> bool {
    let email = plan.channels.as_ref().and_then(|channels| channels.email.as_ref());
    email.is_some_and(|email| email.attaches()) && decision.route(Channel::EMAIL).is_some()
}

/// A message as it is sent.
pub(super) struct Message {
    channel: Channel,
    bytes: Vec<u8>,
    /// Its Message-ID, or what the gateway calls it.
    id: String,
}

/// Buffers of messages that were written to their files, for the next ones.
pub(super) type Spare = Vec<Vec<u8>>;

/// The messages of a document.
///
/// # Errors
/// Why the record is held: an expression has no value, or a message cannot be written.
pub(super) fn write(plan: &Plan, channels: &Channels, of: &Composing<'_, '_>, spare: &mut Spare) -> Result<Vec<Message>, Hold> {
    let key = DocumentKey::new(&plan.hash, of.document.record);
    let no_value = |error: crate::kit::expr::EvalError| Hold::new(&code::RECORD_EXPRESSION, error.to_string());
    let content = hash_document(of.document);
    let mut messages = Vec::new();
    for route in &of.decision.routes {
        let Some(stream) = channels.stream(route.channel) else { continue };
        let parts = match (&channels.email, route.channel) {
            (Some(email), Channel::EMAIL) => {
                let mut variables = of.env.vars.to_vec();
                let token = email.token(&key);
                variables[TOKEN] = Value::Text(token.as_deref().unwrap_or_default());
                email.parts(&Env { vars: &variables, ..of.env }).map_err(no_value)?
            }
            _ => EmailParts::default(),
        };
        let fields = match channels.hook(route.channel) {
            Some(hook) => hook.fields(&of.env).map_err(no_value)?,
            None => Vec::new(),
        };
        let outgoing = Outgoing {
            key: &key,
            document: &of.document.id,
            title: &of.document.title,
            document_type: &of.decision.document_type,
            recipient: &route.recipient,
            pages: of.document.pages.len() as u32,
            content: &content,
            email: of.renditions.email.as_deref(),
            sms: of.renditions.sms.as_ref(),
            pdf: of.pdf.filter(|_| !parts.attach.is_empty()),
            parts: &parts,
            fields: &fields,
        };
        let name = channels.rules.name(route.channel);
        let mut bytes = spare.pop().unwrap_or_default();
        bytes.clear();
        let id = stream.message(&outgoing, &mut bytes).map_err(|reason| Hold::new(&code::RECORD_MESSAGE, format!("{name}: {reason}")))?;
        messages.push(Message { channel: route.channel, bytes, id });
    }
    Ok(messages)
}

/// What the ledger will know of the messages of a volume.
#[derive(Default)]
pub(super) struct CommittedMessages {
    /// Their files.
    pub(super) files: Vec<MessageFileRow>,
    /// The messages.
    pub(super) messages: Vec<MessageRow>,
    /// Pictures that lie on a server, not yet written.
    pub(super) images: Vec<Picture>,
}

/// A picture that lies on a server.
pub(super) struct Picture {
    name: String,
    hash: Hash,
    bytes: Arc<[u8]>,
}

/// Writes the pictures that are not there yet. Many volumes show one: only one thread may do this.
pub(super) fn write_pictures(pictures: &[Picture], options: &Options<'_>) -> Result<Vec<FileRow>, EngineError> {
    let mut rows = Vec::with_capacity(pictures.len());
    for Picture { name, hash, bytes } in pictures {
        let path = options.out.join(name);
        if Fingerprint::of(&path).map_or(0, Fingerprint::length) != bytes.len() as u64 {
            options.disk.commit(&path, bytes)?;
        }
        rows.push(FileRow { name: name.clone(), bytes: bytes.len() as u64, hash: *hash });
    }
    Ok(rows)
}

/// The messages of one range of records.
#[derive(Default)]
pub(super) struct Files {
    files: BTreeMap<Channel, Growing>,
    /// What the ledger will know of each message.
    pub(super) rows: Vec<MessageRow>,
    images: BTreeMap<Hash, (String, Arc<[u8]>)>,
}

/// From how many bytes on a piece of a file is written: few enough to be near the processor still, when they are hashed and written.
const PIECE_BYTES: usize = 256 << 10;

/// A file of messages, written piece by piece, so that no range of records has all of its messages in memory.
struct Growing {
    name: String,
    path: PathBuf,
    pending: Pending,
    file: MessageFile,
    /// Of all bytes, also those that are not written yet.
    hasher: Hasher,
    /// How many bytes of the next piece are hashed.
    hashed: usize,
    bytes: u64,
    messages: u32,
}

impl Growing {
    fn begin(name: String, container: &Container, options: &Options<'_>) -> Result<Growing, EngineError> {
        let path = options.out.join(&name);
        let pending = options.disk.begin(&path)?;
        Ok(Growing { name, path, pending, file: MessageFile::new(container), hasher: Hasher::new(), hashed: 0, bytes: 0, messages: 0 })
    }

    /// Adds a message; gives its place and its hash.
    fn push(&mut self, message: &[u8]) -> Result<(MessagePlace, Hash), MboxError> {
        let place = self.file.push(message)?;
        let hash = hash_beside(&mut self.hasher, &self.file.bytes()[self.hashed..], message);
        self.hashed = self.file.bytes().len();
        self.messages += 1;
        Ok((place, hash))
    }

    /// Writes what was added, if it is a piece or the last one.
    fn write(&mut self, is_last: bool) -> Result<(), EngineError> {
        let piece = self.file.bytes();
        if piece.is_empty() || (piece.len() < PIECE_BYTES && !is_last) {
            return Ok(());
        }
        self.pending.write_all(piece).map_err(|error| FileError::new("write", &self.path, error))?;
        self.bytes += piece.len() as u64;
        self.file.take();
        self.hashed = 0;
        Ok(())
    }
}

impl Files {
    /// Adds the messages of a document; their buffers are spare then.
    pub(super) fn add(
        &mut self,
        channels: &Channels,
        volume: u32,
        record: u64,
        messages: Vec<Message>,
        spare: &mut Spare,
        options: &Options<'_>,
    ) -> Result<(), EngineError> {
        for Message { channel, bytes, id } in messages {
            let stream = channels.stream(channel).expect("what has a message has a stream");
            let growing = match self.files.entry(channel) {
                Entry::Occupied(open) => open.into_mut(),
                Entry::Vacant(new) => {
                    let name = Folder::messages_name(volume, &stream.extension());
                    new.insert(Growing::begin(name, &stream.container(), options)?)
                }
            };
            let name = channels.rules.name(channel);
            let added = growing.push(&bytes);
            let (place, hash) = added.map_err(|error| EngineError::Message(format!("{name}, record {}: {error}", record + 1)))?;
            growing.write(false)?;
            self.rows.push(MessageRow {
                record,
                channel: name.to_string(),
                volume,
                offset: place.offset,
                length: place.length,
                hash,
                message_id: id,
            });
            spare.push(bytes);
        }
        Ok(())
    }

    /// Keeps the pictures that lie on a server.
    pub(super) fn add_images(&mut self, content: &EmailContent) {
        for image in content.images.iter().filter(|image| image.content_id.is_empty()) {
            self.images.entry(image.hash).or_insert_with(|| (image.file_name.clone(), image.bytes.clone()));
        }
    }

    /// Ends all files and puts them in their places, beside the volume of their number.
    pub(super) fn commit(self, channels: &Channels, volume: u32) -> Result<CommittedMessages, EngineError> {
        let mut rows = Vec::new();
        for (channel, mut growing) in self.files {
            growing.write(true)?;
            let Growing { name, pending, hasher, bytes, messages, .. } = growing;
            pending.commit()?;
            let word = channels.rules.name(channel).to_string();
            rows.push(MessageFileRow { volume, channel: word, file: name, messages, bytes, hash: hasher.finish() });
        }
        let images = self.images.into_iter().map(|(hash, (name, bytes))| Picture { name: format!("{IMAGES}{name}"), hash, bytes }).collect();
        Ok(CommittedMessages { files: rows, messages: self.rows, images })
    }
}

/// The folder of pictures that e-mails find on a server.
pub(super) const IMAGES: &str = "images/";
