"""What a superlative says by itself."""

from services.query.composer.language.nth import RANKED
from services.query.composer.reading.reading import Reading


def superlative(reading: Reading, index: int) -> str:
    """The `highest` of `the second highest`, the 最高 of 第二高 and 排名第二."""
    said = reading.said(index).removeprefix("the ")
    if said in RANKED:
        return "最高"
    return f"最{said}" if reading.kind(index - 1) == "nth" and not said.isascii() else said
