"""Tells a stored problem in the language of who reads it: it was said in that of who asked."""

from collections.abc import Mapping
from typing import Any

from libs.events.catalog import Language, Problem
from libs.language.catalogue import retold

OF_TRAININGS = ("trainer.", "datasource.")
OF_FEEDBACK = ("feedback.", "datasource.")


def problem_in(told: Mapping[str, Any], language: Language, families: tuple[str, ...]) -> Problem:
    """`told`, a problem as an event holds it, with its texts in `language` where they are of `families`."""
    problem = Problem.model_validate(told)
    said = {"detail": retold(problem.detail, language, *families), "hint": retold(problem.hint, language, *families)}
    return problem.model_copy(update=said)
