from __future__ import annotations

import asyncio
import unittest
from typing import Any

from discordtest.transports.pipe import Answering, connect_pipe
from tests.isolated import IsolatedTestCase


class Log(asyncio.Protocol):
    """Notes what its transport tells it."""

    def __init__(self, keep_open: bool = False) -> None:
        self.log: list[Any] = []
        self.keep_open = keep_open

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.log.append(data)

    def eof_received(self) -> bool:
        self.log.append("eof")
        return self.keep_open

    def connection_lost(self, error: Any) -> None:
        self.log.append("lost")


class Pipes(IsolatedTestCase):
    async def connect(self, **options: Any) -> tuple[Log, Log]:
        """Return both ends of a pipe."""
        loop = asyncio.get_running_loop()
        client, server = Log(**options), Log(**options)
        connect_pipe(client, loop, server, loop, secure=True)
        await self.turn()
        return client, server

    async def turn(self) -> None:
        """Let everything arrive."""
        for _ in range(5):
            await asyncio.sleep(0)

    async def test_bytes_travel_in_order(self) -> None:
        client, server = await self.connect()
        client.transport.write(b"a")
        client.transport.writelines([b"b", bytearray(b"c")])
        client.transport.write(b"")
        self.assertEqual(server.log, [])
        await self.turn()
        self.assertEqual(server.log, [b"a", b"bc"])

    async def test_what_a_transport_tells_of_itself(self) -> None:
        client, server = await self.connect()
        transport = client.transport
        self.assertEqual(transport.get_extra_info("peername")[0], "127.0.0.1")
        self.assertIsNone(transport.get_extra_info("sslcontext"))
        self.assertTrue(server.transport.get_extra_info("sslcontext"))
        self.assertTrue(transport.can_write_eof())
        self.assertEqual(transport.get_write_buffer_size(), 0)
        transport.set_write_buffer_limits(high=1)
        self.assertIs(transport.get_protocol(), client)
        other = Log()
        transport.set_protocol(other)
        server.transport.write(b"x")
        await self.turn()
        self.assertEqual((client.log, other.log), ([], [b"x"]))

    async def test_pause_and_resume(self) -> None:
        client, server = await self.connect()
        server.transport.pause_reading()
        client.transport.write(b"a")
        await self.turn()
        self.assertEqual((server.log, server.transport.is_reading()), ([], False))
        server.transport.resume_reading()
        await self.turn()
        self.assertEqual((server.log, server.transport.is_reading()), ([b"a"], True))

    async def test_end_of_one_direction(self) -> None:
        client, server = await self.connect(keep_open=True)
        client.transport.write_eof()
        server.transport.write(b"still here")
        await self.turn()
        self.assertEqual((client.log, server.log), ([b"still here"], ["eof"]))

    async def test_close(self) -> None:
        client, server = await self.connect()
        client.transport.write(b"last")
        client.transport.close()
        self.assertTrue(client.transport.is_closing())
        client.transport.write(b"too late")
        client.transport.write_eof()
        client.transport.abort()
        await self.turn()
        self.assertEqual((client.log, server.log), (["lost"], [b"last", "eof", "lost"]))

    async def test_ends_in_two_threads(self) -> None:
        loop = asyncio.get_running_loop()
        server = Log()

        async def other() -> list[Any]:
            client = Log(keep_open=True)
            connect_pipe(client, asyncio.get_running_loop(), server, loop, secure=False)
            client.transport.write(b"over")
            client.transport.write_eof()
            while "eof" not in client.log:  # noqa: ASYNC110 # the other end closes
                await asyncio.sleep(0)
            return client.log

        self.assertEqual(await asyncio.to_thread(asyncio.run, other()), ["eof"])
        await self.turn()
        self.assertEqual(server.log, [b"over", "eof", "lost"])


class AnsweringTests(IsolatedTestCase):
    async def test_what_is_under_way_is_cancelled(self) -> None:
        answering = Answering()

        async def answer() -> None:
            with answering:
                await asyncio.sleep(10)

        task = asyncio.create_task(answer())
        await asyncio.sleep(0)
        await answering.cancel()
        self.assertTrue(task.cancelled())
        await answering.cancel()


if __name__ == "__main__":
    unittest.main()
