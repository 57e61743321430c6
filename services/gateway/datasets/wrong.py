"""What is wrong with something of a list that a dataset is given, such as its row policies."""

from dataclasses import dataclass

from libs.language.catalogue import Phrase


@dataclass(frozen=True)
class Wrong:
    """What is wrong with `field` of the thing at `index`, or, without a field, with all of it; for people."""

    index: int
    field: str
    why: Phrase
