"""All that exists at once: looked at, gone back to, cleared."""

from __future__ import annotations

import discord

from discordtest import BackendError, HttpError, SetupError, backend
from tests.control.listening import ControlTestCase


class RestoreTests(ControlTestCase):
    async def test_everything_is_as_it_was(self) -> None:
        message = backend.make_message("hello", self.alice, self.general)
        snapshot = backend.snapshot()
        backend.delete_member(self.alice)
        backend.delete_message(message)
        await self.advance(100)
        await backend.restore(snapshot)
        guild = self.client.guilds[0]
        self.assertIsNotNone(guild.get_member(self.alice.id))
        self.assertEqual([one.content for one in backend.history(guild.text_channels[0])], ["hello"])
        self.assertIn("ready", await self.heard())

    async def test_what_is_no_snapshot(self) -> None:
        with self.assertRaisesRegex(SetupError, "restore takes what self.backend.snapshot\\(\\) returned"):
            await backend.restore({})  # type: ignore[arg-type]


class ClearTests(ControlTestCase):
    async def test_nothing_is_left_but_people(self) -> None:
        backend.make_guild("Second")
        psst = backend.make_message("psst", self.alice, self.client.user)
        await psst.channel.send("what?")
        backend.set_rate_limit("*", 1, 60)
        backend.inject("*", HttpError(503), times=None)
        backend.set_error_state("websocket", code=1006)
        await backend.wait_for_state_update()
        self.client.heard.clear()
        backend.clear_state()
        await backend.connect()
        heard = await self.heard()
        self.assertEqual(heard.count("guild_remove"), 2)
        self.assertEqual(heard.count("message_delete"), 2)
        state = backend.get_state()
        self.assertEqual((list(state.guilds), backend.get_message_queue()), ([], []))
        self.assertFalse(any(state.messages.values()))
        before = self.clock.time()
        for _ in range(3):
            await self.client.fetch_user(self.alice.id)
        self.assertEqual(self.clock.time(), before)

    async def test_a_new_world_can_be_made(self) -> None:
        backend.clear_state()
        guild = backend.make_guild("New", members=[self.alice], channels=["general"])
        await self.send(self.alice, guild.text_channels[0], "hi")
        integration = ["integration_create", "guild_integrations_update"]
        self.assertEqual(await self.heard(), ["guild_remove", "guild_join", *integration, "message"])


class ClientTests(ControlTestCase):
    async def test_state_is_that_of_the_first_client(self) -> None:
        second = discord.Client(intents=discord.Intents.default())
        await self.connect(second)
        self.assertIs(backend.get_state().state, self.client._connection)

    async def test_functions_take_another_client(self) -> None:
        second = discord.Client(intents=discord.Intents.default())
        heard: list[object] = []

        @second.event
        async def on_level_up(level: int) -> None:
            heard.append(level)

        @second.event
        async def on_resumed() -> None:
            heard.append("resumed")

        await self.connect(second)
        self.client.heard.clear()
        backend.dispatch_event("level_up", 3, client=second)
        backend.dispatch_resumed(second)
        await backend.connect(second)
        self.assertEqual(heard, [3, "resumed"])
        self.assertEqual(await self.heard(), [])
        with self.assertRaisesRegex(SetupError, "is no client of this test"):
            backend.dispatch_event("level_up", 3, client=discord.Client(intents=discord.Intents.none()))
        with self.assertRaisesRegex(BackendError, "which knows no guild"):
            backend.dispatch_event("level_up", 3, self.guild)
