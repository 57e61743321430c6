"""How an account may change, decided without clock, database or broker."""

from dataclasses import dataclass, replace
from typing import Literal

from libs.events.catalog import Role


@dataclass(frozen=True)
class Account:
    """Who may sign in, and what they may do."""

    account_id: str
    username: str
    role: Role
    active: bool

    @property
    def administers(self) -> bool:
        """Whether it may administer others."""
        return self.active and self.role == "admin"


Change = Literal["account.opened", "account.closed", "account.made_admin", "account.made_member"]
"""What the audit calls a change."""


@dataclass(frozen=True)
class LastAdministrator:
    """Nobody else could undo the change: somebody must be able to administer."""


def decide_change(
    before: Account, administrators: int, active: bool | None, role: Role | None
) -> Account | LastAdministrator:
    """The account with what is given; `administrators` counts those there are, itself included."""
    after = replace(before, active=before.active if active is None else active, role=role or before.role)
    if before.administers and not after.administers and administrators <= 1:
        return LastAdministrator()
    return after


def changes(before: Account, after: Account) -> list[Change]:
    """What became different."""
    found: list[Change] = []
    if before.active != after.active:
        found.append("account.opened" if after.active else "account.closed")
    if before.role != after.role:
        found.append("account.made_admin" if after.role == "admin" else "account.made_member")
    return found
