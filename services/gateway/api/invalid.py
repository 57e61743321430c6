"""What is said about each field of a request that is not as it should be, in the language asked for."""

from typing import Any

from libs.language.catalogue import Language, known, text


def invalid_fields(errors: list[dict[str, Any]], language: Language) -> list[dict[str, str]]:
    """The fields and sentences for what pydantic found; a sentence never shows a regular expression."""
    return [{"field": _field(error), "message": _message(error, language)} for error in errors]


def _field(error: dict[str, Any]) -> str:
    """Its path; for what is no JSON at all the whole, not the character at which it ends."""
    path = error["loc"][:1] if error["type"] == "json_invalid" else error["loc"]
    return ".".join(map(str, path))


def _message(error: dict[str, Any], language: Language) -> str:
    kind, given, context = _meant(error), error.get("input"), dict(error.get("ctx") or {})
    if "expected" in context:
        context["expected"] = _listed(str(context["expected"]), language)
    field = error["loc"][-1] if error["loc"] else ""
    for key in (f"invalid.{kind}.{field}", f"invalid.{kind}"):
        if known(key):
            return text(key, language, given=given, **context)
    return text("invalid.other", language)


def _meant(error: dict[str, Any]) -> str:
    """The kind of error as people mean it: what is wrong with the text rather than that a pattern does not match."""
    given, kind = error.get("input"), str(error["type"])
    if isinstance(given, str) and kind in {"too_short", "too_long"}:
        return f"string_{kind}"  # of a secret, which pydantic measures as a list
    if given is None and kind.endswith("_type"):
        return "missing" if error["loc"] == ("body",) else "null"
    if not isinstance(given, str) or kind not in {"string_pattern_mismatch", "string_too_short"}:
        return kind
    if "\x00" in given:
        return "nul"
    return "blank" if not given.strip() else kind


def _listed(expected: str, language: Language) -> str:
    """`'a', 'b' or 'c'` as pydantic writes it, without English words in a Chinese sentence."""
    return expected.replace(" or ", "、").replace(", ", "、") if language == "zh" else expected
