"""Boosts of a guild: who gives it how many, and the level that it reaches by them.

The first boost brings the guild's booster role, which everybody has who boosts; boosts go with who leaves. A level
stays when boosts end (Discord gives people days to think it over), and the features of a level are the test's to set.
The numbers of boosts are from Discord's support pages ("Server Boosting FAQ"), the role's look is known from life.
Source: Discord's documentation, Guild ("Guild Object", "Premium Tier", "System Channel Flags", "Guild Member Object"),
Message ("Message Types") and Permissions ("Role Tags Structure").
"""

from __future__ import annotations

from discordtest.backend.body import Integer, Object
from discordtest.backend.resources.guild_create import render_guild
from discordtest.backend.resources.guild_member_build import tell_update
from discordtest.backend.resources.guild_role import insert_role, new_role
from discordtest.backend.resources.message_build import create_system_message
from discordtest.backend.rest import Call, operation
from discordtest.backend.world import Record, World

__all__ = ["drop_boosts"]

BOOSTS_OF_LEVELS = (2, 7, 14)
USER_PREMIUM_GUILD_SUBSCRIPTION = 8  # message type; the next three are those that reach level 1, 2 and 3
SUPPRESS_PREMIUM_SUBSCRIPTIONS = 1 << 1  # system channel flag
ROLE_NAME, ROLE_COLOR = "Server Booster", 0xF47FFF


@operation("/{guild_id}", body=Object({"boosts": Integer(min=1, default=1)}))
def boost_guild(call: Call, guild: Record) -> Record:
    """Let the actor give a guild so many boosts more."""
    world, guild_id, user_id = call.world, guild["id"], call.actor.user_id
    member, count = world.members[guild_id][user_id], call.body["boosts"]
    boosts = world.boosts.setdefault(guild_id, {})
    boosts[user_id] = boosts.get(user_id, 0) + count
    role_id = _booster_role(call, guild_id)["id"]
    if member["premium_since"] is None or role_id not in member["roles"]:
        member["premium_since"] = member["premium_since"] or call.timestamp()
        member["roles"] = [*dict.fromkeys((*member["roles"], role_id))]
        tell_update(world, guild_id, member)
    level = guild["premium_tier"]
    guild["premium_subscription_count"] += count
    reached = sum(guild["premium_subscription_count"] >= least for least in BOOSTS_OF_LEVELS)
    guild["premium_tier"] = max(level, reached)
    world.emit("GUILD_UPDATE", render_guild(world, guild), guild=guild_id)
    channel = world.channels.get(guild["system_channel_id"] or "")
    if channel is not None and not guild["system_channel_flags"] & SUPPRESS_PREMIUM_SUBSCRIPTIONS:
        type = USER_PREMIUM_GUILD_SUBSCRIPTION + (reached if reached > level else 0)
        create_system_message(call, channel, type, member["user"], str(count) if count > 1 else "")
    return member


@operation("/{guild_id}")
def stop_boosting(call: Call, guild: Record) -> Record:
    """Let the actor take all boosts away from a guild."""
    world, guild_id = call.world, guild["id"]
    member = world.members[guild_id][call.actor.user_id]
    role_ids = [role["id"] for role in world.roles[guild_id].values() if _is_booster_role(role)]
    member["premium_since"] = None
    member["roles"] = [role_id for role_id in member["roles"] if role_id not in role_ids]
    tell_update(world, guild_id, member)
    drop_boosts(world, guild_id, call.actor.user_id)
    return member


def drop_boosts(world: World, guild_id: str, user_id: str) -> None:
    """Take somebody's boosts away from a guild, and tell of it; nothing if there are none."""
    count = world.boosts.get(guild_id, {}).pop(user_id, 0)
    if count:
        guild = world.guilds[guild_id]
        guild["premium_subscription_count"] -= count
        world.emit("GUILD_UPDATE", render_guild(world, guild), guild=guild_id)


def _booster_role(call: Call, guild_id: str) -> Record:
    """Return the role of those who boost the guild, made if it is not there."""
    world = call.world
    found = next((role for role in world.roles[guild_id].values() if _is_booster_role(role)), None)
    if found is not None:
        return found
    role = new_role(world.snowflake(), ROLE_NAME, color=ROLE_COLOR)
    role.update(managed=True, tags={"premium_subscriber": None})
    insert_role(call, guild_id, role)
    return role


def _is_booster_role(role: Record) -> bool:
    return "premium_subscriber" in role.get("tags", ())
