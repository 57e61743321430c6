"""Parts shared by the tests of the trainer."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from libs.postgres.schema import Schemas
from services.trainer.schemas import SCHEMAS
from tests.trainer.events import dataset_of
from tests.trainer.shop import make_shop
from tests.trainer.support import Trainer
from tests.trainer.support import trainer as opened


@pytest.fixture
def schemas() -> Schemas:
    """Give the service's own: its database is a copy of one that was migrated."""
    return SCHEMAS


@pytest_asyncio.fixture(loop_scope="session")
async def trainer(postgres_url: str, tmp_path: Path) -> AsyncIterator[Trainer]:
    """Give a trainer that knows a dataset on a small shop's database."""
    make_shop(tmp_path / "shop.db")
    async with opened(postgres_url, tmp_path) as made:
        await made.deliver(*dataset_of(tmp_path / "shop.db"))
        yield made
