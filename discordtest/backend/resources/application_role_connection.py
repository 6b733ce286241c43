"""What an application can tell of its users, for roles that are linked to it.

The values themselves are the users' own affair: an app writes them with their OAuth2 tokens, not as a bot.
Source: Discord's documentation, Application Role Connection Metadata.
"""

from __future__ import annotations

from discordtest.backend.body import Array, Choice, Object, String
from discordtest.backend.resources.application_command_form import Localizations
from discordtest.backend.rest import Call, route
from discordtest.backend.world import Record

__all__: list[str] = []

MAX_RECORDS = 5
MAX_KEY = 50
MAX_NAME = 100
MAX_DESCRIPTION = 200
#: integers and moments compared by at most and at least, integers and truths by equal and not equal
TYPES = tuple(range(1, 9))

_NAME, _DESCRIPTION = String(min=1, max=MAX_NAME), String(min=1, max=MAX_DESCRIPTION)
RECORD = Object(
    {
        "type": Choice(TYPES, required=True),
        "key": String(min=1, max=MAX_KEY, pattern="[a-z0-9_]+", required=True),
        "name": String(min=1, max=MAX_NAME, required=True),
        "name_localizations": Localizations(_NAME),
        "description": String(min=1, max=MAX_DESCRIPTION, required=True),
        "description_localizations": Localizations(_DESCRIPTION),
    }
)


@route("GET", "/applications/{application_id}/role-connections/metadata")
def get_application_role_connections_metadata(call: Call, application: Record) -> list[Record]:
    return call.world.role_connections.get(application["id"], [])


@route(
    "PUT",
    "/applications/{application_id}/role-connections/metadata",
    body=Array(RECORD, max=MAX_RECORDS, null=True),
)
def update_application_role_connections_metadata(call: Call, application: Record) -> list[Record]:
    call.world.role_connections[application["id"]] = records = call.body or []
    return records
