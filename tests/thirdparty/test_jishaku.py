"""jishaku, a debugging extension: its text commands over the whole API, with threads, files, paginators and tasks."""

from __future__ import annotations

import importlib.util
import os
import re
import unittest
from pathlib import Path
from typing import Any
from unittest.mock import patch

import discord
from discord import voice_client
from discord.ext import commands

from discordtest import DiscordTestCase

FILE = Path(os.path.relpath(__file__)).as_posix()
LOADED = "tests.thirdparty.greetings"


@unittest.skipUnless(importlib.util.find_spec("jishaku"), "jishaku is not installed")
class JishakuTests(DiscordTestCase):
    """The owner of the bot types commands; jishaku answers with text, reactions, files and paginators."""

    settle_timeout = 20.0  # a shell starts here

    def make_client(self) -> commands.Bot:
        class Bot(commands.Bot):
            async def setup_hook(self) -> None:
                await self.load_extension("jishaku")

        return Bot("!", intents=discord.Intents.all())

    def make_world(self) -> None:
        self.guild = self.make_guild("Test")
        self.general = self.make_text_channel("general", self.guild)
        self.alice = self.make_member("alice", self.guild)

    async def type(self, text: str) -> discord.Message:
        """Let the bot's owner type a command."""
        return await self.send(self.owner, self.general, f"!{text}")

    async def test_summary(self) -> None:
        await self.type("jsk")
        self.assertSent(re.compile(r"^Jishaku v[\d.]+, discord.py `[\d.]+`"))
        self.assertSent(contains="This bot is not sharded and can see 1 guild and 3 users.")

    async def test_stranger_is_refused(self) -> None:
        with self.assertBotRaises(commands.NotOwner, "You must own this bot to use Jishaku."):
            await self.send(self.alice, self.general, "!jsk")
        self.assertNothingSent()

    async def test_python(self) -> None:
        asked = await self.type("jsk py 40 + 2")
        self.assertSent("42")
        self.assertReaction(asked, "✅")

    async def test_python_that_awaits_the_api(self) -> None:
        await self.type("jsk py await _ctx.send('from inside')")
        self.assertSent("from inside")

    async def test_python_that_yields(self) -> None:
        await self.type("jsk py\n```py\nfor i in range(3):\n    yield i\n```")
        self.assertEqual([message.content for message in self.assertSent(count=3)], ["0", "1", "2"])

    async def test_python_that_raises_is_told_by_reaction_and_dm(self) -> None:
        asked = await self.type("jsk py 1 / 0")
        self.assertReaction(asked, "‼")
        self.assertSent(contains="ZeroDivisionError: division by zero", channel=self.owner)

    async def test_retained_variables(self) -> None:
        await self.type("jsk retain on")
        self.assertSent(contains="Variable retention is ON")
        await self.type("jsk py number = 5")
        await self.type("jsk py number + 1")
        self.assertSent("6")

    async def test_inspection(self) -> None:
        await self.type("jsk pyi 'text'")
        self.assertSent(files={"inspection.prolog": lambda data: b"builtins.str" in data})

    async def test_disassembly_and_tree(self) -> None:
        await self.type("jsk dis 1 + x")
        self.assertSent(files={"dis.py": lambda data: b"BINARY_OP" in data})
        await self.type("jsk ast 1 + x")
        self.assertSent(files={"ast.ansi": lambda data: b"BinOp" in data})

    async def test_long_result_is_a_paginator_or_a_file(self) -> None:
        await self.type("jsk py 'word ' * 1000")
        message = self.assertSent()
        self.assertTrue(message.attachments or message.components, message)

    async def test_shell(self) -> None:
        await self.run_shell("jsk sh echo $((40 + 2))", "\n42")

    async def test_git(self) -> None:
        await self.run_shell("jsk git --version", "\ngit version")

    async def run_shell(self, command: str, output: str) -> None:
        """Let the owner run a shell command; its output comes in by edits, at most one a second."""
        self.close_pipes_of_shells()
        await self.type(command)
        message = self.assertSent()
        await self.advance(5)
        self.assertEdited(message, contains=[output, "[status] Return code 0"])

    def close_pipes_of_shells(self) -> None:
        """Close what jishaku leaves open of each shell, once the test is over."""
        from jishaku.shell import ShellReader

        made: list[Any] = []
        begin = ShellReader.__init__

        def begin_and_note(reader: Any, *args: Any, **options: Any) -> None:
            begin(reader, *args, **options)
            made.append(reader)

        def close() -> None:
            for reader in made:
                for pipe in (reader.stdin, reader.stdout, reader.process.stderr):
                    pipe.close()

        self.enterContext(patch.object(ShellReader, "__init__", begin_and_note))
        self.addCleanup(close)

    async def test_cat(self) -> None:
        await self.type(f"jsk cat {FILE}")
        message = self.assertSent()
        self.assertIn("jishaku, a debugging extension", _text(message) or (await _bytes(message)).decode())

    async def test_cat_of_a_missing_file(self) -> None:
        await self.type("jsk cat missing.txt")
        self.assertSent("`missing.txt`: No file by that name.")

    async def test_load_and_unload(self) -> None:
        await self.type(f"jsk load {LOADED}")
        self.assertSent(contains=f"`{LOADED}`")
        await self.type("hello")
        self.assertSent("Hello!")
        await self.type(f"jsk reload {LOADED}")
        self.assertSent(contains=f"`{LOADED}`")
        await self.type(f"jsk unload {LOADED}")
        self.assertSent(contains=f"`{LOADED}`")
        with self.assertBotRaises(commands.CommandNotFound):
            await self.type("hello")

    async def test_source(self) -> None:
        await self.type("jsk source jsk hide")
        message = self.assertSent()
        self.assertIn("async def jsk_hide", _text(message) or (await _bytes(message)).decode())

    async def test_hide_and_show(self) -> None:
        await self.type("jsk show")
        self.assertSent("Jishaku is already visible.")
        await self.type("jsk hide")
        self.assertSent("Jishaku is now hidden.")

    async def test_tasks_and_cancel(self) -> None:
        await self.type("jsk tasks")
        self.assertSent("No currently running tasks.")
        await self.type("jsk py import asyncio; await asyncio.sleep(1000)")
        self.assertNothingSent()
        await self.type("jsk tasks")
        self.assertIn("jishaku py", _text(self.assertSent()))
        await self.type("jsk cancel 1")
        self.assertSent(contains="Cancelled task 1")

    async def test_round_trip_time(self) -> None:
        await self.type("jsk rtt")
        message = self.assertSent()
        self.assertIn("Average: ", message.content)
        self.assertRequested("PATCH", "/channels/{channel_id}/messages/{message_id}", count=5)

    async def test_repeat_debug_and_override(self) -> None:
        await self.type("jsk repeat 3 jsk py 1")
        self.assertSent("1", count=3)
        await self.type("jsk debug jsk py 2")
        self.assertSent("2")
        self.assertSent(contains="Command `jishaku py` finished in")
        with self.assertBotRaises(commands.NotOwner):
            await self.type(f"jsk exec {self.alice.mention} jsk py _author.name")
        await self.type(f"jsk exec! {self.alice.mention} jsk py _author.name")
        self.assertSent("alice")

    async def test_permission_trace(self) -> None:
        await self.type(f"jsk permtrace {self.general.mention} {self.alice.mention}")
        reason = re.compile(r"✅ send_messages \(because it is the server-wide @everyone permission\)")
        self.assertTrue(
            any(reason.search(field.value or "") for field in self.assertSent(embeds=1).embeds[0].fields)
        )

    async def test_invite(self) -> None:
        await self.type("jsk invite kick_members")
        self.assertSent(contains="https://discordapp.com/oauth2/authorize?client_id=")

    async def test_shutdown(self) -> None:
        await self.type("jsk shutdown")
        self.assertSent("Logging out now\N{HORIZONTAL ELLIPSIS}")
        self.assertTrue(self.client.is_closed())

    @unittest.skipUnless(
        voice_client.has_nacl and voice_client.has_dave, "discord.py[voice] is not installed"
    )
    async def test_voice(self) -> None:
        self.make_voice_channel("floor", self.guild)
        attic = self.make_voice_channel("attic", self.guild)
        self.enterContext(patch("discord.opus.is_loaded", return_value=True))  # nothing is encoded here
        await self.join_voice(self.owner, attic)
        await self.type("jsk vc join floor")
        self.assertSent("Connected to floor.")
        await self.type("jsk vc")
        self.assertSent("Connected to floor, idle.")
        await self.type("jsk vc join")
        self.assertInVoice(self.guild.me, attic)
        await self.type("jsk vc pause")
        self.assertSent("The voice client in this guild is not playing anything.")
        await self.type("jsk vc disconnect")
        self.assertSent("Disconnected from attic.")
        self.assertNotInVoice(self.guild.me)


def _text(message: discord.Message) -> str:
    return message.content


async def _bytes(message: discord.Message) -> bytes:
    return await message.attachments[0].read() if message.attachments else b""


if __name__ == "__main__":
    unittest.main()
