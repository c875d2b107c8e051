-- Forget the index entries of metadata that changed. Storage.update_session_metadata.
-- Runs: each change of metadata
-- Index: PRIMARY of agentstore_sessions, PRIMARY of agentstore_session_metadata
-- Rows: deletes at most one index entry of :session_id for each of :entries
-- Returns: count

-- STRAIGHT_JOIN and FORCE INDEX: in a small table the optimizer would read, and lock, the entries of
-- all others.
-- STRAIGHT_JOIN in a DELETE is not known to sqlfluff.
-- noqa: disable=all
DELETE old FROM json_table(
    /* :entries */ '[]', '$[*]' COLUMNS (entry varchar(255) PATH '$')
) AS gone
STRAIGHT_JOIN agentstore_session_metadata AS old FORCE INDEX (PRIMARY)
    ON old.session_id = /* :session_id */ 's1' AND old.entry = convert(gone.entry USING ascii)
WHERE
    TRUE
    AND EXISTS (
        SELECT 1
        FROM agentstore_sessions AS s
        WHERE
            s.id = /* :session_id */ 's1'
-- @if scope
            AND (s.tenant_id = /* :scope_tenant_id */ 'acme') IS TRUE
-- @end
-- @if scope_user
            AND (s.user_id = /* :scope_user_id */ 'ann') IS TRUE
-- @end
    );
