//! The keys of channels: `[channels]`, `[email]`, `[sms]`, `[[webhook]]`.
//!
//! Takes nothing, gives the tables of their sections. Must never fall behind `plan::channels` and `plan::messages_out`, which read them.

use super::keys::{Section, key};

/// `[channels]`.
pub(super) const CHANNELS: Section = Section {
    header: "[channels]",
    is_open: false,
    doc: "Which way a document takes to its recipient: `print`, `email`, `sms`, `archive` (kept, and sent to nobody) or the name of a web hook. Without this section every document is printed. Whatever the way, its pages are composed and kept in the volumes.",
    keys: &[
        key(
            "type",
            "a text with `{expressions}`",
            "the name of its layout",
            "\"{kind}\"",
            "What kind of document it is: rules, fallbacks and preferences tell them apart by it. Recorded with the document.",
        ),
        key(
            "customer",
            "a text with `{expressions}`",
            "",
            "\"{customer.no}\"",
            "What `preferences` calls the recipient. Required with `preferences`.",
        ),
        key(
            "preferences",
            "a file",
            "",
            "\"preferences.csv\"",
            "What recipients want: CSV with the columns `customer`, `channels` (names between spaces, or `none`), `valid-from`, and if wanted `type` (a kind of document; empty or `*`: all), `valid-until` (the last day) and `consent` (`yes` or `no`, to advertising). The row that is valid on the job's date counts, and its number is recorded with the document.",
        ),
        key(
            "preference",
            "a text with `{expressions}`",
            "",
            "\"{delivery}\"",
            "In place of `preferences`: the record says itself which channels its recipient wants. A record that says nothing has no preference; one that names no channel of the job is held (R0490).",
        ),
        key(
            "preference-version",
            "a text with `{expressions}`",
            "of the record",
            "\"{delivery.since}\"",
            "What is recorded of the preference that a record brings.",
        ),
        key(
            "consent",
            "a condition",
            "false",
            "\"marketing eq 'yes'\"",
            "Whether the recipient of a record agreed to advertising, with `preference`.",
        ),
        key(
            "default",
            "names of channels",
            "print",
            "\"print\"",
            "Where documents go that no rule takes; they are recorded with the rule `default`.",
        ),
        key("rule", "tables", "", "", "Rules, tried in order: the first that applies decides."),
        key("fallback", "tables", "", "", "What stands in for a channel."),
    ],
};

/// `[[channels.rule]]`.
pub(super) const RULE: Section = Section {
    header: "[[channels.rule]]",
    is_open: false,
    doc: "A rule. Its condition sees the record, `document.type`, and the preference of the recipient: `preference.known`, `preference.channels` (names between spaces), `preference.print`, `preference.email`, `preference.sms`, `preference.consent`.",
    keys: &[
        key("name", "a text", "", "\"paperless\"", "Its name, which is recorded with every document it decides about."),
        key("type", "a text", "all", "\"invoice\"", "The kind of documents it is for."),
        key("when", "a condition", "always", "\"preference.email and total lt 10000\"", "When it applies."),
        key(
            "to",
            "names of channels, or `preference`",
            "",
            "\"print email\"",
            "Where the documents go: each of the channels gets one. `preference` stands for those that the recipient prefers; such a rule passes over recipients without a preference.",
        ),
        key(
            "suppress",
            "a text",
            "",
            "\"closed account\"",
            "In place of `to`: nothing is composed, and the record is suppressed with this reason in `suppressed.csv`.",
        ),
    ],
};

/// `[[channels.fallback]]`.
pub(super) const FALLBACK: Section = Section {
    header: "[[channels.fallback]]",
    is_open: false,
    doc: "What stands in for a channel by which the recipient is not reached (an address is missing or broken), or whose message comes back or stays under way too long. Chains are fallbacks one after the other.",
    keys: &[
        key("from", "the name of a channel", "", "\"email\"", "The channel that fails."),
        key("to", "the name of a channel", "", "\"print\"", "The channel in its place."),
        key("type", "a text", "all", "\"invoice\"", "The kind of documents it is for."),
        key(
            "after",
            "hours or days, as `24h` or `3d`",
            "72h",
            "\"24h\"",
            "How long a message may be under way: after this time since it was first tried, `pressrun fallback` takes it for lost.",
        ),
    ],
};

/// `[email]`.
pub(super) const EMAIL: Section = Section {
    header: "[email]",
    is_open: false,
    doc: "Messages by e-mail, one file of them (`volumes/NNNN.mbox`) beside each volume. What they show, layouts say: `<email>`.",
    keys: &[
        key(
            "to",
            "a text with `{expressions}`",
            "",
            "\"{customer.email}\"",
            "The address of the recipient. One that no mail can be sent to takes the fallback of `email`.",
        ),
        key("to-name", "a text with `{expressions}`", "", "\"{customer.name}\"", "The name beside the address."),
        key("from", "an e-mail address", "", "\"billing@bank.example\"", "The sender. Its domain stands in message ids."),
        key("from-name", "a text", "", "\"Example Bank\"", "The name beside it."),
        key("reply-to", "an e-mail address", "", "\"service@bank.example\"", "Where answers go."),
        key(
            "return-path",
            "an e-mail address",
            "the sender",
            "\"bounce@mail.bank.example\"",
            "Where bounces go. With `return-key` each message has its own: `bounce+TOKEN@mail.bank.example`.",
        ),
        key(
            "return-key",
            "a file",
            "",
            "\"secrets/return.key\"",
            "At least 16 bytes that nobody else knows: with them the token of a return path is signed, so that no forged bounce is believed. The file is not kept in the output folder.",
        ),
        key(
            "time",
            "a time of day, UTC",
            "00:00",
            "\"06:00\"",
            "The time in the Date header, on the job's date: messages are the same whenever they are made.",
        ),
        key(
            "attach",
            "a text with `{expressions}`",
            "nothing is attached",
            "\"statement-{account}.pdf\"",
            "The name under which the document is attached as a PDF/A file, cut out of its volume.",
        ),
        key(
            "images",
            "`attached`, or the beginning of a URL",
            "attached",
            "\"https://static.bank.example/mail/\"",
            "Where pictures are: in the message itself (`cid:`, RFC 2392), or at this place of the web under the SHA-256 of their bytes, from the folder `images/` of the output.",
        ),
        key(
            "marketing",
            "a condition",
            "false",
            "\"campaign ne ''\"",
            "Whether a message is advertising: it then needs the consent of the recipient, and bears List-Unsubscribe (RFC 8058).",
        ),
        key(
            "unsubscribe-url",
            "a text with `{expressions}`",
            "",
            "\"https://bank.example/u?t={message.token}\"",
            "What a mail program posts to when its user wants no more of them; https. `message.token` is signed with `return-key`. Required with `marketing`.",
        ),
        key("unsubscribe-mail", "a text with `{expressions}`", "", "\"u+{message.token}@bank.example\"", "An address for the same."),
        key("list-id", "a text", "", "\"statements.bank.example\"", "List-Id (RFC 2919)."),
        key(
            "feedback-id",
            "a text with `{expressions}`",
            "",
            "\"{document.type}:pressrun\"",
            "Feedback-ID, by which large mailbox providers sum up complaints.",
        ),
        key("dkim", "a table", "", "", "Signatures (RFC 6376)."),
        key("smtp", "a table", "", "", "The server that messages are delivered to."),
    ],
};

/// `[sms]`.
pub(super) const SMS: Section = Section {
    header: "[sms]",
    is_open: false,
    doc: "Text messages, one JSON object per line in `volumes/NNNN.sms.ndjson` beside each volume, for a gateway. What they say, layouts say: `<sms>`.",
    keys: &[
        key(
            "to",
            "a text with `{expressions}`",
            "",
            "\"{customer.mobile}\"",
            "The telephone number of the recipient, E.164: a plus sign and 8 to 15 digits; spaces, hyphens, brackets and full stops between them are passed over. Another takes the fallback of `sms`.",
        ),
        key("from", "a number or a name of at most 11 letters", "", "\"ExampleBank\"", "The sender."),
        key(
            "url",
            "an address of the web",
            "",
            "\"https://gateway.example/sms\"",
            "Where `pressrun deliver` posts the messages; without it they are for whoever reads the files.",
        ),
        key("secret", "a file", "", "\"secrets/sms.key\"", "With these bytes each request to `url` is signed, as those of web hooks are."),
    ],
};

/// `[[webhook]]`.
pub(super) const WEBHOOK: Section = Section {
    header: "[[webhook]]",
    is_open: false,
    doc: "A channel of your own: one JSON object per document in `volumes/NNNN.NAME.ndjson`, which `pressrun deliver` posts to a URL.",
    keys: &[
        key("name", "a text", "", "\"portal\"", "The name of the channel."),
        key(
            "url",
            "an address of the web",
            "",
            "\"https://portal.bank.example/documents\"",
            "Where a document is posted to. `http` is allowed to the machine itself only.",
        ),
        key(
            "secret",
            "a file",
            "",
            "\"secrets/portal.key\"",
            "With these bytes each request is signed: `Pressrun-Signature: t=SECONDS,v1=HMAC-SHA256 of \"SECONDS.BODY\"`, hexadecimal.",
        ),
        key("to", "a text with `{expressions}`", "", "\"{customer.portal-id}\"", "Who it is for. An empty one takes the fallback of the channel."),
        key("fields", "a table", "", "", "What else the object says: names with expressions."),
    ],
};

/// `[webhook.fields]`.
pub(super) const WEBHOOK_FIELDS: Section = Section {
    header: "[webhook.fields]",
    is_open: true,
    doc: "A name for each further field of the JSON object, with the expression that gives its value.",
    keys: &[key("NAME", "an expression", "", "total = \"closing\"", "A field. Amounts and numbers are texts, so that no reader rounds them.")],
};
