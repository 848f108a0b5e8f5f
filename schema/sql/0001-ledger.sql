-- The ledger, format 1. schema/FORMAT.md says what the bytes mean.
-- Ground state: event, payload, blob. Every other table can be dropped and folded again from them.

CREATE TABLE event (
    position INTEGER PRIMARY KEY CHECK (position >= 1),
    id TEXT NOT NULL UNIQUE,
    type TEXT NOT NULL,
    version INTEGER NOT NULL,
    stream TEXT NOT NULL,
    stream_version INTEGER NOT NULL CHECK (stream_version >= 1),
    recorded_at INTEGER NOT NULL,
    envelope BLOB NOT NULL CHECK (length(envelope) <= 65535),
    UNIQUE (stream, stream_version)
) STRICT;

CREATE INDEX event_recorded_at ON event (recorded_at);

-- The payload is bound to its event by SHA-256(salt || bytes) in the envelope.
CREATE TABLE payload (
    position INTEGER PRIMARY KEY REFERENCES event (position),
    salt BLOB NOT NULL CHECK (length(salt) = 16),
    bytes BLOB NOT NULL
) STRICT;

-- encoding 0: as they are; 1: compressed. Digest and size are of the bytes before encoding.
CREATE TABLE blob (
    number INTEGER PRIMARY KEY,
    digest BLOB NOT NULL UNIQUE CHECK (length(digest) = 32),
    encoding INTEGER NOT NULL,
    size INTEGER NOT NULL,
    bytes BLOB NOT NULL
) STRICT;

-- Which payloads and blobs may go, and the event (payload.redacted or ledger.archived) that says so.
CREATE TABLE redaction (
    position INTEGER PRIMARY KEY REFERENCES event (position),
    named_by INTEGER NOT NULL REFERENCES event (position)
) STRICT;

CREATE TABLE blob_redaction (
    digest BLOB PRIMARY KEY CHECK (length(digest) = 32),
    named_by INTEGER NOT NULL REFERENCES event (position)
) STRICT;

-- Perfect subtrees of the RFC 6962 tree over the envelopes, and signed heads of it. Derived.
CREATE TABLE tree_node (
    level INTEGER NOT NULL,
    number INTEGER NOT NULL,
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (level, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE checkpoint (
    size INTEGER PRIMARY KEY,
    root BLOB NOT NULL CHECK (length(root) = 32),
    note BLOB NOT NULL
) STRICT;

-- What events are about.
CREATE TABLE subject (
    kind TEXT NOT NULL,
    value TEXT NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (kind, value, position)
) STRICT, WITHOUT ROWID;

-- How far each version of a projection is folded, and its rows. A new version is folded beside the old one.
CREATE TABLE projection (
    name TEXT NOT NULL,
    version INTEGER NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (name, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE projection_row (
    version INTEGER NOT NULL,
    projection TEXT NOT NULL,
    key TEXT NOT NULL,
    value BLOB NOT NULL,
    PRIMARY KEY (version, projection, key)
) STRICT, WITHOUT ROWID;

-- Immutability. The insert guards are there because INSERT OR REPLACE deletes without firing a delete
-- trigger (https://www.sqlite.org/lang_conflict.html), by any unique column.

CREATE TRIGGER event_update BEFORE UPDATE ON event
BEGIN SELECT RAISE(ABORT, 'events are never changed'); END;

CREATE TRIGGER event_delete BEFORE DELETE ON event
BEGIN SELECT RAISE(ABORT, 'events are never deleted'); END;

CREATE TRIGGER event_insert BEFORE INSERT ON event
WHEN NEW.position IS NOT (SELECT coalesce(max(position), 0) + 1 FROM event)
    OR EXISTS (SELECT 1 FROM event WHERE id = NEW.id)
    OR NEW.stream_version IS NOT (
        SELECT coalesce(max(stream_version), 0) + 1 FROM event WHERE stream = NEW.stream)
BEGIN SELECT RAISE(ABORT, 'the position exists, or is not the next one'); END;

CREATE TRIGGER payload_update BEFORE UPDATE ON payload
BEGIN SELECT RAISE(ABORT, 'payloads are never changed'); END;

CREATE TRIGGER payload_delete BEFORE DELETE ON payload
WHEN NOT EXISTS (SELECT 1 FROM redaction WHERE position = OLD.position)
BEGIN SELECT RAISE(ABORT, 'a payload goes only when a redaction names it'); END;

CREATE TRIGGER payload_insert BEFORE INSERT ON payload
WHEN EXISTS (SELECT 1 FROM payload WHERE position = NEW.position)
    OR NOT EXISTS (SELECT 1 FROM event WHERE position = NEW.position)
    OR EXISTS (SELECT 1 FROM redaction WHERE position = NEW.position)
BEGIN SELECT RAISE(ABORT, 'the payload exists, or has no event'); END;

CREATE TRIGGER blob_update BEFORE UPDATE ON blob
BEGIN SELECT RAISE(ABORT, 'blobs are never changed'); END;

CREATE TRIGGER blob_delete BEFORE DELETE ON blob
WHEN NOT EXISTS (SELECT 1 FROM blob_redaction WHERE digest = OLD.digest)
BEGIN SELECT RAISE(ABORT, 'a blob goes only when a redaction names it'); END;

CREATE TRIGGER blob_insert BEFORE INSERT ON blob
WHEN EXISTS (SELECT 1 FROM blob WHERE digest = NEW.digest OR number = NEW.number)
BEGIN SELECT RAISE(ABORT, 'the blob exists'); END;

CREATE TRIGGER redaction_insert BEFORE INSERT ON redaction
WHEN EXISTS (SELECT 1 FROM redaction WHERE position = NEW.position)
    OR NOT EXISTS (
        SELECT 1 FROM event
        WHERE position = NEW.named_by AND type IN ('payload.redacted', 'ledger.archived'))
BEGIN SELECT RAISE(ABORT, 'a redaction is named by an event'); END;

CREATE TRIGGER redaction_update BEFORE UPDATE ON redaction
BEGIN SELECT RAISE(ABORT, 'redactions are never changed'); END;

CREATE TRIGGER redaction_delete BEFORE DELETE ON redaction
BEGIN SELECT RAISE(ABORT, 'redactions are never deleted'); END;

CREATE TRIGGER blob_redaction_insert BEFORE INSERT ON blob_redaction
WHEN EXISTS (SELECT 1 FROM blob_redaction WHERE digest = NEW.digest)
    OR NOT EXISTS (
        SELECT 1 FROM event
        WHERE position = NEW.named_by AND type IN ('payload.redacted', 'ledger.archived'))
BEGIN SELECT RAISE(ABORT, 'a redaction is named by an event'); END;

CREATE TRIGGER blob_redaction_update BEFORE UPDATE ON blob_redaction
BEGIN SELECT RAISE(ABORT, 'redactions are never changed'); END;

CREATE TRIGGER blob_redaction_delete BEFORE DELETE ON blob_redaction
BEGIN SELECT RAISE(ABORT, 'redactions are never deleted'); END;
