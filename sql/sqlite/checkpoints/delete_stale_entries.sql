-- Forget the index entries of a checkpoint that is stored again with other metadata.
-- AgentstoreSaver.put.
-- Runs: each step of a graph
-- Index: agentstore_checkpoint_metadata_pkey
-- Rows: reads the index entries of one checkpoint, :checkpoint_id; deletes those not in :entries
-- Returns: count
-- Differs: PostgreSQL stores all in one statement, put_checkpoint
DELETE FROM agentstore_checkpoint_metadata
WHERE
    thread_id = /* :thread_id */ 't1'
    AND namespace_key = /* :namespace_key */ ''
    AND checkpoint_id = /* :checkpoint_id */ '1f0'
    AND entry NOT IN (SELECT j.value FROM json_each(/* :entries */ '[]') AS j);
