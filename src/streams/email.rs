//! The e-mail stream: a document's content as a message by RFC 5322 and MIME.
//!
//! Takes content and what the record says of sender and recipient, gives bytes with CRLF that stand in an mbox file, signed if the job
//! has a key. The return path belongs to delivery. Must never read a layout or a clock: the Date header is the job's.

use std::sync::Arc;

use super::message::{Container, MessageStream, Outgoing};
use crate::base::date::Date;
use crate::kit::dkim::Signer;
use crate::kit::mime::{Address, Attachment, Image, Mailbox, Message, Unsubscribe, unix_of};

/// Who sends, and when.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EmailStream {
    /// The sender.
    pub from: Address,
    /// The name beside it.
    pub from_name: String,
    /// Where answers go.
    pub reply_to: Option<Address>,
    /// The job's date.
    pub date: Date,
    /// The time of day in minutes since midnight, UTC.
    pub minutes: u16,
    /// List-Id (RFC 2919).
    pub list_id: Option<String>,
    /// Who signs (RFC 6376); nobody: messages are not signed.
    pub signer: Option<Arc<Signer>>,
}

impl MessageStream for EmailStream {
    fn extension(&self) -> String {
        "mbox".into()
    }

    fn container(&self) -> Container {
        Container::Mbox { sender: self.from.to_string(), date: self.date }
    }

    fn message(&self, outgoing: &Outgoing<'_>, out: &mut Vec<u8>) -> Result<String, String> {
        let content = outgoing.email.ok_or("its layout says nothing for e-mail: it has no `<email>`")?;
        let to = Address::parse(outgoing.recipient).map_err(|reason| format!("the e-mail address `{}`: {reason}", outgoing.recipient))?;
        // The content is in it: a corrected run of the same job sends other messages.
        let id = format!("{}.{}.email@{}", outgoing.key, outgoing.content.short(), self.from.domain());
        // Pictures on a server have no part in the message.
        let attached = content.images.iter().filter(|image| !image.content_id.is_empty());
        let images: Vec<Image<'_>> =
            attached.map(|image| Image { cid: &image.content_id, media_type: image.media_type, bytes: &image.bytes }).collect();
        let attachment = outgoing.pdf.map(|bytes| Attachment { name: &outgoing.parts.attach, media_type: "application/pdf", bytes });
        let key = outgoing.key.to_string();
        let mut headers = vec![("Auto-Submitted", "auto-generated"), ("X-Pressrun-Document", key.as_str())];
        headers.extend(self.list_id.as_deref().map(|list| ("List-Id", list)));
        headers.extend((!outgoing.parts.feedback_id.is_empty()).then_some(("Feedback-ID", outgoing.parts.feedback_id.as_str())));
        let unsubscribe =
            outgoing.parts.is_marketing.then_some(Unsubscribe { https: &outgoing.parts.unsubscribe_url, mailto: &outgoing.parts.unsubscribe_mail });
        let message = Message {
            from: Mailbox { name: &self.from_name, address: &self.from },
            to: Mailbox { name: &outgoing.parts.to_name, address: &to },
            reply_to: self.reply_to.as_ref().map(|address| Mailbox { name: "", address }),
            subject: &content.subject,
            date: unix_of(self.date, u32::from(self.minutes)),
            message_id: &id,
            text: &content.text,
            html: &content.html,
            images: &images,
            attachments: attachment.as_slice(),
            unsubscribe,
            headers: &headers,
        };
        let start = out.len();
        message.write(out).map_err(|error| error.to_string())?;
        if let Some(signer) = &self.signer {
            let signature = signer.sign(&out[start..], None).map_err(|error| error.to_string())?;
            out.splice(start..start, signature);
        }
        Ok(id)
    }
}
