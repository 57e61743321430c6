"""Questions answered with a model that is a real server, with the outcome of each branch as people get it."""

from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio

from libs.events.catalog import ColumnDescription, DataSourceChanged, DataSourceSettings, RowPolicy, TableDescription
from libs.knowledge.items import pair_id
from libs.language.catalogue import text
from services.query.model.client import Model
from services.query.model.tokens import tokens_of
from services.query.questions.database import LIMITS
from tests.query import test_questions
from tests.query.knowledge_events import THEN, checkpoint, dataset, ddl, structure
from tests.query.scripted_model import ScriptedModel, scripted_model
from tests.query.test_questions import Asking

asking = test_questions.asking

FLIGHTS = TableDescription(
    name="flights",
    comment="航班",
    columns=(
        ColumnDescription(name="origin", type="TEXT", comment="机场", values=("EWR", "JFK")),
        ColumnDescription(name="delay", type="INTEGER", comment="延误"),
    ),
)
ORIGINS, BUSY = "SELECT DISTINCT origin FROM flights", "SELECT count(*) AS busy FROM flights WHERE origin = 'EWR'"
LOOK, GOOD = f"intermediate_sql\n```sql\n{ORIGINS}\n```", f"```sql\n{BUSY}\n```"
LATE = "SELECT origin FROM flights WHERE delay > 15"
WRONG = "SELECT bad FROM flights"
MEANT = {"zh": "大机场有几个航班？", "en": "How many flights has the big one?"}
KNOWN = {"zh": "有多少个航班？", "en": "How many flights are there?"}
UNKNOWN = {"zh": "谁写了《红楼梦》？", "en": "Who wrote the novel?"}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def scripted() -> AsyncIterator[ScriptedModel]:
    async with scripted_model() as running:
        yield running


Ask = Callable[..., Coroutine[Any, Any, dict[str, Any]]]


@pytest_asyncio.fixture(loop_scope="session")
async def ask(asking: Asking, scripted: ScriptedModel) -> AsyncIterator[Ask]:
    """Ask a question with a model that moves so."""
    await asking.consume(structure(2, [FLIGHTS]))
    models = []

    async def answer(question: str, *moves: str | dict[str, Any], window: int = 8_192, **fields: Any) -> dict[str, Any]:
        await scripted.will(*moves)
        models.append(Model(f"{scripted.url}/v1", "scripted", window_tokens=window))
        finder = replace(asking.answerer.finder, model=models[-1])
        asking.answerer = replace(asking.answerer, finder=finder)
        return await asking.ask(question, **({"conversation_id": f"c{len(models)}"} | fields))

    yield answer
    for model in models:
        await model.close()


Step = tuple[str, str]
MODEL, LOOKED, SECOND, RAN = ("model", "done"), ("intermediate", "done"), ("second_round", "done"), ("run", "done")
FAILED, CORRECTED, COMPOSED = ("run", "failed"), ("correct", "corrected"), ("composed", "done")
AWAY = ("model", "failed")
STEPS_OF_MODEL = ("model", "second_round", "correct")

BRANCHES: dict[str, tuple[dict[str, str], tuple[str | dict[str, Any], ...], str, list[Step]]] = {
    "the model's SQL": (MEANT, (GOOD,), "answered", [MODEL, RAN]),
    "values first": (MEANT, (LOOK, GOOD), "answered", [MODEL, LOOKED, SECOND, RAN]),
    "values first, implied": (
        MEANT,
        (f"不确定哪个机场算大，先查询：\n```sql\n{ORIGINS}\n```", GOOD),
        "answered",
        [MODEL, LOOKED, SECOND, RAN],
    ),
    "values that cannot be had": (
        MEANT,
        (f"intermediate_sql\n```sql\nSELECT DISTINCT size FROM flights\n```\n\n{GOOD}",),
        "answered",
        [MODEL, ("intermediate", "failed"), RAN],
    ),
    "values by a statement that is not allowed": (
        MEANT,
        ("intermediate_sql\n```sql\nSELECT DISTINCT sleep(5) FROM flights\n```", GOOD),
        "answered",
        [MODEL, ("intermediate", "failed"), CORRECTED, RAN],
    ),
    "corrected once": (MEANT, (WRONG, GOOD), "answered", [MODEL, FAILED, CORRECTED, RAN]),
    "corrected twice": (
        MEANT,
        (WRONG, "SELECT worse FROM flights", GOOD),
        "answered",
        [MODEL, FAILED, CORRECTED, FAILED, CORRECTED, RAN],
    ),
    "corrections in vain, then composed": (
        KNOWN,
        (WRONG, "SELECT worse FROM flights", "SELECT worst FROM flights"),
        "answered",
        [MODEL, FAILED, CORRECTED, FAILED, CORRECTED, FAILED, COMPOSED, RAN],
    ),
    "corrections in vain": (
        MEANT,
        (WRONG, "SELECT worse FROM flights", "SELECT worst FROM flights"),
        "clarification",
        [MODEL, FAILED, CORRECTED, FAILED, CORRECTED, FAILED],
    ),
    "asks back": (MEANT, ("请问您指的是哪个机场？",), "clarification", [MODEL]),
    "asks back in English": (MEANT, ("Which origin do you mean?",), "clarification", [MODEL]),
    "too short to be whole": (MEANT, ("SELECT",), "clarification", [MODEL]),
    "unanswerable": (MEANT, ("UNANSWERABLE",), "unanswerable", [MODEL]),
    "away": (KNOWN, ({"status": 401},), "answered", [AWAY, COMPOSED, RAN]),
    "no chat completion": (KNOWN, ({"status": 200, "body": "<html>"},), "answered", [AWAY, COMPOSED, RAN]),
    "nonsense": (KNOWN, ("好的。 ok",), "answered", [AWAY, COMPOSED, RAN]),
    "nonsense about what nobody knows": (UNKNOWN, ("好的。 ok",), "unanswerable", [AWAY]),
    "goes away after the values": (
        MEANT,
        (LOOK, {"status": 401}),
        "clarification",
        [MODEL, LOOKED, ("second_round", "failed")],
    ),
}


@pytest.mark.parametrize("branch", BRANCHES)
async def test_each_branch_ends_with_its_outcome_and_tells_its_steps(branch: str, ask: Ask, asking: Asking) -> None:
    questions, moves, outcome, steps = BRANCHES[branch]
    steps = [*steps, ("chart", "done"), ("insight", "done")] if outcome == "answered" else steps
    for number, language in enumerate(("zh", "en"), 1):
        answer = await ask(questions[language], *moves, number=number, language=language)
        assert answer["outcome"] == outcome, answer
        assert [(step["name"], step["status"]) for step in answer["steps"] if step["name"] != "retrieve"] == steps
        said = answer["answer_text"] + "".join(step["detail"] for step in answer["steps"])
        assert any("\u4e00" <= letter <= "\u9fff" for letter in said) == (language == "zh" or "请" in str(moves))
        assert [one["step"] for one in (await asking.sent("AnswerAdvanced"))[-len(answer["steps"]) :]] == answer[
            "steps"
        ]
        assert bool(answer["row_count"]) == (outcome == "answered")
        assert (answer["chart_type"] == "clarification") == (outcome == "clarification")
        assert bool(answer["choices"]) == (outcome == "clarification")


async def test_the_second_round_knows_the_values_and_only_the_first_may_ask_for_them(
    ask: Ask, scripted: ScriptedModel
) -> None:
    await ask(MEANT["zh"], LOOK, GOOD, language="zh")
    first, second, *_ = await scripted.told()
    assert "intermediate_sql" in first and "intermediate_sql" not in second
    assert "EWR\nJFK" in second.replace("origin\n", "") and "SELECT DISTINCT origin FROM flights LIMIT 50" in second


async def test_a_correction_is_told_the_sql_and_the_reason_of_the_database_or_the_gate(
    ask: Ask, scripted: ScriptedModel
) -> None:
    await ask(MEANT["zh"], WRONG, "SELECT sleep(5) FROM flights", GOOD, language="zh")
    _, database, gate, *_ = await scripted.told()
    assert WRONG in database and "no such column" in database
    assert "SELECT sleep(5) FROM flights" in gate and "the function 'sleep' is not allowed" in gate


async def test_a_model_that_repeats_what_it_was_told_has_not_answered(ask: Ask, scripted: ScriptedModel) -> None:
    await ask(MEANT["en"], WRONG, LOOK)
    told = (await scripted.told())[1]
    echo = told[told.index("This query failed:") :]
    answer = await ask(MEANT["en"], WRONG, f"{echo}\n\n{BUSY}", number=2)
    assert [step["sql"] for step in answer["steps"] if step["name"] == "correct"] == [BUSY]
    await ask(MEANT["zh"], LOOK, WRONG, number=3)
    told = (await scripted.told())[1]
    seen = await ask(MEANT["zh"], LOOK, told[told.index("You wanted to see values first:") :], number=4)
    assert (seen["outcome"], seen["sql"]) == ("clarification", None), "the values are no answer"


async def test_what_the_window_of_a_model_does_not_hold_is_left_out_and_told(
    ask: Ask, asking: Asking, scripted: ScriptedModel
) -> None:
    many = [TableDescription(name=f"aircraft_{number}", columns=FLIGHTS.columns) for number in range(40)]
    learned = [ddl(table) for table in (FLIGHTS, *many)]
    pairs = {
        "Which are late?": LATE,
        "Which are early?": f"{LATE} AND delay NOT IN ({', '.join(map(str, range(999)))})",
    }
    for question, sql in pairs.items():
        await asking.learn(question, sql, training=question)
    await asking.consume(structure(4, [FLIGHTS, *many]), checkpoint(2, learned, training_id="t0"))
    answer = await ask(MEANT["zh"], LOOK, WRONG, GOOD, language="zh", window=1_536)
    for step in answer["steps"]:
        assert ("语言模型的上下文窗口放不下全部内容" in step["detail"]) == (step["name"] in STEPS_OF_MODEL)
    for told in (await scripted.told())[:3]:
        assert 256 < tokens_of(told) <= 512 and "flights(" in told and MEANT["zh"] in told
        assert "Which are late?" in told and "Which are early?" not in told
    wide = await ask(MEANT["en"], GOOD, number=2, language="en", window=65_536)
    assert "context window" not in str(wide["steps"]) and "aircraft_39(" in (await scripted.told())[0]
    late, early = (pair_id(question, sql) for question, sql in pairs.items())
    assert late in answer["sources"]["items"] and early not in answer["sources"]["items"], "only what it was told"
    assert {late, early} < set(wide["sources"]["items"])


async def test_a_model_writes_times_by_the_clock_of_the_database(ask: Ask, scripted: ScriptedModel) -> None:
    dated = "SELECT count(*) AS flights FROM flights WHERE CURRENT_DATE > '2000-01-31'"
    answer = await ask("How many flights were there since last month?", dated)
    assert "CURRENT_DATE" in (await scripted.told())[0]
    assert (answer["outcome"], "CURRENT_DATE" in answer["sql"]) == ("answered", True)


async def test_a_model_is_told_the_conversation_that_a_question_goes_on_from(ask: Ask, scripted: ScriptedModel) -> None:
    first = await ask(KNOWN["en"], GOOD, conversation_id="c")
    assert "Conversation so far" not in (await scripted.told())[0]
    answer = await ask("and by size?", WRONG, GOOD, number=2, conversation_id="c")
    assert answer["outcome"] == "answered" and answer["understood"]
    for told in (await scripted.told())[:2]:
        turns = f"Conversation so far, oldest first:\nQ: {KNOWN['en']}\nA (answered): {first['sql']}"
        assert told.index(turns) < told.index("\nQuestion: ") < told.index("by size")
    long = "x" * 18_000
    await ask(f"{long}?", GOOD, number=3, conversation_id="d")
    await ask("and by size?", GOOD, number=4, conversation_id="d")
    assert "Conversation so far" not in (await scripted.told())[0] and tokens_of((await scripted.told())[0]) < 7_168
    told_before = await ask(KNOWN["en"], GOOD, number=5, conversation_id="d")
    alone = await ask(KNOWN["en"], GOOD, number=6, conversation_id="e")
    assert (told_before["cached"], alone["cached"]) == (False, True), "what a model is told before it is in the key"


SAID = {"zh": "EWR 一共有 2 个航班。", "en": "EWR has 2 flights."}


@pytest.mark.parametrize("language", SAID)
async def test_a_model_puts_the_insight_better_with_the_numbers_of_the_rows(
    language: str, ask: Ask, asking: Asking, scripted: ScriptedModel
) -> None:
    await asking.learn(KNOWN["en"], BUSY)
    private = {"kind": "sqlite", "database": str(asking.database), "private_columns": ("flights.delay",)}
    settings = DataSourceSettings.model_validate(private)
    await asking.consume(
        DataSourceChanged(datasource_id="s1", version=2, name="f", owner_id="o1", settings=settings, changed_at=THEN)
    )
    for number, (question, moves) in enumerate(
        ((MEANT[language], (GOOD, SAID[language])), (KNOWN["en"], (SAID["en"],)))
    ):
        answer = await ask(question, *moves, number=number, language=language if moves[0] == GOOD else "en")
        assert answer["insight"] == moves[-1]
        assert [step["detail"] for step in answer["steps"] if step["name"] == "insight"] == [moves[-1]]
        assert "Facts: busy" in (await scripted.told())[-1] and "[2]" in (await scripted.told())[-1]
    asked = len(await scripted.asked())
    await asking.query.pool.execute("DELETE FROM cached WHERE kind = 'result'")
    await ask(KNOWN["en"], SAID["en"], number=3)
    assert (asked, await scripted.asked()) == (1, []), "an answer of cached SQL waits for no model"


@pytest.mark.parametrize(
    "said",
    ["EWR has 3 flights.", "EWR 有 2 个航班。", "Fine.", "See https://busy.example: 2", "2 what do you mean?", GOOD,
     {"status": 401}, "busy: 2 " * 99],
)  # fmt: skip
async def test_what_is_no_insight_into_the_rows_leaves_the_one_of_the_statistics(said: Any, ask: Ask) -> None:
    answer = await ask(MEANT["en"], GOOD, said)
    assert (answer["insight"], answer["outcome"]) == ("busy: 2", "answered")


@pytest.mark.parametrize("why", ["values", "columns", "policy", "check", "time", "window"])
async def test_rows_that_a_model_may_not_see_are_not_shown_to_it(
    why: str, ask: Ask, asking: Asking, scripted: ScriptedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    private: dict[str, Any] = {"values": {"sample_values": False}, "columns": {"private_columns": ("flights.origin",)}}
    settings = DataSourceSettings.model_validate(
        {"kind": "sqlite", "database": str(asking.database)} | private.get(why, {})
    )
    changed = DataSourceChanged(
        datasource_id="s1", version=2, name="f", owner_id="o1", settings=settings, changed_at=THEN
    )
    policies = (RowPolicy(table="flights", filter="delay >= 0"),) if why == "policy" else ()
    await asking.consume(changed, dataset(2).model_copy(update={"policies": policies}))
    if why == "time":
        monkeypatch.setattr("services.query.questions.improved._LEAST_SECONDS", 3_600.0)
    fields: dict[str, dict[str, Any]] = {"check": {"purpose": "check"}, "window": {"window": 1_100}}
    answer = await ask(MEANT["en"], GOOD, SAID["en"], **fields.get(why, {}))
    assert (answer["insight"], answer["outcome"], len(await scripted.asked())) == ("busy: 2", "answered", 1)


async def test_what_failed_is_said_and_a_question_back_offers_real_values(ask: Ask) -> None:
    failed = await ask(MEANT["en"], WRONG, "SELECT worse FROM flights", "SELECT worst FROM flights", language="en")
    assert "no such column: worst" in failed["answer_text"]
    asked_back = await ask(MEANT["zh"], "请问您指的是哪个机场？", number=2, language="zh")
    assert (asked_back["answer_text"], asked_back["choices"]) == ("请问您指的是哪个机场？", ["EWR", "JFK"])


@pytest.mark.parametrize("private", [{"sample_values": False}, {"private_columns": ("flights.origin",)}])
@pytest.mark.parametrize("sql", [ORIGINS, "SELECT DISTINCT * FROM flights"])
async def test_values_that_their_owner_keeps_private_are_not_shown_to_a_model(
    private: dict[str, Any], sql: str, ask: Ask, asking: Asking, scripted: ScriptedModel
) -> None:
    settings = DataSourceSettings.model_validate({"kind": "sqlite", "database": str(asking.database)} | private)
    await asking.consume(
        DataSourceChanged(datasource_id="s1", version=2, name="f", owner_id="o1", settings=settings, changed_at=THEN)
    )
    answer = await ask(MEANT["en"], f"intermediate_sql\n```\n{sql}\n```", GOOD, language="en")
    assert ("intermediate", "failed") in [(step["name"], step["status"]) for step in answer["steps"]]
    assert answer["outcome"] == "answered"
    first, *others = await scripted.told()
    assert ("intermediate_sql" in first) == ("private_columns" in private)
    assert not any("wanted to see values" in told for told in others)


@pytest.mark.parametrize("move", [{"silent": True}, {"raw": " ", "repeat": 9_999, "every": 0.02}])
@pytest.mark.parametrize(("question", "outcome"), [(KNOWN["en"], "answered"), (UNKNOWN["zh"], "unanswerable")])
async def test_a_model_that_never_ends_leaves_time_for_what_is_said_without_it(
    question: str, outcome: str, move: dict[str, Any], ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.query.reasoning.rounds._SHARE", 0.01)
    answer = await ask(question, move, seconds=60.0)
    assert answer["outcome"] == outcome
    [step] = [step for step in answer["steps"] if step["name"] == "model"]
    assert (step["status"], step["detail"]) == ("failed", text("model.silent"))


async def test_what_is_whole_of_an_answer_that_takes_too_long_counts(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.query.reasoning.rounds._SHARE", 0.05)
    answer = await ask(MEANT["en"], {"say": [GOOD, "\nAnd why: "], "silent": True}, "ok", seconds=60.0)
    assert (answer["outcome"], answer["sources"]["strategy"]) == ("answered", "model")


@pytest.mark.parametrize(
    ("move", "key"), [({"status": 401}, "model.key_refused"), ({"status": 200, "body": "<html>"}, "model.unreadable")]
)
async def test_why_a_model_did_not_answer_is_told(move: dict[str, Any], key: str, ask: Ask) -> None:
    answer = await ask(KNOWN["zh"], move, language="zh")
    assert text(key, "zh") in [step["detail"] for step in answer["steps"]]


async def test_a_model_that_there_is_no_time_for_is_not_asked(
    ask: Ask, scripted: ScriptedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.query.reasoning.rounds._LEAST_TO_ASK", 3_600.0)
    answer = await ask(KNOWN["en"], GOOD)
    assert text("question.step.no_time_for_model") in [step["detail"] for step in answer["steps"]]
    assert (answer["outcome"], await scripted.asked()) == ("answered", [])


def test_a_query_may_take_what_is_left_and_never_forever() -> None:
    assert [LIMITS.within(seconds).seconds for seconds in (60.0, 2.0, -1.0)] == [15.0, 2.0, 0.05]
