-- transactional: false
-- depends: 0019_add_closed_updated_at_to_agentstore_sessions
-- What delete_sessions goes by: the closed sessions alone, to which nobody writes. The index that it
-- takes the place of had all sessions, so that each save moved its entry.
-- It is built while others read and write.
ALTER TABLE agentstore_sessions
    ADD KEY agentstore_sessions_closed (closed_updated_at, id),
    DROP KEY agentstore_sessions_updated_at,
    COMMENT = 'agentstore 0020: A conversation',
    ALGORITHM = INPLACE, LOCK = NONE;
