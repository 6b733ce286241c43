from __future__ import annotations

import asyncio
from typing import Any

import discord

from discordtest import BackendError, SetupError
from tests.bots import BotTestCase


class EventTestCase(BotTestCase):
    async def later(self, *texts: str) -> None:
        """Let the bot say something every ten seconds, beginning in ten."""

        async def work(ctx: Any) -> None:
            for text in texts:
                await asyncio.sleep(10)
                await ctx.send(text)

        await self.bot_does(work)

    def heard(self, event: str) -> list[tuple[Any, ...]]:
        """Return a list in which the events of this name will be, by their arguments."""
        found: list[tuple[Any, ...]] = []

        async def listener(*arguments: Any) -> None:
            found.append(arguments)

        self.client.add_listener(listener, f"on_{event}")
        return found


class GatewayEvents(EventTestCase):
    def payload(self, channel: Any) -> dict[str, Any]:
        """Return the payload of somebody who types."""
        return {"channel_id": str(channel.id), "user_id": str(self.alice.id), "timestamp": 5}

    async def test_standard_event_by_its_payload(self) -> None:
        found = self.heard("typing")
        await self.dispatch_event(
            "typing_start", {**self.payload(self.general), "guild_id": str(self.guild.id)}
        )
        self.assertEqual(
            [(channel.id, user.id) for channel, user, _ in found], [(self.general.id, self.alice.id)]
        )
        self.assertDispatched("TYPING_START", 1)
        self.assertIn("Discord sends TYPING_START", str(self.transcript))

    async def test_guild_by_itself(self) -> None:
        found = self.heard("raw_typing")
        await self.dispatch_event("TYPING_START", self.payload(self.general), self.guild)
        self.assertEqual(len(found), 1)

    async def test_channel_that_the_bot_does_not_see(self) -> None:
        found = self.heard("raw_typing")
        hidden = self.make_text_channel("hidden", self.guild)
        everyone = self.guild.default_role
        for target in (everyone, self.guild.me):
            self.backend.world.channels[str(hidden.id)]["permission_overwrites"].append(
                {"id": str(target.id), "type": int(target is not everyone), "allow": "0", "deny": "1024"}
            )
        await self.dispatch_event("TYPING_START", self.payload(hidden), self.guild)
        self.assertEqual(found, [])

    async def test_direct_message_channel_of_others(self) -> None:
        found = self.heard("raw_typing")
        await self.send_dm(self.alice, "hello")
        dm_id = next(iter(self.backend.world.dms.values()))
        await self.dispatch_event("TYPING_START", {**self.payload(self.general), "channel_id": dm_id})
        self.assertEqual(len(found), 1)

    async def test_event_that_discord_does_not_have(self) -> None:
        found = self.heard("socket_event_type")
        await self.dispatch_event("MOON_PHASE", {"phase": "full"})
        self.assertEqual(found, [("MOON_PHASE",)])

    async def test_misuse(self) -> None:
        with self.assertRaisesRegex(BackendError, "a dict, not 'x'"):
            await self.dispatch_event("TYPING_START", "x")  # type: ignore[arg-type]
        with self.assertRaisesRegex(BackendError, "no guild '5'"):
            await self.dispatch_event("TYPING_START", {"guild_id": "5"})


class CustomEvents(EventTestCase):
    async def test_listeners_run(self) -> None:
        found = self.heard("level_up")
        await self.dispatch_custom("level_up", self.alice, 5)
        await self.dispatch_custom("on_level_up", client=self.client)
        self.assertEqual(found, [(self.alice, 5), ()])


class Queue(EventTestCase):
    async def test_messages_of_bots_as_they_were(self) -> None:
        async def work(ctx: Any) -> None:
            message = await ctx.send("first")
            await message.edit(content="changed")

        await self.bot_does(work)
        self.assertEqual([one.content for one in self.backend.get_message_queue()], ["first"])
        self.assertIsInstance(self.backend.get_message_queue()[0], discord.Message)
        (now,) = await self.wait_for_messages(1)
        self.assertEqual(now.content, "changed")
        self.backend.clear_message_queue()
        self.assertEqual(self.backend.get_message_queue(), [])

    async def test_waiting_for_messages(self) -> None:
        await self.later("one", "two", "three")
        before = self.clock.time()
        messages = await self.wait_for_messages(2)
        self.assertEqual([message.content for message in messages], ["one", "two"])
        self.assertEqual(self.clock.time() - before, 20)
        self.backend.clear_message_queue()
        (third,) = await self.wait_for_messages(1)
        await third.delete()
        (third,) = await self.wait_for_messages(1)
        self.assertEqual(third.content, "three")

    async def test_too_few(self) -> None:
        await self.later("one", "two")
        with self.fails("bots sent 1 message within 15 s of the clock, not 2", "the bot sleeps"):
            await self.wait_for_messages(2, timeout=15)


class WaitingForEvents(EventTestCase):
    async def test_event_of_the_library(self) -> None:
        await self.later("one")
        message = await self.wait_for_event("message")
        self.assertIsInstance(message, discord.Message)
        self.assertEqual(message.content, "one")

    async def test_event_of_the_bot_with_several_arguments(self) -> None:
        async def work(ctx: Any) -> None:
            await asyncio.sleep(5)
            self.client.dispatch("level_up", "alice", 5)

        await self.bot_does(work)
        self.assertEqual(await self.wait_for_event("on_level_up"), ("alice", 5))

    async def test_event_of_the_gateway(self) -> None:
        await self.later("one")
        payload = await self.wait_for_event("MESSAGE_CREATE", timeout=10)
        self.assertEqual(payload["content"], "one")

    async def test_event_that_does_not_come(self) -> None:
        for name in ("message", "MESSAGE_CREATE"):
            await self.later("one")
            with self.fails(f"there was no {name} within 9 s of the clock", "the bot sleeps"):
                await self.wait_for_event(name, timeout=9)
            await self.advance(2)

    async def test_event_that_came_before(self) -> None:
        for name in ("message", "MESSAGE_CREATE"):
            self.make_message("early", self.alice, self.general)
            with self.fails(
                f"no {name} within 1 s of the clock (what came before the wait began does not count)"
            ):
                await self.wait_for_event(name, timeout=1)

    async def test_event_that_the_test_itself_makes(self) -> None:
        waiting = asyncio.create_task(self.wait_for_event("message"))
        await asyncio.sleep(0)
        self.make_message("now", self.alice, self.general)
        self.assertEqual((await waiting).content, "now")

    async def test_event_without_a_name(self) -> None:
        with self.assertRaisesRegex(SetupError, "has a name"):
            await self.wait_for_event("")
