-- A run of \apply that has not come to its end: what \apply --resume goes on with. `plan` is the document of
-- \plan -o; `url` holds no password.
CREATE TABLE apply_run (
  id INTEGER PRIMARY KEY,
  at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%S', 'now')),
  url TEXT NOT NULL,
  plan TEXT NOT NULL,
  steps_done INTEGER NOT NULL DEFAULT 0
) STRICT;
