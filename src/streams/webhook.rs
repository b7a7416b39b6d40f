//! The stream of a web hook: one JSON object per document, to be posted to a program of the user.
//!
//! Takes what identifies the document and the fields that the job names, gives a line of NDJSON. Must never know the URL.

use super::message::{Container, MessageStream, Outgoing};

/// A web hook.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WebhookStream {
    /// The name of its channel.
    pub name: String,
    /// The job.
    pub job: String,
    /// The job's date, ISO 8601.
    pub date: String,
}

impl MessageStream for WebhookStream {
    fn extension(&self) -> String {
        format!("{}.ndjson", self.name)
    }

    fn container(&self) -> Container {
        Container::Lines
    }

    fn message(&self, outgoing: &Outgoing<'_>, out: &mut Vec<u8>) -> Result<String, String> {
        // The content is in it: what a corrected run posts is not taken for what was posted before.
        let id = format!("{}.{}.{}", outgoing.key, outgoing.content.short(), self.name);
        let fields: serde_json::Map<String, serde_json::Value> =
            outgoing.fields.iter().map(|(name, value)| (name.to_string(), value.as_str().into())).collect();
        let object = serde_json::json!({
            "id": id,
            "job": self.job,
            "date": self.date,
            "document": outgoing.document,
            "title": outgoing.title,
            "type": outgoing.document_type,
            "to": outgoing.recipient,
            "pages": outgoing.pages,
            "sha256": outgoing.content.hex(),
            "fields": fields,
        });
        out.extend_from_slice(object.to_string().as_bytes());
        Ok(id)
    }
}
