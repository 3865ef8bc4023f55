-- What a person typed, for \history and the editor. Never holds a password: see shell/history.cpp.
CREATE TABLE history (
  id INTEGER PRIMARY KEY,
  at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%S', 'now')),
  connection TEXT NOT NULL,
  text TEXT NOT NULL
) STRICT;
