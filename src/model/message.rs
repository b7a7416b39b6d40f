//! What a document says in an e-mail and in an SMS: the parts of a layout that say so, and what is made of them.
//!
//! Takes resolved blocks and expressions, gives them with the subject; takes finished texts, gives them with their pictures. Must
//! never know how a message is wrapped, addressed or sent.

use std::sync::Arc;

use crate::base::code;
use crate::base::hash::Hash;
use crate::base::limits;
use crate::base::span::Span;
use crate::kit::expr::Expr;
use crate::kit::sms::Count;
use crate::model::layout::{Inline, Node};
use crate::model::record::Remark;
use crate::model::style::TextStyleId;

/// Where a block of the body appears.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Only {
    /// On pages, in no e-mail.
    Pages,
    /// In the e-mail, on no page.
    Email,
}

/// The `<email>` of a layout.
#[derive(Debug)]
pub struct EmailPart {
    /// Where it was written.
    pub span: Span,
    /// Its subject.
    pub subject: Expr,
    /// What mail programs show beside the subject before the message is opened.
    pub preheader: Option<Expr>,
    /// The style of text where no other applies.
    pub text: TextStyleId,
    /// Blocks before the body, or all of its blocks.
    pub before: Vec<Node>,
    /// Whether the body stands between the blocks.
    pub shows_body: bool,
    /// Blocks after the body.
    pub after: Vec<Node>,
}

/// The `<sms>` of a layout.
#[derive(Debug)]
pub struct SmsPart {
    /// Where it was written.
    pub span: Span,
    /// Its text; looks mean nothing in it.
    pub inlines: Vec<Inline>,
    /// The most segments a message may have.
    pub segments_max: u32,
    /// Whether characters outside the alphabet of 7 bits are replaced where that saves segments.
    pub transliterate: bool,
}

/// Which renditions of a document are wanted beside its pages.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Wants {
    /// An e-mail.
    pub email: bool,
    /// An SMS.
    pub sms: bool,
}

/// Where the pictures of e-mails are.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ImageLinks {
    /// In the message: `cid:<hash>@<domain>` (RFC 2392).
    Attached {
        /// The domain behind the `@` of their identifiers.
        domain: String,
    },
    /// On a server.
    Hosted {
        /// An `https` address to which the name of a picture is added: its SHA-256 in hexadecimal digits, and `.png` or `.jpg`.
        prefix: String,
    },
}

impl Default for ImageLinks {
    fn default() -> ImageLinks {
        ImageLinks::Attached { domain: "pressrun.invalid".into() }
    }
}

/// A picture of an e-mail.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct InlineImage {
    /// The SHA-256 of its bytes.
    pub hash: Hash,
    /// `<hash>@<domain>`, without angle brackets; empty if pictures are on a server.
    pub content_id: String,
    /// A name for it as a file: `<hash>.png`.
    pub file_name: String,
    /// `image/png` or `image/jpeg`.
    pub media_type: &'static str,
    /// The file.
    pub bytes: Arc<[u8]>,
}

/// The content of an e-mail.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct EmailContent {
    /// The subject: one line, without control characters.
    pub subject: String,
    /// What mail programs show beside the subject; also the first thing in the HTML.
    pub preheader: String,
    /// The language of its texts, a BCP 47 tag.
    pub language: String,
    /// The whole HTML document, with line feeds as line ends.
    pub html: String,
    /// The same as text, with line feeds as line ends and no line longer than 998 bytes.
    pub text: String,
    /// The pictures that the HTML names, each once, in the order in which it does. Shared by all messages of a worker that show them.
    pub images: Vec<Arc<InlineImage>>,
    /// Whether it is so long that Gmail shows its beginning only.
    pub is_clipped: bool,
}

impl EmailContent {
    /// What the document is to be looked at for because of its e-mail.
    pub fn remark(&self) -> Option<Remark> {
        let reason = || format!("the HTML of the e-mail has {} KB, and Gmail shows {}", self.html.len() >> 10, limits::EMAIL_CLIPPED_BYTES >> 10);
        self.is_clipped.then(|| Remark { code: &code::RECORD_EMAIL_CLIPPED, reason: reason() })
    }
}

/// The content of an SMS.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct SmsContent {
    /// The text.
    pub text: String,
    /// How it is coded, and in how many segments.
    pub count: Count,
}
