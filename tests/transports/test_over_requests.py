from __future__ import annotations

import asyncio
import importlib
import importlib.util
import io
import threading
import unittest
from typing import Any
from unittest import mock

import discord
from aiohttp import web

from discordtest import ConnectionReset, HostRefused, SlowAnswer, Timeout
from discordtest.transports import calls
from tests.bots import needs_the_process
from tests.transports.calling import CallingTestCase

HAS_REQUESTS = importlib.util.find_spec("requests") is not None
requests: Any = importlib.import_module("requests") if HAS_REQUESTS else None


@unittest.skipUnless(HAS_REQUESTS, "requests is not installed")
class BlockingTestCase(CallingTestCase):
    pass


class Answered(BlockingTestCase):
    async def test_sync_webhook(self) -> None:
        for command in "call", "call_elsewhere":
            with self.subTest(command):
                webhook = discord.SyncWebhook.from_url(self.url)
                await self.bot_calls(lambda webhook=webhook: webhook.send("News!"), command)
                self.assertSent("News!", channel=self.log)

    async def test_file(self) -> None:
        file = discord.File(io.BytesIO(b"1,2"), "a.csv")
        await self.bot_calls(lambda: discord.SyncWebhook.from_url(self.url).send(file=file))
        self.assertSent(files={"a.csv": b"1,2"}, channel=self.log)

    async def test_plain_post(self) -> None:
        found: list[Any] = []
        await self.bot_calls(
            lambda: found.append(requests.post(f"{self.url}?wait=true", json={"content": "hi"}))
        )
        message = self.assertSent("hi", channel=self.log)
        self.assertEqual((found[0].status_code, found[0].json()["id"]), (200, str(message.id)))

    async def test_refusal(self) -> None:
        def call() -> None:
            with self.assertRaises(discord.HTTPException) as caught:
                discord.SyncWebhook.from_url(self.url + "_").send("x")
            self.assertEqual(caught.exception.code, 50027)

        await self.bot_calls(call)

    async def test_thread_of_the_bots_own(self) -> None:
        needs_the_process(self)
        thread = threading.Thread(target=lambda: discord.SyncWebhook.from_url(self.url).send("from a thread"))

        async def join() -> None:
            await asyncio.to_thread(thread.join)

        thread.start()
        await join()
        await self.settle()
        self.assertEqual([message.content for message in self.history(self.log)], ["from a thread"])

    async def test_bodies(self) -> None:
        headers = {"Content-Type": "application/json"}
        for body in ('{"content": "a"}', io.BytesIO(b'{"content": "a"}'), iter([b'{"content"', b': "a"}'])):
            with self.subTest(body):
                await self.bot_calls(lambda body=body: requests.post(self.url, data=body, headers=headers))
                self.assertSent("a", channel=self.log)

    async def test_thread_that_belongs_to_no_test(self) -> None:
        needs_the_process(self)
        with (
            mock.patch.object(calls, "network_of_thread", return_value=None),
            self.assertBotRaises(HostRefused, "this thread belongs to none of them"),
        ):
            await self.bot_calls(lambda: requests.get(self.url))

    async def test_other_hosts_are_not_answered(self) -> None:
        with self.assertRaisesRegex(HostRefused, "'api.example'"):
            await self.bot_calls(lambda: requests.get("https://api.example/"))


class Faults(BlockingTestCase):
    async def get(self, command: str) -> None:
        await self.bot_calls(lambda: requests.get(self.url), command)

    async def test_connection_that_breaks(self) -> None:
        for command in "call", "call_elsewhere":
            self.backend.inject("get_webhook_by_token", ConnectionReset())
            with self.subTest(command), self.assertBotRaises(requests.ConnectionError):
                await self.get(command)

    async def test_no_answer(self) -> None:
        for command in "call", "call_elsewhere":
            self.backend.inject("get_webhook_by_token", Timeout())
            with self.subTest(command), self.assertBotRaises(requests.ReadTimeout):
                await self.get(command)

    async def test_slow_answer_where_the_loop_is_blocked(self) -> None:
        self.backend.inject("get_webhook_by_token", SlowAnswer(60))
        before = self.clock.time()
        await self.get("call")
        self.assertEqual(self.clock.time(), before)


class Served(BlockingTestCase):
    """What requests asks of a host that the test serves."""

    async def test_answered(self) -> None:
        async def handler(request: web.BaseRequest) -> web.Response:
            response = web.Response(text=f"{request.query['a']} {(await request.post())['b']}")
            response.set_cookie("c", "d")
            response.enable_compression(web.ContentCoding.gzip)
            return response

        api = self.serve("api.example", handler)
        found: list[Any] = []
        for command in "call", "call_elsewhere":
            with self.subTest(command):
                await self.bot_calls(
                    lambda: found.append(
                        requests.post("https://api.example/x", params={"a": "1 2"}, data={"b": "3"})
                    ),
                    command,
                )
                response = found.pop()
                self.assertEqual((response.status_code, response.text), (200, "1 2 3"))
                self.assertEqual(response.cookies["c"], "d")
                self.assertEqual((api.requests[-1].method, api.requests[-1].path), ("POST", "/x"))


if __name__ == "__main__":
    unittest.main()
