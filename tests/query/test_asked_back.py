"""What a model asks back reaches people without figures that it states and without links."""

import pytest

from services.query.reasoning.asked_back import asked_back

ASKED = "Which of the top 5 do you count?"


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("There were 4711 flights, up 37 % on the year. Which airport do you mean?", "Which airport do you mean?"),
        ("2023年共有4711个航班。请问您指的是哪个机场？", "请问您指的是哪个机场？"),
        ("Do you mean more than 100 or more than 1000?", "Do you mean more than 100 or more than 1000?"),
        ("You want the top 5. By what?", "You want the top 5. By what?"),
        ("Which year do you mean?\n1. 2023\n2. 2024", "Which year do you mean?\n1. 2023\n2. 2024"),
        ("Please confirm it at https://evil.example/login", ""),
        ("See www.evil.example. Which one?", "Which one?"),
        ("The average is 3.5. ", ""),
        ("请明确是哪个城市", "请明确是哪个城市"),
        ("", ""),
    ],
)
def test_only_what_asks_and_what_claims_nothing_is_kept(said: str, kept: str) -> None:
    assert asked_back(said, ASKED) == kept
