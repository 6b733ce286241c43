"""Applications and their bots.

Source: Discord's documentation, Application ("Application Object", "Application Flags") and OAuth2.
"""

from __future__ import annotations

from discordtest.backend import intents
from discordtest.backend.codes import Code, RestError
from discordtest.backend.intents import Intent
from discordtest.backend.resources.user import make_user
from discordtest.backend.rest import Call, parameter, route
from discordtest.backend.world import Record, World

__all__ = ["approved_intents", "make_application"]

_FLAGS = {
    Intent.GUILD_PRESENCES: 1 << 12,
    Intent.GUILD_MEMBERS: 1 << 14,
    Intent.MESSAGE_CONTENT: 1 << 18,
}


def make_application(
    world: World, name: str, token: str, owner: Record, *, id: str | None = None, approved: int = intents.ALL
) -> Record:
    """Add an application with its bot user, who logs in with ``token``; ``approved`` are intent bits."""
    application_id = id or world.snowflake()
    application: Record = {
        "id": application_id,
        "name": name,
        "icon": None,
        "description": "",
        "type": None,
        "bot": make_user(world, name, id=application_id, bot=True),
        "owner": owner,
        "team": None,
        "summary": "",
        "bot_public": True,
        "bot_require_code_grant": False,
        "verify_key": f"{int(application_id):064x}",
        "flags": sum(flag for intent, flag in _FLAGS.items() if approved & intent),
        "integration_types_config": {"0": {}, "1": {}},
        "redirect_uris": [],
        "interactions_endpoint_url": None,
        "role_connections_verification_url": None,
        "event_webhooks_url": None,
        "event_webhooks_status": 1,
        "explicit_content_filter": 0,
        "approximate_guild_count": 0,
        "approximate_user_install_count": 0,
        "approximate_user_authorization_count": 0,
    }
    world.applications[application_id] = application
    world.tokens[token] = application_id
    return application


def approved_intents(application: Record) -> int:
    """Return the intent bits that the developer portal allows, the unprivileged ones included."""
    flags = application["flags"]
    return intents.ALL & ~intents.PRIVILEGED | sum(
        int(intent) for intent, flag in _FLAGS.items() if flags & flag
    )


@parameter("application")
def find_application(call: Call, text: str) -> Record:
    """Find the caller's own application."""
    application = call.world.applications.get(text)
    if application is None:
        raise RestError(Code.UNKNOWN_APPLICATION)
    if not call.actor.omnipotent and call.actor.application_id != text:
        raise RestError(Code.NOT_AUTHORIZED_FOR_APPLICATION)
    return application


@route("GET", "/oauth2/applications/@me")
def get_my_oauth2_application(call: Call) -> Record:
    assert call.actor.application_id is not None
    return call.world.applications[call.actor.application_id]


@route("GET", "/gateway/bot")
def get_bot_gateway(call: Call) -> Record:
    limit = {"total": 1000, "remaining": 1000, "reset_after": 0, "max_concurrency": 1}
    return {"url": "wss://gateway.discord.gg", "shards": call.backend.shards, "session_start_limit": limit}
