"""Messages that a test makes, changes and deletes by the functions of ``discordtest.backend``."""

from __future__ import annotations

import tempfile
from pathlib import Path

import discord

from discordtest import SetupError, backend
from tests.control.listening import ControlTestCase


def written(folder: str, name: str) -> Path:
    path = Path(folder, name)
    path.write_text("notes")
    return path


class MessageTestCase(ControlTestCase):
    async def asyncSetUp(self) -> None:
        await super().asyncSetUp()
        self.message = self.make_message("hello", self.alice, self.general)
        await self.heard()


class MakeTests(MessageTestCase):
    async def test_message(self) -> None:
        embed = discord.Embed(title="Title")
        with tempfile.TemporaryDirectory() as folder:
            attachment = backend.make_attachment(written(folder, "notes.txt"), None, 12)
        self.assertEqual((attachment.id, attachment.filename, attachment.size), (12, "notes.txt", 5))
        message = backend.make_message(
            "hi", self.alice, self.general, True, [embed], [attachment], 99, id_num=self.message.id + 1
        )
        self.assertEqual((message.content, message.tts, message.embeds), ("hi", True, [embed]))
        self.assertEqual((message.author, message.id), (self.alice, self.message.id + 1))
        self.assertEqual(await message.attachments[0].read(), b"notes")
        self.assertIs(self.client.cached_messages[-1], message)
        (heard,) = await self.arguments("message")
        self.assertEqual((heard, heard.nonce), (message, 99))

    async def test_name_of_an_attachment(self) -> None:
        self.assertEqual(backend.make_attachment("a.png", "b.png", content=b"").filename, "b.png")
        with self.assertRaises(FileNotFoundError):
            backend.make_attachment("nowhere/a.png")

    async def test_history_and_refresh(self) -> None:
        self.assertEqual(backend.history(self.general), [self.message])
        backend.edit_message(self.message, "bye")
        self.assertEqual(backend.refresh(self.message).content, "bye")


class EditTests(MessageTestCase):
    async def test_author_edits(self) -> None:
        edited = backend.edit_message(self.message, "bye", embeds=[discord.Embed(title="Title")])
        self.assertEqual((edited.content, edited.embeds[0].title), ("bye", "Title"))
        before, after = await self.arguments("message_edit")
        self.assertEqual((before.content, after.content, after.author), ("hello", "bye", self.alice))
        self.assertIsNotNone(after.edited_at)
        with self.assertRaisesRegex(TypeError, "embed"):
            backend.edit_message(self.message, embed=discord.Embed(title="Title"))

    async def test_message_that_is_gone(self) -> None:
        backend.delete_message(self.message)
        with self.assertRaisesRegex(SetupError, "there is no message"):
            backend.edit_message(self.message, "bye")

    async def test_direct_message(self) -> None:
        message = self.make_message("psst", self.alice, self.client.user)
        self.assertEqual(backend.edit_message(message, "shh").content, "shh")


class DeleteTests(MessageTestCase):
    async def test_bot_is_told(self) -> None:
        backend.delete_message(self.message)
        self.assertEqual(await self.arguments("message_delete"), (self.message,))
        self.assertEqual(len(self.client.cached_messages), 0)
        self.assertEqual(self.history(self.general), [])


class ReactionTests(MessageTestCase):
    async def test_added_and_removed(self) -> None:
        backend.add_reaction(self.message, self.alice, "👍")
        reaction, user = await self.arguments("reaction_add")
        self.assertEqual((str(reaction.emoji), user, reaction.count), ("👍", self.alice, 1))
        self.assertEqual(self.client.cached_messages[-1].reactions, [reaction])
        with self.assertRaisesRegex(SetupError, "has not reacted with 👎"):
            backend.remove_reaction(self.message, self.alice, "👎")
        backend.remove_reaction(self.message, self.alice, "👍")
        reaction, user = await self.arguments("reaction_remove")
        self.assertEqual((user, self.client.cached_messages[-1].reactions), (self.alice, []))

    async def test_custom_emoji(self) -> None:
        emoji = self.make_emoji("blob", self.guild)
        backend.add_reaction(self.message, self.alice, f"blob:{emoji.id}")
        self.assertReaction(self.message, emoji, self.alice)
        backend.remove_reaction(self.message, self.alice, emoji)
        self.assertNotReaction(self.message, emoji, self.alice)

    async def test_what_is_not_there_is_not_removed(self) -> None:
        backend.add_reaction(self.message, self.owner, "👍")
        for emoji in ("👍", "👎"):
            with self.subTest(emoji), self.assertRaisesRegex(SetupError, f"has not reacted with {emoji}"):
                backend.remove_reaction(self.message, self.alice, emoji)
        with self.assertRaisesRegex(SetupError, "add_reaction"):
            backend.add_reaction(self.message, self.alice, "no emoji")

    async def test_all_are_cleared(self) -> None:
        backend.add_reaction(self.message, self.alice, "👍")
        backend.add_reaction(self.message, self.owner, "👎")
        await self.heard()
        backend.clear_reactions(self.message)
        self.assertEqual(await self.heard(), ["reaction_clear"])
        self.assertEqual((await self.general.fetch_message(self.message.id)).reactions, [])

    async def test_one_emoji_is_cleared(self) -> None:
        backend.add_reaction(self.message, self.alice, "👍")
        backend.add_reaction(self.message, self.owner, "👎")
        await self.heard()
        backend.clear_reaction(self.message, "👍")
        self.assertEqual(await self.heard(), ["reaction_clear_emoji"])
        left = (await self.general.fetch_message(self.message.id)).reactions
        self.assertEqual([str(reaction.emoji) for reaction in left], ["👎"])


class PinTests(MessageTestCase):
    async def test_pinned_and_unpinned(self) -> None:
        backend.pin_message(self.message)
        self.assertIn("guild_channel_pins_update", await self.heard())
        self.assertPinned(self.message)
        backend.unpin_message(self.message)
        self.assertIn("guild_channel_pins_update", await self.heard())
        self.assertNotPinned(self.message)
