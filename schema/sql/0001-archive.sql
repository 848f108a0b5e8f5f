-- An archive of a ledger, format 1. schema/FORMAT.md says what the bytes mean.

CREATE TABLE resource (
    path TEXT PRIMARY KEY,
    bytes BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE payload (
    position INTEGER PRIMARY KEY,
    salt BLOB NOT NULL,
    bytes BLOB NOT NULL
) STRICT;

CREATE TABLE blob (
    digest BLOB PRIMARY KEY,
    encoding INTEGER NOT NULL,
    size INTEGER NOT NULL,
    bytes BLOB NOT NULL
) STRICT;
