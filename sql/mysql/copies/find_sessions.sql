-- The rows of agentstore_sessions with some keys: what a copy finds where it is going.
-- agentstore copy, agentstore restore.
-- Runs: each page of a copy
-- Index: PRIMARY of agentstore_sessions
-- Rows: reads at most one for each of :keys
-- Returns: many
-- Differs: STRAIGHT_JOIN and FORCE INDEX, as the optimizer would read a small table whole
SELECT STRAIGHT_JOIN
    r.id,
    cast(r.created_at AS char) AS created_at,
    cast(r.updated_at AS char) AS updated_at,
    r.active,
    r.next_position,
    r.metadata,
    r.tenant_id,
    r.user_id,
    r.title,
    cast(r.archived_at AS char) AS archived_at,
    cast(r.pinned_at AS char) AS pinned_at,
    cast(r.last_message_at AS char) AS last_message_at,
    cast(r.trashed_at AS char) AS trashed_at,
    r.creation_token,
    r.holds
FROM
    -- The character set must be stated: in a latin1 database it would be latin1 else, and lose ids.
    -- That it may be is not known to sqlfluff.
    -- noqa: disable=all
    json_table(
        /* :keys */ '[["s1"]]', '$[*]' COLUMNS (
            id varchar(191) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PATH '$[0]'
        )
    ) AS k
INNER JOIN agentstore_sessions AS r FORCE INDEX (PRIMARY) ON k.id = r.id;
