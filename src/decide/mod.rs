//! Layer 3, DECIDE: a record → the ways its document takes, with the rule that chose them.
//!
//! Takes compiled rules, the preference of the recipient and what can be reached, gives a decision or a suppression. Must never
//! compose, send, or look at a clock: the job's date decides what is valid.

mod preference;
mod rules;

pub use preference::{Preference, Preferences, parse_channels};
pub use rules::{Case, DEFAULT_RULE, DecideError, Decided, Fallback, Hours, Rule, Rules, Step, Target};
