//! Where the messages of a channel are posted to: `[[webhook]]` and `[sms]`, as a finished run knows them.
//!
//! Takes the job file as the run has frozen it, gives [`PostSettings`]. Secrets are named, never read. Must never open a connection.

use super::keys::Section;
use super::read::{Table, parse};
use crate::base::diagnostic::Faults;
use crate::base::span::{FileId, Span};
use crate::model::channel::Channel;

/// Where the messages of a channel are posted to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PostSettings {
    /// The URL.
    pub url: Option<String>,
    /// The file of the secret that requests are signed with, as the job writes it.
    pub secret: Option<String>,
}

/// The job as it is looked at here; its keys were checked when the run was planned.
const OPEN: Section = Section { header: "", is_open: true, doc: "", keys: &[] };

/// The settings of a channel; nothing if the job has no such channel that is posted.
pub fn read_posts(text: &str, channel: &str) -> Option<PostSettings> {
    let (mut faults, file) = (Faults::new(), FileId(0));
    let table = parse(text, file, &mut faults)?;
    let root = Table::new(&table, Span::new(file, 0, 0), &OPEN, text, &mut faults);
    let settings = |table: &Table<'_>, faults: &mut Faults| {
        let [url, secret] = ["url", "secret"].map(|key| table.text(key, faults).map(|text| text.text));
        PostSettings { url, secret }
    };
    if channel == Channel::NAMES[usize::from(Channel::SMS.0)] {
        return root.table("sms", &OPEN, &mut faults).map(|table| settings(&table, &mut faults));
    }
    let hooks = root.tables("webhook", &OPEN, &mut faults);
    let hook = hooks.iter().find(|table| table.text("name", &mut Faults::new()).is_some_and(|name| name.text == channel))?;
    Some(settings(hook, &mut faults))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_channel_asked_for_is_found() {
        let job = "[sms]\nurl = \"https://g.example\"\n[[webhook]]\nname = \"a\"\nurl = \"https://a.example\"\n[[webhook]]\nname = \"b\"\nurl = \"https://b.example\"\nsecret = \"b.key\"\n";
        let found = |channel| read_posts(job, channel).and_then(|settings| settings.url);
        assert_eq!(found("b").as_deref(), Some("https://b.example"));
        assert_eq!(found("sms").as_deref(), Some("https://g.example"));
        assert_eq!(found("c"), None);
        assert_eq!(read_posts(job, "b").and_then(|settings| settings.secret).as_deref(), Some("b.key"));
    }
}
