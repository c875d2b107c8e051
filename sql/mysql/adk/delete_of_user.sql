-- Forget the state of one of an app's users. Storage.erase_user, behind find_of_user.
-- Runs: seldom
-- Index: PRIMARY of agentstore_adk_states
-- Rows: deletes all keys of :user_key in :app_key
-- Returns: count
DELETE FROM agentstore_adk_states
WHERE
    app_key = /* :app_key */ 'shop'
    AND user_key = /* :user_key */ '=u1';
