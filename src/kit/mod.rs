//! Layer 1: tools that know nothing of jobs or mail; each could be a crate of its own.
//!
//! Takes base types, gives expressions, catalogues of texts, locales, fonts, text shaping, images, barcodes, charts, PDF syntax, Merkle trees,
//! canonical JSON and bags. Must never know
//! what a record, a layout or a job is.

pub mod bagit;
pub mod barcode;
pub mod base64;
pub mod bounce;
pub mod catalogue;
pub mod chart;
pub mod csv;
pub mod dkim;
pub mod expr;
pub mod font;
pub mod html;
pub mod icc;
pub mod image;
pub mod json_canonical;
pub mod locale;
pub mod merkle;
pub mod mime;
pub mod pdf;
pub mod raster;
pub mod sample;
pub mod sign;
pub mod signature;
pub mod sms;
pub mod svg;
pub mod table;
pub mod text;
