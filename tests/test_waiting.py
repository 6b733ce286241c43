"""Waiting in a scene: what fails says what was there instead."""

from __future__ import annotations

import asyncio

from discordtest import NotModelled, waiting
from tests.bots import BotTestCase


class Missed(Exception):
    """Stands for the failure exception of somebody's test case."""


class WaitingTests(BotTestCase):
    async def test_messages_that_do_not_come(self) -> None:
        await self.client.get_partial_messageable(self.general.id).send("one")
        with self.fails("bots sent 1 message within 3 s of the clock, not 2", kind=Missed):
            await waiting.messages(self._scene, 2, 3, Missed)

    async def test_event_of_the_gateway(self) -> None:
        self._scene.loop.call_later(1, lambda: self.make_role("late", self.guild))
        found = await waiting.event(self._scene, "GUILD_ROLE_CREATE", 3, self.client)
        self.assertEqual(found["role"]["name"], "late")
        with self.fails("there was no GUILD_ROLE_CREATE within 3 s", "What happened:", kind=Missed):
            await waiting.event(self._scene, "GUILD_ROLE_CREATE", 3, self.client, Missed)

    async def test_wait_is_an_act_of_its_own(self) -> None:
        await self.bot_does(lambda ctx: ctx.send("before"))
        self._scene.loop.call_later(5, lambda: asyncio.ensure_future(self.sends("meanwhile")))
        await self.wait_until(lambda: len(self.sent) == 2)
        self.assertSent("meanwhile")
        with self.fails("the bot did not send 'before'"):
            self.assertSent("before")
        await self.wait_until(lambda: True)
        self.assertNothingSent()

    async def sends(self, text: str) -> None:
        await self.client.get_partial_messageable(self.general.id).send(text)

    async def test_failure_that_was_kept_aside_comes_first(self) -> None:
        self.backend.report(NotModelled("route GET /nowhere"))
        with self.fails("route GET /nowhere", kind=NotModelled):
            await self.wait_until(lambda: True)
        self._scene.loop.call_later(1, lambda: self.backend.report(NotModelled("route GET /later")))
        with self.fails("route GET /later", kind=NotModelled):
            await self.wait_until(lambda: self.clock.time() > 10)

    async def test_connection_that_is_whole_takes_no_time(self) -> None:
        before = self.clock.time()
        await waiting.connection(self._scene, self.client, 60)
        self.assertEqual(self.clock.time(), before)
