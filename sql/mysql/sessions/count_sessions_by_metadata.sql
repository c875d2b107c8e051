-- How many sessions have a certain value in their metadata. Storage.count_sessions.
-- Runs: now and then
-- Index: agentstore_session_metadata_entry, PRIMARY of agentstore_sessions,
--   PRIMARY of agentstore_session_metadata;
--   none: where many sessions match, their table is read whole
-- Rows: reads all index entries of :entry, and their sessions where a filter asks for them
-- Returns: one
SELECT count(*) AS sessions
FROM agentstore_session_metadata AS e
INNER JOIN agentstore_sessions AS s ON e.session_id = s.id
WHERE
    e.entry = /* :entry */ '["user_id","123"]'
-- @if trashed
    AND s.trashed_at IS NOT NULL
-- @end
-- @unless trashed
    AND s.trashed_at IS NULL
-- @end
-- @if scope
    AND s.tenant_id = /* :scope_tenant_id */ 'acme'
-- @end
-- @if scope_user
    AND s.user_id = /* :scope_user_id */ 'ann'
-- @end
-- @if without_tenant
    AND s.tenant_id = ''
-- @end
-- @if archived
    AND (s.archived_at IS NOT NULL) = /* :archived */ TRUE
-- @end
-- @if pinned
    AND (s.pinned_at IS NOT NULL) = /* :pinned */ TRUE
-- @end
-- @if more_entries
    AND NOT EXISTS (
        SELECT 1
        FROM
            json_table(
                /* :entries */ '[]', '$[*]' COLUMNS (entry varchar(255) PATH '$')
            ) AS wanted
        WHERE NOT EXISTS (
            SELECT 1
            FROM agentstore_session_metadata AS other
            WHERE other.session_id = s.id AND other.entry = convert(wanted.entry USING ascii)
        )
    )
-- @end
-- @if active
    AND s.active = /* :active */ TRUE
-- @end
-- @if created_after
    AND e.created_at >= /* :created_after */ '2026-01-01 00:00:00.000000'
-- @end
-- @if created_before
    AND e.created_at <= /* :created_before */ '2026-01-01 00:00:00.000000'
-- @end
-- @if updated_after
    AND s.updated_at >= /* :updated_after */ '2026-01-01 00:00:00.000000'
-- @end
-- @if updated_before
    AND s.updated_at <= /* :updated_before */ '2026-01-01 00:00:00.000000'
-- @end
;
