"""A database that refuses its user in the middle of a training, as the owner sees it over HTTP."""

from urllib.parse import urlsplit

import asyncpg

from libs.language.catalogue import text
from tests.system.conftest import Running, eventually
from tests.system.test_trainer_dies import assert_whole, checkpoints_of


async def test_a_password_that_changed_in_the_middle_fails_the_training_and_a_retry_learns_only_the_rest(
    running: Running,
) -> None:
    parts, client = urlsplit(running.database_url), running.client
    administrator = await asyncpg.connect(running.database_url)
    await administrator.execute("CREATE ROLE moody LOGIN PASSWORD 'before'")
    names = [f"archive_{number}" for number in range(40, 50)]
    for name in names:
        await administrator.execute(f"GRANT SELECT ON {name} TO moody; COMMENT ON TABLE {name} IS 'moody {name}'")
    source = {"name": "moody", "kind": "postgresql", "host": parts.hostname, "port": parts.port,
              "database": parts.path[1:], "username": "moody", "password": "before"}  # fmt: skip
    datasource = await client.post("/datasources", source)
    dataset = await client.post("/datasets", {"name": "moody", "datasource_id": datasource["id"]})
    dataset_id = dataset["id"]
    first = await client.post(f"/datasets/{dataset_id}/train", {"table_names": names}, language="zh")

    async def some_learned() -> bool:
        progress = await client.get(f"/datasets/{dataset_id}/training/progress")
        return bool(progress["status"] == "training" and progress["process_rate"] > 12)

    await eventually(some_learned)
    await administrator.execute("ALTER ROLE moody PASSWORD 'after'")
    await administrator.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'moody'")
    failed = await running.until(dataset_id, "failed")
    assert text("datasource.login", "en") in failed["error_msg"] and failed["process_rate"] >= 80
    assert text("datasource.login.hint", "en") in failed["error_msg"]

    await administrator.execute("ALTER ROLE moody PASSWORD 'before'")
    await administrator.close()
    retry = await client.post(f"/datasets/{dataset_id}/training/retry")
    assert (await running.until(dataset_id, "completed", "failed"))["status"] == "completed"
    before, after = [await checkpoints_of(running, each["training_id"]) for each in (first, retry)]
    assert_whole(before)
    assert_whole(after)
    assert {checkpoint["source"] for checkpoint in after} == {"retry"}
    learned = [[item["item_id"] for checkpoint in log for item in checkpoint["items"]] for log in (before, after)]
    assert learned[0] and learned[1] and not set(learned[0]) & set(learned[1])
    assert not any(checkpoint["forgotten"] for checkpoint in (*before, *after))
