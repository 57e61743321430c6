"""Parts shared by the tests of the feedback service."""

import pytest

from libs.postgres.schema import Schemas
from services.feedback.schemas import SCHEMAS


@pytest.fixture
def schemas() -> Schemas:
    """Give the service's own: its database is a copy of one that was migrated."""
    return SCHEMAS
