-- The states that ADK's sessions share: an app's, whose user is NULL, and those of its users.
-- Runs: once a move
-- Index: none: all of two small tables
-- Returns: many
SELECT
    a.app_name,
    NULL AS user_id,
    a.state AS shared_state
FROM app_states AS a
UNION ALL
SELECT
    u.app_name,
    u.user_id,
    u.state AS shared_state
FROM user_states AS u;
