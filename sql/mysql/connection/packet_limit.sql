-- The longest statement that the server takes, in bytes.
-- Runs: once a connection that sends a long statement
-- Index: none: no table
-- Returns: one
-- Differs: only MySQL has such a limit
SELECT @@max_allowed_packet AS packet_limit;
