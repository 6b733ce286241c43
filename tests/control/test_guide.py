"""The table of ``docs/backend.md``: each row does what it says."""

from __future__ import annotations

import asyncio
import inspect
import re
import unittest
from pathlib import Path
from typing import Any

import discord

from discordtest import backend
from tests.control.listening import ControlTestCase

INTEGRATION = ["integration_create", "guild_integrations_update"]  # of a bot in a new guild
PAGE = Path(__file__).parents[2] / "docs" / "backend.md"
_ROW = re.compile(r"^\| (?P<what>[a-z][^|`]*) \| (?P<call>`.*`) \|$", re.MULTILINE)


def rows() -> dict[str, str]:
    """Return the rows of the table: what is done -> the call."""
    return {match["what"]: match["call"] for match in _ROW.finditer(PAGE.read_text().partition("| to |")[2])}


def method_of(what: str) -> str:
    """Return the name of the test of a row."""
    return "test_" + re.sub(r"\W+", "_", what).strip("_")


class TableTests(unittest.TestCase):
    def test_every_row_has_a_test_and_every_test_a_row(self) -> None:
        tests = [name for name in dir(GuideTests) if name.startswith("test_")]
        self.assertCountEqual(map(method_of, rows()), tests)

    def test_every_call_exists(self) -> None:
        for what, call in rows().items():
            with self.subTest(what):
                (name, *_) = re.findall(r"backend\.(\w+)", call)
                self.assertTrue(hasattr(backend, name))
                if "(" in call:
                    is_awaited = call.startswith("`await ")
                    method = getattr(
                        backend.__dict__.get(name) or getattr(backend, name), "__wrapped__", None
                    )
                    runs_later = inspect.iscoroutinefunction(getattr(method, "__wrapped__", method))
                    self.assertEqual(is_awaited, runs_later)


class GuideTests(ControlTestCase):
    """One test a row, in the order of the table."""

    async def asyncSetUp(self) -> None:
        await super().asyncSetUp()
        self.message = self.make_message("hello", self.alice, self.general)
        await self.heard()

    # -- state and what is in it

    async def test_look_at_the_state(self) -> None:
        self.assertIs(backend.get_state().state, self.client._connection)

    async def test_look_at_guilds_channels_and_members_in_the_bot_s_cache(self) -> None:
        state = backend.get_state()
        self.assertEqual(list(state.guilds), [self.guild])
        self.assertEqual(state.channels, [self.general])
        self.assertIn(self.alice, state.members)

    async def test_look_at_the_messages(self) -> None:
        (message,) = backend.get_state().messages[self.general.id]
        self.assertEqual((message["content"], message["id"]), ("hello", str(self.message.id)))

    async def test_make_a_guild(self) -> None:
        self.assertEqual(backend.make_guild("Second", owner=self.alice).owner_id, self.alice.id)
        self.assertEqual(await self.heard(), ["guild_join", *INTEGRATION])

    async def test_make_a_text_channel(self) -> None:
        channel = backend.make_text_channel("room", self.guild)
        self.assertEqual(await self.arguments("guild_channel_create"), (channel,))

    async def test_make_a_voice_channel(self) -> None:
        channel = backend.make_voice_channel("talk", self.guild)
        self.assertEqual(self.guild.voice_channels, [channel])

    async def test_make_a_category(self) -> None:
        category = backend.make_category_channel("Rooms", self.guild)
        self.assertEqual(self.guild.categories, [category])

    async def test_make_a_channel_in_a_category(self) -> None:
        category = backend.make_category_channel("Rooms", self.guild)
        channel = backend.make_text_channel("room", self.guild, category=category)
        self.assertEqual(category.channels, [channel])

    async def test_make_a_role(self) -> None:
        role = backend.make_role("Admin", self.guild, permissions=discord.Permissions.all())
        self.assertTrue(role.permissions.administrator)
        self.assertEqual(await self.arguments("guild_role_create"), (role,))

    async def test_set_permission_overrides(self) -> None:
        allow, deny = discord.Permissions(send_messages=True), discord.Permissions(manage_messages=True)
        backend.set_channel_permission_overrides(self.general, self.mods, allow, deny)
        self.assertEqual(self.general.overwrites_for(self.mods).pair(), (allow, deny))

    # -- events

    async def test_dispatch_a_custom_event(self) -> None:
        backend.dispatch_event(name="custom_event", data={"key": "value"})
        backend.dispatch_event("on_level_up")
        self.assertEqual(await self.heard_with(), [("custom_event", ({"key": "value"},)), ("level_up", ())])

    async def test_dispatch_a_gateway_event(self) -> None:
        payload = {"channel_id": str(self.general.id), "user_id": str(self.alice.id), "timestamp": 0}
        payload |= {"guild_id": str(self.guild.id)}
        backend.dispatch_event("TYPING_START", payload)
        channel, user, _ = await self.arguments("typing")
        self.assertEqual((channel, user), (self.general, self.alice))

    async def test_dispatch_a_message(self) -> None:
        backend.dispatch_message(self.message)
        self.assertEqual(await self.arguments("message"), (self.message,))

    async def test_dispatch_a_member_join(self) -> None:
        backend.dispatch_member_join(self.alice)
        self.assertEqual(await self.arguments("member_join"), (self.alice,))

    async def test_dispatch_a_reaction(self) -> None:
        backend.add_reaction(self.message, self.alice, "👍")
        reaction, _ = await self.arguments("reaction_add")
        backend.dispatch_reaction_add(reaction)
        again, user = await self.arguments("reaction_add")
        self.assertEqual((str(again.emoji), user), ("👍", self.alice))

    async def test_connect(self) -> None:
        backend.disconnect()
        await backend.connect()
        self.assertEqual(await self.heard(), ["disconnect", "resumed"])

    async def test_disconnect(self) -> None:
        backend.disconnect()
        self.assertIn("disconnect", await self.heard())

    async def test_dispatch_ready(self) -> None:
        backend.dispatch_ready()
        await backend.connect()
        self.assertIn("ready", await self.heard())
        self.assertEqual([guild.name for guild in self.client.guilds], ["Test"])

    async def test_dispatch_resumed(self) -> None:
        backend.dispatch_resumed()
        await backend.connect()
        heard = await self.heard()
        self.assertIn("resumed", heard)
        self.assertNotIn("ready", heard)

    # -- messages and members

    async def test_send_a_message(self) -> None:
        message = backend.make_message("hi", self.alice, self.general)
        self.assertEqual(await self.arguments("message"), (message,))

    async def test_edit_a_message(self) -> None:
        backend.edit_message(self.message, "bye")
        _, after = await self.arguments("message_edit")
        self.assertEqual(after.content, "bye")

    async def test_delete_a_message(self) -> None:
        backend.delete_message(self.message)
        self.assertEqual(await self.arguments("message_delete"), (self.message,))

    async def test_add_a_member(self) -> None:
        member = backend.make_member("bob", self.guild, roles=[self.mods])
        self.assertEqual(await self.arguments("member_join"), (member,))
        self.assertEqual(member.top_role, self.mods)

    async def test_update_a_member(self) -> None:
        backend.update_member(self.alice, "Ally", [self.mods])
        _, after = await self.arguments("member_update")
        self.assertEqual((after.nick, after.top_role), ("Ally", self.mods))

    async def test_change_a_user_s_name_or_avatar(self) -> None:
        backend.update_user(self.alice, "alicia", global_name="Alicia", avatar="abc")
        before, after = await self.arguments("user_update")
        self.assertEqual((before.name, after.name, after.display_name), ("alice", "alicia", "Alicia"))

    async def test_remove_a_member(self) -> None:
        backend.delete_member(self.alice)
        self.assertEqual(await self.arguments("member_remove"), (self.alice,))

    # -- the message queue

    async def test_get_the_message_queue(self) -> None:
        await self.general.send("one")
        self.assertEqual([message.content for message in backend.get_message_queue()], ["one"])

    async def test_clear_the_message_queue(self) -> None:
        await self.general.send("one")
        backend.clear_message_queue()
        self.assertEqual(backend.get_message_queue(), [])

    async def test_wait_for_messages(self) -> None:
        async def talk() -> None:
            for text in ("one", "two"):
                await asyncio.sleep(5)
                await self.general.send(text)

        task = asyncio.create_task(talk())
        messages = await backend.wait_for_messages(count=2)
        self.assertEqual([message.content for message in messages], ["one", "two"])
        await task
        with self.assertRaisesRegex(AssertionError, "bots sent 2 messages within 9 s of the clock, not 3"):
            await backend.wait_for_messages(3, timeout=9)

    async def test_process_a_message(self) -> None:
        order: list[str] = []

        @self.client.listen()
        async def on_message(message: Any) -> None:
            order.append(message.content)

        await backend.process_message(self.message)
        self.assertEqual(order, ["hello"])

    async def test_process_messages(self) -> None:
        other = self.make_message("world", self.alice, self.general)
        await self.heard()
        await backend.process_messages([other, self.message])
        heard = [message.content for name, (message,) in self.client.heard if name == "message"]
        self.assertEqual(heard, ["world", "hello"])

    # -- saved states and bad days

    async def test_take_a_snapshot(self) -> None:
        snapshot = backend.snapshot()
        self.assertIn("1 guild and", repr(snapshot))

    async def test_restore_a_snapshot(self) -> None:
        snapshot = backend.snapshot()
        backend.delete_channel(self.general)
        await backend.restore(snapshot)
        self.assertEqual([channel.name for channel in self.client.guilds[0].channels], ["general"])

    async def test_let_requests_fail(self) -> None:
        backend.set_error_state(error_type="http", status=429, message="Rate limited")
        before = self.clock.time()
        with self.assertRaisesRegex(discord.HTTPException, "429 .*Rate limited"):
            await self.general.send("hi")
        self.assertGreater(self.clock.time(), before)  # discord.py has waited and tried again
        backend.clear_error_state()
        await self.general.send("hi")

    async def test_let_connections_fail(self) -> None:
        backend.set_error_state(error_type="websocket", code=4004, message="Authentication failed")
        with self.assertBotRaises(discord.ConnectionClosed, "4004"):
            await self.settle()
        self.assertTrue(self.client.is_closed())

    async def test_end_an_error_state(self) -> None:
        backend.set_error_state("http", status=503)
        with self.assertRaises(discord.DiscordServerError):
            await self.general.send("hi")
        backend.clear_error_state()
        await self.general.send("hi")

    async def test_set_a_rate_limit(self) -> None:
        backend.set_rate_limit(route="/channels/{channel_id}/messages", limit=5, reset_after=5.0)
        before = self.clock.time()
        for number in range(6):
            await self.general.send(str(number))
        self.assertEqual(self.clock.time() - before, 5.0)

    # -- ends and waits

    async def test_clear_the_state(self) -> None:
        backend.clear_state()
        self.assertEqual(len(self.client.guilds), 0)
        self.assertEqual(await self.heard(), ["guild_remove"])

    async def test_clean_up_a_guild(self) -> None:
        guild = backend.make_guild("Second")
        backend.delete_guild(guild)
        self.assertEqual(await self.heard(), ["guild_join", *INTEGRATION, "guild_remove"])

    async def test_wait_for_state_updates(self) -> None:
        heard: list[str] = []

        @self.client.event
        async def on_guild_role_create(role: discord.Role) -> None:
            heard.append(role.name)

        backend.make_role("Admin", self.guild)
        self.assertEqual(heard, [])
        await backend.wait_for_state_update()
        self.assertEqual(heard, ["Admin"])

    async def test_wait_for_an_event(self) -> None:
        asyncio.get_running_loop().call_later(
            3, lambda: backend.make_message("late", self.alice, self.general)
        )
        message = await backend.wait_for_event("message", timeout=5.0)
        self.assertEqual(message.content, "late")
        with self.assertRaisesRegex(AssertionError, "no message within 5 s of the clock"):
            await backend.wait_for_event("message", timeout=5.0)

    async def test_handle_an_error_of_the_backend(self) -> None:
        try:
            backend.set_rate_limit("/nowhere", 1, 1)
        except backend.BackendError as error:
            self.assertIn("there is no operation or route '/nowhere'", str(error))
        else:
            self.fail("nothing was raised")
