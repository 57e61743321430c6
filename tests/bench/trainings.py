"""Steps that several measurements take: make a dataset, wait for what its training says."""

from typing import Any
from urllib.parse import urlsplit

from deploy.demo.client import Client
from libs.events.ids import new_id


async def dataset_on(client: Client, url: str, database: str = "", username: str = "", password: str = "") -> str:
    """The id of a dataset of all tables of the PostgreSQL database at `url`, or of what the other arguments say."""
    parts, name = urlsplit(url), f"bench {new_id()}"
    source = {"name": name, "kind": "postgresql", "host": parts.hostname, "port": parts.port,
              "database": database or parts.path[1:], "username": username or parts.username,
              "password": password or parts.password}  # fmt: skip
    datasource = await client.post("/datasources", source)
    dataset: dict[str, Any] = await client.post("/datasets", {"name": name, "datasource_id": datasource["id"]})
    return str(dataset["id"])


async def checkpoint_of(client: Client, dataset_id: str, training_id: str, status: str = "") -> dict[str, Any]:
    """The first checkpoint of a training that is told, or the first with `status`."""
    async for checkpoint in client.follow(dataset_id, seconds=900):
        if checkpoint["training_id"] == training_id and status in ("", checkpoint["status"]):
            return checkpoint
    raise RuntimeError(f"the stream ended before {status}")
