"""What a model is told beyond the prompt: that it may look at values first, what it saw, and what failed."""

from services.query.knowledge.schema import Knowledge
from services.query.model.prompt import SYSTEM, prompt
from services.query.questions.database import Ran
from services.query.reasoning.decide import AskAgain, AskModel, Correct
from services.query.reasoning.response import MARKER

_MAY_LOOK = (
    f"{SYSTEM} If you must know which values a column holds before you can write it, answer with a line {MARKER} and "
    "one SELECT DISTINCT query for them; you will be told what it gave."
)
_MOST_CHARACTERS = 1_500
_MOST_OF_A_VALUE = 80


def messages(
    command: AskModel | AskAgain | Correct, question: str, known: Knowledge, *, may_look: bool
) -> tuple[str, str]:
    """The system's and the user's message; `may_look` says whether the owner of the data lets values be looked at."""
    match command:
        case AskModel():
            return _MAY_LOOK if may_look else SYSTEM, prompt(question, known)
        case AskAgain(values):
            return SYSTEM, f"{prompt(question, known)}\n\n{_seen(values)}"
        case Correct(failure):
            return SYSTEM, prompt(question, known, (failure.sql, failure.error.detail("en")))


def _seen(values: Ran) -> str:
    lines = [f"You wanted to see values first:\n{values.admitted.sql}", " | ".join(values.rows.columns)]
    left = _MOST_CHARACTERS - sum(map(len, lines))
    for row in values.rows.rows:
        line = " | ".join(str(value)[:_MOST_OF_A_VALUE] for value in row)
        left -= len(line) + 1
        if left < 0:
            break
        lines.append(line)
    return "\n".join([*lines, "Write the query that answers the question, with these values."])
