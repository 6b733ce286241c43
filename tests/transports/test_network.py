from __future__ import annotations

import asyncio
import unittest
from typing import Any

import aiohttp

from discordtest.backend.faults import ConnectionReset, SlowAnswer, Timeout
from discordtest.backend.wire import Request
from tests.canned import BOT, answer
from tests.wired import AUTHORIZATION, WiredTestCase


class Answering(WiredTestCase):
    def request(self) -> Request:
        """Return a request that the canned Discord knows."""
        return Request("GET", "discord.com", "/api/v10/users/@me", {}, AUTHORIZATION)

    async def test_at_once(self) -> None:
        self.assertEqual(self.network.answer_now(self.request()), answer(BOT))

    async def test_on_its_own_loop(self) -> None:
        async def go() -> Any:
            return await self.network.answer(self.request())

        self.assertEqual(await self.network.answer(self.request()), answer(BOT))
        self.assertEqual(await asyncio.to_thread(asyncio.run, go()), answer(BOT))

    async def test_fault_keeps_an_answer_from_arriving(self) -> None:
        self.discord.fates.append(SlowAnswer(0.001))
        self.assertEqual((await self.network.answer(self.request())).status, 200)
        self.discord.fates.append(ConnectionReset())
        with self.assertRaises(aiohttp.ClientOSError):
            await self.network.answer(self.request())
        self.discord.fates.append(Timeout())
        with self.assertRaises(TimeoutError):
            await asyncio.wait_for(self.network.answer(self.request()), 0.01)


class Hosts(WiredTestCase):
    async def test_allowed(self) -> None:
        self.network.allowed_hosts = ("example.com", "*.test")
        hosts = ("example.com", "localhost", "other.com", "api.example.com", "a.test", "a.b.test", "test")
        allowed = [host for host in hosts if self.network.host_is_allowed(host)]
        self.assertEqual(allowed, ["example.com", "localhost", "a.test", "a.b.test"])

    async def test_pattern_lets_no_discord_through(self) -> None:
        self.network.allowed_hosts = ("*.com",)
        self.assertFalse(self.network.host_is_allowed("discord.com"))
        self.assertTrue(self.network.host_is_allowed("example.com"))

    async def test_served(self) -> None:
        server = self.network.server_of("discord.com")
        self.assertIs(self.network.server_of("x.discord.media"), server)
        self.assertIs(self.network.server_of("gateway.discord.gg"), server)
        self.assertIsNone(self.network.server_of("example.com"))
        await self.network.close()
        self.assertEqual(self.network.served, {})

    async def test_refusal_names_the_host_and_both_ways_out(self) -> None:
        error = self.network.refuse("api.example.com")
        for part in ("'api.example.com'", "self.serve('api.example.com', handler)", "allowed_hosts = ("):
            self.assertIn(part, str(error))
        self.assertEqual(self.discord.failures, [error])

    async def test_without_connections_everything_is_flushed(self) -> None:
        self.assertTrue(self.network.reading)
        self.network.flush()


if __name__ == "__main__":
    unittest.main()
