-- A page of the sessions with a certain value in their metadata, the latest message last.
-- Storage.query_sessions, Storage.iter_sessions, Storage.page_sessions.
-- Runs: each page of such a list
-- Index: agentstore_session_metadata_entry, agentstore_sessions_pkey, agentstore_session_metadata_pkey;
--   none: where many sessions match, their table is read whole
-- Rows: reads all index entries of :entry, and their sessions; sorts those that the filters leave
-- Returns: many
-- Differs: OFFSET 0 keeps LATERAL a look-up for each row: once prepared, PostgreSQL would else plan for
--   a
--   value that few sessions have, and sort all for each page
SELECT
    s.id,
    s.created_at AT TIME ZONE 'UTC' AS created_at,
    s.updated_at AT TIME ZONE 'UTC' AS updated_at,
    s.active,
    s.metadata::text AS metadata,
    s.tenant_id,
    s.user_id,
    s.title,
    s.archived_at AT TIME ZONE 'UTC' AS archived_at,
    s.pinned_at AT TIME ZONE 'UTC' AS pinned_at,
    s.last_message_at AT TIME ZONE 'UTC' AS last_message_at,
    s.trashed_at AT TIME ZONE 'UTC' AS trashed_at
FROM agentstore_session_metadata AS e
INNER JOIN LATERAL (
    SELECT s.*
    FROM agentstore_sessions AS s
    WHERE
        s.id OPERATOR (pg_catalog.=) e.session_id
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
-- @if updated_after
        AND s.updated_at >= /* :updated_after */ '2026-01-01 00:00:00+00'::timestamptz
-- @end
-- @if updated_before
        AND s.updated_at <= /* :updated_before */ '2026-01-01 00:00:00+00'::timestamptz
-- @end
    OFFSET 0
) AS s ON TRUE
WHERE
    e.entry OPERATOR (pg_catalog.=) /* :entry */ '["user_id","123"]'
-- @if after_key
    AND (coalesce(s.last_message_at, s.updated_at), s.id)
    OPERATOR (pg_catalog.>) (
        /* :after_key_last_message_at */ '2026-01-01 00:00:00+00'::timestamptz,
        /* :after_key_id */ 's1'
    )
-- @end
-- @if created_after
    AND e.created_at >= /* :created_after */ '2026-01-01 00:00:00+00'::timestamptz
-- @end
-- @if created_before
    AND e.created_at <= /* :created_before */ '2026-01-01 00:00:00+00'::timestamptz
-- @end
ORDER BY coalesce(s.last_message_at, s.updated_at), s.id
LIMIT /* :limit */ 50 OFFSET /* :offset */ 0;
