"""Applications and their bots.

Source: Discord's documentation, Application ("Application Object", "Application Flags", "Edit Current
Application") and OAuth2 ("Get Current Bot Application Information").
"""

from __future__ import annotations

from discordtest.backend import cdn, intents
from discordtest.backend.body import Array, Field, Image, Integer, Object, String, invalid
from discordtest.backend.codes import Code, RestError
from discordtest.backend.intents import Intent
from discordtest.backend.permissions import MAX_PERMISSIONS
from discordtest.backend.resources.user import make_user
from discordtest.backend.rest import Call, find_in, parameter, route
from discordtest.backend.world import Record, World

__all__ = ["GATEWAY_URL", "MAX_URL", "SCOPES", "approved_intents", "make_application"]

GATEWAY_URL = "wss://gateway.discord.gg"

MAX_DESCRIPTION = 400
MAX_TAGS = 5
MAX_TAG = 20
MAX_URL = 2048
SCOPES = ("applications.commands", "bot")

#: intent bit -> (flag of an application in fewer than 100 guilds, flag of a verified one)
_FLAGS = {
    int(Intent.GUILD_PRESENCES): (1 << 13, 1 << 12),
    int(Intent.GUILD_MEMBERS): (1 << 15, 1 << 14),
    int(Intent.MESSAGE_CONTENT): (1 << 19, 1 << 18),
}
_UNPRIVILEGED = intents.ALL & ~intents.PRIVILEGED
_LIMITED_FLAGS = sum(limited for limited, _ in _FLAGS.values())


def make_application(
    world: World, name: str, token: str, owner: Record, *, id: str | None = None, approved: int = intents.ALL
) -> Record:
    """Add an application with its bot user, who logs in with ``token``; ``approved`` are intent bits."""
    application_id = id or world.snowflake()
    flags = sum(limited for intent, (limited, _) in _FLAGS.items() if approved & intent)
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
        "flags": flags,
        "flags_new": str(flags),
        "integration_types_config": {"0": {}, "1": {}},
        "redirect_uris": [],
        "interactions_endpoint_url": None,
        "role_connections_verification_url": None,
        "event_webhooks_url": None,
        "event_webhooks_status": 1,
        "eligible_oauth2_scopes": [],
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
    return _UNPRIVILEGED | sum(intent for intent, either in _FLAGS.items() if flags & sum(either))


def render_application(world: World, application: Record) -> Record:
    """Return the application as its owner sees it, with the number of its guilds."""
    bot_id = application["bot"]["id"]
    count = sum(bot_id in members for members in world.members.values())
    return {**application, "approximate_guild_count": count}


@parameter("application")
def find_application(call: Call, text: str) -> Record:
    """Find the caller's own application."""
    application = call.world.applications.get(text)
    if application is None:
        raise RestError(Code.UNKNOWN_APPLICATION)
    if not call.actor.omnipotent and call.actor.application_id != text:
        raise RestError(Code.NOT_AUTHORIZED_FOR_APPLICATION)
    return application


@parameter("any_application")
def find_any_application(call: Call, text: str) -> Record:
    """Find an application by id, whoever's it is: people install what others wrote."""
    return find_in(call.world.applications, text, Code.UNKNOWN_APPLICATION)


def _own(call: Call) -> Record:
    if call.actor.application_id is None:
        raise RestError(Code.ONLY_BOTS_CAN_USE_ENDPOINT)
    return call.world.applications[call.actor.application_id]


@route("GET", "/oauth2/applications/@me")
def get_my_oauth2_application(call: Call) -> Record:
    return render_application(call.world, _own(call))


@route("GET", "/applications/@me")
def get_my_application(call: Call) -> Record:
    return render_application(call.world, _own(call))


def _url() -> Field:
    return String(max=MAX_URL, null=True)


_INSTALL_PARAMS: dict[str, Field] = {
    "scopes": Array(String(choices=SCOPES), unique=True),
    "permissions": Integer(min=0, max=MAX_PERMISSIONS),
}
_INSTALLATION = Object({"oauth2_install_params": Object(_INSTALL_PARAMS, null=True)}, null=True)
EDIT_APPLICATION = Object(
    {
        "custom_install_url": _url(),
        "description": String(max=MAX_DESCRIPTION, null=True),
        "role_connections_verification_url": _url(),
        "install_params": Object(_INSTALL_PARAMS, null=True),
        "integration_types_config": Object({"0": _INSTALLATION, "1": _INSTALLATION}, null=True),
        "flags": Integer(min=0, null=True),
        "icon": Image(null=True),
        "cover_image": Image(null=True),
        "interactions_endpoint_url": _url(),
        "tags": Array(String(min=1, max=MAX_TAG), max=MAX_TAGS, unique=True, null=True),
    }
)
_ABSENT_WHEN_UNSET = ("custom_install_url", "install_params", "tags", "cover_image")


@route("PATCH", "/applications/@me", body=EDIT_APPLICATION)
def update_my_application(call: Call) -> Record:
    application = _own(call)
    changes = {**call.body}
    if changes.get("flags") is not None:
        if (changes["flags"] ^ application["flags"]) & ~_LIMITED_FLAGS:
            raise invalid("flags", "BASE_TYPE_BAD_VALUE", "Only the limited intent flags can be changed.")
        changes["flags_new"] = str(changes["flags"])
    else:
        changes.pop("flags", None)
    if "description" in changes:
        changes["description"] = changes["description"] or ""
    for key in ("icon", "cover_image"):
        if changes.get(key) is not None:
            changes[key] = cdn.store_image(call.world, f"app-icons/{application['id']}", changes[key])
    config = changes.pop("integration_types_config", None)
    if config is not None:
        changes["integration_types_config"] = {
            kind: {"oauth2_install_params": _stored(value["oauth2_install_params"])}
            if value and value.get("oauth2_install_params")
            else {}
            for kind, value in config.items()
        }
    if changes.get("install_params") is not None:
        changes["install_params"] = _stored(changes["install_params"])
    application.update(changes)
    for key in _ABSENT_WHEN_UNSET:
        if application.get(key, ()) is None:
            del application[key]
    return render_application(call.world, application)


def _stored(params: Record) -> Record:
    return {"scopes": params.get("scopes", []), "permissions": str(params.get("permissions", 0))}


@route("GET", "/gateway", anonymous=True)
def get_gateway(call: Call) -> Record:
    return {"url": GATEWAY_URL}


@route("GET", "/gateway/bot")
def get_bot_gateway(call: Call) -> Record:
    application_id = _own(call)["id"]
    return {
        "url": GATEWAY_URL,
        "shards": call.backend.shards,
        "session_start_limit": call.backend.gateway.starts.limit(application_id, call.world.now()),
    }
