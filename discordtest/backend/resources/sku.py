"""What an application sells.

Source: Discord's documentation, SKU.
"""

from __future__ import annotations

from discordtest.backend.body import Boolean, Choice, Object, String
from discordtest.backend.codes import Code
from discordtest.backend.rest import Call, find_in, operation, parameter, route
from discordtest.backend.world import Record

__all__ = ["CONSUMABLE", "SUBSCRIPTION", "find_sku"]

DURABLE, CONSUMABLE, SUBSCRIPTION, SUBSCRIPTION_GROUP = 2, 3, 5, 6
AVAILABLE, GUILD_SUBSCRIPTION, USER_SUBSCRIPTION = 1 << 2, 1 << 7, 1 << 8
_SKU = Object(
    {
        "name": String(min=1, required=True),
        "type": Choice((DURABLE, CONSUMABLE, SUBSCRIPTION), default=SUBSCRIPTION),
        "for_guilds": Boolean(default=False),
    }
)


@parameter("sku")
def find_sku(call: Call, text: str) -> Record:
    """Find something that an application sells."""
    return find_in(call.world.skus, text, Code.UNKNOWN_SKU)


@route("GET", "/applications/{application_id}/skus")
def list_skus(call: Call, application: Record) -> list[Record]:
    return [sku for sku in call.world.skus.values() if sku["application_id"] == application["id"]]


@operation("/{application_id}", body=_SKU)
def create_sku(call: Call, application: Record) -> Record:
    """Put something on sale; a subscription comes with a group of its own."""
    name, type = call.body["name"], call.body["type"]
    flags = AVAILABLE
    if type == SUBSCRIPTION:
        flags |= GUILD_SUBSCRIPTION if call.body["for_guilds"] else USER_SUBSCRIPTION
        _add(call, application, None, name, SUBSCRIPTION_GROUP, flags)
    return _add(call, application, call.id, name, type, flags)


def _add(call: Call, application: Record, id: str | None, name: str, type: int, flags: int) -> Record:
    sku: Record = {
        "id": id or call.world.snowflake(),
        "type": type,
        "application_id": application["id"],
        "name": name,
        "slug": "-".join(name.lower().split()),
        "flags": flags,
    }
    call.world.skus[sku["id"]] = sku
    return sku
