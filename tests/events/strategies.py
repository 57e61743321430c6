"""Hypothesis builds events of every type from the fields of their models."""

from datetime import UTC, datetime
from typing import Any, get_args, get_origin

from hypothesis import strategies as st
from pydantic import BaseModel

from libs.events.catalog import TOPICS, Event

_TEXT = st.text(max_size=12)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | _TEXT,
    lambda inner: st.lists(inner, max_size=2),
    max_leaves=3,
)


def values(annotation: Any, metadata: tuple[Any, ...] = ()) -> st.SearchStrategy[Any]:
    """Everything that a field of this annotation can hold and JSON can carry."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return models(annotation)
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is tuple and arguments[-1] is Ellipsis:
        return st.lists(values(arguments[0]), max_size=2).map(tuple)
    if origin is tuple:
        return st.tuples(*map(values, arguments))
    if origin is dict:
        return st.dictionaries(_TEXT, values(arguments[1]), max_size=2)
    if arguments and type(None) in arguments:
        rest = [values(argument) for argument in arguments if argument is not type(None)]
        return st.one_of(st.none(), *rest)
    if annotation is Any:
        return _JSON
    if annotation is str:
        return _TEXT
    if annotation is datetime:
        return st.datetimes(timezones=st.just(UTC))
    if annotation is float:
        # The only constrained floats of the catalogue are percentages.
        return st.floats(0, 100) if metadata else st.floats(allow_nan=False, allow_infinity=False)
    return st.from_type(annotation)


def models(model: type[BaseModel]) -> st.SearchStrategy[Any]:
    """Instances of a model: every field is given or, when it may be, left to its default."""
    fields = {name: values(field.annotation, tuple(field.metadata)) for name, field in model.model_fields.items()}
    required = {name: value for name, value in fields.items() if model.model_fields[name].is_required()}
    optional = {name: value for name, value in fields.items() if name not in required}
    return st.fixed_dictionaries(required, optional=optional).map(lambda chosen: model(**chosen))


def events() -> st.SearchStrategy[Event]:
    """Any event of the catalogue."""
    return st.sampled_from(TOPICS).flatmap(lambda topic: models(topic.event))
