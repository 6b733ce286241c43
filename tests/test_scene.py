"""Acts overlap or follow one another, and what was kept aside is raised, the oldest first."""

from __future__ import annotations

import asyncio
import unittest
from typing import TYPE_CHECKING, Any

import aiohttp

from discordtest import HostRefused
from discordtest.backend.journal import Act
from tests.bots import BotTestCase

if TYPE_CHECKING:
    from discordtest.scene import Scene


class ActTests(BotTestCase):
    async def test_act_begins_behind_what_was(self) -> None:
        scene = self._scene
        scene.tell("before")
        scene.begin_act("within")
        scene.tell("more")
        scene.end_act()
        self.assertEqual(self.texts(scene), ["within", "more"])

    async def test_act_within_an_act_joins_it(self) -> None:
        scene = self._scene
        scene.begin_act("outer")
        scene.begin_act("inner")
        scene.end_act()
        scene.begin_act("another")
        scene.end_act()
        scene.end_act()
        self.assertEqual(self.texts(scene), ["outer", "inner", "another"])
        scene.begin_act("next")
        scene.end_act()
        self.assertEqual(self.texts(scene), ["next"])

    def texts(self, scene: Scene) -> list[str]:
        return [entry.text for entry in scene.backend.journal[scene.act_start :] if isinstance(entry, Act)]


class CheckTests(BotTestCase):
    async def test_oldest_failure_comes_first(self) -> None:
        self.backend.report(LookupError("first"))
        self.backend.report(LookupError("second"))
        for text in ("first", "second"):
            with self.assertRaisesRegex(LookupError, text):
                self._scene.check()


class ExpectedFailureTests(BotTestCase):
    async def test_bot_goes_on_after_a_failure_that_the_test_expects(self) -> None:
        ended = []

        @self.client.command()
        async def call(ctx: Any) -> None:
            async with aiohttp.ClientSession() as session:  # is left while the test looks at the failure
                try:
                    await session.get("https://example.org")
                finally:
                    await asyncio.sleep(0)
                    ended.append(ctx.message.content)

        with self.assertRaisesRegex(HostRefused, "example.org"):
            await self.send(self.alice, self.general, "!call")
        await self.settle()
        self.assertEqual(ended, ["!call"])


if __name__ == "__main__":
    unittest.main()
