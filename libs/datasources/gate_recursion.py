"""Recursive WITH clauses: each step must look at a row before it goes on, or it never ends for sure."""

from collections.abc import Iterator

from sqlglot import exp


def bounded(node: exp.With) -> bool:
    """Whether each step that reads its own result looks at a row before it goes on; the time limit ends all else."""
    return all(
        part.this.args.get("limit") or all(map(_looks_at_rows, _steps(part.this, part.alias.lower())))
        for part in node.expressions
    )


def _steps(query: exp.Query, name: str) -> Iterator[exp.Expr]:
    """The selects of a recursive query that read its own name."""
    members = [query]
    while members:
        member = members.pop().unnest()
        if isinstance(member, exp.SetOperation):
            members += [member.this, member.expression]
        elif any(table.name.lower() == name for table in member.find_all(exp.Table)):
            yield member


def _looks_at_rows(step: exp.Expr) -> bool:
    joins = step.args.get("joins") or []
    conditions = [step.args.get("where"), *(join.args.get("on") for join in joins)]
    return any(join.args.get("using") for join in joins) or any(each and each.find(exp.Column) for each in conditions)
