"""Traces and metrics: every span, metric and attribute name of Espalier stands in this file.

Names follow the OpenTelemetry semantic conventions for messaging, databases, HTTP and generative AI.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from opentelemetry import metrics, trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.exporter.prometheus import PrometheusMetricReader
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Link, Span, SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

ATTRIBUTE_SYSTEM = "messaging.system"
ATTRIBUTE_OPERATION = "messaging.operation.name"
ATTRIBUTE_OPERATION_TYPE = "messaging.operation.type"
ATTRIBUTE_GROUP = "messaging.consumer.group.name"
ATTRIBUTE_BATCH = "messaging.batch.message_count"
ATTRIBUTE_TRAINING = "espalier.training_id"
ATTRIBUTE_QUESTION = "espalier.question_id"
ATTRIBUTE_FEEDBACK = "espalier.feedback_id"
ATTRIBUTE_ERROR = "error.type"
ATTRIBUTE_SERVER = "server.address"
ATTRIBUTE_PORT = "server.port"
ATTRIBUTE_MODEL_OPERATION = "gen_ai.operation.name"
ATTRIBUTE_MODEL_PROVIDER = "gen_ai.provider.name"
ATTRIBUTE_MODEL = "gen_ai.request.model"
ATTRIBUTE_MODEL_TEMPERATURE = "gen_ai.request.temperature"
ATTRIBUTE_MODEL_MOST_TOKENS = "gen_ai.request.max_tokens"
ATTRIBUTE_MODEL_ANSWERED = "gen_ai.response.model"
ATTRIBUTE_MODEL_FINISH = "gen_ai.response.finish_reasons"
ATTRIBUTE_MODEL_INPUT = "gen_ai.usage.input_tokens"
ATTRIBUTE_MODEL_OUTPUT = "gen_ai.usage.output_tokens"

SPAN_PROCESS = "process batch"
SPAN_TRAINING = "train dataset"
SPAN_QUESTION = "answer question"
SPAN_REVIEW = "review feedback"
SPAN_INSPECTION = "inspect data source"
SPAN_MODEL = "chat"

_LINKS = 32
"""A batch of 500 events would make a span of 500 links; this many say enough."""

_PROPAGATOR = TraceContextTextMapPropagator()
_tracer = trace.get_tracer("espalier")
_meter = metrics.get_meter("espalier")

_consumed = _meter.create_counter("messaging.client.consumed.messages", "{message}", "Events handled")
_dead_lettered = _meter.create_counter("espalier.dead_letters", "{message}", "Messages set aside")
_checkpoints = _meter.create_counter("espalier.checkpoints", "{checkpoint}", "Checkpoints of trainings")
_answers = _meter.create_histogram("espalier.answer.duration", "s", "From claiming a question to its answer")


def configure_telemetry(service: str, otlp_endpoint: str | None) -> None:
    """Export spans over OTLP/HTTP when an endpoint is configured; metrics are read at /metrics."""
    resource = Resource.create({SERVICE_NAME: f"espalier-{service}"})
    provider = TracerProvider(resource=resource)
    if otlp_endpoint:
        exporter = OTLPSpanExporter(endpoint=f"{otlp_endpoint.rstrip('/')}/v1/traces", timeout=5)
        provider.add_span_processor(BatchSpanProcessor(exporter, schedule_delay_millis=1_000))
    trace.set_tracer_provider(provider)
    metrics.set_meter_provider(MeterProvider(resource=resource, metric_readers=[PrometheusMetricReader()]))


def close_telemetry() -> None:
    """Send what is still waiting."""
    provider = trace.get_tracer_provider()
    if isinstance(provider, TracerProvider):
        provider.shutdown()


@contextmanager
def span(name: str, *, parent: str | None = None, link: str | None = None, **attributes: Any) -> Iterator[Span]:
    """A span; `parent` and `link` are W3C traceparents. An error is noted by its type only, never its text."""
    context = _PROPAGATOR.extract({"traceparent": parent}) if parent else None
    links = [found for found in [_link(link)] if found]
    with _tracer.start_as_current_span(
        name, context=context, links=links, attributes=attributes, record_exception=False, set_status_on_exception=False
    ) as current:
        try:
            yield current
        except Exception as error:
            note_failure(current, type(error).__name__)
            raise


@contextmanager
def model_span(model: str, server: str, port: int, *, temperature: float, most_tokens: int) -> Iterator[Span]:
    """The span of one question to a chat model with all its tries; `note_completion` and `note_failure` complete it."""
    with _tracer.start_as_current_span(
        f"{SPAN_MODEL} {model}",
        kind=SpanKind.CLIENT,
        attributes={
            ATTRIBUTE_MODEL_OPERATION: "chat",
            # The convention's word for whatever speaks OpenAI's protocol; the server's address says who it is.
            ATTRIBUTE_MODEL_PROVIDER: "openai",
            ATTRIBUTE_MODEL: model,
            ATTRIBUTE_MODEL_TEMPERATURE: temperature,
            ATTRIBUTE_MODEL_MOST_TOKENS: most_tokens,
            ATTRIBUTE_SERVER: server,
            ATTRIBUTE_PORT: port,
        },
        record_exception=False,
        set_status_on_exception=False,
    ) as current:
        yield current


def note_completion(
    span: Span, model: str | None, finish: str | None, input_tokens: int | None, output_tokens: int | None
) -> None:
    """Note what an endpoint tells of its answer, as far as it does."""
    told = {
        ATTRIBUTE_MODEL_ANSWERED: model,
        ATTRIBUTE_MODEL_FINISH: (finish,) if finish else None,
        ATTRIBUTE_MODEL_INPUT: input_tokens,
        ATTRIBUTE_MODEL_OUTPUT: output_tokens,
    }
    span.set_attributes({name: value for name, value in told.items() if value is not None})


def note_failure(span: Span, kind: str) -> None:
    """Note the kind of a failure, never its text."""
    span.set_attribute(ATTRIBUTE_ERROR, kind)
    span.set_status(Status(StatusCode.ERROR))


@contextmanager
def consume_span(service: str, records: Sequence[Any]) -> Iterator[None]:
    """The span of a batch, linked to the traces that its events came from."""
    parents = (_traceparent(record) for record in records[:_LINKS])
    with _tracer.start_as_current_span(
        SPAN_PROCESS,
        kind=SpanKind.CONSUMER,
        links=[found for found in map(_link, parents) if found],
        attributes={
            ATTRIBUTE_SYSTEM: "kafka",
            ATTRIBUTE_OPERATION: "process",
            ATTRIBUTE_OPERATION_TYPE: "process",
            ATTRIBUTE_GROUP: service,
            ATTRIBUTE_BATCH: len(records),
        },
        record_exception=False,
        set_status_on_exception=False,
    ):
        yield


def events_consumed(service: str, count: int) -> None:
    """Count handled events."""
    _consumed.add(count, {ATTRIBUTE_GROUP: service})


def dead_lettered(service: str, reason: str) -> None:
    """Count a message that was set aside."""
    _dead_lettered.add(1, {ATTRIBUTE_GROUP: service, "reason": reason})


def checkpoint_reached(status: str) -> None:
    """Count a checkpoint of a training."""
    _checkpoints.add(1, {"status": status})


def question_answered(outcome: str, seconds: float) -> None:
    """Record how long an answer took, by outcome."""
    _answers.record(seconds, {"outcome": outcome})


def _traceparent(record: Any) -> str | None:
    for name, value in record.headers:
        if name == "traceparent" and value:
            return str(value.decode(errors="replace"))
    return None


def _link(traceparent: str | None) -> Link | None:
    if not traceparent:
        return None
    context = trace.get_current_span(_PROPAGATOR.extract({"traceparent": traceparent})).get_span_context()
    return Link(context) if context.is_valid else None


@contextmanager
def http_span(method: str, parent: str | None) -> Iterator[Span]:
    """The span of a request; its name gets the route once that is known (`note_response`)."""
    context = _PROPAGATOR.extract({"traceparent": parent}) if parent else None
    with _tracer.start_as_current_span(
        method,
        context=context,
        kind=SpanKind.SERVER,
        attributes={"http.request.method": method},
        record_exception=False,
        set_status_on_exception=False,
    ) as current:
        yield current


def note_response(span: Span, scope: Any, status: int) -> None:
    """Note route and status of a response; the route has names of parameters instead of ids."""
    route = getattr(scope.get("route"), "path", None)
    if route:
        span.update_name(f"{scope['method']} {route}")
        span.set_attribute("http.route", route)
    span.set_attribute("http.response.status_code", status)
    if status >= 500:
        span.set_status(Status(StatusCode.ERROR))
