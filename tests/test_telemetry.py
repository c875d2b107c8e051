"""OpenTelemetry's own in-memory exporters see calls, round trips and the pool, and no content."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import pytest

import agentstore
from agentstore import Storage

pytest.importorskip("opentelemetry.sdk", reason="opentelemetry-sdk comes with the dev group")

from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from agentstore.telemetry import instrument

SECRET = "s3cret-content"
SESSION = "gen_ai.conversation.id"
NO_SPANS = {"close", "disconnect", "extension", "run_in_transaction", "scoped", "stats"}


class Seen:
    """A store that is traced and measured into memory."""

    def __init__(self, store: Storage) -> None:
        self._exporter = InMemorySpanExporter()
        self._reader = InMemoryMetricReader()
        tracers = TracerProvider()
        tracers.add_span_processor(SimpleSpanProcessor(self._exporter))
        self.store = instrument(store, tracers, MeterProvider([self._reader]))

    def spans(self) -> list[ReadableSpan]:
        return list(self._exporter.get_finished_spans())

    def metrics(self) -> set[str]:
        data = self._reader.get_metrics_data()
        assert data is not None
        return {
            metric.name
            for resource in data.resource_metrics
            for scope in resource.scope_metrics
            for metric in scope.metrics
        }


@pytest.fixture
def seen(make_store: Callable[..., Storage]) -> Seen:
    return Seen(make_store())


def test_a_call_and_its_round_trip(seen: Seen) -> None:
    seen.store.create_session(id="s")
    seen.store.save_user_message("s", SECRET)
    assert seen.store.get_history("s")[0].content == SECRET
    call = next(span for span in seen.spans() if span.name == "agentstore.get_history")
    trip = next(span for span in seen.spans() if span.name == "messages/get_history")
    assert trip.parent is not None
    assert call.context is not None
    assert trip.parent.span_id == call.context.span_id
    assert call.attributes is not None
    assert trip.attributes is not None
    assert call.attributes["gen_ai.conversation.id"] == "s"
    assert trip.attributes["db.system.name"] == seen.store.dialect
    assert trip.attributes["db.query.summary"] == "messages/get_history"
    assert SECRET not in "".join(span.to_json() for span in seen.spans())


def test_errors_have_a_type_and_no_text(seen: Seen) -> None:
    with pytest.raises(agentstore.SessionNotFoundError):
        seen.store.save_user_message(SECRET, "x")
    [span] = [s for s in seen.spans() if s.name == "agentstore.save_user_message"]
    assert span.status.status_code is StatusCode.ERROR
    assert span.attributes is not None
    assert span.attributes["error.type"] == "SessionNotFoundError"
    assert not span.events
    assert span.status.description is None


def test_a_block_is_a_span_around_its_calls(seen: Seen) -> None:
    with seen.store.transaction():
        seen.store.create_session(id="s")
    block = next(span for span in seen.spans() if span.name == "agentstore.transaction")
    call = next(span for span in seen.spans() if span.name == "agentstore.create_session")
    assert call.parent is not None
    assert block.context is not None
    assert call.parent.span_id == block.context.span_id


def test_every_call_has_a_span_with_its_session_and_no_other_id(seen: Seen) -> None:
    for name, method in inspect.getmembers(Storage, callable):
        if name.startswith("_") or name in NO_SPANS | {"transaction"}:
            continue
        parameters = list(inspect.signature(method).parameters.values())[1:]
        session = "id" if name == "create_session" else "session_id"
        for by_name in (False, True):
            values: dict[str, Any] = {
                parameter.name: "the-session" if parameter.name == session else "another"
                for parameter in parameters
                if parameter.default is parameter.empty or parameter.name == session
            }
            positional = []
            if not by_name:
                for parameter in parameters:
                    if parameter.name not in values or parameter.kind is parameter.KEYWORD_ONLY:
                        break
                    positional.append(values.pop(parameter.name))
            before = len(seen.spans())
            try:
                result = getattr(seen.store, name)(*positional, **values)
                if name.startswith("iter_"):
                    list(result)
            except agentstore.StorageError:
                pass  # what is wrong with the arguments does not matter here
            [span] = [s for s in seen.spans()[before:] if s.name == f"agentstore.{name}"]
            assert span.attributes is not None
            has_session = session in {parameter.name for parameter in parameters}
            expected = "the-session" if has_session else None
            assert span.attributes.get(SESSION) == expected, name
            assert "another" not in {*span.attributes.values()}, name


def test_an_iteration_is_a_span_around_its_round_trips(seen: Seen) -> None:
    seen.store.create_session(id="s")
    for _ in range(3):
        seen.store.save_user_message("s", SECRET)
    found = seen.store.iter_messages(session_id="s", batch_size=1)
    assert next(found).content == SECRET
    seen.store.get_session("s")
    assert not [span for span in seen.spans() if span.name == "agentstore.iter_messages"]
    assert len(list(found)) == 2
    [walk] = [span for span in seen.spans() if span.name == "agentstore.iter_messages"]
    [beside] = [span for span in seen.spans() if span.name == "agentstore.get_session"]
    assert walk.context is not None
    assert beside.parent is None
    own = [span for span in seen.spans() if span.parent and span.parent == walk.context]
    assert len(own) >= 3
    assert all(span.name.startswith("messages/query_messages") for span in own)


def test_an_iteration_that_is_left_or_fails_ends_its_span(seen: Seen) -> None:
    def ended() -> list[ReadableSpan]:
        return [span for span in seen.spans() if span.name == "agentstore.iter_sessions"]

    for id_ in ("s", "t"):
        seen.store.create_session(id=id_)
    with pytest.raises(agentstore.InvalidInputError):
        seen.store.iter_sessions(batch_size=0)
    [refused] = ended()
    assert refused.attributes is not None
    assert refused.attributes["error.type"] == "InvalidInputError"
    found: Any = seen.store.iter_sessions(batch_size=1)
    next(found)
    found.close()
    assert list(found) == []
    assert len(ended()) == 2
    found = seen.store.iter_sessions(batch_size=1)
    del found
    assert len(ended()) == 3
    found = seen.store.iter_sessions(batch_size=1)
    next(found)
    seen.store.close()
    with pytest.raises(agentstore.StorageError):
        next(found)
    assert ended()[-1].attributes is not None
    assert ended()[-1].status.status_code is StatusCode.ERROR


def test_metrics(seen: Seen) -> None:
    seen.store.create_session(id="s")
    assert seen.metrics() >= {
        "db.client.operation.duration",
        "db.client.connection.count",
        "db.client.connection.pending_requests",
    }
