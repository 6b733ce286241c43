"""Onboarding: what a community asks those who come in, and which channels they see at once.

Prompts are replaced as a whole: one whose id is known stays the same prompt, any other is a new one. An answer gives
its roles whenever it is chosen; that another answer to a question with a single one takes those of the first is known
from life. The channels of an answer are what a client lists for the person: no bot is told of them.
Source: Discord's documentation, Guild ("Guild Onboarding Object", "Get Guild Onboarding", "Modify Guild Onboarding",
"Guild Member Flags"), Permissions ("Role Flags") and Audit Log ("Audit Log Events").
"""

from __future__ import annotations

from typing import Any

from discordtest.backend import audit
from discordtest.backend.audit import Action
from discordtest.backend.body import Array, Boolean, Choice, Object, Snowflake, String
from discordtest.backend.codes import Code, RestError
from discordtest.backend.permissions import Permission, everyone_permissions
from discordtest.backend.resources.guild_member_build import tell_update
from discordtest.backend.resources.guild_role import tell_role_update
from discordtest.backend.resources.unicode_emoji import is_emoji
from discordtest.backend.rest import Call, operation, route
from discordtest.backend.world import Record, Table, World

__all__ = ["COMPLETED", "onboarding_of"]

DEFAULT, ADVANCED = 0, 1  # modes
MULTIPLE_CHOICE, DROPDOWN = 0, 1
COMPLETED, STARTED = 1 << 1, 1 << 3  # member flags
IN_PROMPT = 1 << 0  # a role flag
MIN_CHANNELS = 7
MIN_WRITABLE_CHANNELS = 5
_SPEAK = int(Permission.VIEW_CHANNEL | Permission.SEND_MESSAGES)
_AUDITED = ("default_channel_ids", "enabled", "mode", "prompts")
_AUDITED_PROMPT = ("title", "options", "single_select", "required", "in_onboarding", "type")
_SWITCHES = ("single_select", "required", "in_onboarding")

_IDS: dict[str, Any] = {"max": 50, "unique": True, "null": True}
_OPTION = Object(
    {
        "id": Snowflake(null=True),
        "title": String(min=1, max=50, required=True),
        "description": String(max=100, null=True),
        "emoji_id": Snowflake(null=True),
        "emoji_name": String(max=100, null=True),
        "emoji_animated": Boolean(null=True),
        "role_ids": Array(Snowflake(), **_IDS),
        "channel_ids": Array(Snowflake(), **_IDS),
    }
)
_PROMPT = Object(
    {
        "id": Snowflake(required=True),
        "title": String(min=1, max=100, required=True),
        "options": Array(_OPTION, min=1, max=50, required=True),
        "single_select": Boolean(null=True),
        "required": Boolean(null=True),
        "in_onboarding": Boolean(null=True),
        "type": Choice((MULTIPLE_CHOICE, DROPDOWN), null=True),
    }
)
_ONBOARDING = Object(
    {
        "prompts": Array(_PROMPT, max=15, null=True),
        "default_channel_ids": Array(Snowflake(), max=500, unique=True, null=True),
        "enabled": Boolean(null=True),
        "mode": Choice((DEFAULT, ADVANCED), null=True),
    }
)


def onboarding_of(world: World, guild_id: str) -> Record:
    """Return the onboarding of a guild; what nobody has set up is empty and off."""
    return world.onboardings.get(guild_id) or {
        "guild_id": guild_id,
        "prompts": [],
        "default_channel_ids": [],
        "enabled": False,
        "mode": DEFAULT,
    }


@route("GET", "/guilds/{guild_id}/onboarding")
def get_guilds_onboarding(call: Call, guild: Record) -> Record:
    return _render(call.world, guild["id"], onboarding_of(call.world, guild["id"]))


@route(
    "PUT",
    "/guilds/{guild_id}/onboarding",
    permissions=Permission.MANAGE_GUILD | Permission.MANAGE_ROLES,
    body=_ONBOARDING,
)
def put_guilds_onboarding(call: Call, guild: Record) -> Record:
    """Change the onboarding: 350000 and 350001 where what is enabled would not meet the requirements."""
    world, guild_id = call.world, guild["id"]
    before = onboarding_of(world, guild_id)
    changes = {key: value for key, value in call.body.items() if value is not None}
    _check_channels(call, guild_id, changes.get("default_channel_ids", ()))
    if "prompts" in changes:
        known = {prompt["id"]: prompt for prompt in before["prompts"]}
        changes["prompts"] = [_prompt(call, guild_id, prompt, known) for prompt in changes["prompts"]]
    after = {**before, **changes}
    if after["enabled"] and not _meets_requirements(world, guild, after):
        below = before["enabled"]
        raise RestError(Code.ONBOARDING_BELOW_REQUIREMENTS if below else Code.CANNOT_ENABLE_ONBOARDING)
    is_new = guild_id not in world.onboardings
    world.onboardings[guild_id] = after
    _flag_roles(world, guild_id, after["prompts"])
    _note_prompts(call, guild_id, before["prompts"], after["prompts"])
    action = Action.ONBOARDING_CREATE if is_new else Action.ONBOARDING_UPDATE
    differences = audit.difference(None if is_new else before, after, _AUDITED)
    if differences:
        audit.write(call, guild_id, action, guild_id, changes=differences)
    return _render(world, guild_id, after)


def _render(world: World, guild_id: str, onboarding: Record) -> Record:
    """Return the onboarding without channels and roles that are gone."""
    channels, roles = world.guild_channels[guild_id], world.roles[guild_id]
    return {
        **onboarding,
        "prompts": [
            {
                **prompt,
                "options": [
                    {
                        **option,
                        "role_ids": [id for id in option["role_ids"] if id in roles],
                        "channel_ids": [id for id in option["channel_ids"] if id in channels],
                    }
                    for option in prompt["options"]
                ],
            }
            for prompt in onboarding["prompts"]
        ],
        "default_channel_ids": [id for id in onboarding["default_channel_ids"] if id in channels],
    }


def _check_channels(call: Call, guild_id: str, channel_ids: Any) -> None:
    if any(channel_id not in call.world.guild_channels[guild_id] for channel_id in channel_ids):
        raise RestError(Code.UNKNOWN_CHANNEL)


# -- prompts


def _prompt(call: Call, guild_id: str, body: Record, known: Table) -> Record:
    """Return a prompt as it is kept; what is not said of a known one stays as it is."""
    old = known.get(body["id"], {})
    options = {option["id"]: option for option in old.get("options", ())}
    said = {key: body[key] for key in (*_SWITCHES, "type") if body.get(key) is not None}
    defaults = {**dict.fromkeys(_SWITCHES, False), "type": MULTIPLE_CHOICE}
    kept = {key: old.get(key, value) for key, value in defaults.items()}
    return {
        "id": old.get("id") or call.world.snowflake(),
        "title": body["title"],
        "options": [_option(call, guild_id, option, options) for option in body["options"]],
        **kept,
        **said,
    }


def _option(call: Call, guild_id: str, body: Record, known: Table) -> Record:
    role_ids, channel_ids = body.get("role_ids") or [], body.get("channel_ids") or []
    if any(role_id not in call.world.roles[guild_id] for role_id in role_ids):
        raise RestError(Code.INVALID_ROLE)
    _check_channels(call, guild_id, channel_ids)
    return {
        "id": body["id"] if body.get("id") in known else call.world.snowflake(),
        "title": body["title"],
        "description": body.get("description") or "",
        "emoji": _emoji(call.world, guild_id, body.get("emoji_id"), body.get("emoji_name")),
        "role_ids": role_ids,
        "channel_ids": channel_ids,
    }


def _emoji(world: World, guild_id: str, emoji_id: str | None, name: str | None) -> Record:
    if emoji_id is not None:
        emoji = world.emojis[guild_id].get(emoji_id)
        if emoji is None:
            raise RestError(Code.UNKNOWN_EMOJI, status=400)
        return {key: emoji[key] for key in ("id", "name", "animated")}
    if name and not is_emoji(name):
        raise RestError(Code.UNKNOWN_EMOJI, status=400)
    return {"id": None, "name": name or None, "animated": False}


def _note_prompts(call: Call, guild_id: str, before: list[Record], after: list[Record]) -> None:
    old = {prompt["id"]: prompt for prompt in before}
    new = {prompt["id"]: prompt for prompt in after}
    for prompt_id in {**old, **new}:
        one, other = old.get(prompt_id), new.get(prompt_id)
        changes = audit.difference(one, other, _AUDITED_PROMPT)
        if one is None:
            action = Action.ONBOARDING_PROMPT_CREATE
        else:
            action = Action.ONBOARDING_PROMPT_UPDATE if other else Action.ONBOARDING_PROMPT_DELETE
        if changes:
            audit.write(call, guild_id, action, prompt_id, changes=changes)


def _flag_roles(world: World, guild_id: str, prompts: list[Record]) -> None:
    """Let each role of the guild say whether an answer gives it."""
    given = {id for prompt in prompts for option in prompt["options"] for id in option["role_ids"]}
    for role in world.roles[guild_id].values():
        flags = role["flags"] & ~IN_PROMPT | (IN_PROMPT if role["id"] in given else 0)
        if flags != role["flags"]:
            role["flags"] = flags
            tell_role_update(world, guild_id, role)


# -- what people answer


@operation("/{guild_id}")
def start_onboarding(call: Call, guild: Record) -> None:
    """Note that the actor is being asked."""
    member = call.world.members[guild["id"]][call.actor.user_id]
    if not member["flags"] & STARTED:
        member["flags"] |= STARTED
        tell_update(call.world, guild["id"], member)


@operation("/{guild_id}", body=Object({"option_ids": Array(Snowflake(), required=True)}))
def complete_onboarding(call: Call, guild: Record) -> None:
    """Let the actor choose options, at first or later: a client posts them on a route that is not documented."""
    world, guild_id, user_id = call.world, guild["id"], call.actor.user_id
    member, wanted = world.members[guild_id][user_id], call.body["option_ids"]
    answers = world.onboarding_answers.setdefault(guild_id, {})
    known = answers.get(user_id, []) if member["flags"] & COMPLETED else []
    prompts = _render(world, guild_id, onboarding_of(world, guild_id))["prompts"]
    replaced = {
        option["id"]
        for prompt in prompts
        if prompt["single_select"] and any(option["id"] in wanted for option in prompt["options"])
        for option in prompt["options"]
    }
    chosen = answers[user_id] = [*dict.fromkeys((*(id for id in known if id not in replaced), *wanted))]
    before, after = _roles_of(prompts, known), _roles_of(prompts, chosen)
    roles = [role_id for role_id in member["roles"] if role_id in after or role_id not in before]
    roles = [*dict.fromkeys((*roles, *_roles_of(prompts, wanted)))]
    if roles != member["roles"] or not member["flags"] & COMPLETED:
        member["roles"] = roles
        member["flags"] |= COMPLETED
        tell_update(world, guild_id, member)


def _roles_of(prompts: list[Record], option_ids: list[str]) -> list[str]:
    options = [option for prompt in prompts for option in prompt["options"] if option["id"] in option_ids]
    return [role_id for option in options for role_id in option["role_ids"]]


# -- what it takes to be enabled


def _meets_requirements(world: World, guild: Record, onboarding: Record) -> bool:
    """Tell whether a community has enough channels for newcomers; questions count in the advanced mode."""
    counted = dict.fromkeys(onboarding["default_channel_ids"])
    if onboarding["mode"] == ADVANCED:
        options = [option for prompt in onboarding["prompts"] for option in prompt["options"]]
        counted.update(dict.fromkeys(id for option in options for id in option["channel_ids"]))
    channels = world.guild_channels[guild["id"]]
    there = [channels[channel_id] for channel_id in counted if channel_id in channels]
    writable = sum(everyone_permissions(world, channel) & _SPEAK == _SPEAK for channel in there)
    enough = len(there) >= MIN_CHANNELS and writable >= MIN_WRITABLE_CHANNELS
    return "COMMUNITY" in guild["features"] and enough
