//! Layer 6: the tools of layout authors: layout tests, differences between runs, the preview.
//!
//! Takes jobs, composes single records by the code of a run (`engine::with_records`), and says what is on their pages. Must never
//! write into the output folder of a job, and never decide how a page looks.

pub mod addresses;
pub mod align;
pub mod cases;
pub mod changes;
mod check;
pub mod diff;
pub mod html;
pub mod page_text;
pub mod presort;
pub mod preview;
pub mod suite;
