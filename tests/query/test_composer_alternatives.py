"""A word that is the name of neither of two columns means the one whose table is spoken of; else it is asked which."""

import pytest

from services.query.composer.compose import SURE, compose
from services.query.knowledge.schema import Column, Relation, Schema, Scope, Table
from services.query.reasoning.propose import proposed

_KEY = Column("id", "INTEGER", primary_key=True)
HOTELS = Scope(
    Schema(
        (
            Table("hotels", (_KEY, Column("name", "TEXT"), Column("stars", "INTEGER")), comment="酒店"),
            Table(
                "reviews",
                (_KEY, Column("hotel_id", "INTEGER", foreign_key="hotels.id"), Column("score", "INTEGER")),
                comment="评价",
            ),
        ),
        (Relation("reviews", "hotel_id", "hotels", "id"),),
        "sqlite",
    )
)


@pytest.mark.parametrize("question", ["What is the average rating?", "average rating per hotel", "每家酒店的平均评分"])
def test_where_both_may_be_meant_it_asks_which(question: str) -> None:
    asked = proposed(question, "en", HOTELS)
    assert (asked.kind, len(asked.choices)) == ("clarification", 2)
    sql = {compose(choice, HOTELS).sql or "" for choice in asked.choices}
    assert {"stars" in one for one in sql} == {"score" in one for one in sql} == {True, False}


@pytest.mark.parametrize(
    ("question", "sql"),
    [
        ("average rating of the reviews", "SELECT AVG(score) AS avg_score FROM reviews"),
        ("评价的平均评分", "SELECT AVG(score) AS avg_score FROM reviews"),
        ("average stars of the hotels", "SELECT AVG(stars) AS avg_stars FROM hotels"),
        ("酒店的平均星级", "SELECT AVG(stars) AS avg_stars FROM hotels"),
    ],
)
def test_the_one_whose_table_is_spoken_of_is_meant(question: str, sql: str) -> None:
    composed = compose(question, HOTELS)
    assert (composed.score >= SURE, composed.sql) == (True, sql)


@pytest.mark.parametrize("question", ["Which hotel has the highest score?", "score最高的酒店"])
def test_scores_are_not_added(question: str) -> None:
    composed = compose(question, HOTELS)
    assert composed.score >= SURE and "ORDER BY AVG(reviews.score) DESC" in (composed.sql or "")
