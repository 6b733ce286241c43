"""What people do in voice channels, and how they show themselves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from discordtest import finding, given
from discordtest.act.acting import Acting, act, name, person, place
from discordtest.backend import permissions
from discordtest.backend.resources import channel_types, presence
from discordtest.errors import SetupError
from discordtest.verbs import verb

if TYPE_CHECKING:
    import discord

    from discordtest.backend.rest import Actor
    from discordtest.backend.world import Record
    from discordtest.given import Id
    from discordtest.scene import Scene

__all__ = ["VoiceVerbs"]

__unittest = True  # unittest leaves our frames out of its tracebacks

_SWITCHES = ("self_mute", "self_deaf", "self_video", "self_stream")


class VoiceVerbs(Acting):
    """The verbs about voice and presence."""

    @verb
    async def join_voice(self, who: Id, channel: discord.VoiceChannel | discord.StageChannel | Id) -> None:
        """Join a voice or stage channel, or move to it."""
        scene, actor = self._scene, person(self._scene, who)
        world = scene.backend.world
        channel_id = finding.find_channel(
            world, channel, kinds=permissions.VOICE_TYPES, user_id=actor.user_id
        )
        record = world.channels[channel_id]
        if record["type"] not in permissions.VOICE_TYPES:
            raise SetupError(f"{place(scene, channel_id)} is no voice channel: nobody can join it")
        if not permissions.visible(scene.backend.world, record, actor.user_id):
            who_name = name(scene.backend.world, actor.user_id)
            raise SetupError(f"{who_name} cannot see the voice channel {record['name']!r}, so cannot join it")
        text = f"joins the voice channel {record['name']!r}"
        _speak(scene, actor, text, record["guild_id"], {"channel_id": channel_id, "self_stream": False})

    @verb
    async def leave_voice(self, who: Id) -> None:
        """Leave the voice channel that one is in."""
        scene, actor = self._scene, person(self._scene, who)
        state = _state(scene, actor)
        _speak(scene, actor, "leaves voice", state["guild_id"], {"channel_id": None})

    @verb
    async def set_voice(
        self,
        who: Id,
        *,
        mute: bool | None = None,
        deaf: bool | None = None,
        video: bool | None = None,
        stream: bool | None = None,
        request_to_speak: bool | None = None,
    ) -> None:
        """Mute or deafen oneself, turn one's camera on, or go live; on a stage, ask to speak."""
        scene, actor = self._scene, person(self._scene, who)
        state = _state(scene, actor)
        guild_id, channel_id = state["guild_id"], state["channel_id"]
        if stream:
            _check_may_stream(scene, actor, channel_id)
        changes = given.without_none(self_mute=mute, self_deaf=deaf, self_video=video, self_stream=stream)
        if changes or request_to_speak is None:
            text = "sets " + ", ".join(f"{key}={value}" for key, value in changes.items())
            _speak(scene, actor, text, guild_id, {"channel_id": channel_id, **changes})
        if request_to_speak is not None:
            now = scene.backend.world.timestamp() if request_to_speak else None
            body = {"channel_id": channel_id, "request_to_speak_timestamp": now}
            text = "asks to speak" if request_to_speak else "asks to speak no more"
            act(scene, actor, text, "update_self_voice_state", guild_id, body=body)

    @verb
    async def open_stage(
        self, who: Id, channel: discord.StageChannel | Id, topic: str, *, reason: str | None = None
    ) -> None:
        """Open a stage with a topic, as its moderators do: ``on_stage_instance_create`` runs."""
        scene, actor = self._scene, person(self._scene, who)
        channel_id = _find_stage(scene, actor, channel)
        body = {"channel_id": channel_id, "topic": topic, "privacy_level": 2}
        text = f"opens {place(scene, channel_id)}: {topic!r}"
        act(scene, actor, text, "create_stage_instance", body=body, reason=reason)

    @verb
    async def close_stage(
        self, who: Id, channel: discord.StageChannel | Id, *, reason: str | None = None
    ) -> None:
        """Close a stage: ``on_stage_instance_delete`` runs."""
        scene, actor = self._scene, person(self._scene, who)
        channel_id = _find_stage(scene, actor, channel)
        if channel_id not in scene.backend.world.stage_instances:
            raise SetupError(f"{place(scene, channel_id)} is not open: `await self.open_stage(…)` first")
        text = f"closes {place(scene, channel_id)}"
        act(scene, actor, text, "delete_stage_instance", channel_id, reason=reason)

    @verb
    async def play_sound(
        self,
        who: Id,
        channel: discord.VoiceChannel | Id,
        sound: discord.SoundboardSound | discord.SoundboardDefaultSound | Id,
    ) -> None:
        """Play a sound of a soundboard in the voice channel that one is in: ``on_voice_channel_effect`` runs.

        ``sound`` is one of the guild's, of another guild that one is in, or a default one (``"quack"``); a bot hears
        of it if it is in the channel, too.
        """
        scene, actor = self._scene, person(self._scene, who)
        world, who_name = scene.backend.world, name(scene.backend.world, actor.user_id)
        channel_id = finding.find_channel(
            world, channel, kinds=permissions.VOICE_TYPES, user_id=actor.user_id
        )
        guild_id = world.channels[channel_id].get("guild_id")
        state = world.voice_states.get(guild_id or "", {}).get(actor.user_id)
        if guild_id is None or state is None or state["channel_id"] != channel_id:
            raise SetupError(
                f"{who_name} is not in {place(scene, channel_id)}: `await self.join_voice(…)` first"
            )
        record = finding.find_sound(world, sound, guild_id)
        body = {"sound_id": record["sound_id"], "source_guild_id": record.get("guild_id")}
        text = f"plays {record['name']!r} in {place(scene, channel_id)}"
        act(scene, actor, text, "send_soundboard_sound", channel_id, body=body)

    @verb
    async def set_presence(
        self,
        who: Id,
        status: discord.Status | str = "online",
        activity: discord.BaseActivity | discord.Spotify | dict[str, Any] | Sequence[Any] | None = None,
        *,
        device: str = "desktop",
    ) -> None:
        """Change one's status (``online``, ``idle``, ``dnd``, ``invisible``, ``offline``) and activity, or several.

        ``device`` is where one is seen: ``desktop``, ``mobile`` or ``web``.
        """
        if isinstance(activity, str):
            raise TypeError(f"activity is one of discord.py's, such as discord.Game({activity!r})")
        if device not in presence.CLIENTS:
            raise TypeError(f"device is one of {', '.join(presence.CLIENTS)}, not {device!r}")
        shown: Sequence[Any] = activity if isinstance(activity, Sequence) else [activity] if activity else []
        activities = [each if isinstance(each, dict) else each.to_dict() for each in shown]
        body = {"status": str(status), "activities": activities, "client": device}
        actor = person(self._scene, who)
        act(self._scene, actor, f"is {status} now", "update_presence", actor.user_id, body=body)


def _find_stage(scene: Scene, actor: Actor, channel: Any) -> str:
    world = scene.backend.world
    channel_id = finding.find_channel(world, channel, kinds=(channel_types.STAGE,), user_id=actor.user_id)
    if world.channels[channel_id]["type"] != channel_types.STAGE:
        raise SetupError(f"{place(scene, channel_id)} is no stage channel")
    return channel_id


def _state(scene: Scene, actor: Actor) -> Record:
    for guild_id, states in scene.backend.world.voice_states.items():
        if actor.user_id in states:
            return {**states[actor.user_id], "guild_id": guild_id}
    raise SetupError(f"{name(scene.backend.world, actor.user_id)} is in no voice channel")


def _check_may_stream(scene: Scene, actor: Actor, channel_id: str) -> None:
    world = scene.backend.world
    held = permissions.channel_permissions(world, world.channels[channel_id], actor.user_id)
    if not held & permissions.Permission.STREAM:
        who_name = name(world, actor.user_id)
        raise SetupError(f"{who_name} lacks stream in {place(scene, channel_id)}, so cannot go live there")


def _speak(scene: Scene, actor: Actor, text: str, guild_id: str, changes: Record) -> None:
    """Send what a client says of its voice; switches that are not named stay as they are."""
    state = scene.backend.world.voice_states[guild_id].get(actor.user_id, {})
    body = {key: state[key] for key in _SWITCHES if key in state}
    act(scene, actor, text, "update_my_gateway_voice_state", guild_id, body={**body, **changes})
