"""OpenTelemetry: a span a call of a store, one a round trip, and the pool's figures as metrics.

    import agentstore.telemetry

    store = agentstore.connect()
    agentstore.telemetry.instrument(store)

The attributes are the stable ones of OpenTelemetry's semantic conventions for databases, and the
session as ``gen_ai.conversation.id``. No content, metadata or parameter is recorded: what a
statement is, is told by its name (``db.query.summary``).
"""

from __future__ import annotations

import inspect
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
    from opentelemetry.trace import Span, SpanKind, Status, StatusCode, Tracer, TracerProvider
except ImportError as error:
    raise ImportError(
        "agentstore.telemetry needs OpenTelemetry: pip install 'agentstore[otel]'"
    ) from error

_SYSTEMS = {"postgresql": "postgresql", "mysql": "mysql", "sqlite": "sqlite"}
_NOT_SPANNED = frozenset(
    {"close", "disconnect", "extension", "run_in_transaction", "scoped", "stats", "transaction"}
)
_ITERATIONS = frozenset({"iter_messages", "iter_sessions"})
_SESSION = "session_id"
_SESSION_ELSEWHERE = {"create_session": "id"}
"""The parameter that is a session's id, by method, where it has another name."""
_END = object()
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
    session_of = _session_reader(call, name)

    @wraps(call)
    def traced(*args: Any, **kwargs: Any) -> Any:
        span = tracer.start_span(f"agentstore.{name}", attributes=attributes)
        session_id = session_of(args, kwargs)
        if isinstance(session_id, str):
            span.set_attribute("gen_ai.conversation.id", session_id)
        try:
            with _within(span):
                result = call(*args, **kwargs)
        except BaseException:
            span.end()
            raise
        if name in _ITERATIONS:
            return _TracedIteration(result, span)
        span.end()
        return result

    return traced


def _session_reader(
    call: Callable[..., Any], name: str
) -> Callable[[tuple[Any, ...], Mapping[str, Any]], Any]:
    """What finds the session's id among a call's arguments, by the method's signature."""
    wanted = _SESSION_ELSEWHERE.get(name, _SESSION)
    parameter = inspect.signature(call).parameters.get(wanted)
    if parameter is None:
        return lambda args, kwargs: None
    if parameter.kind is parameter.KEYWORD_ONLY:
        return lambda args, kwargs: kwargs.get(wanted)
    place = [*inspect.signature(call).parameters].index(wanted)
    return lambda args, kwargs: args[place] if len(args) > place else kwargs.get(wanted)


@contextmanager
def _within(span: Span) -> Iterator[None]:
    """Have what is done here be the span's, and what is raised here its error."""
    with trace.use_span(span, record_exception=False, set_status_on_exception=False):
        try:
            yield
        except BaseException as exc:
            span.set_attribute("error.type", type(exc).__name__)
            # An exception's text may hold what was to be saved.
            span.set_status(Status(StatusCode.ERROR))
            raise


class _TracedIteration(Iterator[Any]):
    """Records that come page by page; the span ends with them, or when nobody wants more.

    Args:
        records: where they come from.
        span: begun already.
    """

    def __init__(self, records: Iterator[Any], span: Span) -> None:
        self._records = records
        self._span = span

    def __next__(self) -> Any:
        record = _END
        try:
            with _within(self._span):
                record = next(self._records, _END)
        finally:
            if record is _END:
                self._span.end()
        if record is _END:
            raise StopIteration
        return record

    def close(self) -> None:
        """Ask for no more."""
        close = getattr(self._records, "close", None)
        if close is not None:
            close()
        if self._span.is_recording():
            self._span.end()

    def __del__(self) -> None:
        self.close()


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
