"""Users and their direct messages.

Source: Discord's documentation, User ("User Object", "Usernames and Nicknames").
"""

from __future__ import annotations

from discordtest.backend.codes import Code, RestError
from discordtest.backend.rest import Call, parameter, route
from discordtest.backend.world import Record, World

__all__ = ["make_user"]


def make_user(
    world: World,
    username: str,
    *,
    id: str | None = None,
    discriminator: str = "0",
    global_name: str | None = None,
    avatar: str | None = None,
    bot: bool = False,
    locale: str = "en-US",
    accepts_dms: bool = True,
) -> Record:
    """Add a user. ``accepts_dms`` is whether members of a common guild may open a conversation."""
    user: Record = {
        "id": id or world.snowflake(),
        "username": username,
        "discriminator": discriminator,
        "global_name": global_name,
        "avatar": avatar,
        "avatar_decoration_data": None,
        "banner": None,
        "accent_color": None,
        "public_flags": 0,
        "flags": 0,
        "primary_guild": None,
        "clan": None,
        "collectibles": None,
    }
    if bot:
        user["bot"] = True
    world.users[user["id"]] = user
    world.user_settings[user["id"]] = {"locale": locale, "accepts_dms": accepts_dms}
    return user


def render_current_user(user: Record) -> Record:
    """Return the user as only the user itself sees it."""
    return {
        **user,
        "email": None,
        "verified": True,
        "mfa_enabled": False,
        "locale": "en-US",
        "premium_type": 0,
    }


@parameter("user")
def find_user(call: Call, text: str) -> Record:
    """Find any user by id."""
    user = call.world.users.get(text)
    if user is None:
        raise RestError(Code.UNKNOWN_USER)
    return user


@route("GET", "/users/@me")
def get_my_user(call: Call) -> Record:
    return render_current_user(call.world.users[call.actor.user_id])


@route("GET", "/users/{user_id}")
def get_user(call: Call, user: Record) -> Record:
    return user
