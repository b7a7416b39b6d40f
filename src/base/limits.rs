//! Limits on everything that grows.
//!
//! Takes nothing, gives the numbers. Customer data is hostile: what passes a limit is held or refused with a
//! reason, never cut short silently.

/// Bytes of the list of a frozen plan.
pub const PLAN_LIST_BYTES_MAX: usize = 16 << 20;
/// Largest record in bytes; a larger one is held.
pub const RECORD_BYTES_MAX: usize = 64 << 20;
/// Deepest nesting of JSON arrays and objects or XML elements in a record.
pub const NESTING_MAX: usize = 128;
/// Most rows of all lists of one record.
pub const LIST_ROWS_MAX: usize = 2_000_000;
/// Longest text value in bytes.
pub const TEXT_BYTES_MAX: usize = 4 << 20;
/// Most marks of a job.
pub const MARKS_MAX: usize = 32;
/// Most fields in a data contract.
pub const FIELDS_MAX: usize = 2_000;
/// Most elements of an XML record; a few bytes each in the file, but many in memory.
pub const XML_ELEMENTS_MAX: usize = 4_000_000;
/// Most attributes of one XML element in customer data.
pub const XML_ATTRIBUTES_MAX: usize = 256;
/// Most columns of a CSV file.
pub const CSV_COLUMNS_MAX: usize = 4_096;
/// Most pages of one document.
pub const PAGES_PER_DOCUMENT_MAX: usize = 50_000;
/// Largest layout or job file in bytes.
pub const LAYOUT_BYTES_MAX: usize = 8 << 20;
/// Largest file of a message in bytes.
pub const MESSAGE_BYTES_MAX: usize = 64 << 10;
/// Most messages of a job.
pub const MESSAGES_MAX: usize = 1_000;
/// Deepest nesting of elements in a layout.
pub const LAYOUT_NESTING_MAX: usize = 64;
/// Most layouts that extend each other in one chain.
pub const LAYOUT_BASES_MAX: usize = 8;
/// Largest file of a catalogue in bytes.
pub const CATALOGUE_BYTES_MAX: usize = 1 << 20;
/// Most languages of a catalogue.
pub const CATALOGUE_LANGUAGES_MAX: usize = 200;
/// Longest text of a catalogue as it is written, in bytes.
pub const CATALOGUE_ENTRY_BYTES_MAX: usize = 64 << 10;
/// Longest text of a catalogue with all texts it contains, in bytes; a value counts as 16.
pub const CATALOGUE_TEXT_MAX: usize = 32 << 10;
/// Deepest nesting of the choices of a text and of the texts it contains.
pub const CATALOGUE_NESTING_MAX: usize = 64;
/// Deepest nesting of an expression.
pub const EXPRESSION_NESTING_MAX: usize = 64;
/// Longest expression in bytes.
pub const EXPRESSION_BYTES_MAX: usize = 4_096;
/// Longest text an expression may build, in bytes.
pub const EXPRESSION_TEXT_MAX: usize = 1 << 20;
/// Most evaluation steps of one expression for one record.
pub const EXPRESSION_STEPS_MAX: u32 = 50_000_000;
/// Largest image file in bytes.
pub const IMAGE_BYTES_MAX: usize = 64 << 20;
/// Most pixels of an image; a small file can announce billions.
pub const IMAGE_PIXELS_MAX: u64 = 100_000_000;
/// Most bytes of the pixels of an image once it is decompressed: A4 in colour with transparency at 800 dpi.
pub const IMAGE_DECODED_BYTES_MAX: u64 = 256 << 20;
/// Most pictures that the records of a job choose among: all are known before the first record.
pub const PICTURES_MAX: usize = 10_000;
/// Most bytes of their files. They are kept in memory, once for all workers.
pub const PICTURES_BYTES_MAX: u64 = 256 << 20;
/// Deepest folder of pictures below the one a layout names.
pub const PICTURES_NESTING_MAX: usize = 4;
/// Largest SVG picture in bytes.
pub const SVG_BYTES_MAX: usize = 4 << 20;
/// Deepest nesting of the elements of an SVG picture, references followed.
pub const SVG_NESTING_MAX: usize = 64;
/// Most elements and letters of an SVG picture, references followed: `use` can multiply what a file holds.
pub const SVG_ELEMENTS_MAX: u64 = 100_000;
/// Most bytes of operators that an SVG picture may become.
pub const SVG_CONTENT_MAX: usize = 8 << 20;
/// Most faults of one SVG picture that are told.
pub const SVG_FAULTS_MAX: usize = 20;
/// Largest font file in bytes.
pub const FONT_BYTES_MAX: usize = 64 << 20;
/// Longest word handed to the shaper in one piece, in bytes.
pub const WORD_BYTES_MAX: usize = 512;
/// Words kept per worker and face before the cache starts anew.
pub const WORD_CACHE_MAX: usize = 1 << 16;
/// Longest barcode payload in bytes: the digits of the largest QR symbol.
pub const BARCODE_BYTES_MAX: usize = 7_089;
/// Longest sort key of a document in bytes; what follows does not take part in the order.
pub const SORT_KEY_BYTES_MAX: usize = 96;
/// Most indirect objects of a PDF/A file (ISO 19005-2, 6.1.13: 8,388,607).
pub const PDF_OBJECTS_MAX: usize = 8_388_607;
/// Longest payload of a linear barcode in bytes; a longer one fits no letter.
pub const LINEAR_BARCODE_BYTES_MAX: usize = 255;
/// Largest file that `[mail]` names, in bytes: lists of millions of addresses.
pub const MAIL_FILE_BYTES_MAX: usize = 2 << 30;
/// Largest of them whose text is kept for messages.
pub const MAIL_FILE_BYTES_SHOWN: usize = 8 << 20;
/// Most rows of a table of a scheme: all sectors or carrier routes of a large country are fewer.
pub const SCHEME_ROWS_MAX: usize = 2_000_000;
/// Largest table of a scheme in bytes.
pub const SCHEME_BYTES_MAX: usize = 128 << 20;
/// Most files of a scheme.
pub const SCHEME_FILES_MAX: usize = 256;
/// Most pieces of a mailing: they are numbered with 32 bits.
pub const PIECES_MAX: usize = u32::MAX as usize;
/// Pieces that are sorted in memory at once; more are sorted in runs that are merged.
pub const PIECES_SORTED_AT_ONCE: usize = 10_000_000;
/// Largest list of pieces that `pressrun presort` reads, in bytes: places in it have 32 bits.
pub const PIECES_FILE_BYTES_MAX: usize = 4_000_000_000;
/// Largest file of an inserter's camera in bytes: ten million sheets.
pub const CAMERA_BYTES_MAX: usize = 1 << 30;
/// Largest certificate of a run in bytes: a million trays.
pub const CERTIFICATE_BYTES_MAX: usize = 256 << 20;
/// Largest HTML or text of an e-mail in bytes; mail servers refuse messages of 10 to 25 MB, attachments and encoding included.
pub const EMAIL_BYTES_MAX: usize = 5 << 20;
/// Bytes of HTML of which Gmail shows nothing more.
pub const EMAIL_CLIPPED_BYTES: usize = 102 << 10;
/// Longest subject and preheader of an e-mail in bytes (RFC 5322, 2.1.1: a line).
pub const SUBJECT_BYTES_MAX: usize = 998;
/// Most keys by which the documents of a job are found.
pub const ARCHIVE_KEYS_MAX: usize = 16;
/// Largest proof or time stamp in bytes.
pub const PROOF_BYTES_MAX: usize = 64 << 20;
