"""Which test is meant where none is named."""

from __future__ import annotations

import asyncio
import unittest

import discord

from discordtest import BackendError, DiscordTestCase, current
from discordtest.stage import Stage
from tests.bots import in_a_thread


class CurrentTests(DiscordTestCase):
    async def test_test_case_is_the_one_of_its_loop(self) -> None:
        self.assertIs(current.current_case(), self)
        self.assertIs(current.current_scene(), self._scene)

    async def test_other_thread_has_none(self) -> None:
        error = in_a_thread(current.current_scene)
        self.assertIsInstance(error, BackendError)
        self.assertIn("discordtest.backend.configure(client)", str(error))

    async def test_call_in_a_running_test_is_a_plain_call(self) -> None:
        guild = current.call(self.make_guild, "Test")
        self.assertIn(guild, self.client.guilds)

    def test_only_one_of_the_thread_is_meant_where_no_loop_runs(self) -> None:
        self.assertIs(current.current_case(), self)


class NoneTests(unittest.TestCase):
    def test_nothing_configured_says_what_to_do(self) -> None:
        self.assertIsInstance(in_a_thread(current.current_case), BackendError)
        self.assertIsNone(in_a_thread(current.find_case))

    def test_two_of_a_thread_are_nobodys(self) -> None:
        def both() -> object:
            first, second = Stage(), Stage()
            first._open_on(None)
            second._open_on(None)
            try:
                return current.find_case()
            finally:
                second.end()
                first.end()

        self.assertIsNone(in_a_thread(both))

    def test_one_whose_loop_is_closed_is_nobodys(self) -> None:
        def left() -> list[object]:
            stage, loop = Stage(), asyncio.new_event_loop()
            current.enter(stage, loop)
            found: list[object] = [current.find_case() is stage]
            loop.close()
            found.append(current.find_case())
            current.leave(stage, loop)
            return found

        self.assertEqual(in_a_thread(left), [True, None])

    def test_call_runs_the_loop_where_it_does_not_run(self) -> None:
        def plain() -> list[str]:
            stage = Stage()
            stage.begin(discord.Client(intents=discord.Intents.all()))
            try:
                current.call(stage.make_guild, "Test")
                return [guild.name for guild in stage.client.guilds]
            finally:
                stage.end()

        self.assertEqual(in_a_thread(plain), ["Test"])

    def test_call_on_another_running_loop_is_refused(self) -> None:
        def other() -> str:
            stage = Stage()
            stage.begin(discord.Client(intents=discord.Intents.all()))

            async def elsewhere() -> str:
                try:
                    current.call(stage.make_guild, "Test")
                except BackendError as error:
                    return str(error)
                return ""

            try:
                return asyncio.run(elsewhere())
            finally:
                stage.end()

        self.assertIn("was configured on another event loop", in_a_thread(other))


if __name__ == "__main__":
    unittest.main()
