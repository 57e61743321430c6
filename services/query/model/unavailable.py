"""Why a model gave no answer."""

from typing import Literal

from libs.language.catalogue import Language, text

Reason = Literal[
    "unreachable",  # no connection, or it broke before anything came
    "silent",  # no whole answer by the deadline
    "busy",  # 429, and no time to wait for as long as it asks
    "failing",  # 5xx, or an error in the midst of an answer
    "cut_off",  # the connection ended before the answer did
    "unfinished",  # the answer is longer than it may be
    "key_refused",  # 401, 403
    "not_found",  # 404: the address or the model's name
    "too_long",  # the prompt does not fit the model's context window
    "rejected",  # another status
    "unreadable",  # no chat completion
    "empty",  # a chat completion without text
]

_PASSING = frozenset[Reason]({"unreachable", "busy", "failing", "cut_off"})


class ModelUnavailable(Exception):
    """The model gave no answer that can be used. `status` is the HTTP status, when that was the reason.

    The endpoint's own words are not kept: they may repeat the question.
    """

    def __init__(self, reason: Reason, status: int | None = None, retry_after: float = 0.0) -> None:
        super().__init__(text(f"model.{reason}", "en"))
        self.reason, self.status, self.retry_after = reason, status, retry_after

    def detail(self, language: Language) -> str:
        """What happened and what to do, for people."""
        return text(f"model.{self.reason}", language)

    @property
    def passing(self) -> bool:
        """Whether it may be over when the model is asked once more, not before `retry_after` seconds."""
        return self.reason in _PASSING

    @property
    def error_type(self) -> str:
        """The kind of this failure, as spans name it: the status, or the reason."""
        return str(self.status) if self.status else self.reason
