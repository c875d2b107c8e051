-- Sessions on which retention is about to act, locked, as they are now; those that others have
-- locked are passed over.
-- Storage.apply_retention, behind lock_gate; unlocked, to see which were passed over.
-- Runs: each batch of a clean-up
-- Index: PRIMARY of agentstore_sessions, agentstore_holds_in_force
-- Rows: reads at most one session for each of :ids, and the holds in force of its tenant and user
-- Returns: many

-- STRAIGHT_JOIN, a table of its own and locks on the holds, as in holds/lock_sessions.
-- None of it is known to sqlfluff here.
-- noqa: disable=all
SELECT
    s.id,
    cast(coalesce(s.trashed_at, s.last_message_at) AS char) AS idle_since,
    s.tenant_id,
    s.user_id,
    s.active,
    s.archived_at IS NOT NULL AS is_archived,
    s.trashed_at IS NOT NULL AS is_trashed,
    s.next_position,
    s.holds > 0
    OR EXISTS (
        SELECT 1
        FROM agentstore_holds AS h
        WHERE
            h.tenant_id = s.tenant_id
            AND h.user_id IS NULL
            AND h.session_id IS NULL
            AND h.released_at IS NULL
        LOCK IN SHARE MODE
    )
    OR EXISTS (
        SELECT 1
        FROM agentstore_holds AS h
        WHERE
            h.tenant_id IS NULL
            AND h.user_id = s.user_id
            AND h.session_id IS NULL
            AND h.released_at IS NULL
        LOCK IN SHARE MODE
    )
    OR EXISTS (
        SELECT 1
        FROM agentstore_holds AS h
        WHERE
            h.tenant_id = s.tenant_id
            AND h.user_id = s.user_id
            AND h.session_id IS NULL
            AND h.released_at IS NULL
        LOCK IN SHARE MODE
    ) AS is_held,
    cast(s.updated_at AS char) AS updated_at
FROM (
    SELECT DISTINCT j.id
    FROM json_table(
        /* :ids */ '["s1"]', '$[*]'
        COLUMNS (id varchar(191) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PATH '$')
    ) AS j
) AS wanted
STRAIGHT_JOIN agentstore_sessions AS s FORCE INDEX (PRIMARY) ON wanted.id = s.id
WHERE
    TRUE
-- @if scope
    AND (s.tenant_id = /* :scope_tenant_id */ 'acme') IS TRUE
-- @end
-- @if scope_user
    AND (s.user_id = /* :scope_user_id */ 'ann') IS TRUE
-- @end
-- @unless unlocked
FOR UPDATE SKIP LOCKED
-- @end
;
