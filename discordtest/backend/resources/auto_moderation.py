"""The rules of auto moderation: listed, made, changed and deleted. What they do is in ``auto_moderation_execution``.

A guild without rules has no table in ``World.automod_rules``. Events go to bots that may manage the guild.
Source: Discord's documentation, Auto Moderation ("Auto Moderation Rule Object" to "Delete Auto Moderation Rule"),
Gateway Events ("Auto Moderation") and Audit Log ("Audit Log Events").
"""

from __future__ import annotations

from typing import Any

from discordtest.backend import audit
from discordtest.backend.audit import Action
from discordtest.backend.body import Array, FormErrors, Object, String, invalid
from discordtest.backend.codes import Code, RestError
from discordtest.backend.permissions import Permission, bots_with, channel_permissions
from discordtest.backend.resources.auto_moderation_form import (
    BLOCK_MEMBER_INTERACTION,
    BLOCK_MESSAGE,
    CREATE_RULE,
    KEYWORD,
    KEYWORD_PRESET,
    MAX_RULES,
    MEMBER_PROFILE,
    MEMBER_UPDATE,
    MENTION_SPAM,
    MESSAGE_SEND,
    METADATA,
    SEND_ALERT_MESSAGE,
    SPAM,
    TIMEOUT,
    UPDATE_RULE,
)
from discordtest.backend.rest import Call, operation, parameter, route
from discordtest.backend.world import Record, World
from discordtest.errors import NotModelled

__all__ = ["ALERT_CHANNELS", "find_rule", "guild_managers"]

#: where alerts can be posted: text, voice, announcement, threads, stage
ALERT_CHANNELS = frozenset((0, 2, 5, 10, 11, 12, 13))
_POST = int(Permission.VIEW_CHANNEL | Permission.SEND_MESSAGES)
_TIMED = frozenset((KEYWORD, MENTION_SPAM))  # the triggers whose rules may time members out
_LISTS = ("keyword_filter", "regex_patterns", "allow_list")
_AUDITED = (
    "name",
    "event_type",
    "trigger_type",
    "trigger_metadata",
    "actions",
    "enabled",
    "exempt_roles",
    "exempt_channels",
)


@parameter("rule")
def find_rule(call: Call, text: str) -> Record:
    """Find a rule of the guild of this call; a rule that is not there is a bare 404, it has no code of its own."""
    rule = call.world.automod_rules.get(call.found["guild"]["id"], {}).get(text)
    if rule is None:
        raise RestError(Code.GENERAL_ERROR, status=404)
    return rule


def guild_managers(world: World, guild_id: str) -> list[str]:
    """Return the bots that hear of auto moderation: those who may manage the guild."""
    return bots_with(world, guild_id, Permission.MANAGE_GUILD)


def _tell(call: Call, action: Action, rule: Record, changes: list[Record]) -> None:
    guild_id = rule["guild_id"]
    audit.write(call, guild_id, action, rule["id"], changes=changes)
    call.world.emit(action.name, dict(rule), guild=guild_id, users=guild_managers(call.world, guild_id))


# -- reading


@route("GET", "/guilds/{guild_id}/auto-moderation/rules", permissions=Permission.MANAGE_GUILD)
def list_auto_moderation_rules(call: Call, guild: Record) -> list[Record]:
    return list(call.world.automod_rules.get(guild["id"], {}).values())


@route("GET", "/guilds/{guild_id}/auto-moderation/rules/{rule_id}", permissions=Permission.MANAGE_GUILD)
def get_auto_moderation_rule(call: Call, guild: Record, rule: Record) -> Record:
    return rule


# -- changing


@route(
    "POST",
    "/guilds/{guild_id}/auto-moderation/rules",
    permissions=Permission.MANAGE_GUILD,
    body=CREATE_RULE,
)
def create_auto_moderation_rule(call: Call, guild: Record) -> Record:
    world, body, guild_id = call.world, call.body, guild["id"]
    trigger = body["trigger_type"]
    rules = world.automod_rules.get(guild_id, {})
    _check_kind(trigger, body["event_type"])
    _check_actions(call, guild_id, trigger, body["actions"])
    if sum(rule["trigger_type"] == trigger for rule in rules.values()) >= MAX_RULES[trigger]:
        text = f"Maximum number of rules with trigger type {trigger} is {MAX_RULES[trigger]}"
        raise invalid("", "AUTO_MODERATION_MAX_RULES_OF_TYPE_EXCEEDED", text)
    rule: Record = {
        "id": call.new_id(),
        "guild_id": guild_id,
        "creator_id": call.actor.user_id,
        "name": body["name"],
        "event_type": body["event_type"],
        "trigger_type": trigger,
        "trigger_metadata": body["trigger_metadata"],
        "actions": body["actions"],
        "enabled": bool(body.get("enabled")),
        "exempt_roles": body.get("exempt_roles") or [],
        "exempt_channels": body.get("exempt_channels") or [],
    }
    world.automod_rules.setdefault(guild_id, rules)[rule["id"]] = rule
    _tell(call, Action.AUTO_MODERATION_RULE_CREATE, rule, audit.difference(None, rule, _AUDITED))
    return rule


@route(
    "PATCH",
    "/guilds/{guild_id}/auto-moderation/rules/{rule_id}",
    permissions=Permission.MANAGE_GUILD,
    body=UPDATE_RULE,
)
def update_auto_moderation_rule(call: Call, guild: Record, rule: Record) -> Record:
    """Change a rule; what is not sent stays, metadata that is sent takes the place of all that there was."""
    trigger = rule["trigger_type"]
    changes: Record = {key: value for key, value in call.body.items() if value is not None}
    if "trigger_metadata" in changes:
        errors = FormErrors()
        schema = METADATA[trigger]
        changes["trigger_metadata"] = schema.convert(
            changes["trigger_metadata"], ("trigger_metadata",), errors
        )
        errors.raise_if_any()
    for key in ("exempt_roles", "exempt_channels"):
        if key in call.body:
            changes[key] = call.body[key] or []
    _check_kind(trigger, changes["event_type"] if "event_type" in changes else rule["event_type"])
    if "actions" in changes:
        _check_actions(call, guild["id"], trigger, changes["actions"])
    before = dict(rule)
    rule.update(changes)
    found = _changes(before, rule)
    if found:
        _tell(call, Action.AUTO_MODERATION_RULE_UPDATE, rule, found)
    return rule


@route("DELETE", "/guilds/{guild_id}/auto-moderation/rules/{rule_id}", permissions=Permission.MANAGE_GUILD)
def delete_auto_moderation_rule(call: Call, guild: Record, rule: Record) -> None:
    rules = call.world.automod_rules[guild["id"]]
    del rules[rule["id"]]
    call.world.automod_words.pop(rule["id"], None)
    if not rules:
        del call.world.automod_rules[guild["id"]]
    _tell(call, Action.AUTO_MODERATION_RULE_DELETE, rule, audit.difference(rule, None, _AUDITED))


@operation("/{guild_id}/{rule_id}", body=Object({"words": Array(String(min=1), required=True)}))
def flag_words(call: Call, guild: Record, rule: Record) -> None:
    """Say what Discord's own lists hold for a rule of presets or of spam, as only the narrator can."""
    call.require_narrator()
    if rule["trigger_type"] not in (SPAM, KEYWORD_PRESET):
        text = "Only rules of presets and of spam look words up in Discord's lists."
        raise invalid("words", "BASE_TYPE_BAD_VALUE", text)
    call.world.automod_words[rule["id"]] = call.body["words"]


def _check_kind(trigger: int, event_type: int) -> None:
    fits = MEMBER_UPDATE if trigger == MEMBER_PROFILE else MESSAGE_SEND
    if event_type != fits:
        raise NotModelled(
            f"a rule of auto moderation with trigger type {trigger} and event type {event_type}: "
            f"Discord says nowhere what it does; event type {fits} goes with it"
        )


def _check_actions(call: Call, guild_id: str, trigger: int, actions: list[Record]) -> None:
    """Refuse actions that the trigger cannot have, or that the actor may not set up."""
    for index, action in enumerate(actions):
        kind = action["type"]
        if kind == TIMEOUT:
            if trigger not in _TIMED:
                text = "Only rules of keywords and of mention spam can time members out."
                raise invalid(f"actions.{index}.type", "BASE_TYPE_CHOICES", text)
            call.require(Permission.MODERATE_MEMBERS)
        elif kind == SEND_ALERT_MESSAGE:
            _check_alert_channel(call, guild_id, action["metadata"]["channel_id"])
        elif (kind == BLOCK_MEMBER_INTERACTION) != (trigger == MEMBER_PROFILE):
            name = "BLOCK_MESSAGE" if kind == BLOCK_MESSAGE else "BLOCK_MEMBER_INTERACTION"
            raise NotModelled(
                f"the action {name} of a rule of auto moderation with trigger type {trigger}: Discord says nowhere "
                "what it does; BLOCK_MEMBER_INTERACTION is for MEMBER_PROFILE, BLOCK_MESSAGE for all others"
            )


def _check_alert_channel(call: Call, guild_id: str, channel_id: str) -> None:
    """Refuse a channel that is not in the guild, or where the actor may not post."""
    channel = call.world.channels.get(channel_id)
    if channel is not None and channel.get("guild_id") == guild_id and channel["type"] in ALERT_CHANNELS:
        if call.actor.omnipotent:
            return
        if not _POST & ~channel_permissions(call.world, channel, call.actor.user_id):
            return
    text = "The channel for alerts is not there, or you cannot see it and send messages in it."
    raise invalid("", "INVALID_AUTO_MODERATION_CHANNEL_FLAG_ACTION_ACCESS", text)


def _changes(before: Record, after: Record) -> list[Record]:
    """Return the changes of an update: of lists of words what came and went, all else before and after."""
    old, new = before["trigger_metadata"], after["trigger_metadata"]
    keys = [key for key in _AUDITED if key != "trigger_metadata"]
    found = audit.difference(before, after, keys)
    rest = {key: value for key, value in new.items() if key not in _LISTS}
    if any(old[key] != value for key, value in rest.items()):
        found.append({"key": "trigger_metadata", "old_value": old, "new_value": new})
        return found
    for key in _LISTS:
        for what, one, other in (("add", new, old), ("remove", old, new)):
            words: list[Any] = [word for word in one.get(key, ()) if word not in other[key]]
            if words:
                found.append({"key": f"${what}_{key}", "new_value": words})
    return found
