"""The identity of what is learned: equal content has equal ids, whoever learned it and whenever."""

import json
import unicodedata
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

_ENDINGS = " ?？.。!！"


def item_id(kind: str, content: Mapping[str, Any]) -> str:
    """SHA-256 of `kind` and the canonical JSON of `content` (keys sorted, no spaces, UTF-8), in hexadecimal."""
    canonical = json.dumps([kind, content], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return sha256(canonical.encode()).hexdigest()


def pair_id(question: str, sql: str) -> str:
    """The id of a question/SQL pair."""
    return item_id("pair", {"question": question.strip(), "sql": sql.strip()})


def normalised_question(question: str) -> str:
    """The same text for questions that differ only in case, width (Unicode NFKC), spaces or the mark at the end."""
    return " ".join(unicodedata.normalize("NFKC", question).casefold().split()).rstrip(_ENDINGS)
