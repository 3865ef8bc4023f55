-- migrate:up
CREATE TABLE settings (
  scope TEXT NOT NULL,
  name TEXT NOT NULL,
  value TEXT,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (scope, name)
);

CREATE TABLE rate_limits (
  bucket TEXT NOT NULL,
  window_start INTEGER NOT NULL,
  hits INTEGER NOT NULL DEFAULT 0,
  is_blocked INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (bucket, window_start)
);

CREATE TABLE state (
  name TEXT PRIMARY KEY NOT NULL,
  value BLOB,
  version INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
);

-- migrate:down
DROP TABLE state;
DROP TABLE rate_limits;
DROP TABLE settings;
