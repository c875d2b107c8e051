-- The keys of a thread's checkpoints, newest first in each namespace. AgentstoreSaver.prune.
-- Runs: seldom
-- Index: agentstore_checkpoints_pkey
-- Rows: reads all checkpoints of :thread_id
-- Returns: many
SELECT
    c.namespace_key,
    c.checkpoint_id
FROM agentstore_checkpoints AS c
WHERE c.thread_id OPERATOR (pg_catalog.=) /* :thread_id */ 't1'
ORDER BY c.namespace_key DESC, c.checkpoint_id DESC;
