"""What auto moderation does: enabled rules look at what people write and how they call themselves, and act.

Every rule that is triggered acts, in the order in which the rules were made, each action as the rule lists them. A
message is held against them before it is there: one that is blocked never was, otherwise the actions come after it.
Bots, webhooks, and members who may manage the guild are exempt.
Source: Discord's documentation, Auto Moderation ("Event Types", "Action Types"), Gateway Events ("Auto Moderation
Action Execution"), Audit Log ("Optional Audit Entry Info") and Guild ("Guild Member Flags"). That those who manage the
guild are exempt is from Discord's help centre; the fields of an alert's embed are known from life alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from discordtest.backend import audit
from discordtest.backend.audit import Action
from discordtest.backend.codes import Code, RestError
from discordtest.backend.intents import Intent
from discordtest.backend.journal import Act
from discordtest.backend.permissions import QUARANTINED, Permission, guild_permissions
from discordtest.backend.resources.auto_moderation import ALERT_CHANNELS, guild_managers
from discordtest.backend.resources.auto_moderation_form import (
    BLOCK_MEMBER_INTERACTION,
    BLOCK_MESSAGE,
    MEMBER_UPDATE,
    MESSAGE_SEND,
    SEND_ALERT_MESSAGE,
    TIMEOUT,
)
from discordtest.backend.resources.auto_moderation_match import Match, find_match
from discordtest.backend.resources.guild_member_build import tell_update
from discordtest.backend.resources.mention import find_mentions
from discordtest.backend.resources.message_build import create_system_message
from discordtest.backend.rest import Call
from discordtest.backend.world import Record, Viewer, World

__all__ = ["AUTO_MODERATION_ACTION", "execute", "screen_message", "screen_profile", "screen_title"]

AUTO_MODERATION_ACTION = 24  # message type
_CONTENT = int(Intent.MESSAGE_CONTENT)
_MANAGER = int(Permission.MANAGE_GUILD | Permission.ADMINISTRATOR)
_ENTRIES = {
    BLOCK_MESSAGE: Action.AUTO_MODERATION_BLOCK_MESSAGE,
    SEND_ALERT_MESSAGE: Action.AUTO_MODERATION_FLAG_TO_CHANNEL,
    TIMEOUT: Action.AUTO_MODERATION_USER_COMMUNICATION_DISABLED,
    BLOCK_MEMBER_INTERACTION: Action.AUTO_MODERATION_QUARANTINE_USER,
}


class _Case:
    """One text of one person that triggers rules; without a channel it is how they call themselves."""

    def __init__(
        self,
        call: Call,
        guild_id: str,
        content: str,
        channel: Record | None = None,
        message_id: str | None = None,
    ) -> None:
        self.call = call
        self.world: World = call.world
        self.guild_id = guild_id
        self.content = content
        self.channel = channel
        self.message_id = message_id
        self.user: Record = call.world.users[call.actor.user_id]

    @property
    def member(self) -> Record:
        """Whose text it is."""
        return self.world.members[self.guild_id][self.user["id"]]


# -- what is looked at


def screen_message(call: Call, channel: Record, content: str, permissions: int) -> list[Match]:
    """Hold a message against the rules before it is there; refuse it with 200000 once a rule has blocked it.

    Returns what is to be executed when the message is there. ``permissions`` are the sender's in the channel.
    """
    return _screen(call, channel, content, permissions, Code.BLOCKED_BY_AUTOMOD)


def screen_title(call: Call, channel: Record, title: str) -> None:
    """Hold the name of a new thread of ``channel`` against the rules, and refuse it with 200001."""
    if call.world.automod_rules:
        found = _screen(call, channel, title, call.permissions(channel), Code.TITLE_BLOCKED_BY_AUTOMOD)
        if found:
            execute(call, channel, title, found)


def _screen(call: Call, channel: Record, content: str, permissions: int, code: Code) -> list[Match]:
    world, guild_id = call.world, channel.get("guild_id")
    if guild_id is None or not content or not _is_subject(call, guild_id):
        return []

    def count_mentions() -> int:
        users, roles, _ = find_mentions(world, guild_id, content, None, permissions)
        return len(users) + len(roles)

    places = {channel["id"], channel.get("parent_id")} if "thread_metadata" in channel else {channel["id"]}
    found = _matches(call, guild_id, MESSAGE_SEND, content, count_mentions, places)
    blocking = [match for match in found if _blocks(match.rule)]
    if blocking:
        execute(call, channel, content, found)
        error = RestError(code)
        for match in blocking:
            error.add_note(f"AutoMod, rule {match.rule['name']!r}{_why(match)}")
        raise error
    return found


def screen_profile(call: Call, guild_id: str) -> None:
    """Hold how the actor is called in the guild against the rules; who has a clean name is free again."""
    world = call.world
    if not world.automod_rules or not _is_subject(call, guild_id):
        return
    member = world.members[guild_id][call.actor.user_id]
    user = member["user"]
    names = [name for name in (member["nick"], user.get("global_name"), user["username"]) if name]
    for name in names:
        found = _matches(call, guild_id, MEMBER_UPDATE, name, int, set())
        if found:
            _execute_all(_Case(call, guild_id, name), found)
            return
    if member["flags"] & QUARANTINED:
        member["flags"] &= ~QUARANTINED
        tell_update(world, guild_id, member)


def _blocks(rule: Record) -> bool:
    return any(action["type"] == BLOCK_MESSAGE for action in rule["actions"])


def _is_subject(call: Call, guild_id: str) -> bool:
    """Tell whether rules are about the actor: a person who does not manage the guild."""
    if call.actor.kind != "person" or not call.world.automod_rules.get(guild_id):
        return False
    return not guild_permissions(call.world, guild_id, call.actor.user_id) & _MANAGER


def _matches(
    call: Call,
    guild_id: str,
    event_type: int,
    text: str,
    count_mentions: Callable[[], int],
    places: set[Any],
) -> list[Match]:
    world = call.world
    roles = {guild_id, *world.members[guild_id][call.actor.user_id]["roles"]}
    found = []
    for rule in world.automod_rules[guild_id].values():
        if not rule["enabled"] or rule["event_type"] != event_type:
            continue
        if not roles.isdisjoint(rule["exempt_roles"]) or not places.isdisjoint(rule["exempt_channels"]):
            continue
        flagged = world.automod_words.get(rule["id"], ())
        match = find_match(rule, text, flagged, count_mentions)
        if match is not None:
            found.append(match)
    return found


# -- what is done


def execute(
    call: Call, channel: Record, content: str, matches: Iterable[Match], message_id: str | None = None
) -> None:
    """Do what the triggered rules say; ``message_id`` is that of the message, where it is there."""
    _execute_all(_Case(call, channel["guild_id"], content, channel, message_id), matches)


def _execute_all(case: _Case, matches: Iterable[Match]) -> None:
    for match in matches:
        for action in match.rule["actions"]:
            _execute(case, match, action)


def _execute(case: _Case, match: Match, action: Record) -> None:
    world, guild_id, rule = case.world, case.guild_id, match.rule
    alert: Record | None = None
    if action["type"] == SEND_ALERT_MESSAGE:
        alert = _send_alert(case, match, action["metadata"]["channel_id"])
        if alert is None:
            return
    elif action["type"] == TIMEOUT:
        until = world.timestamp(action["metadata"]["duration_seconds"])
        case.member["communication_disabled_until"] = until
        tell_update(world, guild_id, case.member)
    elif action["type"] == BLOCK_MEMBER_INTERACTION and not case.member["flags"] & QUARANTINED:
        case.member["flags"] |= QUARANTINED
        tell_update(world, guild_id, case.member)
    text = _told(case, match, action)
    case.call.backend.journal.append(Act(world.now(), f"    AutoMod {text} (rule {rule['name']!r})"))
    options = {
        "auto_moderation_rule_name": rule["name"],
        "auto_moderation_rule_trigger_type": rule["trigger_type"],
        "channel_id": "" if case.channel is None else case.channel["id"],  # empty: so Discord answers
    }
    audit.write(case.call, guild_id, _ENTRIES[action["type"]], case.user["id"], options=options)
    _tell(case, match, action, alert)


def _send_alert(case: _Case, match: Match, channel_id: str) -> Record | None:
    """Post an alert in the name of the person, as Discord does; None where the channel is gone."""
    channel = case.world.channels.get(channel_id)
    if channel is None or channel["type"] not in ALERT_CHANNELS:
        return None
    values = {
        "rule_name": match.rule["name"],
        "channel_id": None if case.channel is None else case.channel["id"],
        "keyword": match.keyword,
        "keyword_matched_content": match.content,
        "flagged_message_id": case.message_id,
    }
    embed = {
        "type": "auto_moderation_message",
        "description": case.content,
        "fields": [
            {"name": name, "value": value, "inline": False}
            for name, value in values.items()
            if value is not None
        ],
    }
    return create_system_message(case.call, channel, AUTO_MODERATION_ACTION, case.user, embeds=[embed])


def _tell(case: _Case, match: Match, action: Record, alert: Record | None) -> None:
    """Emit the event; what the person wrote is for bots with the message content intent."""
    event: Record = {
        "guild_id": case.guild_id,
        "action": action,
        "rule_id": match.rule["id"],
        "rule_trigger_type": match.rule["trigger_type"],
        "user_id": case.user["id"],
        "matched_keyword": match.keyword,
    }
    if case.channel is not None:
        event["channel_id"] = case.channel["id"]
    if case.message_id is not None:
        event["message_id"] = case.message_id
    if alert is not None:
        event["alert_system_message_id"] = alert["id"]
    whole = {**event, "content": case.content, "matched_content": match.content}

    def render(viewer: Viewer) -> Record:
        return whole if viewer.intents & _CONTENT else event

    users = guild_managers(case.world, case.guild_id)
    case.world.emit(
        "AUTO_MODERATION_ACTION_EXECUTION", whole, guild=case.guild_id, users=users, render=render
    )


def _why(match: Match) -> str:
    return "" if match.keyword is None else f": {match.keyword!r} finds {match.content!r}"


def _told(case: _Case, match: Match, action: Record) -> str:
    """Return what an action does, for the transcript."""
    who, kind, metadata = case.user["username"], action["type"], action["metadata"]
    why = _why(match)
    if kind == BLOCK_MESSAGE:
        custom = metadata.get("custom_message")
        explained = f" and says {custom!r}" if custom else ""
        return f"blocks what {who} writes{explained}{why}"
    if kind == SEND_ALERT_MESSAGE:
        return f"alerts #{case.world.channels[metadata['channel_id']]['name']} to {who}{why}"
    if kind == TIMEOUT:
        return f"times {who} out for {metadata['duration_seconds']} s{why}"
    return f"keeps {who} from interacting{why}"
