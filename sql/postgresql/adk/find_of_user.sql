-- The users' state of Google ADK that is a user's of the store: by ADK's user of that id, and in the
-- user's own scope by any. Storage.erase_user, behind lock_gate.
-- Runs: seldom
-- Index: none: an erasure reads all shared states
-- Rows: reads all
-- Returns: many
SELECT DISTINCT
    'agentstore_adk_states'::text AS found_in,
    t.app_key,
    t.user_key
FROM agentstore_adk_states AS t
WHERE
    t.user_key OPERATOR (pg_catalog.=) /* :user_key */ '=ann'
    OR pg_catalog.starts_with(t.user_key, /* :own_prefix */ '@["ann",')
    OR pg_catalog.starts_with(t.user_key, /* :digest_prefix */ '@[["9f86d081"],');
