"""Subscriptions: what a user pays for month by month, and until when.

A subscription grants one entitlement, which ends with it. A period is a month of the calendar: what began on the 31st
is renewed on the last day of a shorter month.
Source: Discord's documentation, Subscription, Monetization ("Implementing App Subscriptions", from "Using Subscription
Events for the Subscription Lifecycle" on) and Gateway Events ("Subscriptions").
"""

from __future__ import annotations

import calendar
from datetime import datetime

from discordtest.backend.body import Object, Snowflake
from discordtest.backend.codes import Code, RestError
from discordtest.backend.resources.paging import page, page_query
from discordtest.backend.resources.sku import find_sku
from discordtest.backend.rest import Call, operation, parameter, route
from discordtest.backend.world import Record, World, written

__all__ = [
    "ACTIVE",
    "ENDING",
    "INACTIVE",
    "begin_subscription",
    "change_subscription",
    "grant",
    "period",
    "renew",
    "subscription_of",
]

ACTIVE, INACTIVE, ENDING = 0, 1, 2
MAX_PAGE = 100
DEFAULT_PAGE = 50
_LIST = page_query(MAX_PAGE, DEFAULT_PAGE, user_id=Snowflake(required=True))


# -- periods


def _month_after(start: datetime, months: int) -> datetime:
    """Return the moment so many months later, on the last day of a month that is too short."""
    year, month = divmod(start.month - 1 + months, 12)
    year, month = start.year + year, month + 1
    return start.replace(year=year, month=month, day=min(start.day, calendar.monthrange(year, month)[1]))


def period(start: str, now: str) -> tuple[str, str]:
    """Return (start, end) of the period that now is in, of what began at ``start``; the first one before that."""
    began, months = datetime.fromisoformat(start), 1
    while written(_month_after(began, months)) <= now:
        months += 1
    return written(_month_after(began, months - 1)), written(_month_after(began, months))


# -- what happens to one


def subscription_of(world: World, entitlement: Record) -> Record | None:
    """Return the subscription that has granted the entitlement, if one has."""
    for subscription in world.subscriptions.values():
        if entitlement["id"] in subscription["entitlement_ids"]:
            return subscription
    return None


def begin_subscription(
    world: World, sku: Record, user_id: str, starts_at: str, id: str | None = None
) -> Record:
    """Let a user subscribe; nothing is granted yet, so it is not active."""
    start, end = period(starts_at, world.timestamp())
    subscription: Record = {
        "id": id or _id_of_moment(world, starts_at),
        "user_id": user_id,
        "sku_ids": [sku["id"]],
        "entitlement_ids": [],
        "renewal_sku_ids": None,
        "current_period_start": start,
        "current_period_end": end,
        "status": INACTIVE,
        "canceled_at": None,
    }
    world.subscriptions[subscription["id"]] = subscription
    _tell(world, "SUBSCRIPTION_CREATE", subscription)
    _wait_for_the_end(world, subscription)
    return subscription


def _id_of_moment(world: World, starts_at: str) -> str:
    """Return an id that says when it began."""
    if starts_at == world.timestamp():
        return world.snowflake()
    return world.snowflake(datetime.fromisoformat(starts_at), world.subscriptions)


def grant(world: World, subscription: Record, entitlement: Record) -> None:
    """Note what the subscription has granted: it is active now."""
    granted = {"entitlement_ids": [entitlement["id"]], "renewal_sku_ids": [*subscription["sku_ids"]]}
    change_subscription(world, subscription, status=ACTIVE, **granted)


def renew(world: World, subscription: Record, began: str) -> None:
    """Go on to the next period of what began at a moment."""
    start, end = period(began, subscription["current_period_end"])
    change_subscription(world, subscription, current_period_start=start, current_period_end=end)
    _wait_for_the_end(world, subscription)


def change_subscription(world: World, subscription: Record, **changes: object) -> None:
    """Change a subscription and tell of it, unless it is so already."""
    if {**subscription, **changes} != subscription:
        subscription.update(changes)
        _tell(world, "SUBSCRIPTION_UPDATE", subscription)


def _wait_for_the_end(world: World, subscription: Record) -> None:
    left = datetime.fromisoformat(subscription["current_period_end"]) - world.wall_clock()
    world.set_deadline(left.total_seconds(), "end_subscription_period", subscription["id"])


def _tell(world: World, event: str, subscription: Record) -> None:
    application_id = world.skus[subscription["sku_ids"][0]]["application_id"]
    bot_id = world.applications[application_id]["bot"]["id"]
    world.emit(event, subscription, users=[bot_id])


# -- reading them


@parameter("own_sku")
def find_own_sku(call: Call, text: str) -> Record:
    """Find something that the caller's own application sells."""
    sku = find_sku(call, text)
    if not call.actor.omnipotent and call.actor.application_id != sku["application_id"]:
        raise RestError(Code.NOT_AUTHORIZED_FOR_APPLICATION)
    return sku


@parameter("subscription")
def find_subscription(call: Call, text: str) -> Record:
    """Find a subscription to the SKU of the path, else any; no code of Discord's says that there is none."""
    subscription = call.world.subscriptions.get(text)
    sku = call.found.get("own_sku")
    if subscription is None or (sku is not None and sku["id"] not in subscription["sku_ids"]):
        raise RestError(Code.GENERAL_ERROR, status=404)
    return subscription


@route("GET", "/skus/{sku_id:own_sku}/subscriptions", query=_LIST)
def get_sku_subscriptions(call: Call, sku: Record) -> list[Record]:
    subscriptions, user_id = call.world.subscriptions, call.query["user_id"]
    wanted = [
        id
        for id, each in subscriptions.items()
        if sku["id"] in each["sku_ids"] and each["user_id"] == user_id
    ]
    return [subscriptions[id] for id in page(wanted, call.query)]


@route(
    "GET",
    "/skus/{sku_id:own_sku}/subscriptions/{subscription_id}",
    query=Object({"user_id": Snowflake()}),
)
def get_sku_subscription(call: Call, sku: Record, subscription: Record) -> Record:
    if call.query.get("user_id") not in (None, subscription["user_id"]):
        raise RestError(Code.GENERAL_ERROR, status=404)
    return subscription


@operation("/{subscription_id}")
def delete_subscription(call: Call, subscription: Record) -> Record:
    """Delete a subscription, as Discord itself may; what it has granted stays."""
    del call.world.subscriptions[subscription["id"]]
    _tell(call.world, "SUBSCRIPTION_DELETE", subscription)
    return subscription
