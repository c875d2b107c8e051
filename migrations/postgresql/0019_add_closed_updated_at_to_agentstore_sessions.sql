-- depends: 0018_comment_agentstore_tables
-- MySQL gets a column here, as its indexes have all rows; those of this database can leave some out.
COMMENT ON TABLE agentstore_sessions IS 'agentstore 0019: A conversation';
