-- How many rows each table has that a copy takes, for the time left. agentstore copy, agentstore dump,
-- where a terminal shows their progress.
-- Runs: once a copy
-- Index: none: all rows are counted
-- Rows: reads all rows of the store, by an index where that is shorter
-- Returns: many
SELECT count(*) AS counted
FROM agentstore_holds
UNION ALL
SELECT count(*)
FROM agentstore_sessions
UNION ALL
SELECT count(*)
FROM agentstore_messages
UNION ALL
SELECT count(*)
FROM agentstore_tool_calls
UNION ALL
SELECT count(*)
FROM agentstore_pending_confirmations
UNION ALL
SELECT count(*)
FROM agentstore_checkpoints
UNION ALL
SELECT count(*)
FROM agentstore_checkpoint_blobs
UNION ALL
SELECT count(*)
FROM agentstore_checkpoint_writes
UNION ALL
SELECT count(*)
FROM agentstore_checkpoint_metadata
UNION ALL
SELECT count(*)
FROM agentstore_adk_sessions
UNION ALL
SELECT count(*)
FROM agentstore_adk_states
UNION ALL
SELECT count(*)
FROM agentstore_erasure_receipts;
