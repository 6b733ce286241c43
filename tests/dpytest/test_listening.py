from __future__ import annotations

from typing import Any

import discord

from discordtest import dpytest
from discordtest.backend import rest
from discordtest.dpytest import callbacks, listening
from tests.dpytest.case import SuiteCase


class ListeningTests(SuiteCase):
    """Each event of the table is told with what its callback is given."""

    async def asyncSetUp(self) -> None:
        await super().asyncSetUp()
        self.told: list[Any] = []

    def listen(self, event: str) -> None:
        async def tell(*args: Any, **kwargs: Any) -> None:
            self.told.append((*args, kwargs) if kwargs else args)

        callbacks.set_callback(tell, event)
        self.addCleanup(callbacks.remove_callback, event)

    def test_table_names_operations(self) -> None:
        self.assertFalse([name for name in listening.EVENTS if name not in rest.OPERATIONS])

    async def test_messages(self) -> None:
        for event in (
            "send_message",
            "edit_message",
            "delete_message",
            "get_message",
            "logs_from",
            "send_typing",
        ):
            self.listen(event)
        sent = await self.channel.send("one")
        self.assertEqual(self.told.pop()[0], sent)
        await sent.edit(content="two")
        channel, message, fields = self.told.pop()
        self.assertEqual((channel, message, message.content), (self.channel, sent, "two"))
        self.assertEqual(fields["content"], "two")
        await self.channel.fetch_message(sent.id)
        self.assertEqual(self.told.pop(), (self.channel, sent.id))
        [_ async for _ in self.channel.history(limit=5, before=sent)]
        channel, limit, around = self.told.pop()
        self.assertEqual((channel, limit), (self.channel, 5))
        self.assertEqual(around, {"before": sent.id, "after": None, "around": None})
        await self.channel.typing()
        self.assertEqual(self.told.pop(), (self.channel,))
        await sent.delete()
        channel, message, reason = self.told.pop()
        self.assertEqual((channel, message, reason), (self.channel, sent, {"reason": None}))

    async def test_message_that_the_client_does_not_know_is_partial(self) -> None:
        self.listen("delete_message")
        old = dpytest.back.make_message("x", self.alice, self.channel)
        self.bot._connection._messages.clear()  # type: ignore[union-attr]
        await self.channel.get_partial_message(old.id).delete()
        self.assertEqual(self.told[0][1].id, old.id)

    async def test_reactions(self) -> None:
        for event in ("add_reaction", "remove_reaction", "remove_own_reaction"):
            self.listen(event)
        message = await self.channel.send("one")
        await message.add_reaction("😂")
        self.assertEqual(self.told.pop(), (message, "😂"))
        await message.remove_reaction("😂", self.guild.me)
        self.assertEqual(self.told.pop(), (message, "😂", self.guild.me))
        await dpytest.add_reaction(self.alice, message, "😂")
        await message.remove_reaction("😂", self.alice)
        self.assertEqual(self.told.pop(), (message, "😂", self.alice))

    async def test_members(self) -> None:
        for event in ("kick", "ban", "edit_member", "change_nickname", "add_role", "remove_role"):
            self.listen(event)
        await self.guild.me.edit(nick="Robo")
        self.assertEqual(self.told.pop(), ("Robo", self.guild.me, {"reason": None}))
        await self.alice.edit(nick="Al", reason="short")
        self.assertEqual(self.told.pop(), ({"nick": "Al"}, self.alice, {"reason": "short"}))
        role = await self.guild.create_role(name="r")
        await self.alice.add_roles(role)
        self.assertEqual(self.told.pop(), (self.alice, role, {"reason": None}))
        await self.alice.remove_roles(role)
        self.assertEqual(self.told.pop(), (self.alice, role, {"reason": None}))
        await self.alice.kick(reason="out")
        self.assertEqual(self.told.pop(), (self.guild, self.alice, {"reason": "out"}))
        await self.bob.ban(delete_message_days=2)
        self.assertEqual(self.told.pop(), (self.guild, self.bob, 2, {"reason": None}))

    async def test_roles(self) -> None:
        for event in ("create_role", "edit_role", "move_role", "delete_role"):
            self.listen(event)
        role = await self.guild.create_role(name="r")
        self.assertEqual(self.told.pop(), (self.guild, role, {"reason": None}))
        await role.edit(name="s")
        guild, edited, fields, reason = self.told.pop()
        self.assertEqual((guild, edited, fields["name"], reason), (self.guild, role, "s", {"reason": None}))
        await self.guild.create_role(name="t")
        self.told.clear()
        await role.edit(position=2)
        self.assertEqual(self.told.pop(0)[2][-1]["position"], 2)
        await role.delete()
        self.assertEqual(self.told.pop(), (self.guild, role, {"reason": None}))

    async def test_what_is_fetched(self) -> None:
        for event in ("get_channel", "start_private_message", "app_info", "get_guilds"):
            self.listen(event)
        await self.bot.fetch_channel(self.channel.id)
        self.assertEqual(self.told.pop(), (self.channel.id,))
        await self.alice.create_dm()
        self.assertEqual(self.told.pop()[0].id, self.alice.id)
        await self.bot.application_info()
        self.assertEqual(self.told.pop()[0]["id"], str(self.bot.application_id))
        [_ async for _ in self.bot.fetch_guilds(limit=7)]
        self.assertEqual(self.told.pop()[0], 7)

    async def test_presence(self) -> None:
        self.listen("presence")
        await self.bot.change_presence(activity=discord.Game("Chess"), status=discord.Status.idle)
        activity, status, since = self.told.pop()
        self.assertEqual((activity, status), (discord.Game("Chess"), "idle"))
        self.assertGreaterEqual(since, 0)
        await self.bot.change_presence()
        self.assertIsNone(self.told.pop()[0])

    async def test_direct_message_is_told_too(self) -> None:
        self.listen("remove_own_reaction")
        message = await self.alice.send("x")
        await message.add_reaction("👍")
        await message.remove_reaction("👍", self.bot.user)  # type: ignore[arg-type]
        self.assertEqual(self.told[0][2], self.bot.user)

    async def test_what_was_refused_is_not_told(self) -> None:
        self.listen("kick")
        with self.assertRaises(discord.Forbidden):
            await self.guild.kick(self.guild.me)
        self.assertEqual(self.told, [])
