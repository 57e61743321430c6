"""A chat endpoint as a process of its own that answers what it is told to.

PUT /moves takes a list of moves, one for each request to come, the last one for all that follow: {"document": text},
{"status": 500}, {"body": text}, {"silent": true} or {"trickle": true}, which never ends. GET /asked gives what it was
asked. Ends with its standard input.
"""

import asyncio
import json
import sys
from contextlib import suppress
from typing import Any

moves: list[dict[str, Any]] = []
asked: list[dict[str, Any]] = []


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer one request; whoever asked may be gone."""
    with suppress(ConnectionError):
        await _served(reader, writer)
    writer.close()


async def _served(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    path = (await reader.readline()).decode().split(" ")[1]
    length = 0
    while line := (await reader.readline()).decode().strip().lower():
        name, _, value = line.partition(":")
        length = int(value) if name == "content-length" else length
    body = await reader.readexactly(length)
    if path == "/moves":
        moves[:], asked[:] = json.loads(body), []
        _send(writer, 200, "{}")
    elif path == "/asked":
        _send(writer, 200, json.dumps(asked))
    else:
        asked.append(json.loads(body))
        move = moves.pop(0) if len(moves) > 1 else moves[0]
        if "silent" in move:
            await asyncio.sleep(3_600)
        if "trickle" in move:
            await _trickle(writer)
        choices = [{"message": {"content": move.get("document", "")}, "finish_reason": "stop"}]
        _send(writer, move.get("status", 200), move.get("body", json.dumps({"choices": choices})))
    await writer.drain()


async def _trickle(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 Said\r\nContent-Type: application/json\r\nContent-Length: 1000000000\r\n\r\n")
    while not writer.is_closing():
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.02)


def _send(writer: asyncio.StreamWriter, status: int, body: str) -> None:
    head = f"HTTP/1.1 {status} Said\r\nContent-Type: application/json\r\nConnection: close\r\n"
    writer.write(f"{head}Content-Length: {len(body.encode())}\r\n\r\n{body}".encode())


async def main() -> None:
    """Print the port, and serve until the standard input ends."""
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.buffer.read)
    server.close()


if __name__ == "__main__":
    asyncio.run(main())
