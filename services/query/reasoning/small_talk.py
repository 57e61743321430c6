"""Recognises what asks nothing of the data: a greeting, what may be asked at all, or how something is to be shown."""

import re
from collections.abc import Collection

_WORDS = frozenset({
    "hello", "hi", "hey", "good", "morning", "afternoon", "evening", "you", "please", "help", "ask",
    "answer", "explain", "know", "use", "work", "everything", "anything", "something", "question", "questions",
    "data", "dataset", "database", "table", "tables", "overview", "possible", "why", "chart", "graph", "plot", "draw",
    "pie", "bar", "percentage", "percent", "compare", "comparison",
})  # fmt: skip
_CHINESE = re.compile(
    r"(?:你|您|我|们|大家|好|嗨|哈喽|早上|下午|晚上|请问|帮助|帮忙|这个|这里|系统|数据[集库]?|能|可以|会|做|干|问题?|查询?|回答"
    r"|知道|什么|哪些|啥|怎么|如何|怎样|使?用|内容|有|的|吗|呢|啊|呀|是|谁|一下|都|所有|全部|显示|告诉"
    r"|为|画|成|个|张|饼|柱状|折线|图表?|表格?|比较|对比|百分比|用)*"
)


def is_small_talk(question: str, unexplained: Collection[str]) -> bool:
    """Whether nothing is in `question` that could be data; `unexplained` are its words that mean nothing there."""
    return all(word.lower() in _WORDS for word in unexplained) or bool(_CHINESE.fullmatch(re.sub(r"\W", "", question)))
