"""Events that a test sends by hand: who hears of them, and what cannot be sent."""

from __future__ import annotations

import unittest
from typing import Any

import discord

from discordtest import BackendError, HttpError, SetupError, backend
from tests.bots import run_case
from tests.control.listening import ControlTestCase, Listener


class MessageTests(ControlTestCase):
    async def test_direct_message(self) -> None:
        message = backend.make_message("psst", self.alice, self.client.user)
        backend.make_message("hush", self.alice, backend.make_user("carol"))
        await self.heard()
        backend.dispatch_message(message)
        self.assertEqual(await self.arguments("message"), (message,))

    async def test_message_as_it_is_now(self) -> None:
        message = backend.make_message("hello", self.alice, self.general)
        backend.edit_message(message, "bye")
        await self.heard()
        backend.dispatch_message(message)
        ((_, (heard,)),) = await self.heard_with()
        self.assertEqual(heard.content, "bye")

    async def test_message_that_is_gone(self) -> None:
        message = backend.make_message("hello", self.alice, self.general)
        backend.delete_message(message)
        for call in (backend.dispatch_message, backend.process_message):
            with self.assertRaisesRegex(SetupError, "there is no message"):
                made: Any = call(message)
                await made

    async def test_error_of_the_bot_comes_out_where_it_is_processed(self) -> None:
        message = backend.make_message("hello", self.alice, self.general)
        await self.heard()

        @self.client.event
        async def on_message(message: discord.Message) -> None:
            raise RuntimeError("oops")

        with self.assertBotRaises(RuntimeError, "oops"):
            await backend.process_messages([message])


class MemberTests(ControlTestCase):
    async def test_member_leaves_before(self) -> None:
        backend.dispatch_member_join(self.alice)
        self.assertEqual(await self.heard(), ["member_remove", "member_join"])
        self.assertEqual((self.guild.member_count, len(self.guild.members)), (3, 3))

    async def test_member_who_is_gone(self) -> None:
        backend.delete_member(self.alice)
        with self.assertRaisesRegex(SetupError, "there is no member"):
            backend.dispatch_member_join(self.alice)


class ReactionTests(ControlTestCase):
    async def test_who_has_reacted(self) -> None:
        message = backend.make_message("hello", self.alice, self.general)
        bob = backend.make_member("bob", self.guild)
        for user in (self.alice, bob):
            backend.add_reaction(message, user, "👍")
        reaction = self.client.cached_messages[-1].reactions[0]
        await self.heard()
        backend.dispatch_reaction_add(reaction, bob)
        _, user = await self.arguments("reaction_add")
        self.assertEqual(user, bob)

    async def test_nobody_has_reacted(self) -> None:
        message = backend.make_message("hello", self.alice, self.general, reactions=["👍"])
        reaction = (await self.general.fetch_message(message.id)).reactions[0]
        with self.assertRaisesRegex(SetupError, "bot has not reacted with 👍: add_reaction does it"):
            backend.dispatch_reaction_add(reaction, self.guild.me)
        backend.clear_reactions(message)
        with self.assertRaisesRegex(SetupError, "nobody has reacted with 👍"):
            backend.dispatch_reaction_add(reaction)


class DispatchTests(ControlTestCase):
    async def test_gateway_event_in_small_letters(self) -> None:
        payload = {"guild_id": str(self.guild.id), "channel_id": str(self.general.id)}
        backend.dispatch_event("webhooks_update", payload)
        self.assertEqual(await self.arguments("webhooks_update"), (self.general,))

    async def test_event_that_the_bot_may_not_see(self) -> None:
        other = backend.make_guild("Other", bots=())
        backend.dispatch_event("WEBHOOKS_UPDATE", {"channel_id": "1"}, other)
        self.assertEqual(await self.heard(), [])

    async def test_payload_that_is_none(self) -> None:
        with self.assertRaisesRegex(BackendError, "the payload of an event is a dict, not 3"):
            backend.dispatch_event("TYPING_START", 3)
        with self.assertRaisesRegex(BackendError, "there is no guild"):
            backend.dispatch_event("TYPING_START", {}, 7)

    async def test_several_arguments(self) -> None:
        backend.dispatch_custom("trade", self.alice, 3)
        self.assertEqual(await self.heard_with(), [("trade", (self.alice, 3))])

    async def test_connection_is_told_of_by_its_events(self) -> None:
        backend.reconnect()
        self.assertEqual(await self.heard(), ["disconnect", "resumed"])
        backend.invalidate_session()
        await backend.connect()
        self.assertIn("ready", await self.heard())
        backend.pause()
        backend.make_role("late", self.guild)
        self.assertEqual(await self.heard(), [])
        backend.resume()
        self.assertEqual(await self.heard(), ["guild_role_create"])
        backend.outage(self.guild)
        backend.recover(self.guild)
        self.assertEqual(await self.heard(), ["guild_unavailable", "guild_available"])

    async def test_limits_and_faults_go(self) -> None:
        backend.use_realistic_rate_limits()
        backend.clear_rate_limits()
        backend.inject("create_message", HttpError(403))
        backend.clear_faults()
        before = self.clock.time()
        for number in range(9):
            await self.general.send(str(number))
        self.assertEqual(self.clock.time(), before)

    async def test_things_are_sold(self) -> None:
        sku = backend.make_sku("Premium")
        entitlement = backend.make_entitlement(sku, self.alice)
        (heard,) = await self.arguments("entitlement_create")
        self.assertEqual((heard.id, heard.sku_id), (entitlement.id, sku.id))
        self.assertIn(sku.id, [one.id for one in await self.client.fetch_skus()])


class ShardTests(ControlTestCase):
    shards = 2

    def make_client(self) -> Listener:
        return ShardedListener()

    async def test_all_shards_are_waited_for(self) -> None:
        for choice in ({}, {"shard_id": 1}):
            with self.subTest(choice):
                backend.dispatch_ready(**choice)
                await backend.connect()
                names = await self.heard()
                self.assertEqual(names.count("shard_ready"), 1 if choice else 2)


class ShardedListener(Listener, discord.AutoShardedClient):
    """A listener with several connections."""


class ForgottenTests(unittest.TestCase):
    def test_wait_that_is_never_awaited_fails_the_test(self) -> None:
        class Forgetful(ControlTestCase):
            async def test(self) -> None:
                backend.wait_for_event("message")

        (problem,) = run_case(Forgetful)
        self.assertRegex(problem, r"wait_for_event\(…\) at test_events.py:\d+ was never awaited")
