"""Assertions about voice: who is in a channel, and what the bot plays there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn, TypeAlias

from discordtest import finding, given, names
from discordtest.assertions.core import AssertCore
from discordtest.backend import permissions
from discordtest.errors import SetupError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import discord

    from discordtest.given import Id

    Person: TypeAlias = discord.abc.User | Id
    Channel: TypeAlias = discord.VoiceChannel | Id
    Sound: TypeAlias = discord.SoundboardSound | discord.SoundboardDefaultSound | Id

__all__ = ["AssertVoice"]

__unittest = True


class AssertVoice(AssertCore):
    """The assertions about people in voice, and about sounds."""

    def assertInVoice(self, member: Person, channel: Any = None, *, msg: Any = None) -> None:
        """Fail unless the member is in voice (in this channel, if one is named)."""
        self._at_rest()
        place, wanted = self._voice_channel(member), self._wanted_channel(member, channel)
        if place is None or wanted not in (None, place):
            self._fail_place(member, place, msg)

    def assertNotInVoice(self, member: Person, channel: Any = None, *, msg: Any = None) -> None:
        """Fail if the member is in voice (in this channel, if one is named)."""
        self._at_rest()
        place, wanted = self._voice_channel(member), self._wanted_channel(member, channel)
        if place is not None and wanted in (None, place):
            self._fail_place(member, place, msg)

    def _fail_place(self, member: Person, place: str | None, msg: Any) -> NoReturn:
        world = self._scene.backend.world
        where = "in no voice channel" if place is None else f"in {names.name_of(world, place)}"
        self._fail_state(f"{self._user_text(self._claimed_user(member))} is {where}", msg)

    def _voice_channel(self, member: Person) -> str | None:
        guild_id, user_id = self._claimed_member(member)
        state = self._scene.backend.world.voice_states.get(guild_id, {}).get(user_id)
        return None if state is None else state["channel_id"]

    def _wanted_channel(self, member: Person, channel: Any) -> str | None:
        if channel is None:
            return None
        guild_id, _ = self._claimed_member(member)
        return self._claimed(
            lambda world, channel: finding.find_channel(world, channel, guild_id, permissions.VOICE_TYPES),
            channel,
        )

    def assertSoundPlayed(self, channel: Channel, sound: Sound | None = None, *, msg: Any = None) -> None:
        """Fail unless the bot played a sound of a soundboard in the voice channel in the last act.

        ``sound`` is an object, an id or a name; without it any sound will do.
        """
        self._at_rest()
        if not self._played(channel, sound):
            self._fail_sound("did not play", channel, sound, msg)

    def assertNotSoundPlayed(self, channel: Channel, sound: Sound | None = None, *, msg: Any = None) -> None:
        """Fail if the bot played a sound (this one, if one is named) in the voice channel in the last act."""
        self._at_rest()
        if self._played(channel, sound):
            self._fail_sound("played", channel, sound, msg)

    def _played(self, channel: Channel, sound: Sound | None) -> bool:
        place = self._voice_place(channel)
        wanted = None if sound is None else self._claimed_sound(place, sound)
        return any(where == place and wanted in (None, what) for where, what in self._sounds())

    def _sounds(self) -> Iterator[tuple[str, str]]:
        """Yield (channel id, sound id) of each that the bot played in the last act."""
        bot_id = self._bot_id()
        for entry in self._scene.backend.journal.exchanges(self._scene.act_start):
            done = entry.status == 204 and entry.path.endswith("/send-soundboard-sound")
            if done and entry.actor is not None and entry.actor.user_id == bot_id:
                yield entry.path.split("/")[2], str(entry.json["sound_id"])

    def _voice_place(self, channel: Channel) -> str:
        return self._claimed(
            lambda world, each: finding.find_channel(world, each, None, permissions.VOICE_TYPES), channel
        )

    def _claimed_sound(self, channel_id: str, sound: Sound) -> str:
        guild_id = self._scene.backend.world.channels.get(channel_id, {}).get("guild_id", "")
        return self._claimed(
            lambda world, each: str(finding.find_sound(world, each, guild_id)["sound_id"]), sound
        )

    def _sound_text(self, sound: Any) -> str:
        """Return how people call a sound; its id where it is deleted."""
        try:
            return repr(finding.find_sound(self._scene.backend.world, sound, "")["name"])
        except SetupError:
            return f"sound {given.id_of(sound)}" if not finding.is_name(sound) else repr(sound)

    def _fail_sound(self, claim: str, channel: Channel, sound: Sound | None, msg: Any) -> NoReturn:
        world = self._scene.backend.world
        what = "a sound" if sound is None else self._sound_text(sound)
        played = [
            f"{self._sound_text(each)} in {names.channel_name(world, place)}"
            for place, each in self._sounds()
        ]
        text = f"the bot {claim} {what} in {names.channel_name(world, self._voice_place(channel))}"
        self._fail_state(f"{text}; it played: {', '.join(played) or 'none'}", msg)
