"""The loop of thinking: does what is decided, tells of it, and learns from it, until there is a conclusion."""

import time
from dataclasses import dataclass
from typing import assert_never

from libs.datasources.errors import DataSourceError, QueryFailed, RefusedByGate, TookTooLong
from libs.events.catalog import QuestionAsked
from services.query.knowledge.recall import Knowledge
from services.query.knowledge.schema import Scope
from services.query.model.client import Model, ModelUnavailable
from services.query.model.echo import without_echo
from services.query.questions.answered import arranged_rows
from services.query.questions.conclusion import Conclusion
from services.query.questions.database import INTERMEDIATE, Database, limits_until
from services.query.questions.improved import improved
from services.query.questions.steps import Steps
from services.query.reasoning.concluded import concluded
from services.query.reasoning.decide import (
    Adapt,
    AskAgain,
    AskModel,
    Command,
    Compose,
    Conclude,
    Correct,
    RunIntermediate,
    RunSQL,
    decide,
)
from services.query.reasoning.evolve import (
    Composed,
    Fetched,
    Happened,
    Looked,
    NotFetched,
    Overran,
    Refused,
    Said,
    Silent,
    Succeeded,
    evolve,
)
from services.query.reasoning.messages import messages
from services.query.reasoning.propose import adapted, proposed
from services.query.reasoning.response import read
from services.query.reasoning.state import Answered, Failure, Purpose, State
from services.query.reasoning.told import shown, step_of

_LEAST_TO_ASK = 0.5
_SHARE = 0.5
"""A model may take so much of the time that is left: what follows always has as much again."""


@dataclass(frozen=True)
class Rounds:
    """Thinking about one question; `ends` is when it has to be concluded, by the monotonic clock.

    `turns` is the conversation until here, for a model.
    """

    asked: QuestionAsked
    known: Knowledge
    scope: Scope
    database: Database
    steps: Steps
    model: Model | None
    ends: float
    turns: str = ""

    async def conclude(self) -> Conclusion:
        """The conclusion; raises `DataSourceError` when the database cannot be asked at all."""
        state = State(model=self.model is not None)
        while not isinstance(command := decide(state), Conclude):
            began = time.monotonic()
            happened = await self._do(command)
            if step := step_of(happened, self.asked.language, (time.monotonic() - began) * 1000):
                self.steps.add(step)
            state = evolve(state, happened)
        conclusion = concluded(command.ending, state, self.asked, self.known.items, self.scope)
        if isinstance(command.ending, Answered):
            model = self.model if state.model else None
            conclusion = await improved(conclusion, command.ending.ran, self.asked, self.database, model, self.ends)
        for step in shown(conclusion, self.asked.language):
            self.steps.add(step)
        return conclusion

    async def _do(self, command: Command) -> Happened:
        match command:
            case Adapt():
                return Looked(adapted(self.asked.question, self.scope))
            case Compose():
                return Composed(proposed(self.asked.question, self.asked.language, self.scope))
            case AskModel():
                return await self._ask(command, "first")
            case AskAgain():
                return await self._ask(command, "second")
            case Correct():
                return await self._ask(command, "correct")
            case RunIntermediate(sql):
                return await self._look(sql)
            case RunSQL():
                return await self._run(command)
            case Conclude():
                raise AssertionError("the loop ends at it")
            case _:
                assert_never(command)

    async def _ask(self, command: AskModel | AskAgain | Correct, purpose: Purpose) -> Happened:
        seconds = self._left() * _SHARE
        if self.model is None or seconds < _LEAST_TO_ASK:
            return Silent(purpose)
        system, user = messages(
            command,
            self.asked.question,
            self.scope,
            may_look=self.database.known.settings.sample_values,
            tokens=self.model.prompt_tokens,
            turns=self.turns,
        )
        try:
            said = await self.model.ask(system, user, seconds)
            return Said(purpose, read(without_echo(said, f"{system}\n{user}")), user)
        except ModelUnavailable as error:
            return Silent(purpose, error)

    async def _look(self, sql: str) -> Happened:
        limits = INTERMEDIATE.within(self._left() * _SHARE)
        try:
            return Fetched(await self.database.look(sql, limits))
        except DataSourceError as error:
            return NotFetched(Failure(sql, error, of_values=True))

    async def _run(self, command: RunSQL) -> Happened:
        try:
            ran = await self.database.ask(command.sql, limits_until(self.ends))
            return Succeeded(command.draft, arranged_rows(ran))
        except RefusedByGate as error:
            return Refused(command.sql, error)
        except QueryFailed as error:
            return Refused(command.sql, self._tellable(command.sql, error))
        except TookTooLong:
            return Overran(command.sql)

    def _tellable(self, sql: str, error: QueryFailed) -> QueryFailed:
        """The error as a model may know it too: now, and by what is told of this turn in the prompts of later ones."""
        secret = self.model is not None and error.quotes_rows
        if secret and not self.database.may_be_shown(self.database.admit(sql)):
            return QueryFailed("query_failed_privately")
        return error

    def _left(self) -> float:
        return self.ends - time.monotonic()
