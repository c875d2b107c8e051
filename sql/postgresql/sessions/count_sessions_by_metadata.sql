-- How many sessions have a certain value in their metadata. Storage.count_sessions.
-- Runs: now and then
-- Index: agentstore_session_metadata_entry, agentstore_sessions_pkey,
--   agentstore_session_metadata_pkey, agentstore_sessions_trashed, agentstore_sessions_closed;
--   none: where many sessions match, their table is read whole
-- Rows: reads all index entries of :entry, and their sessions where a filter asks for them
-- Returns: one
SELECT pg_catalog.count(*) AS sessions
FROM agentstore_session_metadata AS e
INNER JOIN agentstore_sessions AS s ON e.session_id OPERATOR (pg_catalog.=) s.id
WHERE
    e.entry OPERATOR (pg_catalog.=) /* :entry */ '["user_id","123"]'
-- @if trashed
    AND s.trashed_at IS NOT NULL
-- @end
-- @unless trashed
    AND s.trashed_at IS NULL
-- @end
-- @if scope
    AND (s.tenant_id OPERATOR (pg_catalog.=) /* :scope_tenant_id */ 'acme') IS TRUE
-- @end
-- @if scope_user
    AND (s.user_id OPERATOR (pg_catalog.=) /* :scope_user_id */ 'ann') IS TRUE
-- @end
-- @if without_tenant
    AND s.tenant_id OPERATOR (pg_catalog.=) ''
-- @end
-- @if archived
    AND (s.archived_at IS NOT NULL) = /* :archived */ TRUE
-- @end
-- @if pinned
    AND (s.pinned_at IS NOT NULL) = /* :pinned */ TRUE
-- @end
-- @if more_entries
    AND (
        SELECT pg_catalog.count(*)
        FROM agentstore_session_metadata AS other
        WHERE
            other.session_id OPERATOR (pg_catalog.=) e.session_id
            AND other.entry OPERATOR (pg_catalog.=) ANY(/* :entries */ '{}'::text[])
    ) = pg_catalog.cardinality(/* :entries */ '{}'::text[])
-- @end
-- @if active
    AND s.active = /* :active */ TRUE
-- @end
-- @if created_after
    AND e.created_at >= /* :created_after */ '2026-01-01 00:00:00+00'::timestamptz
-- @end
-- @if created_before
    AND e.created_at <= /* :created_before */ '2026-01-01 00:00:00+00'::timestamptz
-- @end
-- @if updated_after
    AND s.updated_at >= /* :updated_after */ '2026-01-01 00:00:00+00'::timestamptz
-- @end
-- @if updated_before
    AND s.updated_at <= /* :updated_before */ '2026-01-01 00:00:00+00'::timestamptz
-- @end
;
