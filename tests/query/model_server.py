"""A chat endpoint as a process of its own that does what it is told, also what no good endpoint does.

PUT /moves takes a list of moves, one for each request to come, the last one for all that follow; GET /asked gives the
requests there were. Ends when its standard input does.
"""

import asyncio
import json
import sys
from typing import Any

Move = dict[str, Any]
_STREAM = "Content-Type: text/event-stream\r\nConnection: close\r\n"


class ModelServer:
    """Moves: {"say": [pieces]} with "finish", "delta" (the field of the text), "cut", "silent" and "repeat" if wanted;
    {"document": text}; {"status": 429, "headers": {}, "body": ""}; {"raw": text} with "repeat", "every" (so many
    seconds), "silent" and "promised" (its length, if not this); {"silent": true}; {"close": true}.
    """

    def __init__(self) -> None:
        self.moves: list[Move] = []
        self.asked: list[dict[str, Any]] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            method, path, headers, body = await _request(reader)
            if path == "/moves":
                self.moves, self.asked = json.loads(body), []
                await _send(writer, _plain("{}"))
            elif path == "/asked":
                await _send(writer, _plain(json.dumps(self.asked)))
            else:
                said = json.loads(body) if body else None
                self.asked.append({"method": method, "path": path, "headers": headers, "body": said})
                await self._answer(writer, self.moves.pop(0) if len(self.moves) > 1 else self.moves[0])
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _answer(self, writer: asyncio.StreamWriter, move: Move) -> None:
        if "say" in move:
            await _say(writer, move)
        elif "document" in move:
            choice = {"message": {"content": move["document"]}, "finish_reason": move.get("finish", "stop")}
            usage = {"prompt_tokens": 7, "completion_tokens": 3}
            await _send(writer, _plain(json.dumps({"model": "small-1", "choices": [choice], "usage": usage})))
        elif "status" in move:
            await _send(writer, _plain(move.get("body", ""), move["status"], move.get("headers", {})))
        elif "raw" in move:
            promised = f"Content-Length: {move['promised']}\r\n" if "promised" in move else ""
            await _send(writer, f"HTTP/1.1 200 OK\r\n{_STREAM}{promised}\r\n")
            for _ in range(move.get("repeat", 1)):
                await _send(writer, move["raw"])
                await asyncio.sleep(move.get("every", 0))
        if move.get("silent"):
            await asyncio.sleep(3_600)


async def _say(writer: asyncio.StreamWriter, move: Move) -> None:
    await _send(writer, f"HTTP/1.1 200 OK\r\n{_STREAM}\r\n")
    field = move.get("delta", "content")
    for piece in move["say"] * move.get("repeat", 1):
        await _send(writer, _event({"model": "small-1", "choices": [{"delta": {field: piece}, "finish_reason": None}]}))
    if move.get("cut") or move.get("silent"):
        return
    await _send(writer, _event({"choices": [{"delta": {}, "finish_reason": move.get("finish", "stop")}]}))
    await _send(writer, _event({"choices": [], "usage": {"prompt_tokens": 7, "completion_tokens": 3}}))
    await _send(writer, "data: [DONE]\n\n")


def _event(chunk: dict[str, Any]) -> str:
    return f"data: {json.dumps(chunk)}\n\n"


def _plain(body: str, status: int = 200, headers: dict[str, str] | None = None) -> str:
    lines = "".join(f"{name}: {value}\r\n" for name, value in (headers or {}).items())
    length = f"Content-Length: {len(body.encode())}\r\nConnection: close\r\n"
    return f"HTTP/1.1 {status} Said\r\nContent-Type: application/json\r\n{lines}{length}\r\n{body}"


async def _send(writer: asyncio.StreamWriter, text: str) -> None:
    writer.write(text.encode())
    await writer.drain()


async def _request(reader: asyncio.StreamReader) -> tuple[str, str, dict[str, str], bytes]:
    method, path, _ = (await reader.readline()).decode().split(" ", 2)
    headers = {}
    while line := (await reader.readline()).decode().strip():
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    return method, path, headers, await reader.readexactly(int(headers.get("content-length", 0)))


async def main() -> None:
    server = await asyncio.start_server(ModelServer().serve, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.buffer.read)
    server.close()


if __name__ == "__main__":
    asyncio.run(main())
