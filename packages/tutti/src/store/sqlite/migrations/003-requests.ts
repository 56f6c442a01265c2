/** One row a command that came with an `Idempotency-Key` and was accepted; written with its events. */
export const requests = `
CREATE TABLE requests (
  key TEXT PRIMARY KEY,
  fingerprint TEXT NOT NULL,
  run TEXT NOT NULL,
  version INTEGER NOT NULL,
  at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
`;
