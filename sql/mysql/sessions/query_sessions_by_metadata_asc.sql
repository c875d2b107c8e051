-- A page of the sessions with a certain value in their metadata, oldest first. Storage.query_sessions,
-- Storage.iter_sessions, Storage.page_sessions.
-- Runs: each page of such a list
-- Index: agentstore_session_metadata_entry, PRIMARY of agentstore_sessions,
--   PRIMARY of agentstore_session_metadata
-- Rows: reads at most :limit and :offset index entries of :entry, and their sessions; as many more
--   as the filters do not leave
-- Returns: many
-- Differs: STRAIGHT_JOIN and FORCE INDEX, as the optimizer would begin elsewhere and sort

-- FORCE INDEX of a joined table is not known to sqlfluff.
-- noqa: disable=all
SELECT STRAIGHT_JOIN
    s.id,
    cast(s.created_at AS char) AS created_at,
    cast(s.updated_at AS char) AS updated_at,
    s.active,
    s.metadata,
    s.tenant_id,
    s.user_id,
    s.title,
    cast(s.archived_at AS char) AS archived_at,
    cast(s.pinned_at AS char) AS pinned_at,
    cast(s.last_message_at AS char) AS last_message_at,
    cast(s.trashed_at AS char) AS trashed_at
FROM agentstore_session_metadata AS e FORCE INDEX (agentstore_session_metadata_entry)
INNER JOIN agentstore_sessions AS s FORCE INDEX (PRIMARY) ON e.session_id = s.id
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
-- @if after_key
    AND (
        e.created_at > /* :after_key_created_at */ '2026-01-01 00:00:00.000000'
        OR (
            e.created_at = /* :after_key_created_at */ '2026-01-01 00:00:00.000000'
            AND e.session_id > /* :after_key_id */ 's1'
        )
    )
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
ORDER BY e.created_at, e.session_id
LIMIT /* :limit */ 50 OFFSET /* :offset */ 0;
