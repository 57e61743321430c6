"""Tells whether a schema still fits its old events and its old consumers: it may only grow."""

from collections.abc import Iterator
from typing import Any

Schema = dict[str, Any]

_LOWER_BOUNDS = ("minimum", "exclusiveMinimum", "minLength", "minItems")
_UPPER_BOUNDS = ("maximum", "exclusiveMaximum", "maxLength", "maxItems")


def breaking_changes(old_schema: Schema, new_schema: Schema) -> list[str]:
    """What in `new_schema` breaks those who know `old_schema`, a sentence each; nothing when it only grew.

    Old events must stay valid: no new required field, no narrower type, enumeration or bound. And what old consumers
    read must stay there: no field removed, no longer required or of another type. An enumeration may get words.
    """
    return sorted(set(_Comparison(old_schema, new_schema).of(old_schema, new_schema, "")))


class _Comparison:
    """Compares nodes of two schema documents, each with its own `$defs`."""

    def __init__(self, old: Schema, new: Schema) -> None:
        self._old, self._new = old, new
        self._under_way: set[tuple[str, str]] = set()

    def of(self, old: Schema, new: Schema, path: str) -> Iterator[str]:
        """The breaking changes from node `old` to node `new`, which stand at `path`."""
        references = (str(old.get("$ref", "")), str(new.get("$ref", "")))
        if all(references):
            if references in self._under_way:
                return
            self._under_way.add(references)
        yield from self._alternatives(_flat(old, self._old), _flat(new, self._new), path)
        self._under_way.discard(references)

    def _alternatives(self, old: list[Schema], new: list[Schema], path: str) -> Iterator[str]:
        old_types, new_types = {_type(node) for node in old}, {_type(node) for node in new}
        if old_types != new_types:
            yield f"{path or 'event'}: type {_words(old_types)} became {_words(new_types)}"
            return
        for node in old:
            candidates = [list(self._plain(node, other, path)) for other in new if _type(other) == _type(node)]
            yield from min(candidates, key=len)

    def _plain(self, old: Schema, new: Schema, path: str) -> Iterator[str]:
        yield from _values(old, new, path or "event")
        yield from _bounds(old, new, path or "event")
        yield from self._fields(old, new, path)
        yield from self._elements(old, new, path)

    def _fields(self, old: Schema, new: Schema, path: str) -> Iterator[str]:
        old_fields, new_fields = old.get("properties", {}), new.get("properties", {})
        old_required, new_required = set(old.get("required", ())), set(new.get("required", ()))
        for name in old_fields.keys() - new_fields.keys():
            yield f"{path}.{name}: removed"
        for name in new_required - old_required:
            yield f"{path}.{name}: became required"
        for name in (old_required - new_required) & new_fields.keys():
            yield f"{path}.{name}: is no longer required"
        for name in old_fields.keys() & new_fields.keys():
            yield from self.of(old_fields[name], new_fields[name], f"{path}.{name}")
        yield from self._open(old.get("additionalProperties", True), new.get("additionalProperties", True), f"{path}.*")

    def _elements(self, old: Schema, new: Schema, path: str) -> Iterator[str]:
        old_places, new_places = old.get("prefixItems", []), new.get("prefixItems", [])
        if len(old_places) != len(new_places):
            yield f"{path}: {len(old_places)} places became {len(new_places)}"
        for number, (before, after) in enumerate(zip(old_places, new_places, strict=False)):
            yield from self.of(before, after, f"{path}[{number}]")
        yield from self._open(old.get("items", True), new.get("items", True), f"{path}[]")

    def _open(self, old: Schema | bool, new: Schema | bool, path: str) -> Iterator[str]:
        """Compare what may stand in unnamed places: True is anything, False nothing."""
        if new is False and old is not False:
            yield f"{path}: is no longer allowed"
        elif isinstance(new, dict) and old is not False:
            yield from self.of(old if isinstance(old, dict) else {}, new, path)


def _flat(node: Schema, root: Schema) -> list[Schema]:
    """The alternatives of a node without references."""
    if reference := node.get("$ref"):
        return _flat(root["$defs"][reference.removeprefix("#/$defs/")], root)
    if alternatives := node.get("anyOf"):
        return [plain for alternative in alternatives for plain in _flat(alternative, root)]
    return [node]


def _type(node: Schema) -> str:
    return f"{node.get('type', 'anything')}{' ' + node['format'] if 'format' in node else ''}"


def _words(types: set[str]) -> str:
    return " or ".join(sorted(types))


def _values(old: Schema, new: Schema, path: str) -> Iterator[str]:
    before, after = _allowed(old), _allowed(new)
    if after is None:
        return
    if before is None:
        yield f"{path}: became an enumeration"
        return
    for word in before:
        if word not in after:
            yield f"{path}: value {word!r} removed"


def _allowed(node: Schema) -> list[Any] | None:
    if "const" in node:
        return [node["const"]]
    words: list[Any] | None = node.get("enum")
    return words


def _bounds(old: Schema, new: Schema, path: str) -> Iterator[str]:
    for bound in _LOWER_BOUNDS:
        if bound in new and (bound not in old or new[bound] > old[bound]):
            yield f"{path}: {bound} became {new[bound]}"
    for bound in _UPPER_BOUNDS:
        if bound in new and (bound not in old or new[bound] < old[bound]):
            yield f"{path}: {bound} became {new[bound]}"
    if "pattern" in new and new["pattern"] != old.get("pattern"):
        yield f"{path}: pattern became {new['pattern']}"
