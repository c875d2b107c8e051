-- Forget the index entries of metadata that changed. Storage.update_session_metadata.
-- Runs: each change of metadata
-- Index: PRIMARY of agentstore_session_metadata
-- Returns: count
DELETE old FROM agentstore_session_metadata AS old
INNER JOIN json_table(
    /* :entries */ '[]', '$[*]' COLUMNS (entry varchar(255) PATH '$')
) AS gone ON old.entry = convert(gone.entry USING ascii)
WHERE old.session_id = /* :session_id */ 's1';
