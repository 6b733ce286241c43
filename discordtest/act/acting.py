"""How a verb works: as a person, with what they see, and told in the transcript.

These are functions, so that the names of a test case stay its author's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord

from discordtest import finding, refusals
from discordtest import names as naming
from discordtest.backend import codes, rest
from discordtest.errors import SetupError

if TYPE_CHECKING:
    from discordtest.backend.world import Record, World
    from discordtest.given import Id
    from discordtest.scene import Scene

__all__ = ["Acting", "act", "guild_of", "human_member", "name", "person", "place", "place_id", "user_of"]

__unittest = True  # unittest leaves our frames out of its tracebacks


class Acting:
    """What the groups of verbs work on."""

    _scene: Scene


def act(scene: Scene, who: rest.Actor, text: str, operation: str, *raw: str, **options: Any) -> Any:
    """Tell what somebody does and run it; ``text`` has no subject: ``"sends 'hi' in #general"``."""
    backend = scene.backend
    said = f"{name(backend.world, who.user_id)} {text}"
    told = scene.tell(said)
    try:
        return backend.perform(who, operation, *raw, **options)
    except codes.RestError as error:
        told.text = f"refused: {said} ({refusals.plain(error)})"
        if refusals.is_never_shown(error):
            raise refusals.setup_error(f"{said}, which no client offers", error) from None
        raise refusals.http_exception(error) from None


def person(scene: Scene, who: Id) -> rest.Actor:
    """Return the actor of a member, a user or an id; an application's bot acts as one."""
    world = scene.backend.world
    user_id = finding.find_user(world, who)
    if user_id in world.applications:
        return rest.known_actor("bot", user_id, user_id)
    return rest.known_actor("person", user_id)


def human_member(scene: Scene, who: rest.Actor, guild_id: str) -> Record:
    """Return the record of a person who is in a guild, for what bots cannot do."""
    world = scene.backend.world
    member = world.members[guild_id].get(who.user_id)
    if member is None or member["user"].get("bot"):
        what = "a bot, and no bot does this" if member else f"no member of {world.guilds[guild_id]['name']!r}"
        raise SetupError(f"{name(world, who.user_id)} is {what}")
    return member


# -- words


def name(world: World, user_id: str) -> str:
    """Return how people call a user, or a webhook."""
    user = world.users.get(user_id)
    return str(world.webhooks[user_id]["name"] if user is None else user["username"])


def place(scene: Scene, channel_id: str) -> str:
    """Return how people call a channel."""
    return naming.channel_name(scene.backend.world, channel_id)


# -- what tests pass


def place_id(scene: Scene, who: rest.Actor, channel: Any) -> str:
    """Return the id of a channel; of a user, that of the DM with them."""
    channel_id, user_id = finding.find_place(scene.backend.world, channel, who.user_id)
    if channel_id is None:
        text = f"opens a DM with {name(scene.backend.world, user_id)}"
        return str(act(scene, who, text, "create_dm", body={"recipient_id": user_id})["id"])
    return channel_id


def user_of(scene: Scene, user: Id) -> Record:
    """Return the record of a user."""
    world = scene.backend.world
    return world.users[finding.find_user(world, user)]


def guild_of(scene: Scene, guild: Id | None, *people: Any) -> str:
    """Return the guild that is meant: the one given, a member's, else the only one that all are in."""
    world = scene.backend.world
    if guild is None:
        guild = next((one.guild for one in people if isinstance(one, discord.Member)), None)
    if guild is not None:
        return finding.find_guild(world, guild)
    ids = [finding.find_user(world, one) for one in people]
    common = [guild_id for guild_id, members in world.members.items() if all(one in members for one in ids)]
    if len(common) != 1:
        who = " and ".join(name(world, one) for one in ids)
        raise SetupError(f"{who} share {len(common)} guilds: say which one with guild=, or pass a Member")
    return common[0]
