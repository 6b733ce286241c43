"""Users and their direct messages.

A DM channel's record lists both its users; what is answered leaves out the viewer, see ``render_dm``.
Source: Discord's documentation, User ("User Object", "Usernames and Nicknames", "Modify Current User",
"Create DM"), Channel ("Example DM Channel") and Gateway Events ("Guild Member Update").
"""

from __future__ import annotations

from discordtest.backend import cdn
from discordtest.backend.body import FormErrors, Image, Name, Object, Path, Snowflake, String, invalid
from discordtest.backend.codes import Code, RestError
from discordtest.backend.resources.guild_member_build import tell_update
from discordtest.backend.rest import Call, find_in, operation, parameter, route
from discordtest.backend.world import Record, World
from discordtest.errors import BackendError

__all__ = ["MAX_USERNAME", "check_dm", "find_user", "make_user", "open_dm", "render_dm"]

MIN_USERNAME = 2
MAX_USERNAME = 32
_RESERVED = frozenset(("everyone", "here"))
_FORBIDDEN = ("@", "#", ":", "```", "discord")


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
    if not 1 <= len(username) <= MAX_USERNAME:
        raise invalid("username", "BASE_TYPE_BAD_LENGTH", f"Must be between 1 and {MAX_USERNAME} in length.")
    if id is not None and id in world.users:
        raise BackendError(f"the id {id} is taken by the user {world.users[id]['username']!r}")
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
    if locale != "en-US" or not accepts_dms:
        world.user_settings[user["id"]] = {"locale": locale, "accepts_dms": accepts_dms}
    return user


def render_current_user(world: World, user: Record) -> Record:
    """Return the user as only the user itself sees it."""
    return {
        **user,
        "email": None,
        "verified": True,
        "mfa_enabled": False,
        "locale": world.user_settings[user["id"]]["locale"],
        "premium_type": 0,
    }


@parameter("user")
def find_user(call: Call, text: str) -> Record:
    """Find any user by id."""
    return find_in(call.world.users, text, Code.UNKNOWN_USER)


@route("GET", "/users/@me")
def get_my_user(call: Call) -> Record:
    return render_current_user(call.world, call.world.users[call.actor.user_id])


@route("GET", "/users/{user_id}")
def get_user(call: Call, user: Record) -> Record:
    return user


def _check_username(body: Record, path: Path, errors: FormErrors) -> None:
    name = body.get("username", "").lower()
    if name in _RESERVED or any(part in name for part in _FORBIDDEN):
        errors.add((*path, "username"), "USERNAME_INVALID_CONTAINS", "Username cannot contain that.")


EDIT_PROFILE = Object(
    {
        "username": Name(min=MIN_USERNAME, max=MAX_USERNAME),
        "avatar": Image(null=True),
        "banner": Image(null=True),
    },
    check=_check_username,
)


@route("PATCH", "/users/@me", body=EDIT_PROFILE)
def update_my_user(call: Call) -> Record:
    world, user = call.world, call.world.users[call.actor.user_id]
    if "username" in call.body:
        user["username"] = call.body["username"]
    for key, folder in (("avatar", "avatars"), ("banner", "banners")):
        if key in call.body:
            image = call.body[key]
            user[key] = None if image is None else cdn.store_image(world, f"{folder}/{user['id']}", image)
    _tell(world, user)
    return render_current_user(world, user)


_CHANGE_USER = Object(
    {
        "username": String(min=1, max=MAX_USERNAME),
        "global_name": String(min=1, max=MAX_USERNAME, null=True),
        "avatar": String(null=True),  # its hash
    }
)


@operation("/{user_id}", body=_CHANGE_USER)
def change_user(call: Call, user: Record) -> None:
    """Change what others see of a user, as only the narrator can: people do that in their settings."""
    call.require_narrator()
    user.update(call.body)
    _tell(call.world, user)


def _tell(world: World, user: Record) -> None:
    """Tell a user, and the guilds that they are in, what they are now."""
    world.emit("USER_UPDATE", render_current_user(world, user), users=(user["id"],))
    for guild_id, members in world.members.items():
        member = members.get(user["id"])
        if member is not None:
            tell_update(world, guild_id, member)


# -- direct messages


def open_dm(call: Call, user_id: str, other_id: str) -> Record:
    """Return the channel of two users, made when they have none yet."""
    world = call.world
    first, second = sorted((user_id, other_id))
    known = world.dms.get((first, second))
    if known is not None:
        return world.channels[known]
    channel: Record = {
        "id": call.new_id(),
        "type": 1,
        "last_message_id": None,
        "flags": 0,
        "recipients": [world.users[user_id], world.users[other_id]],
    }
    world.channels[channel["id"]] = channel
    world.dms[first, second] = channel["id"]
    return channel


def render_dm(channel: Record, viewer_id: str) -> Record:
    """Return a DM channel as one of its users sees it: the other one is the recipient."""
    return {**channel, "recipients": [user for user in channel["recipients"] if user["id"] != viewer_id]}


def check_dm(call: Call, channel: Record) -> None:
    """Refuse to send into a DM channel: 50007 to bots and those who accept none, 50278 to strangers."""
    if call.actor.omnipotent:
        return
    world = call.world
    for user in channel["recipients"]:
        user_id = user["id"]
        if user_id == call.actor.user_id:
            continue
        both_bots = user.get("bot") and world.users[call.actor.user_id].get("bot")
        if both_bots or not world.user_settings[user_id]["accepts_dms"]:
            raise RestError(Code.CANNOT_SEND_TO_USER)
        if not any(
            user_id in members and call.actor.user_id in members for members in world.members.values()
        ):
            raise RestError(Code.NO_MUTUAL_GUILDS)


@route("POST", "/users/@me/channels", body=Object({"recipient_id": Snowflake(required=True)}))
def create_dm(call: Call) -> Record:
    me, other = call.actor.user_id, call.body["recipient_id"]
    if other == me or other not in call.world.users:
        raise RestError(Code.INVALID_RECIPIENT)
    return render_dm(open_dm(call, me, other), me)
