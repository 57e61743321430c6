"""A model whose look at values fails is asked for the answer; what it then says is not more than it is."""

from dataclasses import replace

from services.query.model.client import Model
from tests.query import test_questions
from tests.query.scripted_model import scripted_model
from tests.query.test_questions import Asking

asking = test_questions.asking

WISH = "SELECT DISTINCT size FROM flights"
FIGURES = "There are 4711 of them. Which origin do you mean?"


async def test_a_failed_look_is_not_to_be_corrected_and_a_question_back_states_no_figures(asking: Asking) -> None:
    async with scripted_model() as scripted:
        model = Model(f"{scripted.url}/v1", "scripted")
        asking.answerer = replace(asking.answerer, finder=replace(asking.answerer.finder, model=model))
        await scripted.will(f"intermediate_sql\n{WISH}", FIGURES)
        answer = await asking.ask("How many flights has the big one?")
        _, told = await scripted.told()
        await model.close()
    assert f"{WISH}\nThey cannot be had" in told and "no such column: size" in told
    assert "without these values" in told and "corrected" not in told
    assert (answer["outcome"], answer["answer_text"]) == ("clarification", "Which origin do you mean?")
