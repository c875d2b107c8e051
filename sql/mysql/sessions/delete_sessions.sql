-- Delete a batch of sessions with all that hangs on them. Storage.delete_sessions.
-- Runs: each batch of a clean-up
-- Index: PRIMARY of agentstore_sessions
-- Returns: count
DELETE s FROM json_table(
    /* :ids */ '["s1"]', '$[*]' COLUMNS (id varchar(191) PATH '$')
) AS wanted
INNER JOIN agentstore_sessions AS s ON s.id = convert(wanted.id USING utf8mb4) COLLATE utf8mb4_bin;
