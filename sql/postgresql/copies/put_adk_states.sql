-- Store rows of agentstore_adk_states as they were elsewhere. agentstore copy, agentstore restore.
-- Runs: each page of a copy
-- Index: none: appends to agentstore_adk_states
-- Rows: writes one for each of :app_key_list
-- Returns: count
-- Differs: the others take row by row, insert_adk_states, which is a round trip a row here
INSERT INTO agentstore_adk_states (
    app_key, user_key, name_key, entry
)
SELECT
    r.app_key,
    r.user_key,
    r.name_key,
    r.entry::json
FROM unnest(
    /* :app_key_list */ '{shop}'::text[],
    /* :user_key_list */ '{u1}'::text[],
    /* :name_key_list */ '{theme}'::text[],
    /* :entry_list */ '{1}'::text[]
) AS r (
    app_key, user_key, name_key, entry
);
