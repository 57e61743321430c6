"""What names of tables and columns carry that people do not say, and what databases leave to their terms."""

import pytest

from services.query.composer.compose import SURE, compose
from services.query.knowledge.schema import Column, Relation, Schema, Scope, Table, Term

_ANIMALS = Table(
    "tbl_Animal",
    (
        Column("AniID", "INTEGER", primary_key=True),
        Column("AniType", "TEXT", values=("cat", "dog")),
        Column("Ani_Age", "INTEGER"),
        Column("Weight_kg", "REAL"),
        Column("SoldOn", "DATE"),
    ),
)
_OTHER = Table("tbl_Visit", (Column("VisitID", "INTEGER", primary_key=True), Column("Reason", "TEXT")))
_ZOO = Scope(Schema((_ANIMALS, _OTHER), (), "sqlite"))

_STAFF = Table("yg", (Column("bh", "INTEGER"), Column("xm", "TEXT"), Column("csrq", "DATE"), Column("gz", "INTEGER"),
                      Column("bm", "INTEGER")))  # fmt: skip
_PARTS = Table("bm", (Column("bmbh", "INTEGER"), Column("mc", "TEXT", values=("财务部", "研发部"))))
_TERMS = (
    Term("员工", "yg"), Term("部门", "bm"), Term("部门名称", "", (), "bm.mc"), Term("姓名", "", (), "yg.xm"),
    Term("出生日期", "", (), "yg.csrq"), Term("工资", "", (), "yg.gz"),
)  # fmt: skip
_OFFICE = Scope(Schema((_PARTS, _STAFF), (Relation("yg", "bm", "bm", "bmbh"),), "sqlite"), _TERMS)


def _sure(question: str, known: Scope) -> str:
    composed = compose(question, known)
    assert composed.sql and composed.score >= SURE, (question, composed.score, composed.sql)
    return composed.sql.replace('"', "")


@pytest.mark.parametrize(
    ("question", "sql"),
    [
        ("What is the average age of the animals?", "SELECT AVG(Ani_Age) AS avg_ani_age FROM tbl_Animal"),
        ("How many animals are there?", "SELECT COUNT(*) AS count FROM tbl_Animal"),
        ("Show the weight of all dogs", "SELECT Weight_kg FROM tbl_Animal WHERE AniType = 'dog'"),
        ("What is the age of animals heavier than 5 kg?", "SELECT Ani_Age FROM tbl_Animal WHERE Weight_kg > 5"),
        ("the type of the animals lighter than 5", "SELECT AniType FROM tbl_Animal WHERE Weight_kg < 5"),
        ("the weight of animals with an age from 3 to 5",
         "SELECT Weight_kg FROM tbl_Animal WHERE Ani_Age BETWEEN 3 AND 5"),
        ("the age of animals sold in 2020 or later", "SELECT Ani_Age FROM tbl_Animal WHERE SoldOn >= '2020-01-01'"),
        ("the type of animals with more weight than the average",
         "SELECT AniType FROM tbl_Animal WHERE Weight_kg > (SELECT AVG(Weight_kg) AS avg_weight_kg FROM tbl_Animal)"),
        ("age and type of the animals, from the heaviest to the lightest by weight",
         "SELECT Ani_Age, AniType FROM tbl_Animal ORDER BY Weight_kg DESC"),
    ],
)  # fmt: skip
def test_prefixes_of_tables_and_units_of_columns_need_not_be_said(question: str, sql: str) -> None:
    assert _sure(question, _ZOO) == sql


@pytest.mark.parametrize(
    ("question", "sql"),
    [
        ("有哪些部门", "SELECT mc FROM bm"),
        ("工资高于9000的员工", "SELECT xm FROM yg WHERE gz > 9000"),
        ("最年轻的员工", "SELECT xm FROM yg WHERE NOT csrq IS NULL ORDER BY csrq DESC LIMIT 1"),
        ("年龄最大的员工", "SELECT xm FROM yg WHERE NOT csrq IS NULL ORDER BY csrq ASC NULLS LAST LIMIT 1"),
        ("工资在8000到9000之间的员工", "SELECT xm FROM yg WHERE gz BETWEEN 8000 AND 9000"),
        ("哪些员工的工资比平均水平高", "SELECT xm FROM yg WHERE gz > (SELECT AVG(gz) AS avg_gz FROM yg)"),
        ("列出姓名和工资，按工资从低到高排序", "SELECT xm, gz FROM yg ORDER BY gz ASC NULLS LAST"),
        ("没有员工的部门", "SELECT mc FROM bm WHERE NOT bmbh IN (SELECT bm FROM yg WHERE NOT bm IS NULL)"),
        ("每个部门的员工数量",
         "SELECT bm.mc, COUNT(*) AS count FROM yg JOIN bm ON yg.bm = bm.bmbh GROUP BY bm.bmbh, bm.mc"),
    ],
)  # fmt: skip
def test_terms_say_what_the_names_of_columns_do_not(question: str, sql: str) -> None:
    assert _sure(question, _OFFICE) == sql


_PEOPLE = Scope(
    Schema(
        (
            Table(
                "show",
                (
                    Column("id", "INTEGER", primary_key=True),
                    Column("name", "TEXT"),
                    Column("FName", "TEXT"),
                    Column("sex", "TEXT", values=("F", "M")),
                    Column("country", "TEXT", values=("Canada", "Ireland")),
                    Column("official", "TEXT", values=("F", "T")),
                    Column("is_capital", "INTEGER"),
                    Column("height", "INTEGER"),
                ),
            ),
        ),
        (),
        "sqlite",
    )
)


@pytest.mark.parametrize(
    ("question", "sql"),
    [
        ("How many female shows are there?", "SELECT COUNT(*) AS count FROM show WHERE sex = 'F'"),
        ("the heights of male shows", "SELECT height FROM show WHERE sex = 'M'"),
        ("the names of Canadian shows", "SELECT name FROM show WHERE country = 'Canada'"),
        ("How many official shows are there?", "SELECT COUNT(*) AS count FROM show WHERE official = 'T'"),
        ("Which capital has the largest height?",
         "SELECT name FROM show WHERE is_capital = 1 AND NOT height IS NULL ORDER BY height DESC LIMIT 1"),
        ("the first names of shows", "SELECT FName FROM show"),
        ("Show each country", "SELECT DISTINCT country FROM show"),
    ],
)  # fmt: skip
def test_codes_stand_for_words(question: str, sql: str) -> None:
    assert _sure(question, _PEOPLE) == sql


def test_what_was_never_less_is_not_what_is_more_in_one_row() -> None:
    assert compose("the names of shows that never had less than 7 height", _PEOPLE).score < SURE
