"""Error states: what fails, until when, and what is refused."""

from __future__ import annotations

import discord

from discordtest import BackendError, RateLimited, SetupError, backend
from discordtest.backend import FakeHttp
from tests.control.listening import ControlTestCase


class HttpTests(ControlTestCase):
    async def test_every_request_fails_as_told(self) -> None:
        backend.set_error_state("http", status=403, code=50013, message="Not you")
        for _ in range(2):
            with self.assertRaisesRegex(discord.Forbidden, r"error code: 50013\): Not you"):
                await self.general.send("hi")
        with self.assertRaises(discord.Forbidden):
            await self.guild.fetch_roles()

    async def test_one_route(self) -> None:
        backend.set_error_state("http", status=404, route="list_guild_roles")
        with self.assertRaises(discord.NotFound):
            await self.guild.fetch_roles()
        await self.general.send("hi")

    async def test_second_state_takes_the_place_of_the_first(self) -> None:
        backend.set_error_state("http", status=403)
        backend.set_error_state("http", status=404)
        with self.assertRaises(discord.NotFound):
            await self.general.send("hi")
        backend.clear_error_state()
        await self.general.send("hi")

    async def test_rate_limit_that_ends_is_waited_for(self) -> None:
        backend.set_error_state("http", status=429, retry_after=3.0)
        self.clock._loop.call_later(7, backend.clear_error_state)
        before = self.clock.time()
        await self.general.send("hi")
        self.assertEqual(self.clock.time() - before, 9.0)

    async def test_other_faults_stay(self) -> None:
        backend.inject("list_guild_roles", RateLimited(1.0))
        backend.set_error_state("http", status=404)
        backend.clear_error_state()
        before = self.clock.time()
        await self.guild.fetch_roles()
        self.assertEqual(self.clock.time() - before, 1.0)

    async def test_login_fails_too(self) -> None:
        backend.set_error_state("http", status=401)
        with self.assertRaises(discord.LoginFailure):
            await self.restart()


class WebsocketTests(ControlTestCase):
    async def test_client_tries_until_it_is_over(self) -> None:
        backend.set_error_state("websocket", code=1006)
        await self.advance(60)
        self.assertIn("disconnect", await self.heard())
        with self.assertRaisesRegex(AssertionError, "no connection of Listener within 60 s of the clock"):
            await backend.connect(timeout=60)
        backend.make_role("late", self.guild)
        backend.clear_error_state()
        await backend.connect(timeout=3600)
        heard = await self.heard()
        self.assertEqual(heard[-2:], ["guild_role_create", "resumed"])

    async def test_http_goes_on(self) -> None:
        backend.set_error_state("websocket", code=1006)
        self.assertEqual((await FakeHttp().get_channel(self.general.id))["name"], "general")
        backend.clear_error_state()

    async def test_client_that_is_told_to_stop(self) -> None:
        backend.set_error_state("websocket", code=4004)
        with self.assertBotRaises(discord.ConnectionClosed):
            await self.settle()
        with self.assertRaisesRegex(AssertionError, "it has stopped"):
            await backend.connect()


class StartTests(ControlTestCase):
    auto_connect = False

    async def asyncSetUp(self) -> None:
        await super(ControlTestCase, self).asyncSetUp()

    async def test_bot_that_meets_a_closed_gateway(self) -> None:
        backend.set_error_state("websocket", code=4013)
        with self.assertRaises(discord.ConnectionClosed):
            await self.connect(self.client)
        backend.clear_error_state()
        other = self.make_client()
        await self.connect(other)
        self.assertTrue(other.is_ready())

    async def test_client_that_does_not_run(self) -> None:
        with self.assertRaisesRegex(SetupError, "Listener does not run"):
            await backend.connect()
        with self.assertRaisesRegex(SetupError, "is no client of this test"):
            await backend.connect(discord.Client(intents=discord.Intents.none()))


class RefusalTests(ControlTestCase):
    async def test_what_cannot_be(self) -> None:
        for text, kind, fields in (
            ('"http" or "websocket", not \'gateway\'', "gateway", {"code": 4004}),
            ("has a status=, such as 503", "http", {"code": 50013}),
            ("has a status=, such as 503", "http", {}),
            ("200 is no status of an error", "http", {"status": 200}),
            ("code=None and status=None", "websocket", {}),
            ("code=4004 and status=503", "websocket", {"code": 4004, "status": 503}),
            ("code=12 and", "websocket", {"code": 12}),
            ("there is no operation or route", "http", {"status": 503, "route": "nowhere"}),
        ):
            with self.subTest(text), self.assertRaisesRegex(BackendError, text):
                backend.set_error_state(kind, **fields)  # type: ignore[arg-type]
        await self.general.send("hi")  # nothing has come of it

    async def test_nothing_to_clear(self) -> None:
        backend.clear_error_state()
        await self.general.send("hi")
