"""Who has paid for what.

An entitlement of a guild names the user who bought it too; a test entitlement is the application's owner's.
Source: Discord's documentation, Entitlement, Monetization ("Implementing App Subscriptions", "Implementing One-Time
Purchases"), Gateway Events ("Entitlements") and Receiving and Responding ("Interaction Structure").
"""

from __future__ import annotations

from discordtest.backend.body import Boolean, Choice, Object, Snowflake, String
from discordtest.backend.codes import Code, RestError
from discordtest.backend.resources.paging import page, page_query
from discordtest.backend.resources.sku import CONSUMABLE, SUBSCRIPTION, find_sku
from discordtest.backend.rest import Call, find_in, parameter, route
from discordtest.backend.world import Record, World
from discordtest.errors import NotModelled

__all__ = ["active_entitlements", "add_entitlement", "take_entitlement", "tell_entitlement"]

PURCHASE, APPLICATION_SUBSCRIPTION = 1, 8
OF_GUILD, OF_USER = 1, 2
MAX_PAGE = 100
_LIST = page_query(
    MAX_PAGE,
    MAX_PAGE,
    user_id=Snowflake(),
    guild_id=Snowflake(),
    sku_ids=String(),
    exclude_ended=Boolean(default=False),
    exclude_deleted=Boolean(default=True),
)
_CREATE = Object(
    {
        "sku_id": Snowflake(required=True),
        "owner_id": Snowflake(required=True),
        "owner_type": Choice((OF_GUILD, OF_USER), required=True),
    }
)


def active_entitlements(
    world: World, application_id: str, user_id: str, guild_id: str | None
) -> list[Record]:
    """Return what a person may use now: what is theirs, and what belongs to the guild that they are in."""
    return [
        entitlement
        for entitlement in world.entitlements.values()
        if entitlement["application_id"] == application_id
        and not entitlement["deleted"]
        and _has_begun(world, entitlement)
        and not _is_over(world, entitlement)
        and (
            entitlement["user_id"] == user_id if _is_personal(entitlement) else _is_of(entitlement, guild_id)
        )
    ]


def _is_personal(entitlement: Record) -> bool:
    return "guild_id" not in entitlement


def _is_of(entitlement: Record, guild_id: str | None) -> bool:
    return guild_id is not None and entitlement.get("guild_id") == guild_id


def _has_begun(world: World, entitlement: Record) -> bool:
    return entitlement["starts_at"] is None or entitlement["starts_at"] <= world.timestamp()


def _is_over(world: World, entitlement: Record) -> bool:
    return entitlement["ends_at"] is not None and entitlement["ends_at"] <= world.timestamp()


@parameter("entitlement")
def find_entitlement(call: Call, text: str) -> Record:
    """Find an entitlement of the application of the path, else any."""
    entitlement = call.world.entitlements.get(text)
    application = call.found.get("application")
    if entitlement is None or (application and application["id"] != entitlement["application_id"]):
        raise RestError(Code.UNKNOWN_ENTITLEMENT)
    return entitlement


@route("GET", "/applications/{application_id}/entitlements", query=_LIST)
def get_entitlements(call: Call, application: Record) -> list[Record]:
    query, world = call.query, call.world
    sku_ids = set(filter(None, (query.get("sku_ids") or "").split(",")))
    wanted = [
        id
        for id, entitlement in world.entitlements.items()
        if entitlement["application_id"] == application["id"]
        and (not sku_ids or entitlement["sku_id"] in sku_ids)
        and not (query["exclude_ended"] and _is_over(world, entitlement))
        and not (query["exclude_deleted"] and entitlement["deleted"])
        and all(
            query.get(key) is None or entitlement.get(key) == query[key] for key in ("user_id", "guild_id")
        )
    ]
    return [world.entitlements[id] for id in page(wanted, query)]


@route("GET", "/applications/{application_id}/entitlements/{entitlement_id}")
def get_entitlement(call: Call, application: Record, entitlement: Record) -> Record:
    return entitlement


@route("POST", "/applications/{application_id}/entitlements/{entitlement_id}/consume")
def consume_entitlement(call: Call, application: Record, entitlement: Record) -> None:
    if call.world.skus[entitlement["sku_id"]]["type"] != CONSUMABLE:
        raise RestError(Code.SKU_NOT_CONSUMABLE)
    entitlement["consumed"] = True
    tell_entitlement(call.world, "ENTITLEMENT_UPDATE", entitlement)


@route("POST", "/applications/{application_id}/entitlements", body=_CREATE)
def create_entitlement(call: Call, application: Record) -> Record:
    world, body = call.world, call.body
    sku, owner_id = find_sku(call, body["sku_id"]), body["owner_id"]
    if sku["application_id"] != application["id"]:
        raise RestError(Code.INVALID_SKU)
    if sku["type"] != SUBSCRIPTION:
        raise NotModelled(
            "a test entitlement for a one-time purchase, which Discord tells not to make: in a test somebody "
            "buys it with make_entitlement"
        )
    guild_id = None
    if body["owner_type"] == OF_GUILD:
        find_in(world.guilds, owner_id, Code.UNKNOWN_GUILD)
        guild_id, user_id = owner_id, application["owner"]["id"]
    else:
        user_id = find_in(world.users, owner_id, Code.UNKNOWN_USER)["id"]
    for active in active_entitlements(world, application["id"], user_id, guild_id):
        if active["sku_id"] == sku["id"] and active.get("guild_id") == guild_id:
            raise RestError(Code.ENTITLEMENT_ALREADY_GRANTED)
    return add_entitlement(call, sku, user_id, guild_id, is_test=True)


@route("DELETE", "/applications/{application_id}/entitlements/{entitlement_id}")
def delete_entitlement(call: Call, application: Record, entitlement: Record) -> None:
    if entitlement["deleted"]:
        raise RestError(Code.UNKNOWN_ENTITLEMENT)
    if entitlement["id"] not in call.world.test_entitlements:
        raise RestError(Code.ENTITLEMENT_NOT_SANDBOX)
    take_entitlement(call.world, entitlement)


# -- inside, and for what people buy


def add_entitlement(
    call: Call,
    sku: Record,
    user_id: str,
    guild_id: str | None,
    *,
    starts_at: str | None = None,
    ends_at: str | None = None,
    is_test: bool = False,
) -> Record:
    """Give an entitlement to a user, or to the guild for which they have it."""
    world = call.world
    entitlement: Record = {
        "id": call.id or world.snowflake(),
        "sku_id": sku["id"],
        "application_id": sku["application_id"],
        "user_id": user_id,
        "type": APPLICATION_SUBSCRIPTION if sku["type"] == SUBSCRIPTION else PURCHASE,
        "deleted": False,
        "starts_at": starts_at,
        "ends_at": ends_at,
    }
    if guild_id is not None:
        entitlement["guild_id"] = guild_id
    if sku["type"] == CONSUMABLE:
        entitlement["consumed"] = False
    world.entitlements[entitlement["id"]] = entitlement
    if is_test:
        world.test_entitlements[entitlement["id"]] = None
    tell_entitlement(world, "ENTITLEMENT_CREATE", entitlement)
    return entitlement


def take_entitlement(world: World, entitlement: Record) -> None:
    """Take an entitlement back."""
    entitlement["deleted"] = True
    tell_entitlement(world, "ENTITLEMENT_DELETE", entitlement)


def tell_entitlement(world: World, event: str, entitlement: Record) -> None:
    """Tell the bot of the application."""
    bot_id = world.applications[entitlement["application_id"]]["bot"]["id"]
    world.emit(event, entitlement, users=[bot_id])
