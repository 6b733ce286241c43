"""What plays in one guild: a song, those that wait, and a status that says so."""

from collections import deque
from pathlib import Path

import discord

PATIENCE = 300  # seconds of silence after which it leaves


class Player:
    def __init__(self, voice: discord.VoiceClient, folder: Path) -> None:
        self.voice = voice
        self.folder = folder
        self.song: str | None = None
        self.queue: deque[str] = deque()
        self.leaving = None

    def add(self, song: str) -> int:
        """Play a song, or let it wait; return how many are before it."""
        self.queue.append(song)
        if self.song is not None:
            return len(self.queue)
        self.next()
        return 0

    def skip(self) -> None:
        self.voice.stop()  # which ends the song, so the next one begins

    def next(self) -> None:
        if self.leaving is not None:
            self.leaving.cancel()
            self.leaving = None
        if not self.voice.is_connected():
            return
        if not self.queue:
            self.song = None
            self.leaving = self.voice.loop.call_later(PATIENCE, self.leave)
            return
        self.song = self.queue.popleft()
        self.voice.play(discord.FFmpegOpusAudio(str(self.folder / f"{self.song}.ogg")), after=self.ended)

    def ended(self, error: Exception | None) -> None:
        """Go on: this runs on the thread that has played."""
        self.voice.loop.call_soon_threadsafe(self.next)

    def leave(self) -> None:
        self.voice.loop.create_task(self.voice.disconnect())
