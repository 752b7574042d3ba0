"""A server that answers at once and keeps nothing. It is a separate process, so that its memory is not measured."""

import asyncio
import sys

HEAD = "HTTP/1.1 {} \r\nX-Request-Id: req_00000001\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{}"


def _answer(status: int, body: str) -> bytes:
    return HEAD.format(status, len(body), body).encode()


OK = _answer(200, '{"ok": true}')
MISSING = _answer(404, '{"error": {"code": "not_found", "message": "no such camera"}}')


class Answers(asyncio.Protocol):
    """Answers requests without bodies, in the order received."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.rest = b""

    def data_received(self, data: bytes) -> None:
        *requests, self.rest = (self.rest + data).split(b"\r\n\r\n")
        for request in requests:
            self.transport.write(MISSING if request.startswith(b"GET /missing ") else OK)


async def main() -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Answers, "127.0.0.1", 0)
    print("http://{}:{}".format(*server.sockets[0].getsockname()), flush=True)
    # Ends when its standard input ends, however its parent ends.
    await loop.run_in_executor(None, sys.stdin.read)


asyncio.run(main())
