//! Who is the same recipient: keys, households, lists of those who get no mail.
//!
//! Takes settled addresses, gives keys that are equal where the normalised parts are, and what is united by them. Must never
//! unite by a key alone: two names with one key are compared.

/// What documents must have in common to share an envelope.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Unite {
    /// The customer.
    Customer,
    /// Person and address.
    Person,
    /// Family name and address.
    Household,
    /// Address.
    Address,
}
