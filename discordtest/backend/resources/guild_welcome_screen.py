"""What a community shows to those who come in: a description, and the channels to begin with.

Whether it is shown is a feature of the guild, WELCOME_SCREEN_ENABLED. A screen that was never set is not there (10069),
nor can a guild without COMMUNITY set one. Custom emojis need a premium tier, as discord.py notes.
Source: Discord's documentation, Guild ("Welcome Screen Object", "Get Guild Welcome Screen", "Modify Guild Welcome
Screen").
"""

from __future__ import annotations

from discordtest.backend.body import Array, Boolean, Object, Snowflake, String
from discordtest.backend.codes import Code, RestError
from discordtest.backend.permissions import Permission
from discordtest.backend.resources.guild import tell_guild_update
from discordtest.backend.resources.unicode_emoji import is_emoji
from discordtest.backend.rest import Call, route
from discordtest.backend.world import Record, World

__all__ = ["render_welcome_screen", "shows_welcome_screen"]

MAX_CHANNELS = 5
TIER_FOR_CUSTOM_EMOJIS = 2
_SHOWN = "WELCOME_SCREEN_ENABLED"
_CHANNEL = Object(
    {
        "channel_id": Snowflake(required=True),
        "description": String(min=1, max=50, required=True),
        "emoji_id": Snowflake(null=True),
        "emoji_name": String(null=True),
    }
)
_SCREEN = Object(
    {
        "description": String(max=140, null=True),
        "welcome_channels": Array(_CHANNEL, max=MAX_CHANNELS, null=True),
        "enabled": Boolean(null=True),
    }
)


def shows_welcome_screen(guild: Record) -> bool:
    """Tell whether newcomers see the guild's welcome screen."""
    return _SHOWN in guild["features"]


def render_welcome_screen(world: World, guild_id: str) -> Record:
    """Return the welcome screen of a guild; channels that are gone are left out."""
    screen, channels = world.welcome_screens[guild_id], world.guild_channels[guild_id]
    shown = [channel for channel in screen["welcome_channels"] if channel["channel_id"] in channels]
    return {**screen, "welcome_channels": shown}


@route("GET", "/guilds/{guild_id}/welcome-screen")
def get_guild_welcome_screen(call: Call, guild: Record) -> Record:
    """Show the welcome screen; one that is not enabled, to those who manage the guild."""
    if not shows_welcome_screen(guild):
        call.require(Permission.MANAGE_GUILD)
    if guild["id"] not in call.world.welcome_screens:
        raise RestError(Code.UNKNOWN_GUILD_WELCOME_SCREEN)
    return render_welcome_screen(call.world, guild["id"])


@route("PATCH", "/guilds/{guild_id}/welcome-screen", permissions=Permission.MANAGE_GUILD, body=_SCREEN)
def update_guild_welcome_screen(call: Call, guild: Record) -> Record:
    world, body = call.world, call.body
    if "COMMUNITY" not in guild["features"]:
        raise RestError(Code.UNKNOWN_GUILD_WELCOME_SCREEN)
    channels = [_channel(call, guild, channel) for channel in body.get("welcome_channels") or ()]
    screen = world.welcome_screens.setdefault(guild["id"], {"description": None, "welcome_channels": []})
    if "description" in body:
        screen["description"] = body["description"] or None
    if "welcome_channels" in body:
        screen["welcome_channels"] = channels
    if body.get("enabled") not in (None, shows_welcome_screen(guild)):
        before, features = {**guild}, [each for each in guild["features"] if each != _SHOWN]
        guild["features"] = [*features, _SHOWN] if body["enabled"] else features
        tell_guild_update(call, guild, before)
    return render_welcome_screen(world, guild["id"])


def _channel(call: Call, guild: Record, channel: Record) -> Record:
    """Return a channel of the screen as it is kept; a custom emoji goes by its own name."""
    world, guild_id = call.world, guild["id"]
    emoji_id, emoji_name = channel.get("emoji_id"), channel.get("emoji_name") or None
    if channel["channel_id"] not in world.guild_channels[guild_id]:
        raise RestError(Code.UNKNOWN_CHANNEL)
    if emoji_id is not None:
        if emoji_id not in world.emojis[guild_id]:
            raise RestError(Code.UNKNOWN_EMOJI, status=400)
        if guild["premium_tier"] < TIER_FOR_CUSTOM_EMOJIS:
            raise RestError(Code.GUILD_PREMIUM_TIER_TOO_LOW)
        emoji_name = world.emojis[guild_id][emoji_id]["name"]
    elif emoji_name is not None and not is_emoji(emoji_name):
        raise RestError(Code.UNKNOWN_EMOJI, status=400)
    return {
        "channel_id": channel["channel_id"],
        "description": channel["description"],
        "emoji_id": emoji_id,
        "emoji_name": emoji_name,
    }
