"""A published schema may only grow: what breaks old events or old consumers is named."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from libs.events.catalog import TOPICS
from libs.events.contract.compatibility import breaking_changes
from libs.events.contract.generate import schema_of

_PERSON = {
    "type": "object",
    "properties": {
        "name": {"type": "string"},
        "age": {"type": "integer", "minimum": 0, "maximum": 150},
        "mood": {"type": "string", "enum": ["good", "bad"]},
        "home": {"$ref": "#/$defs/Place"},
        "visited": {"type": "array", "items": {"$ref": "#/$defs/Place"}},
        "nick": {"anyOf": [{"type": "string"}, {"type": "null"}]},
    },
    "required": ["name"],
    "$defs": {"Place": {"type": "object", "properties": {"town": {"type": "string"}}, "required": ["town"]}},
}


def _with(path: str, value: Any) -> dict[str, Any]:
    """A copy of _PERSON in which `path` (dots between keys) is replaced, or removed when `value` is None."""

    def changed(node: Any, keys: list[str]) -> Any:
        copy = dict(node)
        if len(keys) > 1:
            copy[keys[0]] = changed(node[keys[0]], keys[1:])
        elif value is None:
            del copy[keys[0]]
        else:
            copy[keys[0]] = value
        return copy

    result: dict[str, Any] = changed(_PERSON, path.split("."))
    return result


_GROWTH: dict[str, dict[str, Any]] = {
    "nothing": _PERSON,
    "a new optional field": _with("properties.shoe", {"type": "integer"}),
    "a new word": _with("properties.mood.enum", ["good", "bad", "so-so"]),
    "a wider bound": _with("properties.age.maximum", 200),
    "no bound any more": _with("properties.age.minimum", None),
    "a new optional field in a value": _with("$defs.Place.properties.zip", {"type": "string"}),
    "another description": _with("properties.name.description", "What people say."),
}
_BREAKS: dict[str, tuple[dict[str, Any], str]] = {
    "a field removed": (_with("properties.age", None), ".age: removed"),
    "a field became required": (_with("required", ["name", "age"]), ".age: became required"),
    "a new field without default": (
        _with("properties.shoe", {"type": "integer"}) | {"required": ["name", "shoe"]},
        ".shoe: became required",
    ),
    "a field no longer required": (_with("required", []), ".name: is no longer required"),
    "another type": (_with("properties.name.type", "integer"), ".name: type string became integer"),
    "null allowed": (
        _with("properties.name", {"anyOf": [{"type": "string"}, {"type": "null"}]}),
        ".name: type string became null or string",
    ),
    "null no longer allowed": (
        _with("properties.nick", {"type": "string"}),
        ".nick: type null or string became string",
    ),
    "a format": (_with("properties.name.format", "date-time"), ".name: type string became string date-time"),
    "a word removed": (_with("properties.mood.enum", ["good"]), ".mood: value 'bad' removed"),
    "words where all was free": (_with("properties.name.enum", ["Ada"]), ".name: became an enumeration"),
    "a tighter bound": (_with("properties.age.maximum", 100), ".age: maximum became 100"),
    "a new bound": (_with("properties.name.minLength", 1), ".name: minLength became 1"),
    "a pattern": (_with("properties.name.pattern", "^A"), ".name: pattern became ^A"),
    "a field of a value removed": (_with("$defs.Place.properties", {}), ".home.town: removed"),
    "unknown fields refused": (_PERSON | {"additionalProperties": False}, ".*: is no longer allowed"),
}


@pytest.mark.parametrize("new", list(_GROWTH.values()), ids=list(_GROWTH))
def test_growing_breaks_nobody(new: dict[str, Any]) -> None:
    assert breaking_changes(_PERSON, new) == []


@pytest.mark.parametrize(("new", "problem"), list(_BREAKS.values()), ids=list(_BREAKS))
def test_a_breaking_change_is_named(new: dict[str, Any], problem: str) -> None:
    assert problem in breaking_changes(_PERSON, new)


def test_a_value_is_followed_wherever_it_stands() -> None:
    changes = breaking_changes(_PERSON, _with("$defs.Place.properties.town.type", "integer"))
    assert changes == [".home.town: type string became integer", ".visited[].town: type string became integer"]


def test_a_schema_that_contains_itself_comes_to_an_end() -> None:
    tree = {
        "$ref": "#/$defs/Tree",
        "$defs": {"Tree": {"type": "object", "properties": {"next": {"$ref": "#/$defs/Tree"}}}},
    }
    assert breaking_changes(tree, tree) == []


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_no_event_breaks_itself(topic: Any) -> None:
    assert breaking_changes(schema_of(topic.event), schema_of(topic.event)) == []


_TYPES = st.sampled_from(
    [
        {"type": "string"},
        {"type": "string", "enum": ["a", "b"]},
        {"type": "string", "enum": ["a", "b", "c"]},
        {"type": "integer"},
        {"type": "integer", "minimum": 1},
        {"anyOf": [{"type": "integer"}, {"type": "null"}]},
        {"type": "array", "items": {"type": "string"}},
    ]
)


@st.composite
def _schemas(draw: st.DrawFn) -> dict[str, Any]:
    fields = draw(st.dictionaries(st.sampled_from("xyz"), _TYPES, max_size=3))
    required = draw(st.lists(st.sampled_from(sorted(fields)), unique=True)) if fields else []
    return {"type": "object", "properties": fields, "required": sorted(required)}


_VALUE = st.none() | st.sampled_from(["a", "b", "c", "d"]) | st.integers(-1, 2) | st.lists(st.just("s"), max_size=1)


@given(_schemas(), _schemas(), st.dictionaries(st.sampled_from("xyz"), _VALUE, max_size=3))
@settings(max_examples=400, deadline=None)
def test_an_old_event_is_valid_for_ever_unless_a_break_was_named(
    old: dict[str, Any], new: dict[str, Any], event: dict[str, Any]
) -> None:
    known = {name: value for name, value in event.items() if name in old["properties"]}
    if Draft202012Validator(old).is_valid(known) and not breaking_changes(old, new):
        assert Draft202012Validator(new).is_valid(known)
