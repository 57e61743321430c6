"""What a model is told: beside the prompt that it may look at values first, what it saw, and what failed.

All of it together fits into the model's context window.
"""

from services.query.knowledge.schema import Scope
from services.query.model.prompt import SYSTEM, Prompt, prompt
from services.query.model.tokens import tokens_of
from services.query.questions.database import Ran
from services.query.reasoning.decide import AskAgain, AskModel, Correct
from services.query.reasoning.response import MARKER
from services.query.reasoning.state import Failure

_MAY_LOOK = (
    f"{SYSTEM} If you must know which values a column holds before you can write it, answer with a line {MARKER} and "
    "one SELECT DISTINCT query for them; you will be told what it gave."
)
_MOST_CHARACTERS = 1_500
_MOST_OF_A_VALUE = 80
_MOST_OF_TURNS = 0.5
"""Of the tokens: a conversation that takes more is left out, as what the question is about is needed more."""


def messages(
    command: AskModel | AskAgain | Correct,
    question: str,
    known: Scope,
    *,
    may_look: bool,
    tokens: int,
    turns: str = "",
) -> tuple[str, Prompt]:
    """The system's and the user's message, of at most about `tokens` together.

    `may_look` says whether the owner of the data lets values be looked at; `turns` is the conversation until here.
    """
    turns = turns if tokens_of(turns) <= tokens * _MOST_OF_TURNS else ""
    match command:
        case AskModel():
            system = _MAY_LOOK if may_look else SYSTEM
            return system, prompt(question, known, tokens=tokens - tokens_of(system) + tokens_of(SYSTEM), turns=turns)
        case AskAgain(values):
            return SYSTEM, _followed(_seen(values), question, known, tokens, turns)
        case Correct(failure) if failure.of_values:
            return SYSTEM, _followed(_unseen(failure), question, known, tokens, turns)
        case Correct(failure):
            failed = (failure.sql, failure.error.detail("en"))
            return SYSTEM, prompt(question, known, failed, tokens, turns)


def _followed(by: str, question: str, known: Scope, tokens: int, turns: str) -> Prompt:
    """The prompt of a question, with what there is to say about the values that the model wanted to see."""
    after = f"\n\n{by}"
    told = prompt(question, known, tokens=tokens - tokens_of(after), turns=turns)
    return Prompt(told + after, told.dropped, told.pairs)


def _unseen(failure: Failure) -> str:
    """Not to be corrected: a corrected wish to see values would be taken for the answer."""
    return (
        f"You looked for values first:\n{failure.sql}\nThey cannot be had: {failure.error.detail('en')}\n"
        "Write the query that answers the question, without these values."
    )


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
