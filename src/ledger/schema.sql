-- Pressrun ledger, version 5. Every row is written once; nothing is updated but the state of the job, and that of pieces after the press.
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
    layout       INTEGER NOT NULL,
    is_printed   INTEGER NOT NULL,              -- 0: it goes by other channels only
    totals       TEXT                           -- what it adds to the control totals, between line feeds; NULL: the job has none
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
CREATE TABLE places (
    place        INTEGER PRIMARY KEY,           -- in the order of the mail, from 1
    piece        INTEGER NOT NULL,              -- the mailpiece it is in
    record       INTEGER NOT NULL,
    print_file   INTEGER NOT NULL,
    print_page   INTEGER NOT NULL               -- first page in the print file, from 1
) STRICT;
-- What goes into one envelope.
CREATE TABLE pieces (
    sequence     INTEGER PRIMARY KEY,           -- its number in the job, from 1
    print_file   INTEGER NOT NULL,
    documents    INTEGER NOT NULL,
    pages        INTEGER NOT NULL,              -- composed pages
    sheets       INTEGER NOT NULL,
    tray         INTEGER NOT NULL,              -- 0: none
    position     INTEGER NOT NULL,              -- in the tray, from 1; 0: none
    envelope     INTEGER NOT NULL,              -- of the job, from 1; 0: none
    inserts      INTEGER NOT NULL,              -- bit n: the insert n of the job, from 0
    weight       INTEGER NOT NULL,              -- milligrams, contents and envelope; 0: not known
    thickness    INTEGER NOT NULL,              -- thousandths of a millimetre; 0: not known
    category     TEXT    NOT NULL,              -- of its price; empty: none
    price        INTEGER,                       -- millionths of the currency of its scheme
    serial       INTEGER NOT NULL,              -- from the book of serial numbers; 0: none
    diverted     TEXT                           -- why it is not mailed by machine
) STRICT;
-- The containers of the post, in the order of production.
CREATE TABLE trays (
    number       INTEGER PRIMARY KEY,           -- in the job, from 1
    scheme       INTEGER NOT NULL,              -- the scheme of the job, from 0
    level        TEXT    NOT NULL,
    key          TEXT    NOT NULL,
    container    TEXT    NOT NULL,              -- its kind; empty: the scheme has none
    first_piece  INTEGER NOT NULL,
    pieces       INTEGER NOT NULL,
    weight       INTEGER NOT NULL,              -- milligrams, container included
    thickness    INTEGER NOT NULL,              -- thousandths of a millimetre
    first_postcode TEXT  NOT NULL,
    last_postcode TEXT   NOT NULL,
    category     TEXT    NOT NULL,
    labels       TEXT    NOT NULL,              -- lines of its label, JSON
    pallet       INTEGER                        -- NULL: none
) STRICT;
-- What the mail knows of each document, in jobs with `[mail]`.
CREATE TABLE mail (
    record       INTEGER PRIMARY KEY,
    volume       INTEGER NOT NULL,
    country      TEXT    NOT NULL,
    postcode     TEXT    NOT NULL,
    routing      TEXT    NOT NULL,
    lines        TEXT    NOT NULL,              -- of the address, between line feeds
    name         TEXT    NOT NULL,
    keys         BLOB    NOT NULL,              -- five numbers of 8 bytes, big-endian
    inserts      INTEGER NOT NULL,
    fields       TEXT    NOT NULL,              -- JSON
    diverted     TEXT,
    weight       INTEGER NOT NULL,              -- of its paper, milligrams
    thickness    INTEGER NOT NULL               -- of its sheets, not folded, thousandths of a millimetre
) STRICT;
-- Records that are not mailed because a list says so.
CREATE TABLE suppressed (
    record       INTEGER PRIMARY KEY,
    volume       INTEGER NOT NULL,
    id           TEXT    NOT NULL,              -- what its document would be called
    rule         TEXT    NOT NULL,              -- the list
    reason       TEXT    NOT NULL
) STRICT;
-- What was decided about each document, in jobs with `[channels]`. Records that a rule of these suppresses are in `suppressed`.
CREATE TABLE decisions (
    record       INTEGER PRIMARY KEY,
    volume       INTEGER NOT NULL,
    document_type TEXT   NOT NULL,
    rule         TEXT    NOT NULL,              -- the rule that decided
    preference   TEXT                           -- the version of the preference that was looked at; NULL: there is none
) STRICT;
-- The ways that documents take, in jobs with `[channels]`. Without it every document is printed and nothing is here.
CREATE TABLE routes (
    record       INTEGER NOT NULL,
    channel      TEXT    NOT NULL,              -- print, email, sms, archive, or the name of a web hook
    recipient    TEXT    NOT NULL,              -- an address of the channel; empty: paper and archive
    instead_of   TEXT,                          -- the channel that was meant first
    reason       TEXT,                          -- why the document does not take it
    PRIMARY KEY (record, channel)
) STRICT, WITHOUT ROWID;
-- Files of messages, committed with the volume of their number.
CREATE TABLE message_volumes (
    volume       INTEGER NOT NULL,
    channel      TEXT    NOT NULL,
    file         TEXT    NOT NULL,              -- path in the output folder
    messages     INTEGER NOT NULL,
    bytes        INTEGER NOT NULL,
    sha256       BLOB    NOT NULL,
    PRIMARY KEY (volume, channel)
) STRICT, WITHOUT ROWID;
-- The message of a document, and where it lies in the file of its volume.
CREATE TABLE messages (
    record       INTEGER NOT NULL,
    channel      TEXT    NOT NULL,
    volume       INTEGER NOT NULL,
    offset       INTEGER NOT NULL,
    length       INTEGER NOT NULL,
    sha256       BLOB    NOT NULL,              -- of the message as it is sent
    message_id   TEXT    NOT NULL,              -- Message-ID, or what the gateway calls it
    PRIMARY KEY (record, channel)
) STRICT, WITHOUT ROWID;
-- Everything that happened to messages after they were written, in the order in which it became known. Nothing here is ever changed.
CREATE TABLE delivery_events (
    number       INTEGER PRIMARY KEY,
    record       INTEGER NOT NULL,
    channel      TEXT    NOT NULL,
    state        TEXT    NOT NULL,
    reason       TEXT    NOT NULL,
    source       TEXT    NOT NULL,              -- a server, a bounce, a command
    operator     TEXT    NOT NULL,
    at           TEXT    NOT NULL,
    identity     BLOB    UNIQUE                 -- of a bounce or receipt: the same one counts once
) STRICT;
CREATE INDEX event_of_message ON delivery_events (record, channel);
-- How each message stands. What is not here is queued.
CREATE TABLE deliveries (
    record       INTEGER NOT NULL,
    channel      TEXT    NOT NULL,
    state        TEXT    NOT NULL,
    attempts     INTEGER NOT NULL,              -- how often it was handed to a server, or refused by one
    next_at      TEXT,                          -- when it is tried again; NULL: it is not
    event        INTEGER NOT NULL,
    first_at     TEXT,                          -- when it was tried first
    PRIMARY KEY (record, channel)
) STRICT, WITHOUT ROWID;
-- What documents are found by in the archive, in jobs with `[archive.keys]`.
CREATE TABLE archive_keys (
    record       INTEGER PRIMARY KEY,
    volume       INTEGER NOT NULL,
    keys         TEXT    NOT NULL               -- JSON: name, type and value of each
) STRICT;
-- Documents that share an envelope, and what made them do it.
CREATE TABLE merges (
    record       INTEGER PRIMARY KEY,           -- the document that came to another
    carrier      INTEGER NOT NULL,              -- the document whose address is used
    rule         TEXT    NOT NULL,
    score        INTEGER NOT NULL,              -- thousandths
    is_united    INTEGER NOT NULL               -- 0: reported only
) STRICT;
-- Documents and pieces that were pulled. A document pulled before it had a place has none.
CREATE TABLE pulled (
    record       INTEGER PRIMARY KEY,
    piece        INTEGER,                       -- NULL: before it was printed
    reason       TEXT    NOT NULL,
    operator     TEXT    NOT NULL,
    at           TEXT    NOT NULL
) STRICT;
-- Everything that happened to pieces after the press, in the order in which it became known. Nothing here is ever changed.
CREATE TABLE events (
    number       INTEGER PRIMARY KEY,
    piece        INTEGER NOT NULL,
    copy         INTEGER NOT NULL,              -- 0: as it was first printed; 1: the first reprint
    status       TEXT    NOT NULL,
    reason       TEXT    NOT NULL,
    source       TEXT    NOT NULL,              -- a camera file and line, or a command
    operator     TEXT    NOT NULL,
    at           TEXT    NOT NULL,              -- as the source tells it
    identity     BLOB    UNIQUE                 -- of a camera's row: the same row counts once, whichever file it is in
) STRICT;
CREATE INDEX event_of_piece ON events (piece);
-- How each piece stands that is no longer as it left the press. What is not here is printed.
CREATE TABLE standing (
    piece        INTEGER PRIMARY KEY,
    copy         INTEGER NOT NULL,
    status       TEXT    NOT NULL,
    event        INTEGER NOT NULL
) STRICT;
-- What somebody must look at before the run can be closed: two envelopes with one piece, a voided copy that turned up.
CREATE TABLE alarms (
    number       INTEGER PRIMARY KEY,
    piece        INTEGER NOT NULL,
    copy         INTEGER NOT NULL,
    kind         TEXT    NOT NULL,
    reason       TEXT    NOT NULL,
    event        INTEGER NOT NULL,
    settled      INTEGER                        -- the event that settled it; NULL: open
) STRICT;
-- Files of the inserters' cameras.
CREATE TABLE camera_files (
    sha256       BLOB    PRIMARY KEY,
    name         TEXT    NOT NULL,
    rows         INTEGER NOT NULL,
    operator     TEXT    NOT NULL,
    at           TEXT    NOT NULL
) STRICT, WITHOUT ROWID;
-- Files of pieces that were printed again.
CREATE TABLE reprints (
    number       INTEGER PRIMARY KEY,           -- from 1
    file         TEXT    NOT NULL,
    pieces       INTEGER NOT NULL,
    pages        INTEGER NOT NULL,
    sheets       INTEGER NOT NULL,
    bytes        INTEGER NOT NULL,
    sha256       BLOB    NOT NULL,
    reason       TEXT    NOT NULL,
    operator     TEXT    NOT NULL,
    second       TEXT    NOT NULL,              -- the second person; empty: none was asked for
    at           TEXT    NOT NULL
) STRICT;
CREATE TABLE reprinted (
    reprint      INTEGER NOT NULL,
    piece        INTEGER NOT NULL,
    copy         INTEGER NOT NULL,
    print_page   INTEGER NOT NULL,              -- its first page in the file, from 1
    PRIMARY KEY (reprint, piece)
) STRICT, WITHOUT ROWID;
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
           p.piece AS sequence, p.print_file, p.print_page, CASE WHEN p.record IS NULL THEN 'composed' ELSE 'print' END AS fate, NULL AS reason
      FROM documents d LEFT JOIN places p ON p.record = d.record WHERE d.is_printed
    UNION ALL
    SELECT d.record, d.id, d.volume, d.first_page, d.pages, d.sheets, hex(d.hash), NULL, NULL, NULL, r.channel, r.reason
      FROM routes r JOIN documents d ON d.record = r.record WHERE r.channel <> 'print'
    UNION ALL
    SELECT h.record, NULL, h.volume, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'held', h.code || ': ' || h.reason FROM holds h
    UNION ALL
    SELECT s.record, s.id, s.volume, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'suppressed', s.rule || ': ' || s.reason FROM suppressed s;
