-- How the connection is encrypted; no row or '' where it is not. agentstore doctor.
-- Runs: seldom
-- Index: none: no table
-- Rows: none
-- Returns: many
-- Differs: SQLite has no network; a server's own variable has no other form in MariaDB and MySQL alike
SHOW SESSION STATUS LIKE 'Ssl_cipher';
