-- Forget the index entries of metadata that changed. Storage.update_session_metadata.
-- Runs: each change of metadata
-- Index: agentstore_session_metadata_pkey
-- Rows: deletes at most one index entry of :session_id for each of :entries
-- Returns: count
DELETE FROM agentstore_session_metadata
WHERE
    session_id = /* :session_id */ 's1'
    AND entry IN (SELECT j.value FROM json_each(/* :entries */ '[]') AS j);
