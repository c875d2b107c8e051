"""OpenTelemetry's own in-memory exporters see calls, round trips and the pool, and no content."""

from __future__ import annotations

from collections.abc import Callable

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


def test_metrics(seen: Seen) -> None:
    seen.store.create_session(id="s")
    assert seen.metrics() >= {
        "db.client.operation.duration",
        "db.client.connection.count",
        "db.client.connection.pending_requests",
    }
