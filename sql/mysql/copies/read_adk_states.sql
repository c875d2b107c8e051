-- A page of what a copy takes of agentstore_adk_states, in the order of its key.
-- agentstore copy, agentstore dump.
-- Runs: each page of a copy
-- Index: PRIMARY of agentstore_adk_states
-- Rows: reads at most :limit
-- Returns: many
-- Differs: OR in place of row values, for which MySQL has no range; FORCE INDEX, as the
--   optimizer would sort a small table
SELECT
    r.app_key,
    r.user_key,
    r.name_key,
    r.entry
FROM agentstore_adk_states AS r
-- noqa: disable=PRS
FORCE INDEX (PRIMARY)
-- noqa: enable=PRS
WHERE
    r.app_key > /* :after_app_key */ ''
    OR (
        r.app_key = /* :after_app_key */ ''
        AND r.user_key > /* :after_user_key */ ''
    )
    OR (
        r.app_key = /* :after_app_key */ ''
        AND r.user_key = /* :after_user_key */ ''
        AND r.name_key > /* :after_name_key */ ''
    )
ORDER BY r.app_key, r.user_key, r.name_key
LIMIT /* :limit */ 50;
