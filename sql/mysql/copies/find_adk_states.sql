-- The rows of agentstore_adk_states with some keys: what a copy finds where it is going.
-- agentstore copy, agentstore restore.
-- Runs: each page of a copy
-- Index: PRIMARY of agentstore_adk_states
-- Rows: reads at most one for each of :keys
-- Returns: many
-- Differs: STRAIGHT_JOIN and FORCE INDEX, as the optimizer would read a small table whole
SELECT STRAIGHT_JOIN
    r.app_key,
    r.user_key,
    r.name_key,
    r.entry
FROM
    -- The character set must be stated: in a latin1 database it would be latin1 else, and lose ids.
    -- That it may be is not known to sqlfluff.
    -- noqa: disable=all
    json_table(
        /* :keys */ '[["shop", "u1", "theme"]]', '$[*]' COLUMNS (
            app_key varchar(191) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PATH '$[0]',
            user_key varchar(191) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PATH '$[1]',
            name_key varchar(191) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PATH '$[2]'
        )
    ) AS k
INNER JOIN agentstore_adk_states AS r FORCE INDEX (PRIMARY)
    ON
        k.app_key = r.app_key
        AND k.user_key = r.user_key
        AND k.name_key = r.name_key;
