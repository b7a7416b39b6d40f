//! The rules of the mail: addresses, presorting, marks for the inserter.
//!
//! Takes addresses, sheets, weights and the tables of a post, gives mailable addresses, trays in postal order, prices with their
//! reasons, and what a mark says. Must never look at the content of a page: address, sheets, weight and thickness are all it may know.
//!
//! # Postal order
//! [`scheme`] reads the tables of a post, [`presort`] sorts by them:
//! ```text
//! let scheme = scheme::read(&files, &sources, Day::On(date), place, &mut faults)?;     texts in, faults with places out
//! let mut pieces = Pieces::new(scheme.fields.len());                                    or Pieces::with_runs beyond memory
//! pieces.push(Postcode::pack("90210")?, thickness, weight, &[])?;                      in the order of the input
//! let sorted = presort::presort(&scheme, pieces.sorted()?, Settings::on(date))?;
//! sorted.order()            the sequences of the pieces in the order in which they are printed; a place is an index into it
//! sorted.trays              number, level, container, places, first and last postcode, weight, thickness, pallet
//! sorted.label(&tray)       its lines; sorted.key(&tray) its key; sorted.container(&tray) its kind
//! sorted.price(place)       what a piece costs, or why it has no price
//! sorted.explain(place, …)  why, in words
//! sorted.postage()          the summary, whose sums are exact
//! sorted.left()             pieces that no level took; sorted.explain_left(piece) why
//! sorted.verdict            whether the mailing meets the conditions of the scheme, and why (not)
//! ```

pub mod address;
pub mod camera;
pub mod envelope;
pub mod maildat;
pub mod matching;
pub mod omr;
pub mod presort;
pub mod reconcile;
pub mod scheme;
