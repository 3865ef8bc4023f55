-- The same rows every time: all numbers come from the row's own number, and time stands still at
-- 2024-02-29 12:00:00 UTC (1709208000).
-- migrate:up
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 400),
  names (k, first) AS (VALUES (0, 'Ada'), (1, 'Björn'), (2, 'Chloé'), (3, 'Đorđe'), (4, 'Elif'), (5, 'Ōta'),
    (6, 'Grace'), (7, 'Zoë 🚲'), (8, 'O''Neil'), (9, '李雷'))
INSERT INTO users (id, email, display_name, password_hash, is_admin, is_active, preferences, created_at, last_seen_at)
SELECT i,
  'user' || i || '@example.org',
  first || ' ' || printf('%03d', i * 37 % 1000),
  printf('pbkdf2$%08x%08x', i * 2654435761 % 4294967296, i * 40503 % 4294967296),
  i % 97 = 1,
  i % 11 <> 0,
  json_object('theme', CASE i % 3 WHEN 0 THEN 'dark' ELSE 'light' END, 'page_size', 10 + i % 5 * 10,
    'beta', json(CASE WHEN i % 7 = 0 THEN 'true' ELSE 'false' END)),
  1609459200 + i * 86399 % 90000000,
  CASE WHEN i % 5 = 0 THEN NULL ELSE 1709208000 - i * 7919 % 5000000 END
FROM n JOIN names ON k = i % 10;

WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 900)
INSERT INTO sessions (id, user_id, ip_address, user_agent, data, created_at, expires_at)
SELECT printf('%08x-%04x-%08x', i * 2654435761 % 4294967296, i, i * 2246822519 % 4294967296),
  1 + i * 7 % 400,
  printf('10.%d.%d.%d', i % 200, i * 3 % 250, i * 7 % 250),
  CASE i % 4 WHEN 0 THEN NULL WHEN 1 THEN '' WHEN 2 THEN 'curl/8.5' ELSE 'Mozilla/5.0 (X11; Linux x86_64)' END,
  json_object('cart', json_array(i % 13, i % 29), 'flash', CASE WHEN i % 6 = 0 THEN 'it''s "saved"' END),
  1709208000 - i * 613,
  1709208000 - i * 613 + 1209600
FROM n;

WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)
INSERT INTO tokens (id, user_id, kind, digest, scopes, is_revoked, created_at, expires_at)
SELECT i,
  1 + i * 13 % 400,
  CASE i % 3 WHEN 0 THEN 'api' WHEN 1 THEN 'reset' ELSE 'refresh' END,
  CAST(x'00ff' || printf('%08x%08x', i * 2654435761 % 4294967296, i * 3266489917 % 4294967296) AS BLOB),
  CASE i % 3 WHEN 0 THEN '["read","write"]' ELSE '[]' END,
  i % 17 = 0,
  1700000000 + i * 1009,
  CASE i % 3 WHEN 0 THEN NULL ELSE 1712000000 + i END
FROM n;

WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1200)
INSERT INTO jobs (id, owner_id, kind, payload, status, priority, attempts, is_recurring, cost, run_at)
SELECT i,
  CASE WHEN i % 9 = 0 THEN NULL ELSE 1 + i * 31 % 400 END,
  CASE i % 4 WHEN 0 THEN 'email' WHEN 1 THEN 'report' WHEN 2 THEN 'cleanup' ELSE 'import' END,
  json_object('n', i, 'tags', json_array('a' || i % 5, 'b' || i % 3), 'note', CASE WHEN i % 8 = 0 THEN 'line one' || char(10) || 'line two' END),
  CASE WHEN i > 1150 THEN 'queued' WHEN i % 23 = 0 THEN 'failed' ELSE 'done' END,
  i % 10 - 3,
  CASE WHEN i > 1150 THEN 0 ELSE 1 + (i % 23 = 0) + (i % 46 = 0) END,
  i % 4 = 2,
  CASE WHEN i % 6 = 0 THEN NULL ELSE i * 0.1 END,
  1705000000 + i * 3571
FROM n;

INSERT INTO job_history (job_id, attempt, outcome, message, duration_ms, started_at, finished_at)
SELECT id, attempt,
  CASE WHEN attempt < attempts OR status = 'failed' THEN 'error' ELSE 'ok' END,
  CASE WHEN attempt < attempts OR status = 'failed' THEN 'timeout after ' || attempt || ' s: 100 % of "' || kind || '"' END,
  (id * 7919 % 100000) / 7.0,
  run_at + attempt * 60,
  run_at + attempt * 60 + id % 50
FROM jobs JOIN (SELECT 1 AS attempt UNION ALL SELECT 2 UNION ALL SELECT 3) ON attempt <= attempts
ORDER BY id, attempt;

WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 59)
INSERT INTO settings (scope, name, value, updated_at)
SELECT CASE WHEN i < 12 THEN 'global' ELSE 'user:' || (i / 4) END,
  CASE i % 4 WHEN 0 THEN 'mail.sender' WHEN 1 THEN 'limits.max' WHEN 2 THEN 'ui.locale' ELSE 'empty' END
    || CASE WHEN i < 12 THEN '.' || (i / 4) ELSE '' END,
  CASE i % 4 WHEN 0 THEN 'noreply@example.org' WHEN 1 THEN CAST(i * 1000 AS TEXT) WHEN 2 THEN 'de_CH' END,
  1706000000 + i
FROM n;

WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 599)
INSERT INTO rate_limits (bucket, window_start, hits, is_blocked)
SELECT 'ip:10.0.0.' || (i % 50), 1709204400 + i / 50 * 300, i * 17 % 101, i * 17 % 101 > 95 FROM n;

INSERT INTO state (name, value, version, updated_at) VALUES
  ('schema', CAST('{"applied": 4}' AS BLOB), 4, 1709208000),
  ('lease', NULL, 0, 1709208000),
  ('cursor', x'00000000ffffffff', 9223372036854775807, 1709208000),
  ('salt', x'', -1, 0),
  ('clock', CAST('2024-02-29T12:00:00Z' AS BLOB), 1, 1709208000);

-- migrate:down
DELETE FROM state;
DELETE FROM rate_limits;
DELETE FROM settings;
DELETE FROM job_history;
DELETE FROM jobs;
DELETE FROM tokens;
DELETE FROM sessions;
DELETE FROM users;
