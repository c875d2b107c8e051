-- The steps of a page of Chainlit's threads.
-- Runs: once a page of a move
-- Index: none: Chainlit has none by thread, so that all steps are read once a page of threads
-- Returns: many
-- Differs: Chainlit's documented tables are PostgreSQL's, which SQLite takes as well
SELECT
    s."threadId" AS thread_id,
    s.id AS step_id,
    s.type AS step_type,
    s.name,
    s."parentId" AS parent_id,
    s."createdAt" AS created_at,
    s."start" AS started_at,
    s."end" AS ended_at,
    s.input AS step_input,
    s.output AS step_output,
    s."isError" AS is_error,
    s."waitForAnswer" AS waits,
    cast(s.metadata AS text) AS metadata,
    cast(s.generation AS text) AS generation,
    s.tags,
-- @if newer
    s.command,
    cast(s.modes AS text) AS modes,
-- @end
    s.language AS step_language
FROM steps AS s
WHERE
    s."threadId" >= /* :first_id */ '11111111-1111-4111-8111-111111111111'
    AND s."threadId" <= /* :last_id */ '22222222-2222-4222-8222-222222222222';
