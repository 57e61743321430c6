"""Given what happened, what is done next: every branch of the thinking, and that all of them end."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.datasources.errors import NotAllowed, QueryFailed, RefusedByGate, TookTooLong
from libs.datasources.gate import Admitted
from libs.datasources.run import Rows
from services.query.questions.database import Ran
from services.query.reasoning.decide import (
    Adapt,
    AskAgain,
    AskModel,
    Command,
    Compose,
    Conclude,
    Correct,
    RunIntermediate,
    RunSQL,
    decide,
)
from services.query.reasoning.evolve import (
    Composed,
    Fetched,
    Happened,
    Looked,
    NotFetched,
    Overran,
    Refused,
    Said,
    Silent,
    Succeeded,
    evolve,
)
from services.query.reasoning.propose import Draft
from services.query.reasoning.response import read
from services.query.reasoning.state import Answered, Clarification, Failure, Purpose, State, TimedOut, Unanswerable

ONE, TWO, THREE, OWN = (f"SELECT {name} FROM customers" for name in ("one", "two", "three", "own"))
LEVELS = "SELECT DISTINCT level FROM customers"
LOOK = f"intermediate_sql\n{LEVELS}"
WRONG = QueryFailed(reason="no such column")
RAN = Ran(Admitted(ONE, ("customers",), False), Rows(("one",), (("x",),), False, 1.0), "sqlite")
ADAPTED, COMPOSED = Draft("sql", ONE, "adapted", 0.9), Draft("sql", OWN, "composed", 0.9)
ASKING, UNKNOWN = Draft("clarification", text="哪个？"), Draft("unanswerable", text="没有")


def model(sql: str) -> Draft:
    return Draft("sql", sql, "model", 0.9)


def run(draft: Draft) -> RunSQL:
    return RunSQL(draft, str(draft.sql))


def said(purpose: Purpose, text: str) -> Said:
    return Said(purpose, read(text))


NONE, TOLD = Looked(None), said("first", ONE)
WANTS = (NONE, said("first", LOOK))
FAILS = (NONE, TOLD, Refused(ONE, WRONG))
GIVES_UP = (*FAILS, said("correct", TWO), Refused(TWO, WRONG), said("correct", THREE), Refused(THREE, WRONG))
UNSEEN = NotFetched(Failure(LEVELS, TookTooLong()))

BRANCHES: dict[str, tuple[tuple[Happened, ...], Command]] = {
    "a verified pair first": ((), Adapt()),
    "the pair with other values": ((Looked(ADAPTED),), run(ADAPTED)),
    "what ran is the answer": ((Looked(ADAPTED), Succeeded(ADAPTED, RAN)), Conclude(Answered(ADAPTED, RAN))),
    "no pair": ((NONE,), AskModel()),
    "the model's SQL": ((NONE, TOLD), run(model(ONE))),
    "the pair no longer runs": ((Looked(ADAPTED), Refused(ONE, WRONG)), Correct(Failure(ONE, WRONG))),
    "the model asks back": (
        (NONE, said("first", "请问哪一年？")),
        Conclude(Clarification("请问哪一年？", by_model=True)),
    ),
    "asks back in English": (
        (NONE, said("first", "Which year?")),
        Conclude(Clarification("Which year?", by_model=True)),
    ),
    "SQL too short": ((NONE, said("first", "SELECT")), Conclude(Clarification(by_model=True))),
    "the model knows nothing of the sort": ((NONE, said("first", "UNANSWERABLE")), Conclude(Unanswerable())),
    "nothing of the sort, in Chinese": ((NONE, said("first", "数据库中没有天气。")), Conclude(Unanswerable())),
    "the model is away": ((NONE, Silent("first")), Compose()),
    "nonsense": ((NONE, said("first", "好的")), Compose()),
    "nonsense, then the composer": ((NONE, said("first", "ok"), Composed(COMPOSED)), run(COMPOSED)),
    "the composer asks back": (
        (NONE, Silent("first"), Composed(ASKING)),
        Conclude(Clarification("哪个？")),
    ),
    "the composer knows nothing of the sort": ((NONE, Silent("first"), Composed(UNKNOWN)), Conclude(Unanswerable())),
    "values first": (WANTS, RunIntermediate(LEVELS)),
    "values first, implied": (
        (NONE, said("first", f"不确定等级的取值，先查询：\n```sql\n{LEVELS}\n```")),
        RunIntermediate(LEVELS),
    ),
    "values first, implied in English": (
        (NONE, said("first", f"I'm not sure about the levels.\n```sql\n{LEVELS}\n```")),
        RunIntermediate(LEVELS),
    ),
    "the second round": ((*WANTS, Fetched(RAN)), AskAgain(RAN)),
    "SQL with the values": ((*WANTS, Fetched(RAN), said("second", TWO)), run(model(TWO))),
    "values are wanted once only": ((*WANTS, Fetched(RAN), said("second", LOOK)), Compose()),
    "the values are the answer, in doubt": (
        (*WANTS, Fetched(RAN), said("second", f"Not sure, but\n\n{LEVELS}")),
        run(model(LEVELS)),
    ),
    "nothing after the values": ((*WANTS, Fetched(RAN), Silent("second")), Compose()),
    "the values are what is asked about": (
        (*WANTS, Fetched(RAN), Silent("second"), Composed(ASKING)),
        Conclude(Clarification()),
    ),
    "no values, and the first response is corrected": ((*WANTS, UNSEEN), Correct(UNSEEN.failure)),
    "no values, and the first response has more": (
        (NONE, said("first", f"{LOOK}\n\n```sql\n{TWO}\n```"), UNSEEN),
        run(model(TWO)),
    ),
    "no values, and the first response asks": (
        (NONE, said("first", f"请问哪个等级？ {LOOK}"), UNSEEN),
        Conclude(Clarification("请问哪个等级？", by_model=True)),
    ),
    "nonsense after the values, and the first response has more": (
        (NONE, said("first", f"{LOOK}\n\n```sql\n{TWO}\n```"), Fetched(RAN), said("second", "ok")),
        run(model(TWO)),
    ),
    "nothing after the values, and the first response has more": (
        (NONE, said("first", f"{LOOK}\n\n```sql\n{TWO}\n```"), Fetched(RAN), Silent("second")),
        run(model(TWO)),
    ),
    "a correction": (FAILS, Correct(Failure(ONE, WRONG))),
    "the corrected SQL": ((*FAILS, said("correct", TWO)), run(model(TWO))),
    "the same SQL again": ((*FAILS, said("correct", ONE)), Correct(Failure(ONE, WRONG))),
    "the second correction": (
        (*FAILS, said("correct", TWO), Refused(TWO, RefusedByGate("clause"))),
        Correct(Failure(TWO, WRONG)),
    ),
    "no third correction": (GIVES_UP, Compose()),
    "the composer after the corrections": ((*GIVES_UP, Composed(COMPOSED)), run(COMPOSED)),
    "what failed is told": ((*GIVES_UP, Composed(ASKING)), Conclude(Clarification())),
    "what failed is told, not that nothing is known": ((*GIVES_UP, Composed(UNKNOWN)), Conclude(Clarification())),
    "the composer fails too": (
        (*GIVES_UP, Composed(COMPOSED), Refused(OWN, WRONG)),
        Conclude(Clarification()),
    ),
    "the composer says the same as what failed": (
        (*GIVES_UP, Composed(Draft("sql", TWO, "composed", 0.9))),
        Conclude(Clarification()),
    ),
    "the model goes away while correcting": ((*FAILS, Silent("correct")), Compose()),
    "a correction asks back": (
        (*FAILS, said("correct", "Which year?")),
        Conclude(Clarification("Which year?", by_model=True)),
    ),
    "too slow": ((NONE, TOLD, Overran(ONE)), Conclude(TimedOut(ONE))),
}
WITHOUT_MODEL: dict[str, tuple[tuple[Happened, ...], Command]] = {
    "no pair": ((NONE,), Compose()),
    "the pair no longer runs": ((Looked(ADAPTED), Refused(ONE, WRONG)), Compose()),
    "the composer's SQL": ((NONE, Composed(COMPOSED)), run(COMPOSED)),
    "it does not run": ((NONE, Composed(COMPOSED), Refused(OWN, WRONG)), Conclude(Clarification())),
}


def after(happened: tuple[Happened, ...], has_model: bool) -> Command:
    state = State(model=has_model)
    for one in happened:
        assert not isinstance(decide(state), Conclude), "nothing happens after the end"
        state = evolve(state, one)
    return decide(state)


def same(command: Command, expected: Command) -> bool:
    """The same, by the SQL where it is about a failure: two errors are never equal."""
    if isinstance(command, Correct) and isinstance(expected, Correct):
        return command.failure.sql == expected.failure.sql
    return command == expected


@pytest.mark.parametrize("branch", BRANCHES)
def test_with_a_model(branch: str) -> None:
    happened, expected = BRANCHES[branch]
    assert same(after(happened, True), expected), after(happened, True)


@pytest.mark.parametrize("branch", WITHOUT_MODEL)
def test_without_a_model(branch: str) -> None:
    happened, expected = WITHOUT_MODEL[branch]
    assert same(after(happened, False), expected), after(happened, False)


TEXTS = (
    ONE, TWO, THREE, LEVELS, LOOK, f"{LOOK}\n\n```sql\n{TWO}\n```", f"不确定。{LOOK}", "请问哪一年？", "SELECT",
    "Which one?", "UNANSWERABLE", "无法回答", "", "<html>", "intermediate_sql", f"not sure\n\n{LEVELS}",
)  # fmt: skip
DRAFTS = (ADAPTED, COMPOSED, ASKING, UNKNOWN, Draft("sql", TWO, "paraphrased", 0.9))
ERRORS = (WRONG, RefusedByGate("table", name="x"), NotAllowed("values_private"))
MOST = 14


@given(st.data(), st.booleans())
def test_whatever_happens_ends_once_within_a_bounded_number_of_steps(data: st.DataObject, has_model: bool) -> None:
    state, made = State(model=has_model), []
    while not isinstance(command := decide(state), Conclude):
        made.append(command)
        assert len(made) <= MOST, made
        state = evolve(state, data.draw(_happenings(command)))
    asks = [one for one in made if isinstance(one, AskModel | AskAgain | Correct)]
    assert has_model or not asks
    assert sum(isinstance(one, Correct) for one in asks) <= 2
    assert sum(isinstance(one, RunIntermediate) for one in made) <= 1
    run_sql = [one.sql for one in made if isinstance(one, RunSQL)]
    assert len(run_sql) == len(set(run_sql)), "what failed once is not run again"
    assert command == decide(state), "the end stays the end"
    ran = isinstance(command.ending, Answered)
    assert ran == (bool(made) and isinstance(made[-1], RunSQL) and isinstance(state.ending, Answered))


def _happenings(command: Command) -> st.SearchStrategy[Happened]:
    """What may happen after `command`."""
    match command:
        case Adapt():
            return st.sampled_from([NONE, Looked(ADAPTED)])
        case Compose():
            return st.sampled_from(DRAFTS).map(Composed)
        case AskModel():
            return _answers("first")
        case AskAgain():
            return _answers("second")
        case Correct():
            return _answers("correct")
        case RunIntermediate(sql):
            failed = st.sampled_from(ERRORS).map(lambda error: NotFetched(Failure(sql, error)))
            return st.one_of(st.just(Fetched(RAN)), failed)
        case RunSQL(draft, sql):
            refused = st.sampled_from(ERRORS).map(lambda error: Refused(sql, error))
            return st.one_of(refused, refused, st.sampled_from([Succeeded(draft, RAN), Overran(sql)]))
        case Conclude():
            raise AssertionError("it is over")


def _answers(purpose: Purpose) -> st.SearchStrategy[Happened]:
    texts = st.lists(st.sampled_from(TEXTS), max_size=3).map("\n\n".join)
    return st.one_of(st.just(Silent(purpose)), texts.map(lambda text: said(purpose, text)))
