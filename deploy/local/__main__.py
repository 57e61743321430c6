"""`python -m deploy.local up|down|status|reset|infrastructure`, what the targets of the Makefile run."""

import argparse
import asyncio
import signal
import sys
from collections.abc import Coroutine
from contextlib import suppress

import httpx
from rich.console import Console
from rich.table import Table

from deploy.local import logs, places, state
from deploy.local.infrastructure import infrastructure
from deploy.local.process import StackError
from deploy.local.stack import LocalStack

console = Console(highlight=False)


async def up() -> None:
    """Run the stack in the foreground until Ctrl-C or SIGTERM."""
    home = places.home()
    (home / "logs").mkdir(parents=True, exist_ok=True)
    console.print(f"Starting Kafka, PostgreSQL, Chroma and the services; state is in {home}", soft_wrap=True)
    following = asyncio.create_task(logs.follow(home / "logs", console))
    try:
        async with LocalStack(home) as stack:
            address = stack.addresses["gateway_url"]
            user = stack.addresses["credentials"]["username"]
            console.print(
                f"\n[bold green]Espalier is ready[/] after {stack.started_in_seconds:.1f} s: [bold]{address}[/]"
            )
            console.print(
                f"Sign in as {user}; the password is in {home / 'stack.json'}. Ctrl-C stops everything.\n",
                soft_wrap=True,
            )
            await stack.wait()
    finally:
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)


async def run_infrastructure() -> None:
    """Run Kafka, PostgreSQL and Chroma only, for tests, until Ctrl-C or SIGTERM."""
    home = places.home() / "infrastructure"
    with state.only_one(home):
        async with infrastructure(home) as servers:
            print(f"export ESPALIER_TEST_KAFKA_BOOTSTRAP={servers.kafka_bootstrap}")
            print(f"export ESPALIER_TEST_POSTGRES_URL={servers.postgres_url}")
            print(f"export ESPALIER_TEST_CHROMA_URL={servers.chroma_url}", flush=True)
            await asyncio.get_running_loop().create_future()


def down() -> None:
    """End the stack that runs elsewhere."""
    console.print("Stopped." if state.end(places.home()) else "No stack runs.")


def status() -> None:
    """Show what runs and where; exit code 1 when no stack runs."""
    recorded, alive = state.read(places.home()), state.running(places.home())
    if recorded is None or "stack" not in alive:
        console.print("No stack runs. Start it with `make up`.")
        sys.exit(1)
    addresses = recorded["health"] | {
        "gateway": recorded["gateway_url"],
        "kafka": recorded["kafka_bootstrap"],
        "postgres": recorded["postgres_url"].rpartition("@")[2],
        "chroma": recorded["chroma"],
    }
    table = Table("what", "process", "state", "address")
    for name in ["stack", *addresses]:
        pid = recorded["processes"].get(name)
        word = _health(recorded["health"][name]) if name in recorded["health"] else "runs"
        if pid is not None and name not in alive:
            word = "[red]ended[/]"
        table.add_row(name, str(pid or "elsewhere"), word, addresses.get(name, ""))
    console.print(table)


def _health(url: str) -> str:
    try:
        return "ready" if httpx.get(f"{url}/readyz", timeout=2, trust_env=False).is_success else "[yellow]not ready[/]"
    except httpx.HTTPError:
        return "[red]does not answer[/]"


def reset() -> None:
    """Delete the stopped stack's state."""
    state.reset(places.home())
    console.print(f"Deleted the state in {places.home()}.")


async def until_stopped(work: Coroutine[None, None, None]) -> None:
    """Run `work` until SIGINT or SIGTERM, and let it stop in order; a second signal stops at once."""
    task = asyncio.ensure_future(work)
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    with suppress(asyncio.CancelledError):
        await task


def main() -> None:
    """Read the command line and do what it says."""
    parser = argparse.ArgumentParser(prog="python -m deploy.local", description=__doc__)
    parser.add_argument("command", choices=["up", "down", "status", "reset", "infrastructure"])
    command = parser.parse_args().command
    try:
        match command:
            case "up":
                asyncio.run(until_stopped(up()))
            case "infrastructure":
                asyncio.run(until_stopped(run_infrastructure()))
            case _:
                {"down": down, "status": status, "reset": reset}[command]()
    except StackError as error:
        sys.exit(f"espalier: {error}")


if __name__ == "__main__":
    main()
