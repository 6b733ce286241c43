from __future__ import annotations

import asyncio
import unittest
from typing import Any

import aiohttp
import discord

from discordtest.errors import NotModelled
from tests.bots import needs_loopback
from tests.canned import PERSON, Close, member, message, role
from tests.wired import API, WiredTestCase


@needs_loopback
class Loopback(WiredTestCase):
    """A real bot over real sockets."""

    transport = "loopback"

    async def asyncSetUp(self) -> None:
        await super().asyncSetUp()
        self.bot = await self.boot()
        self.session = self.discord.sessions[0]
        self.guild: Any = self.bot.get_guild(10)
        await self.until(lambda: self.network.reading)

    def make_role(self, role_id: int, name: str = "role") -> Any:
        """Do what a synchronous builder does; return the bot's cached role."""
        self.session.dispatch("GUILD_ROLE_CREATE", {"guild_id": "10", "role": role(role_id, name)})
        self.network.flush()
        return self.guild.get_role(role_id)

    async def test_command_is_answered(self) -> None:
        payload = {**message("!ping"), "guild_id": "10", "member": member(PERSON)}
        self.session.dispatch("MESSAGE_CREATE", payload)
        await self.until(lambda: self.discord.requests[-1].method == "POST")

    async def test_flush_reaches_the_cache(self) -> None:
        task = asyncio.current_task()
        for role_id in range(501, 520):
            self.assertIsNotNone(self.make_role(role_id))
        self.assertIs(asyncio.current_task(), task)
        self.assertEqual(self.bot.ws.sequence, self.session.sequence)

    async def test_flush_of_more_than_a_socket_buffers(self) -> None:
        self.assertEqual(len(self.make_role(501, "x" * 20_000_000).name), 20_000_000)

    async def test_flush_from_a_listener(self) -> None:
        done: list[Any] = []

        async def make_one(*args: Any) -> None:
            done.append(self.make_role(503))

        self.bot.add_listener(make_one, "on_typing")
        self.bot.dispatch("typing", None, None, None)
        await self.until(lambda: done)
        self.assertIsNotNone(done[0])

    async def test_receive_timeout_does_not_count(self) -> None:
        async with aiohttp.ClientSession() as http:
            socket = await http.ws_connect("wss://gateway.discord.gg/?v=10")
            await socket.receive()
            reader = asyncio.create_task(socket.receive(timeout=0.001))
            await asyncio.sleep(0.005)
            self.assertFalse(reader.done())
            await socket.close()
            await reader

    async def test_server_closes(self) -> None:
        self.session.append(Close(4014, "Disallowed intent(s)."))
        with self.assertRaises(discord.PrivilegedIntentsRequired):
            await self.task

    async def test_lost_connection_is_resumed(self) -> None:
        self.session.append(Close(1006))
        await self.until(lambda: len(self.discord.sessions) == 2)
        received = self.discord.sessions[1].received
        await self.until(lambda: received and received[-1]["op"] == 6)

    async def test_client_closes(self) -> None:
        await self.bot.close()
        await self.until(lambda: self.session.closed_with)
        self.assertEqual((self.session.closed_with, self.network.connections), (4000, []))
        self.network.flush()

    async def test_frames_cross_the_hook(self) -> None:
        crossed: list[Any] = []
        self.network.on_frame = lambda session, way, frame: crossed.append(way)
        self.session.say(1)
        await self.until(lambda: len(crossed) >= 2)
        self.assertEqual(crossed[:2], ["received", "sent"])

    async def test_error_of_the_backend_becomes_an_answer(self) -> None:
        def handle(request: Any) -> Any:
            raise NotModelled("route GET /x")

        self.discord.handle = handle  # type: ignore[method-assign]
        async with aiohttp.ClientSession() as http, http.get(f"{API}/x") as response:
            self.assertEqual((response.status, await response.text()), (500, "route GET /x"))


if __name__ == "__main__":
    unittest.main()
