"""What the API answers, as models: the one place where the shape of an answer is, and what OpenAPI says of it.

What each slice answers is in its own `shown.py`. Instances are made of what was read, so nothing else can be answered.
"""

from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field

T = TypeVar("T")


class Shown(BaseModel):
    """Something that the API answers."""

    model_config = ConfigDict(
        frozen=True, use_attribute_docstrings=True, json_schema_serialization_defaults_required=True
    )


class Page(Shown, Generic[T]):
    """A page of a list."""

    # pydantic gives the pages of each kind no description, and would look for docstrings where a kind is first named.
    model_config = ConfigDict(
        use_attribute_docstrings=False,
        json_schema_extra=lambda schema: schema.setdefault("description", "A page of a list."),
    )

    items: list[T]
    total: int = Field(description="How many there are on all pages.")
    page: int = Field(description="From 1.")
    page_size: int = Field(description="How many a page has at most.")


class Said(Shown):
    """What was done, or is going to be."""

    message: str
    """In the language asked for."""
