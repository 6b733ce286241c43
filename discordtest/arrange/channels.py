"""Builders of channels and threads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

import discord

from discordtest import checking, finding, given
from discordtest.arrange.building import (
    Arranging,
    channel_id_of,
    guild_id_of,
    new_id,
    perform,
    show,
    stage,
    user_id_of,
)
from discordtest.errors import SetupError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from discordtest.backend.world import Record, World
    from discordtest.given import Id, Overwrites
    from discordtest.scene import Scene

__all__ = ["ChannelBuilders", "channel_fields", "make_channel"]

__unittest = True  # unittest leaves our frames out of its tracebacks

_TEXT, _VOICE, _CATEGORY, _NEWS, _STAGE, _FORUM, _MEDIA = 0, 2, 4, 5, 13, 15, 16
_NEWS_THREAD, _PUBLIC_THREAD, _PRIVATE_THREAD = 10, 11, 12
_FORUMS = (_FORUM, _MEDIA)
_BUILDERS = {
    _TEXT: "make_text_channel",
    _NEWS: "make_text_channel",
    _VOICE: "make_voice_channel",
    _CATEGORY: "make_category_channel",
    _STAGE: "make_stage_channel",
    _FORUM: "make_forum_channel",
    _MEDIA: "make_forum_channel",
}


class ChannelBuilders(Arranging):
    """What makes the channels of a guild.

    Each takes ``id_num`` and the keywords of discord.py's ``create_*_channel``: ``overwrites``, ``category``,
    ``topic``, ``slowmode_delay``, … ``position=-1`` is below all others.
    """

    def make_text_channel(
        self,
        name: str,
        guild: discord.Guild | Id,
        position: int = -1,
        id_num: int = -1,
        permission_overwrites: Overwrites | Iterable[Mapping[str, Any]] | None = None,
        parent_id: Id | None = None,
        *,
        news: bool = False,
        **settings: Any,
    ) -> discord.TextChannel:
        """Make a text channel of that ``name`` in a ``guild``, and return it; ``news=True``: an announcement channel.

        ``position`` -1 is below all others; ``id_num`` chooses the id; ``parent_id`` is its category, or that one's
        id. ``permission_overwrites`` (or ``overwrites``) are PermissionOverwrites by role or member, or as the API
        has them: one or a list of ``{"id", "type", "allow", "deny"}``. ``settings`` are the other keywords of
        ``create_text_channel``.

        >>> hidden = {guild.default_role: discord.PermissionOverwrite(view_channel=False)}
        >>> self.make_text_channel("staff", guild, overwrites=hidden)

        Raises `SetupError` for a guild that is not here, an id that is taken, and what Discord does not allow.
        """
        settings.update(position=position, permission_overwrites=permission_overwrites, parent_id=parent_id)
        return cast(
            "discord.TextChannel",
            make_channel(self._scene, _NEWS if news else _TEXT, name, guild, id_num, settings),
        )

    def make_voice_channel(
        self, name: str, guild: discord.Guild | Id, position: int = -1, id_num: int = -1, **settings: Any
    ) -> discord.VoiceChannel:
        """Make a voice channel."""
        return cast(
            "discord.VoiceChannel",
            make_channel(self._scene, _VOICE, name, guild, id_num, {**settings, "position": position}),
        )

    def make_stage_channel(
        self, name: str, guild: discord.Guild | Id, position: int = -1, id_num: int = -1, **settings: Any
    ) -> discord.StageChannel:
        """Make a stage channel."""
        return cast(
            "discord.StageChannel",
            make_channel(self._scene, _STAGE, name, guild, id_num, {**settings, "position": position}),
        )

    def make_forum_channel(
        self,
        name: str,
        guild: discord.Guild | Id,
        position: int = -1,
        id_num: int = -1,
        *,
        media: bool = False,
        **settings: Any,
    ) -> discord.ForumChannel:
        """Make a forum; ``media=True`` makes a media channel. ``available_tags`` are ``discord.ForumTag``."""
        settings["position"] = position
        return cast(
            "discord.ForumChannel",
            make_channel(self._scene, _MEDIA if media else _FORUM, name, guild, id_num, settings),
        )

    def make_category_channel(
        self,
        name: str,
        guild: discord.Guild | Id,
        position: int = -1,
        id_num: int = -1,
        permission_overwrites: Overwrites | Iterable[Mapping[str, Any]] | None = None,
        **settings: Any,
    ) -> discord.CategoryChannel:
        """Make a category of that ``name`` in a ``guild``, and return it.

        ``position`` -1 is below all others; ``id_num`` chooses the id; ``permission_overwrites`` and ``settings`` are
        as for `make_text_channel`.

        Raises `SetupError` for a guild that is not here, an id that is taken, and what Discord does not allow.
        """
        settings.update(position=position, permission_overwrites=permission_overwrites)
        return cast(
            "discord.CategoryChannel", make_channel(self._scene, _CATEGORY, name, guild, id_num, settings)
        )

    def make_thread(
        self,
        name: str,
        parent: discord.abc.GuildChannel | discord.Message | Id,
        *,
        private: bool = False,
        members: Iterable[Id] = (),
        owner: Id | None = None,
        content: str | None = None,
        id_num: int = -1,
        **settings: Any,
    ) -> discord.Thread:
        """Make a thread in a channel, on a message or, with its first message ``content``, in a forum.

        ``owner`` starts it, by default the bot's owner. ``settings`` are those of ``create_thread``, and
        ``archived`` and ``locked``.
        """
        scene = stage(self._scene)
        starter = str(scene.owner["id"]) if owner is None else user_id_of(scene, owner)
        joining = [user_id_of(scene, member) for member in members]
        later = given.without_none(
            archived=settings.pop("archived", None), locked=settings.pop("locked", None)
        )
        checking.check_text("a thread's name", name)
        checking.check_keywords(self.make_thread, settings, "create_thread")
        body = given.api_fields({**settings, "name": name})
        operation, path = _thread_place(scene, parent, private, content, body)
        doing = f"make_thread({name!r})"
        chosen = new_id(id_num, scene.backend.world.channels)
        made = perform(scene, doing, operation, *path, body=body, author=starter, id=chosen)
        for user_id in joining:
            perform(scene, doing, "add_thread_member", made["id"], user_id)
        if later:
            perform(scene, doing, "update_channel", made["id"], body=later)
        return cast("discord.Thread", show(scene).channel(scene.backend.world.channels[made["id"]]))


def make_channel(
    scene: Scene,
    kind: int,
    name: str,
    guild: discord.Guild | Id,
    id_num: int,
    settings: dict[str, Any],
    *,
    as_named: bool = False,
) -> Any:
    """Make a channel of a type; ``as_named`` keeps capitals and spaces in the name of a text channel."""
    stage(scene)
    world = scene.backend.world
    guild_id = guild_id_of(scene, guild)
    checking.check_text("a channel's name", name)
    checking.check_keywords(getattr(ChannelBuilders, _BUILDERS[kind]), settings, "create_guild_channel")
    checking.check_number("position", settings["position"])
    if settings["position"] < 0:
        del settings["position"]
    body = {**channel_fields(scene, guild_id, settings), "name": name, "type": kind}
    chosen = new_id(id_num, world.channels)
    operation = "create_channel_as_named" if as_named else "create_guild_channel"
    made = perform(scene, f"make channel {name!r}", operation, guild_id, body=body, id=chosen)
    return show(scene).channel(world.channels[made["id"]])


def channel_fields(scene: Scene, guild_id: str, settings: Mapping[str, Any]) -> Record:
    """Return the settings of a guild's channel as fields of the API; what they name is looked up in the guild."""
    found = dict(settings)
    for key in ("parent_id", "category"):
        if found.get(key) is not None:
            found[key] = channel_id_of(scene, found[key], guild_id, (_CATEGORY,))
    for key in ("overwrites", "permission_overwrites"):
        if isinstance(found.get(key), Mapping) and "id" not in found[key]:
            found[key] = _overwrites(scene.backend.world, guild_id, found[key])
    return given.api_fields(found)


def _overwrites(world: World, guild_id: str, overwrites: Mapping[Any, Any]) -> list[Record]:
    """Return overwrites as JSON; their targets are roles and members of the guild."""
    found = []
    for target, overwrite in overwrites.items():
        target_id = finding.find_mentionable(world, target, guild_id)
        found.append(given.json_overwrite(target_id, overwrite, is_role=target_id in world.roles[guild_id]))
    return found


def _thread_place(
    scene: Scene, parent: Any, private: bool, content: str | None, body: Record
) -> tuple[str, tuple[str, ...]]:
    """Return which operation makes the thread and on what; complete its body."""
    if isinstance(parent, (discord.Message, discord.PartialMessage)):
        if private or content is not None:
            raise SetupError("a thread on a message is public, and that message is its first")
        return "create_thread_from_message", (str(parent.channel.id), str(parent.id))
    channel_id = channel_id_of(scene, parent)
    kind = scene.backend.world.channels[channel_id]["type"]
    if kind in _FORUMS:
        body["message"] = {"content": content or body["name"]}
    elif content is not None:
        raise SetupError("only a thread of a forum is made with a first message: use make_message")
    elif private:
        body["type"] = _PRIVATE_THREAD
    else:
        body["type"] = _NEWS_THREAD if kind == _NEWS else _PUBLIC_THREAD
    return "create_thread", (channel_id,)
