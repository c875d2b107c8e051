-- A page of what a copy takes of agentstore_adk_sessions, in the order of its key.
-- agentstore copy, agentstore dump.
-- Runs: each page of a copy
-- Index: PRIMARY of agentstore_adk_sessions
-- Rows: reads at most :limit
-- Returns: many
-- Differs: OR in place of row values, for which MySQL has no range; FORCE INDEX, as the
--   optimizer would sort a small table
SELECT
    r.session_id,
    r.app_key,
    r.user_key,
    r.last_update_time,
    r.marker,
    r.session_state
FROM agentstore_adk_sessions AS r
-- noqa: disable=PRS
FORCE INDEX (PRIMARY)
-- noqa: enable=PRS
WHERE
    r.session_id > /* :after_session_id */ ''
ORDER BY r.session_id
LIMIT /* :limit */ 50;
