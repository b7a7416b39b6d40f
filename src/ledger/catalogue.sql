-- Pressrun catalogue, version 1: the index of an archive. All of it can be made again from the statements of the runs and the log.
CREATE TABLE runs (
    number       INTEGER PRIMARY KEY,
    id           TEXT    NOT NULL UNIQUE,
    name         TEXT    NOT NULL,
    date         TEXT    NOT NULL,              -- the job's date, ISO 8601
    origin       TEXT    NOT NULL,              -- the output folder it was taken from
    documents    INTEGER NOT NULL
) STRICT;
CREATE TABLE documents (
    number       INTEGER PRIMARY KEY,           -- in the order of runs and records, from 1
    run          INTEGER NOT NULL,
    volume       INTEGER NOT NULL,              -- from 1
    position     INTEGER NOT NULL,              -- in the volume, from 0: the index of its leaf
    record       INTEGER NOT NULL,              -- from 0
    id           TEXT    NOT NULL,
    kind         TEXT    NOT NULL,
    channel      TEXT    NOT NULL,
    date         TEXT    NOT NULL,
    pages        INTEGER NOT NULL,
    offset       INTEGER NOT NULL,
    length       INTEGER NOT NULL,
    line         INTEGER NOT NULL,              -- first byte of its line in the statements file
    line_length  INTEGER NOT NULL,
    leaf         BLOB    NOT NULL,
    expires      TEXT,                          -- the first day on which it need not be kept; NULL: no rule says
    erased       TEXT                           -- when
) STRICT;
CREATE INDEX document_of_id ON documents (id);
CREATE INDEX document_of_place ON documents (run, volume, position);
CREATE INDEX document_of_expiry ON documents (expires) WHERE expires IS NOT NULL AND erased IS NULL;
CREATE TABLE key_names (
    number       INTEGER PRIMARY KEY,
    name         TEXT    NOT NULL UNIQUE,
    kind         TEXT    NOT NULL               -- text, date, amount, integer
) STRICT;
CREATE TABLE key_values (
    key          INTEGER NOT NULL,
    value        ANY     NOT NULL,              -- text and dates as text, amounts in millionths, integers
    document     INTEGER NOT NULL,
    PRIMARY KEY (key, value, document)
) STRICT, WITHOUT ROWID;
-- Documents of which the text is known: found by words, the text itself is in the pages.
CREATE VIRTUAL TABLE texts USING fts5 (body, content = '', contentless_delete = 1, tokenize = "unicode61 remove_diacritics 2");
CREATE TABLE holds (
    name         TEXT    PRIMARY KEY,
    who          TEXT    NOT NULL,
    why          TEXT    NOT NULL,
    since        TEXT    NOT NULL,
    query        TEXT    NOT NULL               -- JSON: which documents, those to come included
) STRICT, WITHOUT ROWID;
