-- Index a checkpoint's metadata. AgentstoreSaver.put.
-- Runs: each step of a graph
-- Index: PRIMARY of agentstore_checkpoint_metadata
-- Rows: writes one for each of :entries
-- Returns: count
-- Differs: PostgreSQL stores all in one statement, put_checkpoint

-- The linter: it does not know JSON_TABLE with a character set, nor FORCE INDEX.
-- noqa: disable=all
INSERT INTO agentstore_checkpoint_metadata (thread_id, namespace_key, checkpoint_id, entry)
SELECT
    /* :thread_id */ 't1',
    /* :namespace_key */ '',
    /* :checkpoint_id */ '1f0',
    e.value
FROM json_table(
    /* :entries */ '[]', '$[*]' COLUMNS (value varchar(255) CHARACTER SET ascii COLLATE ascii_bin PATH '$')
) AS e
ON DUPLICATE KEY UPDATE entry = VALUES (entry);
