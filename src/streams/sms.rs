//! The stream of text messages: one JSON object per document, for a gateway.
//!
//! Takes the text with its coding and count of segments, gives a line of NDJSON. Must never divide a text into segments: the gateway does.

use super::message::{Container, MessageStream, Outgoing};

/// Who sends.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SmsStream {
    /// A number or a name.
    pub from: String,
}

impl MessageStream for SmsStream {
    fn extension(&self) -> String {
        "sms.ndjson".into()
    }

    fn container(&self) -> Container {
        Container::Lines
    }

    fn message(&self, outgoing: &Outgoing<'_>, out: &mut Vec<u8>) -> Result<String, String> {
        let content = outgoing.sms.ok_or("its layout says nothing for text messages: it has no `<sms>`")?;
        // The content is in it: a corrected run of the same job sends other messages.
        let id = format!("{}.{}.sms", outgoing.key, outgoing.content.short());
        let object = serde_json::json!({
            "id": id,
            "document": outgoing.document,
            "type": outgoing.document_type,
            "from": self.from,
            "to": outgoing.recipient,
            "text": content.text,
            "coding": content.count.coding.name(),
            "segments": content.count.segments,
        });
        out.extend_from_slice(object.to_string().as_bytes());
        Ok(id)
    }
}
