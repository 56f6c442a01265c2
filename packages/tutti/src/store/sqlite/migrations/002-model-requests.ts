/**
 * One row a request that the gateway metered. The caller's run is an id, not a key into `runs`: an
 * agent can be tried out without a run.
 */
export const modelRequests = `
CREATE TABLE model_requests (
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  at INTEGER NOT NULL,
  run TEXT NOT NULL,
  project TEXT NOT NULL,
  step TEXT NOT NULL,
  attempt INTEGER NOT NULL,
  effect TEXT NOT NULL,
  agent TEXT NOT NULL,
  provider TEXT NOT NULL,
  dialect TEXT NOT NULL,
  requested_model TEXT,
  served_model TEXT,
  family TEXT,
  input_tokens INTEGER NOT NULL,
  output_tokens INTEGER NOT NULL,
  cached_tokens INTEGER NOT NULL,
  cache_write_tokens INTEGER NOT NULL,
  cost_usd REAL,
  is_metered INTEGER NOT NULL,
  outcome TEXT NOT NULL,
  status INTEGER,
  error TEXT,
  queued_ms INTEGER NOT NULL,
  first_byte_ms INTEGER,
  total_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX model_requests_by_run ON model_requests (run, number);
CREATE INDEX model_requests_by_time ON model_requests (at);
`;
