"""What a clarification offers to choose from."""

from datetime import UTC, datetime

from libs.events.catalog import QuestionAsked
from services.query.knowledge.schema import Knowledge, Pair, Schema
from services.query.questions.reasoned import _choices


def test_the_choices_are_the_nearest_questions_in_the_language_of_the_question() -> None:
    questions = ("哪个机场最多？", "Which airport?", "多少航班？", "How many?", "Who?", "When?")
    scope = Knowledge(Schema((), (), "sqlite"), (), tuple(Pair(one, "SELECT 1", 0.8, one) for one in questions))
    at = datetime(2026, 1, 1, tzinfo=UTC)

    def asked(language: str) -> QuestionAsked:
        fields = {"question_id": "q", "dataset_id": "d", "question": "?", "conversation_id": "c", "language": language}
        return QuestionAsked.model_validate(fields | {"asked_at": at, "deadline": at})

    assert _choices(asked("zh"), scope) == ("哪个机场最多？", "多少航班？")
    assert _choices(asked("en"), scope) == ("Which airport?", "How many?", "Who?")
