"""OpenTelemetry: a span a call of a store, one a round trip, and the pool's figures as metrics.

    store = agentstore.connect()
    agentstore.telemetry.instrument(store)

The attributes are the stable ones of OpenTelemetry's semantic conventions for databases, and the
session as ``gen_ai.conversation.id``. No content, metadata or parameter is recorded: what a
statement is, is told by its name (``db.query.summary``).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from functools import partial, wraps
from typing import Any

from agentstore.records import StatementEvent
from agentstore.storage import Storage

try:
    from opentelemetry import metrics, trace
    from opentelemetry.metrics import CallbackOptions, MeterProvider, Observation
    from opentelemetry.trace import SpanKind, Status, StatusCode, Tracer, TracerProvider
except ImportError as error:
    raise ImportError(
        "agentstore.telemetry needs OpenTelemetry: pip install 'agentstore[otel]'"
    ) from error

_SYSTEMS = {"postgresql": "postgresql", "mysql": "mysql", "sqlite": "sqlite"}
_NOT_SPANNED = frozenset(
    {"close", "disconnect", "extension", "iter_messages", "iter_sessions", "run_in_transaction"}
    | {"scoped", "stats", "transaction"}
)
_NANOSECONDS = 1_000_000_000


def instrument(
    store: Storage,
    tracer_provider: TracerProvider | None = None,
    meter_provider: MeterProvider | None = None,
) -> Storage:
    """Trace and measure a store, from now on.

    Args:
        store: the store; what `Storage.scoped` makes of it is traced too.
        tracer_provider, meter_provider: OpenTelemetry's own where None.

    Returns:
        The store.
    """
    tracer = trace.get_tracer("agentstore", tracer_provider=tracer_provider)
    meter = (meter_provider or metrics.get_meter_provider()).get_meter("agentstore")
    attributes = _database_attributes(store)
    duration = meter.create_histogram(
        "db.client.operation.duration", unit="s", description="Duration of round trips"
    )

    def observe(event: StatementEvent) -> None:
        _record_round_trip(tracer, event, attributes)
        measured = {"db.system.name": attributes["db.system.name"]}
        measured["db.query.summary"] = event.name
        if event.error is not None:
            measured["error.type"] = event.error
        duration.record(event.seconds, measured)

    store._repository.observation.add(observe)
    _measure_pool(meter, store, attributes)
    _trace_calls(store, tracer, attributes)
    return store


def _database_attributes(store: Storage) -> dict[str, Any]:
    """What is the same for all spans of a store."""
    attributes: dict[str, Any] = {
        "db.system.name": _SYSTEMS.get(store.dialect, f"agentstore.{store.dialect}")
    }
    url = store._repository.url
    if url is None:
        return attributes
    if url.database is not None and store.dialect != "sqlite":
        attributes["db.namespace"] = url.database
    if url.hosts:
        host, port = url.hosts[0]
        attributes["server.address"] = host
        if port is not None:
            attributes["server.port"] = port
    return attributes


def _record_round_trip(
    tracer: Tracer, event: StatementEvent, attributes: Mapping[str, Any]
) -> None:
    end = time.time_ns()
    span = tracer.start_span(
        event.name,
        kind=SpanKind.CLIENT,
        start_time=end - int(event.seconds * _NANOSECONDS),
        attributes={**attributes, "db.query.summary": event.name},
    )
    if event.statements > 1:
        span.set_attribute("db.operation.batch.size", event.statements)
    if event.error is not None:
        span.set_attribute("error.type", event.error)
        span.set_status(Status(StatusCode.ERROR))
    span.end(end)


def _trace_calls(store: Storage, tracer: Tracer, attributes: Mapping[str, Any]) -> None:
    """Have the store's public calls make a span each."""
    for name in dir(type(store)):
        method = getattr(type(store), name)
        if name.startswith("_") or name in _NOT_SPANNED or not callable(method):
            continue
        setattr(store, name, _traced(getattr(store, name), name, tracer, attributes))
    vars(store)["transaction"] = partial(_traced_block, store.transaction, tracer, attributes)
    if hasattr(store, "scoped"):
        scoped = store.scoped

        @wraps(scoped)
        def traced_scope(**scope: Any) -> Storage:
            view: Storage = scoped(**scope)
            _trace_calls(view, tracer, attributes)
            return view

        vars(store)["scoped"] = traced_scope


def _traced(
    call: Callable[..., Any], name: str, tracer: Tracer, attributes: Mapping[str, Any]
) -> Callable[..., Any]:
    @wraps(call)
    def traced(*args: Any, **kwargs: Any) -> Any:
        with tracer.start_as_current_span(
            f"agentstore.{name}",
            attributes=attributes,
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            session_id = kwargs.get("session_id", args[0] if args else None)
            if isinstance(session_id, str) and "message" not in name.removeprefix("save_"):
                span.set_attribute("gen_ai.conversation.id", session_id)
            try:
                return call(*args, **kwargs)
            except BaseException as exc:
                span.set_attribute("error.type", type(exc).__name__)
                # An exception's text may hold what was to be saved.
                span.set_status(Status(StatusCode.ERROR))
                raise

    return traced


@contextmanager
def _traced_block(
    transaction: Callable[[], AbstractContextManager[None]],
    tracer: Tracer,
    attributes: Mapping[str, Any],
) -> Iterator[None]:
    with (
        tracer.start_as_current_span(
            "agentstore.transaction",
            attributes=attributes,
            record_exception=False,
            set_status_on_exception=False,
        ),
        transaction(),
    ):
        yield


def _measure_pool(meter: Any, store: Storage, attributes: Mapping[str, Any]) -> None:
    system = {"db.system.name": attributes["db.system.name"]}

    def connections(_: CallbackOptions) -> Iterable[Observation]:
        stats = store.stats()
        yield Observation(stats.in_use, {**system, "db.client.connection.state": "used"})
        yield Observation(stats.idle, {**system, "db.client.connection.state": "idle"})

    def waiting(_: CallbackOptions) -> Iterable[Observation]:
        yield Observation(store.stats().waiting, system)

    def retries(_: CallbackOptions) -> Iterable[Observation]:
        for fault, count in store.stats().retries.items():
            yield Observation(count, {**system, "error.type": fault})

    meter.create_observable_up_down_counter("db.client.connection.count", [connections])
    meter.create_observable_up_down_counter("db.client.connection.pending_requests", [waiting])
    meter.create_observable_counter("agentstore.retries", [retries])
