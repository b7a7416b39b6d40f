//! How a mailpiece stands after the press.
//!
//! Takes nothing, gives the words that ledger, camera files and commands share. Must never know who reports a status.

/// How a copy of a mailpiece stands.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Status {
    /// It is in a print file.
    Printed,
    /// It is in its envelope.
    Inserted,
    /// It was put into its envelope by hand.
    ByHand,
    /// The post has it.
    HandedOver,
    /// The inserter put it aside, as it was told to or on its own account.
    Diverted,
    /// It is spoiled: torn, jammed, or with a wrong page or insert in it.
    Damaged,
    /// It was not seen where it should have come.
    Missing,
    /// Nobody knows: it was in the machine when it jammed.
    Unknown,
    /// It was taken out.
    Pulled,
    /// A later copy takes its place.
    Voided,
}

impl Status {
    /// Every status, in the order of a piece's way.
    pub const ALL: [Status; 10] = [
        Status::Printed,
        Status::Inserted,
        Status::ByHand,
        Status::HandedOver,
        Status::Diverted,
        Status::Damaged,
        Status::Missing,
        Status::Unknown,
        Status::Pulled,
        Status::Voided,
    ];

    /// The word in the ledger.
    pub fn name(self) -> &'static str {
        match self {
            Status::Printed => "printed",
            Status::Inserted => "inserted",
            Status::ByHand => "by hand",
            Status::HandedOver => "handed over",
            Status::Diverted => "diverted",
            Status::Damaged => "damaged",
            Status::Missing => "missing",
            Status::Unknown => "unknown",
            Status::Pulled => "pulled",
            Status::Voided => "voided",
        }
    }

    /// The status of a word.
    pub fn parse(name: &str) -> Option<Status> {
        Status::ALL.into_iter().find(|status| status.name() == name)
    }

    /// Whether its envelope is ready for the post.
    pub fn is_enclosed(self) -> bool {
        matches!(self, Status::Inserted | Status::ByHand | Status::HandedOver)
    }

    /// Whether it must be printed again before the run can be closed.
    pub fn is_lost(self) -> bool {
        matches!(self, Status::Damaged | Status::Missing | Status::Unknown)
    }

    /// Whether nothing more has to happen with it.
    pub fn is_final(self) -> bool {
        matches!(self, Status::HandedOver | Status::Pulled)
    }
}

/// Why somebody must look at a piece.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum AlarmKind {
    /// Two envelopes hold the same piece.
    Doubled,
    /// A copy that was voided turned up.
    Voided,
    /// A piece that was pulled turned up.
    Pulled,
}

impl AlarmKind {
    /// Every kind.
    pub const ALL: [AlarmKind; 3] = [AlarmKind::Doubled, AlarmKind::Voided, AlarmKind::Pulled];

    /// The word in the ledger.
    pub fn name(self) -> &'static str {
        match self {
            AlarmKind::Doubled => "doubled",
            AlarmKind::Voided => "voided copy",
            AlarmKind::Pulled => "pulled piece",
        }
    }

    /// The kind of a word.
    pub fn parse(name: &str) -> Option<AlarmKind> {
        AlarmKind::ALL.into_iter().find(|kind| kind.name() == name)
    }
}
