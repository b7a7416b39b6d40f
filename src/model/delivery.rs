//! How messages stand after they were written.
//!
//! Takes nothing, gives the nouns that delivering, bounces and fallbacks share. Must never know a server or a file.

/// How a message stands.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum DeliveryState {
    /// Nothing was tried.
    Queued,
    /// Its last dot is about to be sent; found so after a kill, it is in doubt.
    Sending,
    /// The server took it.
    Accepted,
    /// The server did not want it now; it is tried again.
    Deferred,
    /// The server will never want it, or it was deferred for too long.
    Failed,
    /// Its last dot was sent and no answer was written down: it may have been taken.
    InDoubt,
    /// It came back: there is no such mailbox.
    BouncedHard,
    /// It came back for now: full, busy, too late.
    BouncedSoft,
    /// Its recipient complained about it.
    Complained,
    /// Another channel took it over.
    FallenBack,
}

impl DeliveryState {
    /// Every state, in the order of reports.
    pub const ALL: &[DeliveryState] = &[
        DeliveryState::Queued,
        DeliveryState::Sending,
        DeliveryState::Accepted,
        DeliveryState::Deferred,
        DeliveryState::Failed,
        DeliveryState::InDoubt,
        DeliveryState::BouncedHard,
        DeliveryState::BouncedSoft,
        DeliveryState::Complained,
        DeliveryState::FallenBack,
    ];

    /// Its word in the ledger and in reports.
    pub fn name(self) -> &'static str {
        match self {
            DeliveryState::Queued => "queued",
            DeliveryState::Sending => "sending",
            DeliveryState::Accepted => "accepted",
            DeliveryState::Deferred => "deferred",
            DeliveryState::Failed => "failed",
            DeliveryState::InDoubt => "in-doubt",
            DeliveryState::BouncedHard => "bounced-hard",
            DeliveryState::BouncedSoft => "bounced-soft",
            DeliveryState::Complained => "complained",
            DeliveryState::FallenBack => "fallen-back",
        }
    }

    /// The state of a word.
    pub fn parse(name: &str) -> Option<DeliveryState> {
        DeliveryState::ALL.iter().copied().find(|state| state.name() == name)
    }

    /// Whether the message may be handed to the server.
    pub fn may_be_sent(self) -> bool {
        matches!(self, DeliveryState::Queued | DeliveryState::Deferred)
    }

    /// Whether the document needs another way to its recipient, and can have it: nothing of it is under way any more.
    pub fn needs_fallback(self) -> bool {
        matches!(self, DeliveryState::Failed | DeliveryState::BouncedHard)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_have_words() {
        for state in DeliveryState::ALL {
            assert_eq!(DeliveryState::parse(state.name()), Some(*state));
        }
        assert_eq!(DeliveryState::parse("lost"), None);
    }
}
