-- What users of a page of Chainlit's threads thought of steps.
-- Runs: once a page of a move
-- Index: steps' primary key; Chainlit has none by thread, so that all feedbacks are read
-- Returns: many
-- Differs: Chainlit's documented tables are PostgreSQL's, which SQLite takes as well
SELECT
    s."threadId" AS thread_id,
    f."forId" AS for_id,
    f.id AS feedback_id,
    f.value AS feedback_value,
    f.comment AS feedback_comment
FROM feedbacks AS f
INNER JOIN steps AS s ON f."forId" = s.id
WHERE
    s."threadId" >= /* :first_id */ '11111111-1111-4111-8111-111111111111'
    AND s."threadId" <= /* :last_id */ '22222222-2222-4222-8222-222222222222'
ORDER BY f.id;
