"""What people say around a question that asks nothing itself: `I'd like to know`, 麻烦帮我看下, `Thanks!`."""

import re

_APART = r"[\s,，.。!！;；:：、~～]*"
_GREETING = r"hello|hi|hey|good (?:morning|afternoon|evening)|你好|您好|早上好|下午好|晚上好|大家好"
_THANKS = (
    r"(?:many )?thanks(?: (?:a lot|so much|very much|in advance|again))?|thank you(?: (?:so|very) much| in advance)?|"
    r"thx|cheers|much appreciated|please|pls|谢谢(?:你|您|大家|啦|了)?|多谢|感谢|辛苦(?:你|您)?了?|拜托(?:你|您)?了?"
)
_ASKING = (
    r"(?:i (?:was|am)|i'm|just) wondering|(?:just )?curious|(?:(?:a|one|quick|short) )+question|"
    r"question(?= ?[:：,，.—-])|kindly|"
    r"i(?:'d| would) (?:like|love) to(?: know| see| find out)?|i (?:want|need|wish) to (?:know|see)|"
    r"do you (?:happen to )?know|any idea|please|"
    r"(?:can|could|would|will) you (?:please |kindly )?(?:check|look up|tell me)"
)
_VERB = "(?:查询|查看|查找|查查|查|看看|看|问问|问|了解|知道|找找|找)"
_A_BIT = "(?:一下|一查|一看|下(?!单|级|属|载|午|个|周|月|半|游|降))"
_POLITELY = (
    "(?:请问|麻烦(?:你|您)?|劳驾|(?:你|您)?(?:能不能|能否|可不可以|可否|(?:可以|能)(?=帮))|请?(?:帮我们|帮我|帮忙|替我)|"
    "请?给我(?=查|看)|我?想要?(?=知道|了解|问|看看|查)|请(?=帮|查|告诉))"
)
_BEFORE = re.compile(
    rf"^{_APART}(?:(?:{_GREETING}|{_THANKS})(?![a-z]){_APART})*(?:(?:{_ASKING})\b{_APART})*"
    rf"(?:(?:{_POLITELY}{_APART})+(?:{_VERB}?{_A_BIT}?)|{_VERB}{_A_BIT})?{_APART}",
    re.IGNORECASE,
)
_BEHIND = re.compile(rf"{_APART}(?<![a-z])(?:{_THANKS}){_APART}$", re.IGNORECASE)
_WITHIN = re.compile("(?<=[计算查看找数析])一下")


def courtesies(text: str) -> tuple[range, ...]:
    """Where such words stand in a text, before the question, behind it and within; none where nothing else is said."""
    before, behind = _BEFORE.match(text), _BEHIND.search(text)
    first, last = before.end() if before else 0, behind.start() if behind else len(text)
    if not re.search(r"\w", text[first:last]):
        return ()
    within = (range(*found.span()) for found in _WITHIN.finditer(text, first, last))
    return (range(first), *within, range(last, len(text)))
