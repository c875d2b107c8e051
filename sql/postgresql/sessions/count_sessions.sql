-- How many sessions there are. Storage.count_sessions.
-- Runs: now and then
-- Index: agentstore_sessions_created_at and agentstore_sessions_updated_at with filters by time;
--   none: without these it counts the whole table
-- Rows: reads all sessions that the filters leave; without any, the whole table's index
-- Returns: one
SELECT pg_catalog.count(*) AS sessions
FROM agentstore_sessions AS s
WHERE
    1 = 1
-- @if active
    AND s.active = /* :active */ TRUE
-- @end
-- @if created_after
    AND s.created_at >= /* :created_after */ '2026-01-01 00:00:00+00'::timestamptz
-- @end
-- @if created_before
    AND s.created_at <= /* :created_before */ '2026-01-01 00:00:00+00'::timestamptz
-- @end
-- @if updated_after
    -- The index begins with active.
    AND s.active IN (TRUE, FALSE)
    AND s.updated_at >= /* :updated_after */ '2026-01-01 00:00:00+00'::timestamptz
-- @end
-- @if updated_before
    -- The index begins with active.
    AND s.active IN (TRUE, FALSE)
    AND s.updated_at <= /* :updated_before */ '2026-01-01 00:00:00+00'::timestamptz
-- @end
;
