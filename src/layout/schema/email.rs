//! Elements of what a document says in an e-mail and in an SMS.

use super::elements::{LINES, needs, takes};
use super::{Content, ElementSpec, Group, Kind, Place};

/// `<email>`.
pub(super) const EMAIL: ElementSpec = ElementSpec {
    name: "email",
    doc: "What the document says as an e-mail. Empty, it shows the body, each value as it stands on the pages. Blocks in it stand around the \
          body where `body-content` says so, or alone where it does not. Text starts from the look of the body. Of the body, what is `only=\"pages\"`, \
          what is placed, and what only pages have is left out: see docs/email.md.",
    content: Content::Elements(&["body-content"], &[Group::Block, Group::Control]),
    attributes: &[
        needs("subject", Kind::Template, "The subject. Line breaks in it become spaces."),
        takes("preheader", Kind::Template, "", "What mail programs show beside the subject before the message is opened."),
    ],
    properties: LINES,
    example: r#"<email subject="Your statement of {due | date 'MMMM yyyy'}" preheader="Closing balance {closing | money}">
  <h1>Hello {customer.name}</h1>
  <body-content/>
  <p><a href="https://bank.example/login">See it online</a></p>
</email>"#,
    place: Place::Layout,
};

/// `<body-content>`.
pub(super) const BODY_CONTENT: ElementSpec = ElementSpec {
    name: "body-content",
    doc: "The place of the body in the e-mail: its blocks as they are bound for the pages. Stands once, directly in `<email>`.",
    content: Content::Empty,
    attributes: &[],
    properties: &[],
    example: r#"<email subject="Your statement"> <p>Dear {customer.name}</p> <body-content/> </email>"#,
    place: Place::Layout,
};

/// `<sms>`.
pub(super) const SMS: ElementSpec = ElementSpec {
    name: "sms",
    doc: "What the document says as a text message. White space is one space, `<br/>` is a line break; `if`, `choose` and `for` may stand in it, looks \
          mean nothing. Characters outside the alphabet of GSM 03.38 make all segments shorter: 70 characters instead of 160.",
    content: Content::Inline,
    attributes: &[
        takes(
            "segments-max",
            Kind::Integer(1, 255),
            "3",
            "The most segments it may be sent as. A record whose text is longer gets no SMS, and the reason is told.",
        ),
        takes(
            "transliterate",
            Kind::Keyword(&["false", "true"]),
            "false",
            "Whether a text that is not in the alphabet is written with plain letters and signs (`\u{142}` as `l`, `\u{201c}` as `\"`), if that brings it there.",
        ),
    ],
    properties: &[],
    example: r#"<sms segments-max="2" transliterate="true">Alder Bank: your balance is {closing | money}. Details: https://bank.example</sms>"#,
    place: Place::Layout,
};
