-- The character set in which the server reads what a client sends: SET NAMES changes it, and the driver does
-- not notice. In gbk, big5 and sjis a backslash may be the second half of a character, so that values
-- that are escaped for utf8mb4 would end too early. And the longest statement that it takes, in bytes.
-- Runs: once a bound connection
-- Index: none: no table
-- Returns: one
-- Differs: the other drivers send values apart from the statement
SELECT
    @@character_set_client AS character_set,
    @@max_allowed_packet AS packet_limit;
