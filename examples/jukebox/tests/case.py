"""What the tests have in common: the bot as it is started, songs that are silent, a club with some people in it."""

import os
import tempfile
from pathlib import Path
from unittest.mock import patch

import discord

from discordtest import DiscordTestCase, load_client

SECONDS = {"waltz": 30, "tango": 20}
FRAME = b"\xf8\xff\xfe"  # 20 ms of silence, as Opus


class Silence(discord.AudioSource):
    """A song as long as its file's name says; no FFmpeg is started."""

    def __init__(self, file: str) -> None:
        self.song = Path(file).stem
        self.frames = SECONDS[self.song] * 50

    def is_opus(self) -> bool:
        return True

    def read(self) -> bytes:
        self.frames -= 1
        return FRAME if self.frames >= 0 else b""


class JukeboxTestCase(DiscordTestCase):
    def setUp(self) -> None:
        folder = self.enterContext(tempfile.TemporaryDirectory())
        for song in SECONDS:
            Path(folder, f"{song}.ogg").touch()
        self.enterContext(patch.dict(os.environ, {"DISCORD_TOKEN": "any", "SONGS": folder}))
        self.enterContext(patch("discord.FFmpegOpusAudio", Silence))

    def make_client(self):
        return load_client("bot.py")

    def make_world(self) -> None:
        self.guild = self.make_guild("Club", channels=["lobby"])
        self.lobby = self.guild.text_channels[0]
        self.floor = self.make_voice_channel("floor", self.guild)
        self.alice = self.make_member("alice", self.guild)
        self.bob = self.make_member("bob", self.guild)

    async def asyncSetUp(self) -> None:
        await super().asyncSetUp()
        await self.join_voice(self.alice, self.floor)

    @property
    def song(self) -> str | None:
        """What plays now."""
        voice = self.client.get_guild(self.guild.id).voice_client
        return voice.source.song if voice is not None and voice.is_playing() else None

    async def play(self, song: str):
        return await self.slash(self.alice, self.lobby, "play", song=song)
