-- Forget the index entries of metadata that changed.
-- Runs: each change of metadata
-- Index: primary key of agentstore_session_metadata
-- Returns: count
DELETE FROM agentstore_session_metadata
WHERE
    session_id = /* :session_id */ 's1'
    AND entry IN (SELECT j.value FROM json_each(/* :entries */ '[]') AS j);
