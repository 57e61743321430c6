"""What requests hold: no fields but those that are known, and kinds of text that all refuse NUL, which PostgreSQL
cannot keep.

Whoever adds a text to a request takes one of these; a test walks all routes and sends NUL to each.
"""

from typing import Annotated, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, StringConstraints
from pydantic_core import PydanticCustomError

_WITHOUT_NUL = r"^[^\x00]*$"
_WITH_A_LETTER = r"^[^\x00]*[^\s\x00][^\x00]*$"
"""Not only white space. What is said about it is in libs/language, never the expression itself."""


class Body(BaseModel):
    """The body of a request; a field that is not known is misspelt, and is refused instead of ignored."""

    model_config = ConfigDict(extra="forbid")


def _secret(secret: SecretStr) -> SecretStr:
    if "\x00" in secret.get_secret_value():
        raise PydanticCustomError("nul", "it holds NUL")
    return secret


Id: TypeAlias = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=_WITHOUT_NUL)]
Name: TypeAlias = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=_WITH_A_LETTER)
]
"""A name that a person gives: without spaces around it."""
Username: TypeAlias = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100, pattern=_WITH_A_LETTER)
]
TableName: TypeAlias = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=_WITH_A_LETTER)]
"""A name that a database gave: every character counts."""
Line: TypeAlias = Annotated[str, StringConstraints(max_length=500, pattern=_WITHOUT_NUL)]
GivenLine: TypeAlias = Annotated[str, StringConstraints(min_length=1, max_length=500, pattern=_WITH_A_LETTER)]
Prose: TypeAlias = Annotated[str, StringConstraints(max_length=4_000, pattern=_WITHOUT_NUL)]
Question: TypeAlias = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2_000, pattern=_WITH_A_LETTER)
]
Sql: TypeAlias = Annotated[str, StringConstraints(min_length=1, max_length=20_000, pattern=_WITH_A_LETTER)]
Condition: TypeAlias = Annotated[str, StringConstraints(min_length=1, max_length=2_000, pattern=_WITH_A_LETTER)]
"""Part of a statement, which may have 20,000 characters."""
Password: TypeAlias = Annotated[SecretStr, Field(min_length=8, max_length=200), AfterValidator(_secret)]
"""Of an account of ours."""
GivenPassword: TypeAlias = Annotated[SecretStr, Field(max_length=200), AfterValidator(_secret)]
"""One that is compared with what is known: of any length."""
DatabasePassword: TypeAlias = Annotated[SecretStr, Field(max_length=500), AfterValidator(_secret)]
