"""The transcript tells what happened in names, and leaves out what says nothing."""

from __future__ import annotations

import contextlib
import io
from datetime import timedelta
from typing import Any

import discord
from discord.ext import commands

from discordtest.names import channel_name, name_of, named_path
from tests.bots import BotTestCase

Context = commands.Context[Any]


class TranscriptTests(BotTestCase):
    def last(self, text: str) -> str:
        """Return the last line that has the text, without its time."""
        return next(line for line in reversed(list(self.transcript)) if text in line).partition(" s  ")[2]

    async def test_people_act_and_the_bot_answers(self) -> None:
        await self.bot_does(lambda ctx: ctx.send("Pong!"))
        lines = str(self.transcript).splitlines()
        self.assertEqual(
            [line.partition(" s  ")[2] for line in lines[-5:]],
            [
                "alice sends '!do' in #general",
                "    event MESSAGE_CREATE",
                'bot: POST /channels/#general/messages {"content": "Pong!"} → 200',
                "    bot says 'Pong!' in #general",
                "    event MESSAGE_CREATE",
            ],
        )

    async def test_time_stands_first(self) -> None:
        await self.advance(1.5)
        self.assertEqual(list(self.transcript)[-1], "    2.000 s  0:00:01.500000 pass")

    async def test_refusal_is_told_with_code_and_fields(self) -> None:
        async def work(ctx: Context) -> None:
            with contextlib.suppress(discord.HTTPException):
                await ctx.author.edit(nick="x" * 33)
            with contextlib.suppress(discord.HTTPException):
                await self.client.fetch_channel(5)

        await self.bot_does(work)
        self.assertIn("→ 400 Invalid Form Body (code 50035): nick: Must be", self.last("PATCH"))
        self.assertEqual(self.last("/channels/5"), "bot: GET /channels/5 → 404 Unknown Channel (code 10003)")

    async def test_refused_act_is_told_as_such(self) -> None:
        bob = self.make_member("bob", self.guild)
        with self.assertRaises(discord.Forbidden):
            await self.kick(self.alice, bob)
        why = "Missing Permissions (code 50013): alice lacks kick_members in guild 'Test'"
        self.assertEqual(self.last("kick"), f"refused: alice kicks bob ({why})")
        with self.assertRaises(discord.HTTPException):
            await self.set_nick(self.owner, bob, "x" * 33)
        self.assertEqual(
            self.last("xxx"),
            f"refused: owner calls bob {'x' * 33!r} (nick: Must be 32 or fewer in length.)",
        )

    async def test_embeds_files_and_components_are_named(self) -> None:
        async def work(ctx: Context) -> None:
            view = discord.ui.View().add_item(discord.ui.Button(label="Yes"))
            view.stop()
            file = discord.File(io.BytesIO(b"x"), "a.txt")
            await ctx.send("see", embed=discord.Embed(title="Rules"), file=file, view=view)

        await self.bot_does(work)
        self.assertEqual(
            self.last("says"), "    bot says 'see' in #general (embed 'Rules', file 'a.txt', components)"
        )
        self.assertIn("POST /channels/#general/messages +a.txt {", self.last("POST"))

    async def test_long_lines_are_cut_but_never_the_answer(self) -> None:
        await self.bot_does(lambda ctx: ctx.send("x" * 1000 + "\n"))
        self.assertTrue(self.last("POST").endswith("…  → 200".replace("  ", " ")))
        self.assertTrue(all(len(line) < 200 for line in self.transcript))
        self.assertTrue(all("\n" not in line for line in self.transcript))

    async def test_gateway_commands_are_told_and_heartbeats_are_not(self) -> None:
        await self.client.change_presence(activity=discord.Game("chess"))
        await self.settle()
        self.assertEqual(self.last("presence"), "bot changes its presence to online, playing 'chess'")
        self.assertNotIn("opcode 1", str(self.transcript))

    async def test_test_that_lasts_hours_has_dates(self) -> None:
        await self.send(self.alice, self.general, "hello")
        self.assertTrue(next(iter(self.transcript)).startswith("    0.000 s  "))
        await self.advance(days=1)
        await self.send(self.alice, self.general, "hello again")
        moment = self.clock.now() - timedelta(days=1)
        self.assertIn(f"{moment:%m-%d %H:%M:%S}  alice sends 'hello' in #general", list(self.transcript))

    async def test_tail_tells_what_it_drops(self) -> None:
        for _ in range(5):
            await self.send(self.alice, self.general, "hello")
        tail = self.transcript.tail(3).splitlines()
        self.assertEqual(len(tail), 4)
        self.assertRegex(tail[0], r"… \d+ earlier lines: print\(self\.transcript\)")


class NameTests(BotTestCase):
    async def test_names_of_everything(self) -> None:
        world = self.backend.world
        role = self.make_role("Helper", self.guild)
        await self.settle()
        self.assertEqual(name_of(world, str(self.general.id)), "#general")
        self.assertEqual(name_of(world, str(self.alice.id)), "@alice")
        self.assertEqual(name_of(world, str(self.guild.id)), "guild 'Test'")
        self.assertEqual(name_of(world, str(role.id), str(self.guild.id)), "@&Helper")
        self.assertEqual(name_of(world, "5"), "5")

    async def test_names_of_channels(self) -> None:
        world = self.backend.world
        await self.send_dm(self.alice, "psst")
        dm = self.sent_dm()
        self.assertEqual(channel_name(world, dm), "the DM with alice")
        self.assertEqual(channel_name(world, "5"), "channel 5")

    async def test_channels_that_two_guilds_call_alike(self) -> None:
        world = self.backend.world
        club = self.make_guild("Club", channels=["general", "hall"])
        self.assertEqual(channel_name(world, str(self.general.id)), "#general of Test")
        general, hall = club.text_channels
        self.assertEqual(channel_name(world, str(general.id)), "#general of Club")
        self.assertEqual(channel_name(world, str(hall.id)), "#hall")
        for number in range(8):
            self.make_guild(f"Lodge {number}")
        self.assertEqual(channel_name(world, str(hall.id)), "#hall of Club")

    def sent_dm(self) -> str:
        return next(iter(self.backend.world.dms.values()))

    async def test_webhook_and_emoji_of_a_path(self) -> None:
        webhook = self.make_webhook("press", self.general)
        path = named_path(self.backend.world, f"/webhooks/{webhook.id}/{webhook.token}")
        self.assertEqual(path, "/webhooks/webhook 'press'/…")
        self.assertEqual(named_path(self.backend.world, "/reactions/%F0%9F%91%8D/@me"), "/reactions/👍/@me")

    async def test_post_and_its_first_message(self) -> None:
        forum = self.make_forum_channel("ideas", self.guild)
        thread = self.make_thread("tea", forum, content="More tea")
        for kind in ("messages", "messages/pins"):
            path = named_path(self.backend.world, f"/channels/{thread.id}/{kind}/{thread.id}")
            self.assertEqual(path, f"/channels/#tea/{kind}/{thread.id}")

    async def test_guild_whose_first_channel_has_its_id(self) -> None:
        guild = self.make_guild("Old", id_num=290)
        self.make_text_channel("lobby", guild, id_num=290)
        path = named_path(self.backend.world, "/guilds/290/channels")
        self.assertEqual(path, "/guilds/guild 'Old'/channels")
        self.assertEqual(named_path(self.backend.world, "/channels/290"), "/channels/#lobby")

    async def test_what_an_edit_takes_away_is_told(self) -> None:
        await self.client.get_channel(self.general.id).edit(topic=None, nsfw=False)  # type: ignore[union-attr]
        self.assertIn('PATCH /channels/#general {"topic": null, "nsfw": false}', str(self.transcript))

    async def test_known_ids_of_a_path(self) -> None:
        path = f"/channels/{self.general.id}/messages/5"
        self.assertEqual(named_path(self.backend.world, path), "/channels/#general/messages/5")
