"""What is taken back and what comes back is asked for in lessons that fit into an event each; nothing is left out."""

from libs.events.catalog import LearnedItem
from libs.events.envelope import MAXIMUM_BYTES
from libs.events.ids import new_id
from services.feedback.learning.ask import lessons


def _pair(number: int) -> LearnedItem:
    return LearnedItem(
        item_id=f"i{number:04}",
        kind="pair",
        text=f"第{number}问？",
        question=f"第{number}问？",
        sql=f"SELECT '{'多' * 5_000}'",
    )


def test_however_much_it_is() -> None:
    learned, taken_back = [_pair(number) for number in range(90)], [_pair(number) for number in range(60, 3_000)]
    about = {"feedback_id": None, "language": "zh", "who": "ann"}
    asked = lessons(new_id(), "d1", 0, learned, taken_back, **about)  # type: ignore[arg-type]
    assert len(asked) > 1 and len({one.training_id for one in asked}) == len(asked)
    assert all(len(one.model_dump_json().encode()) < MAXIMUM_BYTES for one in asked)
    assert [item for one in asked for item in one.items] == learned
    assert [key for one in asked for key in one.forgets] == sorted(item.item_id for item in taken_back)
    both = {item.item_id for item in learned[60:]}
    assert all(both.intersection(one.forgets) == both & {item.item_id for item in one.items} for one in asked)
