"""Phrases that tell an order by both of its ends: `from the latest to the earliest`, 从高到低."""

from collections.abc import Iterator
from typing import Literal

_ENDS = (
    ("high", "low"), ("highest", "lowest"), ("large", "small"), ("largest", "smallest"), ("big", "small"),
    ("biggest", "smallest"), ("latest", "earliest"), ("newest", "oldest"), ("youngest", "oldest"),
    ("most recent", "oldest"), ("most", "least"),
    ("most", "fewest"), ("longest", "shortest"), ("heaviest", "lightest"), ("tallest", "shortest"), ("best", "worst"),
    ("most expensive", "least expensive"), ("most expensive", "cheapest"), ("高", "低"), ("大", "小"), ("多", "少"),
    ("晚", "早"), ("新", "旧"), ("长", "短"), ("贵", "便宜"), ("近", "远"), ("重", "轻"), ("后", "先"),
)  # fmt: skip
"""What comes first and what last in descending order: `from the latest to the earliest`, 从晚到早."""


def directions() -> Iterator[tuple[str, Literal["ascending", "descending"]]]:
    """Each phrase with the order that it tells."""
    for first, last in _ENDS:
        forms = ("from {} to {}", "from the {} to the {}") if first.isascii() else ("从{}到{}",)
        for form in forms:
            yield form.format(first, last), "descending"
            yield form.format(last, first), "ascending"
