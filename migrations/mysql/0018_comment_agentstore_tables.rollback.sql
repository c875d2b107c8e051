-- transactional: false
ALTER TABLE agentstore_erasure_receipts
    MODIFY COLUMN id varchar(191) NOT NULL,
    MODIFY COLUMN user_digest varchar(191) NOT NULL,
    MODIFY COLUMN tenant_id varchar(191),
    MODIFY COLUMN started_at datetime(6) NOT NULL,
    MODIFY COLUMN finished_at datetime(6),
    MODIFY COLUMN deleted_rows longtext NOT NULL,
    MODIFY COLUMN held bigint NOT NULL,
    MODIFY COLUMN remains longtext NOT NULL,
    COMMENT = 'agentstore 0017',
    ALGORITHM = INPLACE, LOCK = NONE;

ALTER TABLE agentstore_hold_gates
    MODIFY COLUMN id bigint NOT NULL,
    MODIFY COLUMN placed bigint NOT NULL,
    COMMENT = 'agentstore 0015',
    ALGORITHM = INPLACE, LOCK = NONE;

ALTER TABLE agentstore_holds
    MODIFY COLUMN id varchar(191) NOT NULL,
    MODIFY COLUMN reason longtext NOT NULL,
    MODIFY COLUMN session_id varchar(191),
    MODIFY COLUMN user_id varchar(191),
    MODIFY COLUMN tenant_id varchar(191),
    MODIFY COLUMN placed_at datetime(6) NOT NULL,
    MODIFY COLUMN released_at datetime(6),
    COMMENT = 'agentstore 0014',
    ALGORITHM = INPLACE, LOCK = NONE;

ALTER TABLE agentstore_adk_states
    MODIFY COLUMN app_key varchar(191) NOT NULL,
    MODIFY COLUMN user_key varchar(191) NOT NULL,
    MODIFY COLUMN name_key varchar(191) NOT NULL,
    MODIFY COLUMN entry longtext NOT NULL,
    COMMENT = 'agentstore 0011',
    ALGORITHM = INPLACE, LOCK = NONE;

ALTER TABLE agentstore_adk_sessions
    MODIFY COLUMN session_id varchar(191) NOT NULL,
    MODIFY COLUMN app_key varchar(191) NOT NULL,
    MODIFY COLUMN user_key varchar(191) NOT NULL,
    MODIFY COLUMN last_update_time double NOT NULL,
    MODIFY COLUMN marker varchar(191) NOT NULL,
    MODIFY COLUMN session_state longtext NOT NULL,
    COMMENT = 'agentstore 0010',
    ALGORITHM = INPLACE, LOCK = NONE;

ALTER TABLE agentstore_checkpoint_metadata
    MODIFY COLUMN thread_id varchar(191) NOT NULL,
    MODIFY COLUMN namespace_key varchar(191) NOT NULL,
    MODIFY COLUMN checkpoint_id varchar(191) NOT NULL,
    MODIFY COLUMN entry varchar(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    COMMENT = 'agentstore 0009',
    ALGORITHM = INPLACE, LOCK = NONE;

ALTER TABLE agentstore_checkpoint_writes
    MODIFY COLUMN thread_id varchar(191) NOT NULL,
    MODIFY COLUMN namespace_key varchar(191) NOT NULL,
    MODIFY COLUMN checkpoint_id varchar(191) NOT NULL,
    MODIFY COLUMN task_id varchar(191) NOT NULL,
    MODIFY COLUMN idx integer NOT NULL,
    MODIFY COLUMN channel_name longtext NOT NULL,
    MODIFY COLUMN task_path longtext NOT NULL,
    MODIFY COLUMN value_type varchar(64) NOT NULL,
    MODIFY COLUMN value_bytes longblob NOT NULL,
    COMMENT = 'agentstore 0008',
    ALGORITHM = INPLACE, LOCK = NONE;

ALTER TABLE agentstore_checkpoint_blobs
    MODIFY COLUMN thread_id varchar(191) NOT NULL,
    MODIFY COLUMN namespace_key varchar(191) NOT NULL,
    MODIFY COLUMN channel_key varchar(191) NOT NULL,
    MODIFY COLUMN channel_version varchar(191) NOT NULL,
    MODIFY COLUMN value_type varchar(64) NOT NULL,
    MODIFY COLUMN value_bytes longblob NOT NULL,
    COMMENT = 'agentstore 0007',
    ALGORITHM = INPLACE, LOCK = NONE;

ALTER TABLE agentstore_checkpoints
    MODIFY COLUMN thread_id varchar(191) NOT NULL,
    MODIFY COLUMN namespace_key varchar(191) NOT NULL,
    MODIFY COLUMN checkpoint_id varchar(191) NOT NULL,
    MODIFY COLUMN parent_id varchar(191),
    MODIFY COLUMN namespace longtext NOT NULL,
    MODIFY COLUMN channel_versions longtext NOT NULL,
    MODIFY COLUMN checkpoint_type varchar(64) NOT NULL,
    MODIFY COLUMN checkpoint_bytes longblob NOT NULL,
    MODIFY COLUMN metadata_type varchar(64) NOT NULL,
    MODIFY COLUMN metadata_bytes longblob NOT NULL,
    COMMENT = 'agentstore 0006',
    ALGORITHM = INPLACE, LOCK = NONE;

ALTER TABLE agentstore_pending_confirmations
    MODIFY COLUMN session_id varchar(191) NOT NULL,
    MODIFY COLUMN id varchar(191) NOT NULL,
    MODIFY COLUMN tool_name varchar(191) NOT NULL,
    MODIFY COLUMN arguments longtext NOT NULL,
    MODIFY COLUMN user_message longtext NOT NULL,
    MODIFY COLUMN user_message_escaped boolean NOT NULL,
    MODIFY COLUMN timestamp datetime(6) NOT NULL,
    MODIFY COLUMN taken_by varchar(36),
    COMMENT = 'agentstore 0005',
    ALGORITHM = INPLACE, LOCK = NONE;

ALTER TABLE agentstore_tool_calls
    MODIFY COLUMN session_id varchar(191) NOT NULL,
    MODIFY COLUMN message_position bigint NOT NULL,
    MODIFY COLUMN position int NOT NULL,
    MODIFY COLUMN id varchar(191) NOT NULL,
    MODIFY COLUMN message_id varchar(191) NOT NULL,
    MODIFY COLUMN call_id varchar(191),
    MODIFY COLUMN tool_name varchar(191) NOT NULL,
    MODIFY COLUMN arguments longtext NOT NULL,
    MODIFY COLUMN result longtext,
    MODIFY COLUMN success boolean,
    MODIFY COLUMN timestamp datetime(6) NOT NULL,
    MODIFY COLUMN completed_at datetime(6),
    COMMENT = 'agentstore 0004',
    ALGORITHM = INPLACE, LOCK = NONE;

ALTER TABLE agentstore_messages
    MODIFY COLUMN session_id varchar(191) NOT NULL,
    MODIFY COLUMN position bigint NOT NULL,
    MODIFY COLUMN id varchar(191) NOT NULL,
    MODIFY COLUMN role varchar(9) NOT NULL,
    MODIFY COLUMN content longtext NOT NULL,
    MODIFY COLUMN content_escaped boolean NOT NULL,
    MODIFY COLUMN parts longtext,
    MODIFY COLUMN timestamp datetime(6) NOT NULL,
    MODIFY COLUMN response_type varchar(64),
    MODIFY COLUMN response longtext,
    MODIFY COLUMN metadata longtext NOT NULL,
    COMMENT = 'agentstore 0003',
    ALGORITHM = INPLACE, LOCK = NONE;

ALTER TABLE agentstore_session_metadata
    MODIFY COLUMN session_id varchar(191) NOT NULL,
    MODIFY COLUMN entry varchar(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    MODIFY COLUMN created_at datetime(6) NOT NULL,
    COMMENT = 'agentstore 0002',
    ALGORITHM = INPLACE, LOCK = NONE;

ALTER TABLE agentstore_sessions
    MODIFY COLUMN id varchar(191) NOT NULL,
    MODIFY COLUMN created_at datetime(6) NOT NULL,
    MODIFY COLUMN updated_at datetime(6) NOT NULL,
    MODIFY COLUMN active boolean NOT NULL,
    MODIFY COLUMN next_position bigint NOT NULL,
    MODIFY COLUMN metadata longtext NOT NULL,
    MODIFY COLUMN tenant_id varchar(191) NOT NULL DEFAULT '',
    MODIFY COLUMN user_id varchar(191) NOT NULL DEFAULT '',
    MODIFY COLUMN title varchar(500),
    MODIFY COLUMN archived_at datetime(6),
    MODIFY COLUMN pinned_at datetime(6),
    MODIFY COLUMN last_message_at datetime(6),
    MODIFY COLUMN trashed_at datetime(6),
    MODIFY COLUMN creation_token varchar(36),
    MODIFY COLUMN holds integer NOT NULL DEFAULT 0,
    /*!80000
    MODIFY COLUMN listed_at datetime(6) GENERATED ALWAYS AS (coalesce(last_message_at, updated_at)) VIRTUAL,
    */
    COMMENT = 'agentstore 0013',
    ALGORITHM = INPLACE, LOCK = NONE;
