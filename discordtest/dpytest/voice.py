"""Voice of a bot under test: it is in its channel, and nothing can be heard.

``channel.connect()`` takes ``FakeVoiceClient`` where it would take ``discord.VoiceClient``, as long as a client is
configured. The voice state is Discord's, with its permissions and events; the voice server is not there, so to play
something is not modelled. To hear what a bot plays, pass a ``discord.VoiceProtocol`` of your own as ``cls=``.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import discord

from discordtest.errors import NotModelled

if TYPE_CHECKING:
    from discord.types.voice import GuildVoiceState, VoiceServerUpdate

__all__ = ["FakeVoiceClient", "be_the_default", "be_the_default_no_more"]

_SOUND = frozenset(
    (
        "average_latency",
        "latency",
        "listen",
        "play",
        "send_audio_packet",
        "ssrc",
        "timestamp",
        "ws",
        "encoder",
    )
)
_defaults: Any = discord.abc.Connectable.connect.__kwdefaults__
_usual = _defaults["cls"]
_stages = 0


class FakeVoiceClient(discord.VoiceProtocol):
    """The bot's place in a voice channel, without sound."""

    channel: discord.VoiceChannel | discord.StageChannel
    source = None  # nothing is ever played

    def __init__(self, client: discord.Client, channel: discord.abc.Connectable) -> None:
        super().__init__(client, channel)
        self._connected = False
        self._told = asyncio.Event()  # where the bot is, by Discord

    def __getattr__(self, name: str) -> Any:
        if name in _SOUND:
            raise NotModelled(
                f"{name} of a voice client: there is no voice server here. Pass connect(cls=…) a "
                "discord.VoiceProtocol of your own that notes what is played."
            )
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    @property
    def guild(self) -> discord.Guild:
        """The guild of the channel."""
        return self.channel.guild

    @property
    def user(self) -> discord.ClientUser:
        """The bot."""
        assert self.client.user is not None
        return self.client.user

    async def connect(
        self, *, timeout: float, reconnect: bool, self_deaf: bool = False, self_mute: bool = False
    ) -> None:
        """Join the channel.

        :raises TimeoutError: Discord did not let the bot in: it may not connect, or the channel is full
        """
        await self.guild.change_voice_state(channel=self.channel, self_deaf=self_deaf, self_mute=self_mute)
        await asyncio.wait_for(self._told.wait(), timeout)
        self._connected = True

    async def move_to(self, channel: discord.abc.Snowflake | None, *, timeout: float | None = 30.0) -> None:
        """Go to another channel of the guild; None is to leave.

        :raises TimeoutError: Discord did not let the bot in
        """
        if channel is None:
            await self.disconnect()
        elif channel.id != self.channel.id:
            self._told.clear()
            await self.guild.change_voice_state(channel=channel)
            await asyncio.wait_for(self._told.wait(), timeout)

    async def disconnect(self, *, force: bool = False) -> None:
        """Leave the channel."""
        self._connected = False
        await self.guild.change_voice_state(channel=None)
        self.cleanup()

    async def on_voice_state_update(self, data: GuildVoiceState, /) -> None:
        """Follow the bot to where it went, was moved to, or was thrown out of."""
        channel = self.guild.get_channel(int(data["channel_id"] or 0))
        if channel is not None:
            self.channel = channel  # type: ignore[assignment]  # one with voice
            self._told.set()
        elif self._connected:
            self._connected = False
            self.cleanup()

    async def on_voice_server_update(self, data: VoiceServerUpdate, /) -> None:
        """Know where the voice server would be."""

    # -- nothing is ever played

    def is_connected(self) -> bool:
        """Tell whether the bot is in the channel."""
        return self._connected

    def is_playing(self) -> bool:
        """Tell that nothing is played."""
        return False

    def is_paused(self) -> bool:
        """Tell that nothing is paused."""
        return False

    def stop(self) -> None:
        """Do nothing, as of a client that plays nothing."""

    def pause(self) -> None:
        """Do nothing, as of a client that plays nothing."""

    def resume(self) -> None:
        """Do nothing, as of a client that plays nothing."""


def be_the_default() -> None:
    """Make ``connect()`` take ``FakeVoiceClient``, until as many `be_the_default_no_more`."""
    global _stages
    _stages += 1
    _defaults["cls"] = FakeVoiceClient


def be_the_default_no_more() -> None:
    """Make ``connect()`` take what discord.py has there, if no other test needs ours."""
    global _stages
    _stages -= 1
    if not _stages:
        _defaults["cls"] = _usual
