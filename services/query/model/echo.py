"""Takes out of a model's answer what it merely repeats of what it was told: the SQL there is not its answer.

Nothing here takes longer than in proportion to the text, whatever the text is.
"""

import re
from collections.abc import Mapping, Sequence
from itertools import islice

_OURS = re.compile(r"(?:[A-Z][a-z][\w ,()]{0,60}|Q|A \([\w ]{1,30}\)):(?!:)|You ")
"""How the lines begin that only we say. Those of SQL may well be a model's too, also after `SQL:`."""
_MOST_PLACES = 8
"""Of a line that the prompt holds often."""


def without_echo(said: str, told: str) -> str:
    """`said` without every run of lines that stands in `told` as well, unless these may all be of a query."""
    lines, ours = said.split("\n"), [line.strip() for line in told.split("\n") if line.strip()]
    places: dict[str, list[int]] = {}
    for place, line in enumerate(ours):
        places.setdefault(line, []).append(place)
    kept: list[str] = []
    at = 0
    while at < len(lines):
        end = _end_of_run(lines, at, ours, places)
        run = [line.strip() for line in lines[at:end]]
        if not any(map(_OURS.match, run)):
            kept += lines[at : max(end, at + 1)]
        at = max(end, at + 1)
    return "\n".join(kept)


def _end_of_run(lines: Sequence[str], begin: int, ours: Sequence[str], places: Mapping[str, Sequence[int]]) -> int:
    """Where the longest run ends that begins there, `begin` if there is none; empty lines do not count."""
    return max(
        (_followed(lines, begin, ours, place) for place in islice(places.get(lines[begin].strip(), ()), _MOST_PLACES)),
        default=begin,
    )


def _followed(lines: Sequence[str], at: int, ours: Sequence[str], place: int) -> int:
    end = at
    for number in range(at, len(lines)):
        line = lines[number].strip()
        if not line:
            continue
        cut_off = number == len(lines) - 1 and place < len(ours) and ours[place].startswith(line)
        if place == len(ours) or (line != ours[place] and not cut_off):
            break
        end, place = number + 1, place + 1
    return end
