-- Sessions that a deletion is about to touch, locked: whether a hold keeps them, and whether one of
-- their user does.
-- What deletes, behind lock_gate; Storage.reassign_session.
-- Runs: each deletion
-- Index: PRIMARY of agentstore_sessions, agentstore_holds_in_force
-- Rows: reads at most one session for each of :ids, and the holds in force of its tenant and user
-- Returns: many

-- STRAIGHT_JOIN and FORCE INDEX: in a small table the optimizer would read, and lock, the sessions of
-- all others.
-- A table of its own: MySQL refuses to lock what JSON_TABLE gives (error 3569).
-- The holds are locked, too: so what is read of them is the newest, though a bound connection's
-- snapshot (REPEATABLE READ) may be older.
-- It is not known to sqlfluff here, nor that a column of JSON_TABLE has a character set.
-- noqa: disable=all
SELECT
    s.id,
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
    EXISTS (
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
    ) AS is_held_by_user,
    s.user_id
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
-- @unless trashed
    AND (s.trashed_at IS NULL) IS TRUE
-- @end
-- @if scope
    AND (s.tenant_id = /* :scope_tenant_id */ 'acme') IS TRUE
-- @end
-- @if scope_user
    AND (s.user_id = /* :scope_user_id */ 'ann') IS TRUE
-- @end
FOR UPDATE;
