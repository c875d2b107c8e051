-- transactional: false
-- depends: 0002_create_agentstore_session_metadata
-- depends: 0003_create_agentstore_messages
-- depends: 0004_create_agentstore_tool_calls
-- depends: 0005_create_agentstore_pending_confirmations
-- depends: 0006_create_agentstore_checkpoints
-- depends: 0007_create_agentstore_checkpoint_blobs
-- depends: 0008_create_agentstore_checkpoint_writes
-- depends: 0009_create_agentstore_checkpoint_metadata
-- depends: 0010_create_agentstore_adk_sessions
-- depends: 0011_create_agentstore_adk_states
-- depends: 0013_index_agentstore_sessions
-- depends: 0014_create_agentstore_holds
-- depends: 0015_create_agentstore_hold_gates
-- depends: 0017_create_agentstore_erasure_receipts
-- What each table and each column is for, in the database's own catalogue.
-- A table's number is that of the migration that last changed its form.
-- Each statement restates a table's columns as they are, and copies nothing: the server refuses it where
-- it would. They are several, as they can be run again where a migrator was killed between them; the last
-- table bears this migration's number. MariaDB would copy the table for a virtual column's comment, and
-- passes over what stands in /*!80000 */.
ALTER TABLE agentstore_sessions
    MODIFY COLUMN id varchar(191) NOT NULL
    COMMENT 'The session''s id',
    MODIFY COLUMN created_at datetime(6) NOT NULL
    COMMENT 'When it was created, UTC',
    MODIFY COLUMN updated_at datetime(6) NOT NULL
    COMMENT 'When it was last written to, UTC',
    MODIFY COLUMN active boolean NOT NULL
    COMMENT 'False once it is closed',
    MODIFY COLUMN next_position bigint NOT NULL
    COMMENT 'The position of its next message, counted up under the row''s lock by every save',
    MODIFY COLUMN metadata longtext NOT NULL
    COMMENT 'A JSON object, whatever the application keeps of it',
    MODIFY COLUMN tenant_id varchar(191) NOT NULL DEFAULT ''
    COMMENT 'The tenant that it belongs to; empty: to none',
    MODIFY COLUMN user_id varchar(191) NOT NULL DEFAULT ''
    COMMENT 'The user that it belongs to; empty: to none',
    MODIFY COLUMN title varchar(500)
    COMMENT 'What it is called in lists; NULL: it has no title',
    MODIFY COLUMN archived_at datetime(6)
    COMMENT 'Since when it is archived, UTC; NULL: it is not',
    MODIFY COLUMN pinned_at datetime(6)
    COMMENT 'Since when it is pinned, UTC; NULL: it is not',
    MODIFY COLUMN last_message_at datetime(6)
    COMMENT 'The latest timestamp of its messages, UTC; NULL (older code''s) is read as updated_at',
    MODIFY COLUMN trashed_at datetime(6)
    COMMENT 'Since when it is in the trash, UTC; NULL: it is not',
    MODIFY COLUMN creation_token varchar(36)
    COMMENT 'The token of the call that created it, by which a retry knows its own',
    MODIFY COLUMN holds integer NOT NULL DEFAULT 0
    COMMENT 'How many holds in force name it: above 0 nothing of it is deleted',
    /*!80000
    MODIFY COLUMN listed_at datetime(6) GENERATED ALWAYS AS (coalesce(last_message_at, updated_at)) VIRTUAL
    COMMENT 'last_message_at as it is read, for the indexes',
    */
    COMMENT = 'agentstore 0013: A conversation',
    ALGORITHM = INPLACE, LOCK = NONE;

ALTER TABLE agentstore_session_metadata
    MODIFY COLUMN session_id varchar(191) NOT NULL
    COMMENT 'The session',
    MODIFY COLUMN entry varchar(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL
    COMMENT 'The JSON list [key, value] in ASCII, or sha256:... of it where that is long',
    MODIFY COLUMN created_at datetime(6) NOT NULL
    COMMENT 'When the session was created, UTC',
    COMMENT = 'agentstore 0002: Scalars of a session''s metadata, one row each, for filters',
    ALGORITHM = INPLACE, LOCK = NONE;

ALTER TABLE agentstore_messages
    MODIFY COLUMN session_id varchar(191) NOT NULL
    COMMENT 'The session',
    MODIFY COLUMN position bigint NOT NULL
    COMMENT 'Its place in the session, from 0',
    MODIFY COLUMN id varchar(191) NOT NULL
    COMMENT 'The message''s id',
    MODIFY COLUMN role varchar(9) NOT NULL
    COMMENT 'Whose it is: user, assistant, system or tool',
    MODIFY COLUMN content longtext NOT NULL
    COMMENT 'Its text',
    MODIFY COLUMN content_escaped boolean NOT NULL
    COMMENT 'Whether content has Python''s escapes, as it holds a NUL or a lone surrogate',
    MODIFY COLUMN parts longtext
    COMMENT 'A JSON list of its parts, where it is not a text alone',
    MODIFY COLUMN timestamp datetime(6) NOT NULL
    COMMENT 'When it was said, UTC',
    MODIFY COLUMN response_type varchar(64)
    COMMENT 'The type of the response it was saved from; NULL: it was saved from none',
    MODIFY COLUMN response longtext
    COMMENT 'A JSON object, the rest of the response it was saved from; NULL: it was from none',
    MODIFY COLUMN metadata longtext NOT NULL
    COMMENT 'A JSON object, whatever the application keeps of it',
    COMMENT = 'agentstore 0003: The messages of a session, in their order',
    ALGORITHM = INPLACE, LOCK = NONE;

ALTER TABLE agentstore_tool_calls
    MODIFY COLUMN session_id varchar(191) NOT NULL
    COMMENT 'The session',
    MODIFY COLUMN message_position bigint NOT NULL
    COMMENT 'The place of its message in the session',
    MODIFY COLUMN position int NOT NULL
    COMMENT 'Its place in the message, from 0',
    MODIFY COLUMN id varchar(191) NOT NULL
    COMMENT 'The tool call''s id',
    MODIFY COLUMN message_id varchar(191) NOT NULL
    COMMENT 'The id of its message',
    MODIFY COLUMN call_id varchar(191)
    COMMENT 'The model''s own id of it; NULL: it gave none',
    MODIFY COLUMN tool_name varchar(191) NOT NULL
    COMMENT 'The tool that is called',
    MODIFY COLUMN arguments longtext NOT NULL
    COMMENT 'A JSON object, what it is called with',
    MODIFY COLUMN result longtext
    COMMENT 'What came of it, in JSON; NULL: there is no result',
    MODIFY COLUMN success boolean
    COMMENT 'Whether it went well; NULL: nobody has said',
    MODIFY COLUMN timestamp datetime(6) NOT NULL
    COMMENT 'When it was called, UTC',
    MODIFY COLUMN completed_at datetime(6)
    COMMENT 'When it was completed, UTC; NULL: it is pending',
    COMMENT = 'agentstore 0004: The tool calls of a message, in order',
    ALGORITHM = INPLACE, LOCK = NONE;

ALTER TABLE agentstore_pending_confirmations
    MODIFY COLUMN session_id varchar(191) NOT NULL
    COMMENT 'The session',
    MODIFY COLUMN id varchar(191) NOT NULL
    COMMENT 'The confirmation''s id',
    MODIFY COLUMN tool_name varchar(191) NOT NULL
    COMMENT 'The tool to be called',
    MODIFY COLUMN arguments longtext NOT NULL
    COMMENT 'A JSON object, what it would be called with',
    MODIFY COLUMN user_message longtext NOT NULL
    COMMENT 'What the user had said',
    MODIFY COLUMN user_message_escaped boolean NOT NULL
    COMMENT 'Whether user_message has Python''s escapes, as it holds a NUL or a lone surrogate',
    MODIFY COLUMN timestamp datetime(6) NOT NULL
    COMMENT 'When it was asked for, UTC',
    MODIFY COLUMN taken_by varchar(36)
    COMMENT 'The token of the call that took it: the row is as good as gone; NULL: it waits',
    COMMENT = 'agentstore 0005: What waits for a user''s yes or no, at most one a session',
    ALGORITHM = INPLACE, LOCK = NONE;

ALTER TABLE agentstore_checkpoints
    MODIFY COLUMN thread_id varchar(191) NOT NULL
    COMMENT 'The thread, which is a session''s id',
    MODIFY COLUMN namespace_key varchar(191) NOT NULL
    COMMENT 'The namespace, or sha256:... of one that is no id',
    MODIFY COLUMN checkpoint_id varchar(191) NOT NULL
    COMMENT 'The checkpoint''s id; within a namespace ids sort by age',
    MODIFY COLUMN parent_id varchar(191)
    COMMENT 'The id of the checkpoint before it; NULL: it is the first',
    MODIFY COLUMN namespace longtext NOT NULL
    COMMENT 'The namespace as it is',
    MODIFY COLUMN channel_versions longtext NOT NULL
    COMMENT 'A JSON list of [key, version]: its values in agentstore_checkpoint_blobs',
    MODIFY COLUMN checkpoint_type varchar(64) NOT NULL
    COMMENT 'The serializer''s name for the form of checkpoint_bytes',
    MODIFY COLUMN checkpoint_bytes longblob NOT NULL
    COMMENT 'The checkpoint without its values, bytes of the serializer',
    MODIFY COLUMN metadata_type varchar(64) NOT NULL
    COMMENT 'The serializer''s name for the form of metadata_bytes',
    MODIFY COLUMN metadata_bytes longblob NOT NULL
    COMMENT 'Its metadata, bytes of the serializer',
    COMMENT = 'agentstore 0006: A checkpoint of a LangGraph thread',
    ALGORITHM = INPLACE, LOCK = NONE;

ALTER TABLE agentstore_checkpoint_blobs
    MODIFY COLUMN thread_id varchar(191) NOT NULL
    COMMENT 'The thread, which is a session''s id',
    MODIFY COLUMN namespace_key varchar(191) NOT NULL
    COMMENT 'The namespace, or sha256:... of one that is no id',
    MODIFY COLUMN channel_key varchar(191) NOT NULL
    COMMENT 'The channel, or sha256:... of one that is no id',
    MODIFY COLUMN channel_version varchar(191) NOT NULL
    COMMENT 'The version of the channel''s value',
    MODIFY COLUMN value_type varchar(64) NOT NULL
    COMMENT 'The serializer''s name for the form of value_bytes',
    MODIFY COLUMN value_bytes longblob NOT NULL
    COMMENT 'The value, bytes of the serializer',
    COMMENT = 'agentstore 0007: Values of a LangGraph thread''s channels, each version once',
    ALGORITHM = INPLACE, LOCK = NONE;

ALTER TABLE agentstore_checkpoint_writes
    MODIFY COLUMN thread_id varchar(191) NOT NULL
    COMMENT 'The thread, which is a session''s id',
    MODIFY COLUMN namespace_key varchar(191) NOT NULL
    COMMENT 'The namespace, or sha256:... of one that is no id',
    MODIFY COLUMN checkpoint_id varchar(191) NOT NULL
    COMMENT 'The checkpoint that the task comes after',
    MODIFY COLUMN task_id varchar(191) NOT NULL
    COMMENT 'The task that wrote',
    MODIFY COLUMN idx integer NOT NULL
    COMMENT 'The write''s place in the task; below 0: a special channel''s, whose last write counts',
    MODIFY COLUMN channel_name longtext NOT NULL
    COMMENT 'The channel that was written to',
    MODIFY COLUMN task_path longtext NOT NULL
    COMMENT 'Where in the graph the task is',
    MODIFY COLUMN value_type varchar(64) NOT NULL
    COMMENT 'The serializer''s name for the form of value_bytes',
    MODIFY COLUMN value_bytes longblob NOT NULL
    COMMENT 'What was written, bytes of the serializer',
    COMMENT = 'agentstore 0008: What the tasks after a LangGraph checkpoint have written so far',
    ALGORITHM = INPLACE, LOCK = NONE;

ALTER TABLE agentstore_checkpoint_metadata
    MODIFY COLUMN thread_id varchar(191) NOT NULL
    COMMENT 'The thread, which is a session''s id',
    MODIFY COLUMN namespace_key varchar(191) NOT NULL
    COMMENT 'The namespace, or sha256:... of one that is no id',
    MODIFY COLUMN checkpoint_id varchar(191) NOT NULL
    COMMENT 'The checkpoint',
    MODIFY COLUMN entry varchar(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL
    COMMENT 'The JSON list [key, value] in ASCII, or sha256:... of it where that is long',
    COMMENT = 'agentstore 0009: Scalars of a LangGraph checkpoint''s metadata, one row each, for filters',
    ALGORITHM = INPLACE, LOCK = NONE;

ALTER TABLE agentstore_adk_sessions
    MODIFY COLUMN session_id varchar(191) NOT NULL
    COMMENT 'The session',
    MODIFY COLUMN app_key varchar(191) NOT NULL
    COMMENT 'The app''s name, or sha256:... of one that is no id',
    MODIFY COLUMN user_key varchar(191) NOT NULL
    COMMENT 'The user''s id, or sha256:... of one that is no id',
    MODIFY COLUMN last_update_time double NOT NULL
    COMMENT 'When ADK last wrote to it, in seconds since 1970',
    MODIFY COLUMN marker varchar(191) NOT NULL
    COMMENT 'The token of the call that wrote last, by which a stale writer is known',
    MODIFY COLUMN session_state longtext NOT NULL
    COMMENT 'A JSON object, the session''s own state',
    COMMENT = 'agentstore 0010: What Google ADK keeps of a session beside its events',
    ALGORITHM = INPLACE, LOCK = NONE;

ALTER TABLE agentstore_adk_states
    MODIFY COLUMN app_key varchar(191) NOT NULL
    COMMENT 'The app''s name, or sha256:... of one that is no id',
    MODIFY COLUMN user_key varchar(191) NOT NULL
    COMMENT 'Empty: the app''s own; else =, then the user''s id or sha256:... of it',
    MODIFY COLUMN name_key varchar(191) NOT NULL
    COMMENT 'The key''s name, or sha256:... of one that is no id',
    MODIFY COLUMN entry longtext NOT NULL
    COMMENT 'The JSON list [name, value]',
    COMMENT = 'agentstore 0011: What sessions of Google ADK share: the state of apps and users, a row a key',
    ALGORITHM = INPLACE, LOCK = NONE;

ALTER TABLE agentstore_holds
    MODIFY COLUMN id varchar(191) NOT NULL
    COMMENT 'The hold''s id',
    MODIFY COLUMN reason longtext NOT NULL
    COMMENT 'Why it was placed',
    MODIFY COLUMN session_id varchar(191)
    COMMENT 'The session that it is on; NULL does not narrow',
    MODIFY COLUMN user_id varchar(191)
    COMMENT 'The user that it is on; NULL does not narrow',
    MODIFY COLUMN tenant_id varchar(191)
    COMMENT 'The tenant that it is on; NULL does not narrow',
    MODIFY COLUMN placed_at datetime(6) NOT NULL
    COMMENT 'When it was placed, UTC',
    MODIFY COLUMN released_at datetime(6)
    COMMENT 'When it was released, UTC; NULL: it is in force',
    COMMENT = 'agentstore 0014: What nobody may delete: a session, or all of a user or a tenant',
    ALGORITHM = INPLACE, LOCK = NONE;

ALTER TABLE agentstore_hold_gates
    MODIFY COLUMN id bigint NOT NULL
    COMMENT '0, the one gate',
    MODIFY COLUMN placed bigint NOT NULL
    COMMENT 'Counted up by whoever places a hold on a user or a tenant',
    COMMENT = 'agentstore 0015: Where holds and deletions meet: its one row is locked by both',
    ALGORITHM = INPLACE, LOCK = NONE;

ALTER TABLE agentstore_erasure_receipts
    MODIFY COLUMN id varchar(191) NOT NULL
    COMMENT 'The receipt''s id',
    MODIFY COLUMN user_digest varchar(191) NOT NULL
    COMMENT 'Names the user by HMAC-SHA256 (or SHA-256) of the id',
    MODIFY COLUMN tenant_id varchar(191)
    COMMENT 'The tenant whose user it was; NULL: no tenant was named',
    MODIFY COLUMN started_at datetime(6) NOT NULL
    COMMENT 'When it began, UTC',
    MODIFY COLUMN finished_at datetime(6)
    COMMENT 'When it was finished, UTC; NULL: it was cut short, and goes on when asked again',
    MODIFY COLUMN deleted_rows longtext NOT NULL
    COMMENT 'A JSON object, how many rows were deleted by table',
    MODIFY COLUMN held bigint NOT NULL
    COMMENT 'How many sessions a hold kept',
    MODIFY COLUMN remains longtext NOT NULL
    COMMENT 'A JSON list of where copies may be, and until when',
    COMMENT = 'agentstore 0018: What an erasure of a user has deleted',
    ALGORITHM = INPLACE, LOCK = NONE;
