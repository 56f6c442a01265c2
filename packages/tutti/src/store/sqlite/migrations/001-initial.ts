/**
 * Runs have an integer key inside the store, so that rows of one run lie together whatever its id looks
 * like; ids go in and out only. Columns named `body`, `payload` and `actor` hold JSON.
 */
export const initial = `
CREATE TABLE runs (
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  version INTEGER NOT NULL,
  project TEXT NOT NULL,
  title TEXT NOT NULL,
  workflow TEXT NOT NULL,
  state TEXT NOT NULL,
  text TEXT NOT NULL,
  attention INTEGER NOT NULL,
  started_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX runs_by_start ON runs (started_at, number);
CREATE INDEX runs_by_project ON runs (project, started_at, number);

CREATE TABLE documents (
  run INTEGER PRIMARY KEY REFERENCES runs (number),
  fold INTEGER NOT NULL,
  body TEXT NOT NULL
) STRICT;

CREATE TABLE events (
  seq INTEGER PRIMARY KEY,
  run INTEGER NOT NULL REFERENCES runs (number),
  version INTEGER NOT NULL,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  schema INTEGER NOT NULL,
  body TEXT NOT NULL,
  UNIQUE (run, version)
) STRICT;

-- A closed row keeps no payload: the event that requested the effect has it.
CREATE TABLE effects (
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL,
  run INTEGER NOT NULL REFERENCES runs (number),
  kind TEXT NOT NULL,
  payload TEXT,
  not_before INTEGER,
  state TEXT NOT NULL CHECK (state IN ('pending', 'active', 'settled', 'cancelled')),
  is_open INTEGER NOT NULL,
  attempt INTEGER NOT NULL,
  owner TEXT,
  lease_until INTEGER
) STRICT;
CREATE UNIQUE INDEX effects_open ON effects (id) WHERE is_open = 1;

CREATE TABLE audit (
  seq INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  run TEXT,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  outcome TEXT NOT NULL,
  detail TEXT NOT NULL
) STRICT;

CREATE TABLE sessions (
  number INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE transcript (
  session INTEGER NOT NULL REFERENCES sessions (number),
  position INTEGER NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (session, position)
) STRICT;

CREATE TABLE blobs (
  hash TEXT NOT NULL UNIQUE,
  bytes BLOB NOT NULL
) STRICT;
`;
