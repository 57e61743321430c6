"""What runs is the rendered text, and the gate has looked at how that reads, not only at what came in."""

import pytest

from libs.datasources.dialect import Dialect
from libs.datasources.errors import RefusedByGate
from libs.datasources.gate import admit

TABLES = {"customers": ("id", "name"), "orders": ("id", "customer_id", "note")}


@pytest.mark.parametrize(
    ("dialect", "sql", "refusal"),
    [
        # `name <@ id`, which reads a variable of the session.
        ("mariadb", "SELECT array_contained_by(name, id) FROM customers", "syntax"),
        ("postgres", "SELECT json_extract_path(note) FROM orders", "syntax"),  # ... (note, VARIADIC '{}')
        # The LIMIT ends up inside, where it cuts off rows before one of each is chosen.
        ("sqlite", "SELECT DISTINCT ON (customer_id) id FROM orders LIMIT 2", "ambiguous"),
        ("mariadb", "SELECT DISTINCT ON (customer_id) id FROM orders LIMIT 2", "ambiguous"),
        ("postgres", "SELECT -mod(id, 3) FROM orders", "ambiguous"),  # -id % 3
    ],
)
def test_what_would_run_as_something_else_than_was_written_is_refused(dialect: Dialect, sql: str, refusal: str) -> None:
    with pytest.raises(RefusedByGate) as refused:
        admit(sql, dialect, tables=TABLES)
    assert refused.value.refusal == refusal


def test_what_a_server_would_read_in_a_comment_is_gone() -> None:
    for sql in (
        "/*! DELETE */ FROM orders",
        "SELECT * /*!50000 INTO OUTFILE '/tmp/x' */ FROM orders /*M! FOR UPDATE */",
    ):
        assert admit(sql, "mariadb", tables=TABLES).sql == "SELECT * FROM orders LIMIT 1000"
