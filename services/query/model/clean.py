"""Takes the SQL out of what a model wrote: without thinking, fences, markers and prose round it."""

import re

_THINKING = re.compile(r"<think(?:ing)?>.*?</think(?:ing)?>", re.DOTALL | re.IGNORECASE)
_FENCE = re.compile(r"```(?:\w+)?\s*\n?(.*?)```", re.DOTALL)
_BEGIN = re.compile(r"\b(?:SELECT|WITH)\b", re.IGNORECASE)
_CLARIFYING = re.compile(
    r"please (?:specify|clarify|confirm)|could you|do you mean|which .*\?|请(?:问|明确|说明|确认|提供)|您是指|是指哪",
    re.IGNORECASE,
)
_SHORTEST = 15


def sql_of(text: str) -> str | None:
    """The SQL in a model's answer; None when there is none, or too little to be whole."""
    plain = _THINKING.sub("", text)
    fenced = _FENCE.search(plain)
    candidate = (fenced[1] if fenced else plain).replace("intermediate_sql", "").strip()
    begin = _BEGIN.search(candidate)
    if begin is None or (not fenced and _CLARIFYING.search(candidate[: begin.start()])):
        return None
    sql = candidate[begin.start() :].split("\n\n")[0].strip().rstrip(";").strip()
    return sql if len(sql) >= _SHORTEST else None


def says_unanswerable(text: str) -> bool:
    """Whether a model says that the database does not hold this."""
    return "UNANSWERABLE" in _THINKING.sub("", text).upper() and sql_of(text) is None


def question_back(text: str) -> str:
    """What a model asks back."""
    return _THINKING.sub("", text).strip()[:500]
