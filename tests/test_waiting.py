"""Waiting in a scene: what fails says what was there instead."""

from __future__ import annotations

from discordtest import waiting
from tests.bots import BotTestCase


class Missed(Exception):
    """Stands for the failure exception of somebody's test case."""


class WaitingTests(BotTestCase):
    async def test_messages_that_do_not_come(self) -> None:
        await self.client.get_partial_messageable(self.general.id).send("one")
        with self.fails("there was no 2 messages within 3 s of the clock: there were 1", kind=Missed):
            await waiting.messages(self._scene, 2, 3, Missed)

    async def test_event_of_the_gateway(self) -> None:
        self._scene.loop.call_later(1, lambda: self.make_role("late", self.guild))
        found = await waiting.event(self._scene, "GUILD_ROLE_CREATE", 3, self.client)
        self.assertEqual(found["role"]["name"], "late")
        with self.fails("there was no GUILD_ROLE_CREATE within 3 s", "What happened:", kind=Missed):
            await waiting.event(self._scene, "GUILD_ROLE_CREATE", 3, self.client, Missed)

    async def test_connection_that_is_whole_takes_no_time(self) -> None:
        before = self.clock.time()
        await waiting.connection(self._scene, self.client, 60)
        self.assertEqual(self.clock.time(), before)
