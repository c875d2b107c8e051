-- Store rows of agentstore_adk_states as they were elsewhere. agentstore copy, agentstore restore.
-- Runs: each page of a copy
-- Index: none: appends to agentstore_adk_states
-- Rows: writes one; the driver repeats it, or the list of its values, for each row
-- Returns: count
-- Differs: PostgreSQL takes a list a column, put_adk_states
INSERT INTO agentstore_adk_states (
    app_key, user_key, name_key, entry
)
VALUES (
    /* :app_key */ 'shop',
    /* :user_key */ 'u1',
    /* :name_key */ 'theme',
    /* :entry */ '["theme","light"]'
);
