"""`make demo`: the whole loop on real data, with one command. Ends 0 only when every step held."""

import asyncio
import secrets
import statistics
import sys
import time
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from deploy.demo import asking, learning, show
from deploy.demo.client import Client, StepFailed
from deploy.demo.flights import DATABASE, READER, change_password, change_structure, load_flights
from deploy.local.postgres import users_server
from deploy.local.process import StackError
from deploy.local.stack import LocalStack

HOME = Path(".espalier/demo")


async def main() -> int:
    """Run the demonstration; gives the exit code."""
    began = time.monotonic()
    show.console.print("[bold]Espalier[/] teaches a database to answer questions. This is the whole loop, for real.")
    try:
        LocalStack.reset(HOME)
        show.heading(1, "Start Kafka, PostgreSQL, Chroma and the four services")
        async with LocalStack(home=HOME) as stack, users_server(HOME / "users") as users_url:
            figures = [("start of the whole stack", f"{stack.started_in_seconds:.1f} s")]
            client = Client(stack.addresses["gateway_url"])
            try:
                figures += await _steps(stack, client, users_url)
            finally:
                await client.close()
            figures.append(("memory of the whole stack", f"{stack.memory_megabytes():.0f} MB"))
        figures.append(("the whole demonstration", f"{time.monotonic() - began:.1f} s"))
    except (StepFailed, StackError, TimeoutError) as error:
        show.console.print(f"\n[bold red]The demonstration stopped:[/] {error or type(error).__name__}")
        return 1
    show.figures(figures)
    return 0


async def _steps(stack: LocalStack, client: Client, users_url: str) -> list[tuple[str, str]]:
    for name, url in stack.addresses.items():
        if isinstance(url, str):
            show.said(f"{name:<16} {url.split('@')[-1]}")
    credentials = stack.addresses["credentials"]
    await client.sign_in(credentials["username"], credentials["password"])

    show.heading(2, "Load real flights into another PostgreSQL, the user's own")
    started, password = time.monotonic(), secrets.token_urlsafe(12)
    url, counts = await load_flights(users_url, password)
    show.said(", ".join(f"{table} {rows:,} rows" for table, rows in counts.items()))
    figures = [("load 336,776 flights and four more tables", f"{time.monotonic() - started:.1f} s")]

    show.heading(3, "Register it, and look at what is there")
    host, port = urlsplit(url).hostname, urlsplit(url).port
    source = {"name": "Flights", "kind": "postgresql", "host": host, "port": port, "database": DATABASE,
              "username": READER, "password": password}  # fmt: skip
    _, dataset_id = await learning.register(client, source)

    show.heading(4, "The relations found, though the database declares none")
    figures.append(("relations found", str(await learning.relations(client, dataset_id))))

    show.heading(5, "Business terms in Chinese and English")
    figures.append(("business terms", str(await learning.terms(client, dataset_id))))

    show.heading(6, "Train; pause; fail, as the database's password changed; retry; kill the trainer; see it finish")
    trained = await learning.train_through_trouble(
        client, stack, dataset_id, partial(change_password, users_url), password
    )
    await learning.nothing_learned_twice(stack.addresses["kafka_bootstrap"], int(trained["items"]))
    figures += [
        ("from asking to pause until it rests", f"{trained['pause_ms']:.0f} ms"),
        ("from SIGKILL until the training was complete", f"{trained['after_kill_s']:.1f} s"),
        ("items learned, none twice", f"{trained['items']:.0f}"),
    ]

    show.heading(7, "Ten questions in both languages")
    times = await asking.ask_all(client, dataset_id)
    figures.append(("an answer, median of ten", f"{statistics.median(times):.0f} ms"))

    show.heading(8, "Correct a wrong answer, ask again")
    figures.append(("from correction to learned", f"{await asking.correct(client, dataset_id):.0f} ms"))

    show.heading(9, "The database changes: one table more, a column more in one, a column less in another")
    await change_structure(users_url)
    show.said("new: alliances; planes got retired_on; airports lost dst. Train, then once more unchanged:")
    changed, seconds = await learning.learn_again(client, dataset_id)
    unchanged, _ = await learning.learn_again(client, dataset_id)
    if not 0 < changed < trained["items"] / 2 or unchanged:
        raise StepFailed(f"{changed} items were learned, then {unchanged}: what changed was expected, then none")
    figures.append((f"learn the {changed} items that changed", f"{seconds:.1f} s"))

    show.heading(10, "Drop the query service's state and rebuild it from the log")
    rebuilt = await asking.rebuild_query(stack)
    figures.append((f"rebuild from {rebuilt['events']} events, same checksum", f"{rebuilt['seconds']:.1f} s"))
    return figures


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
