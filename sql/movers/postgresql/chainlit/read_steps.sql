-- The steps of a page of Chainlit's threads.
-- Runs: once a page of a move
-- Index: none: Chainlit has none by thread, so that all steps are read once a page of threads
-- Returns: many
-- Differs: Chainlit's documented tables are PostgreSQL's, which SQLite takes as well
SELECT
    s."threadId"::text AS thread_id,
    s.id::text AS step_id,
    s.type AS step_type,
    s.name,
    s."parentId"::text AS parent_id,
    s."createdAt" AS created_at,
    s.start AS started_at,
    s."end" AS ended_at,
    s.input AS step_input,
    s.output AS step_output,
    s."isError" AS is_error,
    s."waitForAnswer" AS waits,
    s.metadata::text AS metadata,
    s.generation::text AS generation,
    pg_catalog.array_to_json(s.tags)::text AS tags,
-- @if newer
    s.command,
    s.modes::text AS modes,
-- @end
    s.language AS step_language
FROM steps AS s
WHERE
    NOT s."threadId" OPERATOR (pg_catalog.<) /* :first_id */ '11111111-1111-4111-8111-111111111111'::uuid
    AND NOT s."threadId" OPERATOR (pg_catalog.>) /* :last_id */ '22222222-2222-4222-8222-222222222222'::uuid;
