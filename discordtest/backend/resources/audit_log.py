"""Reading the audit log, with what its entries refer to. ``audit`` writes it.

Source: Discord's documentation, Audit Log ("Audit Log Object", "Get Guild Audit Log").
"""

from __future__ import annotations

from discordtest.backend.audit import Action
from discordtest.backend.body import Integer, Object, Snowflake
from discordtest.backend.permissions import Permission
from discordtest.backend.resources.guild_scheduled_event import render_event
from discordtest.backend.resources.webhook import render_webhook
from discordtest.backend.rest import Call, route
from discordtest.backend.world import Record, made_at

__all__: list[str] = []

MAX_LISTED = 100
DEFAULT_LISTED = 50
KEPT = 45 * 86_400  # seconds
LIST = Object(
    {
        "limit": Integer(min=1, max=MAX_LISTED, default=DEFAULT_LISTED),
        "before": Snowflake(),
        "after": Snowflake(),
        "user_id": Snowflake(),
        "target_id": Snowflake(),
        "action_type": Integer(),
    }
)
_OF_USERS = frozenset(
    (
        Action.MEMBER_KICK,
        Action.MEMBER_BAN_ADD,
        Action.MEMBER_BAN_REMOVE,
        Action.MEMBER_UPDATE,
        Action.MEMBER_ROLE_UPDATE,
        Action.BOT_ADD,
        Action.MESSAGE_DELETE,
        Action.MESSAGE_PIN,
        Action.MESSAGE_UNPIN,
        Action.AUTO_MODERATION_BLOCK_MESSAGE,
        Action.AUTO_MODERATION_FLAG_TO_CHANNEL,
        Action.AUTO_MODERATION_USER_COMMUNICATION_DISABLED,
        Action.AUTO_MODERATION_QUARANTINE_USER,
    )
)


@route("GET", "/guilds/{guild_id}/audit-logs", permissions=Permission.VIEW_AUDIT_LOG, query=LIST)
def list_guild_audit_log_entries(call: Call, guild: Record) -> Record:
    """List entries of the last 45 days, the latest first; after an id (and not before one) the oldest first."""
    world, query = call.world, call.query
    oldest = world.wall_clock().timestamp() - KEPT
    log = world.audit_log[guild["id"]]
    entries = [entry for entry in log if _is_asked_for(entry, query) and made_at(entry["id"]) >= oldest]
    if "after" not in query or "before" in query:
        entries.reverse()
    entries = entries[: query["limit"]]
    threads, events = world.threads[guild["id"]], world.scheduled_events[guild["id"]]
    rules = world.automod_rules.get(guild["id"], {})
    targets = dict.fromkeys(entry["target_id"] for entry in entries)
    return {
        "audit_log_entries": entries,
        "users": [world.users[user_id] for user_id in _mentioned_users(call, entries)],
        "webhooks": [
            render_webhook(world.webhooks[target], call.actor)
            for target in targets
            if target in world.webhooks
        ],
        "threads": [threads[target] for target in targets if target in threads],
        "integrations": [],
        "guild_scheduled_events": [
            render_event(world, events[target]) for target in targets if target in events
        ],
        "application_commands": [
            command
            for commands in world.commands.values()
            for command in commands.values()
            if command["id"] in targets
        ],
        "auto_moderation_rules": [rules[target] for target in targets if target in rules],
    }


def _is_asked_for(entry: Record, query: Record) -> bool:
    if any(key in query and entry[key] != query[key] for key in ("user_id", "target_id", "action_type")):
        return False
    number = int(entry["id"])
    if "before" in query and number >= int(query["before"]):
        return False
    return "after" not in query or number > int(query["after"])


def _mentioned_users(call: Call, entries: list[Record]) -> list[str]:
    """Return who acted and who was acted upon, each once."""
    found: dict[str, None] = {}
    for entry in entries:
        found[entry["user_id"]] = None
        if entry["action_type"] in _OF_USERS and entry["target_id"] is not None:
            found[entry["target_id"]] = None
    return [user_id for user_id in found if user_id in call.world.users]
