-- What the server is, its clock (UTC) and its character set. agentstore doctor.
-- Runs: seldom
-- Index: none: no table
-- Rows: none
-- Returns: one

-- Variables of the server are not known to sqlfluff here.
-- noqa: disable=all
SELECT
    version() AS version_text,
    cast(utc_timestamp(6) AS char) AS server_time,
    @@character_set_database AS character_set;
