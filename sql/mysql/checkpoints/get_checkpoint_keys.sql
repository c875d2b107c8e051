-- The keys of a thread's checkpoints, newest first in each namespace. AgentstoreSaver.prune.
-- Runs: seldom
-- Index: PRIMARY of agentstore_checkpoints
-- Rows: reads all checkpoints of :thread_id
-- Returns: many

-- The linter: it does not know JSON_TABLE with a character set, nor FORCE INDEX.
-- noqa: disable=all
SELECT
    c.namespace_key,
    c.checkpoint_id
FROM agentstore_checkpoints AS c FORCE INDEX (PRIMARY)
WHERE c.thread_id = /* :thread_id */ 't1'
ORDER BY c.namespace_key DESC, c.checkpoint_id DESC;
