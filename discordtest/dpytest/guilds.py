"""The guilds that ``configure`` makes, and the bot's place in them.

Each guild is the bot's own, as those are that bots made for themselves, so nothing is refused to it and no role of
its own stands among the others. An owner is above overwrites: the first overwrite that a test sets hands the guild
over (`bind_the_bot`), and from then on the bot is a member with a role that allows all but Administrator.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

import discord

from discordtest import views
from discordtest.arrange.building import perform, show
from discordtest.backend.resources import user as users
from discordtest.backend.resources.channel_types import TEXT, VOICE
from discordtest.backend.resources.guild_member import MAX_NICK

if TYPE_CHECKING:
    from collections.abc import Iterator

    from discordtest.scene import Scene

__all__ = ["Made", "Names", "bind_the_bot", "make_guilds", "muted"]

_EVERYTHING = discord.Permissions.all().value & ~discord.Permissions.administrator.flag
Names = int | Sequence[str]


@contextmanager
def muted(client: discord.Client) -> Iterator[None]:
    """Keep a client from telling its listeners anything; its cache changes as ever."""

    def dispatch(event: str, /, *args: Any, **kwargs: Any) -> None:
        """Tell nobody."""

    client.dispatch = client._connection.dispatch = dispatch  # type: ignore[method-assign]
    try:
        yield
    finally:
        del client.dispatch
        client._connection.dispatch = client.dispatch


def names_of(wanted: Names, pattern: str, what: str) -> list[str]:
    """Return the names that were asked for: a number of names after a pattern, or those that are given.

    :raises TypeError: it is neither a number nor a list of names
    :raises ValueError: the number is below 0
    """
    if isinstance(wanted, str | bytes) or not isinstance(wanted, int | Sequence):
        raise TypeError(f"configure takes a number of {what} or a list of their names, not {wanted!r}")
    if not isinstance(wanted, int):
        return [*wanted]
    if wanted < 0:
        raise ValueError(f"configure cannot make {wanted} {what}")
    return [pattern.format(number) for number in range(wanted)]


class Made(NamedTuple):
    """What was made, as one client has it."""

    guilds: list[discord.Guild]
    channels: list[Any]
    members: list[discord.Member]


class Ids(NamedTuple):
    """What was made: ids of guilds and channels, pairs (guild's id, user's id)."""

    guilds: list[str]
    channels: list[str]
    members: list[tuple[str, str]]

    def seen(self, view: views.Views) -> Made:
        """Return the objects of a client, when it has heard of them all."""
        channels = view.world.channels
        guilds = [view.guild(guild_id) for guild_id in self.guilds]
        for guild in guilds:
            _put_last(guild, int(view.bot_id))
        return Made(
            guilds,
            [view.channel(channels[channel_id]) for channel_id in self.channels],
            [view.member(*pair) for pair in self.members],
        )


def make_guilds(
    scene: Scene, guilds: Names, text_channels: Names, voice_channels: Names, members: Names
) -> Ids:
    """Make guilds that are alike; the bots come to each when all is there."""
    text = names_of(text_channels, "TextChannel_{}", "text channels")
    voice = names_of(voice_channels, "VoiceChannel_{}", "voice channels")
    people = names_of(members, "TestUser{}", "members")
    made = Ids([], [], [])
    for name in names_of(guilds, "Test Guild {}", "guilds"):
        guild_id = _make(scene, "create_guild", body={"name": name, "owner_id": scene.owner["id"]})["id"]
        made.guilds.append(guild_id)
        for kind, names in ((TEXT, text), (VOICE, voice)):
            for each in names:
                body = {"name": each, "type": kind}
                made.channels.append(_make(scene, "create_channel_as_named", guild_id, body=body)["id"])
        for number, each in enumerate(people):
            user = users.make_user(scene.backend.world, each, discriminator=f"{number % 9999 + 1:04}")
            _make(
                scene, "join_guild", guild_id, user["id"], body={"nick": f"{each}_{number}_nick"[:MAX_NICK]}
            )
            made.members.append((guild_id, user["id"]))
        _give_to_bots(scene, guild_id)
    show(scene)
    return made


def _make(scene: Scene, name: str, *path: str, **options: Any) -> Any:
    return perform(scene, "configure", name, *path, **options)


def _give_to_bots(scene: Scene, guild_id: str) -> None:
    """Make the first bot the owner, in the place of whoever made the guild, and let the bots in."""
    bots = [(application["id"], application["bot"]) for application in scene.clients.values()]
    _make(scene, "update_guild", guild_id, body={"owner_id": bots[0][1]["id"]})
    _make(scene, "remove_guild_member", guild_id, scene.owner["id"])
    for application_id, bot in bots:
        _make(scene, "add_bot", guild_id, application_id)
        body = {"nick": f"{bot['username']}_nick"[:MAX_NICK]}
        _make(scene, "update_guild_member", guild_id, bot["id"], body=body)


def _put_last(guild: discord.Guild, user_id: int) -> None:
    """Make somebody the last of ``guild.members``: suites count on it, while a client hears of itself first."""
    member = guild._members.pop(user_id, None)
    if member is not None:
        guild._members[user_id] = member


def bind_the_bot(scene: Scene, client: discord.Client, guild_id: str) -> None:
    """Make the bot, where it owns the guild, a member whom overwrites bind; its listeners hear nothing of it."""
    bot_id = views.views_of(scene, client).bot_id
    if scene.backend.world.guilds[guild_id]["owner_id"] != bot_id:
        return
    name = scene.backend.world.users[bot_id]["username"]
    with muted(client):
        _make(scene, "update_guild", guild_id, body={"owner_id": scene.owner["id"]})
        body: dict[str, Any] = {"name": name, "permissions": str(_EVERYTHING)}
        role = _make(scene, "create_guild_role", guild_id, body=body)
        top = len(scene.backend.world.roles[guild_id]) - 1
        _make(scene, "bulk_update_guild_roles", guild_id, body=[{"id": role["id"], "position": top}])
        _make(scene, "add_guild_member_role", guild_id, bot_id, role["id"])
        show(scene)
