"""Structured logs: one JSON object a line on standard output, with trace and subject ids and without secrets."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import orjson
import structlog
from opentelemetry import trace

_SECRET_NAMES = re.compile(r"password|secret|token|authorization|api_?key|ciphertext|credential", re.IGNORECASE)
_URL_PASSWORD = re.compile(r"(://[^:/@\s]*):[^@\s]*@")
_HIDDEN = "[hidden]"

Fields = MutableMapping[str, Any]


def configure_logs(service: str, level: str = "INFO") -> None:
    """Route structlog and the standard library's loggers to standard output as JSON lines."""
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        lambda _logger, _method, fields: {"service": service} | dict(fields),
        _add_trace,
    ]
    final: list[structlog.types.Processor] = [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        structlog.processors.format_exc_info,
        redact,
        structlog.processors.JSONRenderer(serializer=_json),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=final))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for noisy in ("aiokafka", "faststream", "uvicorn", "httpx", "httpcore", "chromadb", "asyncio"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
        logging.getLogger(noisy).handlers[:] = []
    # While a new Kafka makes its own topics, a few lines of these are normal; that it lasts is told by /readyz.
    logging.getLogger("aiokafka.consumer.group_coordinator").addFilter(_is_no_start_up_noise)


def _is_no_start_up_noise(record: logging.LogRecord) -> bool:
    text = record.getMessage()
    return "GroupCoordinatorNotAvailableError" not in text and "Marking the coordinator dead" not in text


def redact(_logger: Any, _method: str, fields: Fields) -> Fields:
    """Hide values of fields named like secrets, and passwords inside URLs, at any depth."""
    return {name: _clean(name, value) for name, value in fields.items()}


def _clean(name: str, value: Any) -> Any:
    if isinstance(name, str) and _SECRET_NAMES.search(name):
        return _HIDDEN
    if isinstance(value, str):
        return _URL_PASSWORD.sub(rf"\1:{_HIDDEN}@", value)
    if isinstance(value, dict):
        return {key: _clean(key, inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_clean("", inner) for inner in value]
    return value


def _add_trace(_logger: Any, _method: str, fields: Fields) -> Fields:
    context = trace.get_current_span().get_span_context()
    if context.is_valid:
        fields["trace_id"], fields["span_id"] = f"{context.trace_id:032x}", f"{context.span_id:016x}"
    return fields


def _json(value: Any, **_options: Any) -> str:
    return orjson.dumps(value, default=str, option=orjson.OPT_NON_STR_KEYS).decode()
