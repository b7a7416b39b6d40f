-- Pressrun ledger, version 3. Every row is written once; nothing is updated but the state of the job.
CREATE TABLE job (
    id           INTEGER PRIMARY KEY CHECK (id = 1),
    plan         TEXT    NOT NULL,              -- SHA-256 of the plan, hexadecimal
    name         TEXT    NOT NULL,
    date         TEXT    NOT NULL,              -- the job's date, ISO 8601
    program      TEXT    NOT NULL,              -- the version that runs it
    state        TEXT    NOT NULL,              -- composing, composed, printed, closed, failed
    records      INTEGER                        -- known once every range is cut
) STRICT;
CREATE TABLE inputs (
    number       INTEGER PRIMARY KEY,
    path         TEXT    NOT NULL,
    length       INTEGER NOT NULL,
    modified     TEXT    NOT NULL               -- nanoseconds since 1970, as text: it needs more than 63 bits one day
) STRICT;
CREATE TABLE media (
    number       INTEGER PRIMARY KEY,
    name         TEXT    NOT NULL,
    width        INTEGER NOT NULL,              -- thousandths of a point
    height       INTEGER NOT NULL
) STRICT;
CREATE TABLE volumes (
    number       INTEGER PRIMARY KEY,
    first_record INTEGER NOT NULL,
    records      INTEGER NOT NULL,
    documents    INTEGER NOT NULL,
    pages        INTEGER NOT NULL,
    bytes        INTEGER NOT NULL,
    sha256       BLOB,                          -- NULL: no document, so no file
    file         TEXT,
    source       BLOB    NOT NULL,              -- SHA-256 of the input bytes the volume was made from
    used         BLOB    NOT NULL               -- glyphs, images and forms its pages name
) STRICT;
CREATE TABLE documents (
    record       INTEGER PRIMARY KEY,
    id           TEXT    NOT NULL,
    volume       INTEGER NOT NULL,
    first_page   INTEGER NOT NULL,
    pages        INTEGER NOT NULL,
    sheets       INTEGER NOT NULL,
    offset       INTEGER NOT NULL,
    length       INTEGER NOT NULL,
    hash         BLOB    NOT NULL,
    sort_key     BLOB    NOT NULL,
    layout       INTEGER NOT NULL
) STRICT;
CREATE TABLE holds (
    record       INTEGER PRIMARY KEY,
    volume       INTEGER NOT NULL,
    code         TEXT    NOT NULL,
    reason       TEXT    NOT NULL,
    input        INTEGER NOT NULL,
    offset       INTEGER NOT NULL,
    length       INTEGER NOT NULL,
    lines_input  INTEGER,                       -- the file of its lines, if its input has one
    lines_offset INTEGER,
    lines_length INTEGER
) STRICT;
-- Documents that were composed, but not without doubt: a character without a glyph, where the job reports instead of holds.
CREATE TABLE remarks (
    record       INTEGER NOT NULL,
    volume       INTEGER NOT NULL,
    code         TEXT    NOT NULL,
    reason       TEXT    NOT NULL,
    PRIMARY KEY (record, code)
) STRICT, WITHOUT ROWID;
-- What became of the slots of each document.
CREATE TABLE slots (
    record       INTEGER NOT NULL,
    volume       INTEGER NOT NULL,
    slot         TEXT    NOT NULL,
    message      TEXT,                          -- NULL: none
    passed_over  TEXT    NOT NULL,              -- messages for this record that could not be taken, and why not
    PRIMARY KEY (record, slot)
) STRICT, WITHOUT ROWID;
CREATE TABLE print_files (
    number       INTEGER PRIMARY KEY,
    pieces       INTEGER NOT NULL,
    pages        INTEGER NOT NULL,              -- composed pages in it
    blanks       INTEGER NOT NULL,              -- empty sides added for duplex
    sheets       INTEGER NOT NULL,
    bytes        INTEGER NOT NULL,
    sha256       BLOB    NOT NULL,
    file         TEXT    NOT NULL
) STRICT;
-- The place of each document in the mail stream. A table of its own, so that documents are written once and in order.
CREATE TABLE pieces (
    sequence     INTEGER PRIMARY KEY,
    record       INTEGER NOT NULL,
    print_file   INTEGER NOT NULL,
    print_page   INTEGER NOT NULL               -- first page in the print file, from 1
) STRICT;
-- What else is in the folder: the frozen plan, and what is handed over with the print files once the job is closed.
CREATE TABLE files (
    name         TEXT    PRIMARY KEY,           -- path in the output folder
    bytes        INTEGER NOT NULL,
    sha256       BLOB    NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE stages (
    name         TEXT    PRIMARY KEY,
    milliseconds INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE VIEW fates AS
    SELECT d.record, d.id, d.volume, d.first_page, d.pages, d.sheets, hex(d.hash) AS sha256,
           p.sequence, p.print_file, p.print_page, CASE WHEN p.record IS NULL THEN 'composed' ELSE 'print' END AS fate, NULL AS reason
      FROM documents d LEFT JOIN pieces p ON p.record = d.record
    UNION ALL
    SELECT h.record, NULL, h.volume, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'held', h.code || ': ' || h.reason FROM holds h;
