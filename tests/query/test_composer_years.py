"""Years that are kept as numbers: of the rows themselves, or of what began and ended in them."""

import pytest

from services.query.composer.compose import SURE, compose
from services.query.knowledge.schema import Column, Relation, Schema, Scope, Table
from services.query.reasoning.propose import proposed

_KEY = Column("id", "INTEGER", primary_key=True)
_MUSEUM = Column("museum_id", "INTEGER", foreign_key="museums.id")
_THIS_YEAR = "CAST(STRFTIME('%Y', DATE('now', 'localtime', 'start of year')) AS INTEGER)"
_LAST_YEAR = _THIS_YEAR.replace("of year'", "of year', '-1 years'")
_KNOWN = Scope(
    Schema(
        (
            Table("museums", (_KEY, Column("name", "TEXT"), Column("opening_year", "INTEGER"))),
            Table("visits", (_KEY, _MUSEUM, Column("year", "INTEGER"), Column("visitors", "INTEGER"))),
            Table("guides", (_KEY, Column("name", "TEXT"), Column("dob", "DATE"), Column("hiring_year", "INTEGER"))),
            Table("shows", (_KEY, _MUSEUM, Column("start_year", "INTEGER"), Column("end_year", "INTEGER"))),
        ),
        (Relation("visits", "museum_id", "museums", "id"), Relation("shows", "museum_id", "museums", "id")),
        "sqlite",
    )
)


@pytest.mark.parametrize(
    ("question", "where"),
    [
        ("Which museums opened in 2014?", "opening_year = 2014"),
        ("museums that opened before 2000", "opening_year < 2000"),
        ("museums opened in 2010 or later", "opening_year >= 2010"),
        ("museums not opened in 2014", "opening_year <> 2014"),
        ("visits in 2013 and 2014", "year IN (2013, 2014)"),
        ("2014年之前的visits", "year < 2014"),
        ("visits在2012年到2014年之间", "year >= 2012 AND year < 2015"),
        ("total visitors of visits from 2012 to 2014", "year BETWEEN 2012 AND 2014"),
        ("guides born after 2005", "dob >= '2006-01-01'"),
        ("2004年出生的guides", "dob >= '2004-01-01' AND dob < '2005-01-01'"),
        ("shows that started in 2014", "start_year = 2014"),
        ("shows that ended before 2014", "end_year < 2014"),
        ("museums opened in 2014年", "opening_year = 2014"),
        ("visits last year", f"year = {_LAST_YEAR}"),
        ("去年的visits", f"year = {_LAST_YEAR}"),
        ("museums opened before this year", f"opening_year < {_THIS_YEAR}"),
    ],
)
def test_a_year_is_compared_with_the_column_that_holds_it(question: str, where: str) -> None:
    composed = compose(question, _KNOWN)
    assert composed.score >= SURE and (composed.sql or "").endswith(f"WHERE {where}"), composed.sql


@pytest.mark.parametrize(
    ("question", "sql"),
    [
        ("museums per year", "SELECT opening_year, COUNT(*) AS count FROM museums GROUP BY opening_year"),
        ("每年的visits数", "SELECT year, COUNT(*) AS count FROM visits GROUP BY year"),
    ],
)
def test_each_year_is_that_of_what_is_counted(question: str, sql: str) -> None:
    assert (compose(question, _KNOWN).sql or "").startswith(sql)


@pytest.mark.parametrize("question", ["shows per year", "visits this month", "visits in the last 3 years"])
def test_of_no_year_or_several_it_asks(question: str) -> None:
    assert compose(question, _KNOWN).score < SURE


def test_of_a_beginning_and_an_end_it_asks_which() -> None:
    draft = proposed("shows in 2014", "en", _KNOWN)
    assert draft.kind == "clarification" and "start_year, end_year" in draft.text
    assert [(proposed(choice, "en", _KNOWN).sql or "").partition("WHERE ")[2] for choice in draft.choices] == [
        "start_year = 2014",
        "end_year = 2014",
    ]


def test_a_number_of_visitors_is_no_number_of_visits() -> None:
    assert compose("How many visitors were there in 2014?", _KNOWN).score < SURE
    assert "GROUP BY year ORDER BY SUM(visitors)" in (compose("which year had the most visitors", _KNOWN).sql or "")


@pytest.mark.parametrize("question", ["museums sold in 2014", "museums visited in 2014", "guides trained after 2014"])
def test_a_year_is_not_that_of_something_else_that_is_done(question: str) -> None:
    assert compose(question, _KNOWN).score < SURE
