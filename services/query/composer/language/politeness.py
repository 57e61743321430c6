"""What people say around a question that asks nothing itself: `I'd like to know`, 麻烦帮我看下, `Thanks!`."""

import re

_BEFORE = re.compile(
    r"^\s*(?:(?:hi|hello|hey)\b[\s,!.]*)?(?:i(?:'d| would) (?:like|love) to|(?:can|could|would) you(?: please)?"
    r"|i (?:want|need|wish) to (?=know|see))\b"
    r"|^\s*(?:你好|您好)?[\s,，!！]*(?:(?:请|麻烦|劳驾)*(?:你|您)?(?:帮我|帮忙|帮)"
    r"(?:统计一?下|(?:查|看|找|算)?(?:一下|下|看|查)?)"
    r"|(?:请|麻烦|劳驾)*(?:你|您)?(?:查|看|找)(?:一下|下)"
    r"|我(?:想|要)(?:知道|看看|看|了解|查)(?:一下|下)?)[\s,，:]*",
    re.IGNORECASE,
)
_BEHIND = re.compile(
    r"(?<=\w)[\s,，.。!！?？;]*\b(?:thanks|thank you|thx)\b[\w\s]*[.!]*\s*$"
    r"|(?<=\w)[\s,，.。!！?？;]*(?:谢谢|多谢)(?:你|您|了|啦)?[!！.。]*\s*$",
    re.IGNORECASE,
)


def asked_within(text: str) -> tuple[int, int]:
    """Where a question begins and ends within such a frame; all of it where nothing else is said."""
    before, behind = _BEFORE.match(text), _BEHIND.search(text)
    first, last = before.end() if before else 0, behind.start() if behind else len(text)
    return (first, last) if re.search(r"\w", text[first:last]) else (0, len(text))
