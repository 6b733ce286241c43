"""Sounds that are made before and after the bot starts, and in guilds that it is not in."""

from __future__ import annotations

from discordtest import DiscordTestCase, SetupError
from tests.backend.resources.test_sound_file import opus


class MakeSoundboardSound(DiscordTestCase):
    def make_world(self) -> None:
        self.guild = self.make_guild("Test")
        self.early = self.make_soundboard_sound("early", self.guild)

    async def test_bot_finds_what_was_there(self) -> None:
        self.assertEqual(self.client.soundboard_sounds, [self.early])
        self.assertEqual(self.early.guild, self.guild)
        self.assertEqual(self.refresh(self.early), self.early)

    async def test_later_one_is_in_the_cache_at_once(self) -> None:
        made = self.make_soundboard_sound("late", self.guild, 7, sound=opus(48_000), volume=0.25, emoji="🎉")
        self.assertIs(self.client.get_soundboard_sound(7), made)
        self.assertEqual((made.name, made.volume, str(made.emoji)), ("late", 0.25, "🎉"))
        self.assertEqual(await made.read(), opus(48_000))

    async def test_custom_emoji(self) -> None:
        blob = self.make_emoji("blob", self.guild)
        made = self.make_soundboard_sound("late", self.guild, emoji=blob)
        assert made.emoji is not None
        self.assertEqual(made.emoji.id, blob.id)

    async def test_guild_that_the_bot_is_not_in(self) -> None:
        foreign = self.make_guild("Foreign", bots=())
        made = self.make_soundboard_sound("far", foreign)
        self.assertEqual((made.guild, list(foreign.soundboard_sounds)), (foreign, [made]))
        self.assertEqual(self.client.soundboard_sounds, [self.early])

    async def test_what_cannot_be(self) -> None:
        with self.assertRaisesRegex(SetupError, "make_soundboard_sound.*file type"):
            self.make_soundboard_sound("x" * 5, self.guild, sound=b"text")
        with self.assertRaisesRegex(SetupError, "name"):
            self.make_soundboard_sound("x", self.guild)
        with self.assertRaisesRegex(SetupError, "id_num=.* is taken, by 'early'"):
            self.make_soundboard_sound("more", self.guild, self.early.id)

    async def test_what_is_gone_is_not_refreshed(self) -> None:
        self.backend.delete_soundboard_sound(self.early)
        with self.assertRaisesRegex(SetupError, "not in the world"):
            self.refresh(self.early)
