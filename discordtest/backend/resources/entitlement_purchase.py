"""What people do in the shop of an application, and Discord with what they have bought.

Who buys a subscription pays for it every month until it is cancelled; what has an end from the start is none.
Source: Discord's documentation, Monetization ("Implementing App Subscriptions", "Implementing One-Time Purchases").
"""

from __future__ import annotations

from discordtest.backend.body import Object, Snowflake, Timestamp, invalid
from discordtest.backend.codes import Code, RestError
from discordtest.backend.resources import subscription as subscriptions
from discordtest.backend.resources.entitlement import (
    active_entitlements,
    add_entitlement,
    take_entitlement,
    tell_entitlement,
)
from discordtest.backend.resources.sku import CONSUMABLE, SUBSCRIPTION
from discordtest.backend.rest import Call, find_in, operation
from discordtest.backend.world import Record, World

_PURCHASE = Object(
    {
        "guild_id": Snowflake(null=True),
        "starts_at": Timestamp(null=True),
        "ends_at": Timestamp(null=True),
    }
)
_SUBSCRIPTION = Object(
    {
        "guild_id": Snowflake(null=True),
        "starts_at": Timestamp(null=True),
        "canceled_at": Timestamp(null=True),
    }
)


@operation("/{sku_id}/{user_id:user}", body=_PURCHASE)
def purchase_sku(call: Call, sku: Record, user: Record) -> Record:
    """Buy something for oneself or for a guild."""
    body, guild_id, world = call.body, call.body.get("guild_id"), call.world
    if guild_id is not None:
        find_in(world.guilds, guild_id, Code.UNKNOWN_GUILD)
    starts_at = body.get("starts_at") or world.timestamp()
    ends_at = body.get("ends_at")
    if not call.actor.omnipotent:
        _check_may_buy(world, sku, user["id"], guild_id)
    if ends_at is not None and ends_at <= starts_at:
        raise invalid("ends_at", "BASE_TYPE_BAD_VALUE", "It ends before it starts.")
    subscription = None
    if sku["type"] == SUBSCRIPTION and ends_at is None:
        subscription = subscriptions.begin_subscription(world, sku, user["id"], starts_at)
    entitlement = add_entitlement(call, sku, user["id"], guild_id, starts_at=starts_at, ends_at=ends_at)
    if subscription is not None:
        subscriptions.grant(world, subscription, entitlement)
    return entitlement


@operation("/{sku_id}/{user_id:user}", body=_SUBSCRIPTION)
def create_subscription(call: Call, sku: Record, user: Record) -> Record:
    """Let somebody have subscribed to something, and perhaps have cancelled it; return the subscription."""
    world, body, canceled_at = call.world, call.body, call.body.get("canceled_at")
    starts_at, guild_id = body.get("starts_at") or world.timestamp(), body.get("guild_id")
    if sku["type"] != SUBSCRIPTION:
        raise RestError(Code.INVALID_SKU)
    begun, now = subscriptions.period(starts_at, world.timestamp())[0], world.timestamp()
    if canceled_at is not None and not begun <= canceled_at <= now:
        message = f"What goes on was cancelled in the month that it is in: from {begun} to now."
        raise invalid("canceled_at", "BASE_TYPE_BAD_VALUE", message)
    chosen, call.id = call.id, None
    subscription = subscriptions.begin_subscription(world, sku, user["id"], starts_at, chosen)
    entitlement = add_entitlement(call, sku, user["id"], guild_id, starts_at=starts_at)
    subscriptions.grant(world, subscription, entitlement)
    if canceled_at is not None:
        subscriptions.change_subscription(
            world, subscription, status=subscriptions.ENDING, canceled_at=canceled_at
        )
    return subscription


def _check_may_buy(world: World, sku: Record, user_id: str, guild_id: str | None) -> None:
    """Refuse a consumable that is not consumed yet, and a subscription that one has."""
    if sku["type"] not in (CONSUMABLE, SUBSCRIPTION):
        return
    for bought in active_entitlements(world, sku["application_id"], user_id, guild_id):
        same = bought["sku_id"] == sku["id"] and bought.get("guild_id") == guild_id
        if same and not bought.get("consumed"):
            raise RestError(Code.ENTITLEMENT_ALREADY_GRANTED)


@operation("/{entitlement_id}")
def end_entitlement(call: Call, entitlement: Record) -> Record:
    """Let a subscription end now: it was cancelled, and what was paid for is over."""
    _end(call.world, entitlement, call.world.timestamp())
    return entitlement


def _end(world: World, entitlement: Record, at: str) -> None:
    entitlement["ends_at"] = at
    tell_entitlement(world, "ENTITLEMENT_UPDATE", entitlement)
    subscription = subscriptions.subscription_of(world, entitlement)
    if subscription is not None:
        canceled_at = subscription["canceled_at"] or at
        subscriptions.change_subscription(
            world, subscription, status=subscriptions.INACTIVE, canceled_at=canceled_at
        )


@operation("/{entitlement_id}")
def refund_entitlement(call: Call, entitlement: Record) -> Record:
    """Take back what was bought, as Discord does with what it refunds."""
    take_entitlement(call.world, entitlement)
    subscription = subscriptions.subscription_of(call.world, entitlement)
    if subscription is not None:
        subscriptions.change_subscription(call.world, subscription, status=subscriptions.INACTIVE)
    return entitlement


# -- subscriptions


@operation("/{subscription_id}")
def cancel_subscription(call: Call, subscription: Record) -> Record:
    """Pay no more: what is paid for stays until the end of the period."""
    if subscription["status"] == subscriptions.ACTIVE:
        now = call.world.timestamp()
        subscriptions.change_subscription(
            call.world, subscription, status=subscriptions.ENDING, canceled_at=now
        )
    return subscription


@operation("/{subscription_id}")
def resume_subscription(call: Call, subscription: Record) -> Record:
    """Think better of it before the period is over."""
    if subscription["status"] == subscriptions.ENDING:
        subscriptions.change_subscription(
            call.world, subscription, status=subscriptions.ACTIVE, canceled_at=None
        )
    return subscription


@operation("/{subscription_id}")
def end_subscription_period(call: Call, subscription: Record) -> None:
    """Charge for the next period, or let it end that was cancelled."""
    world, end = call.world, subscription["current_period_end"]
    if subscription["status"] == subscriptions.INACTIVE:
        return
    entitlement = world.entitlements[subscription["entitlement_ids"][0]]
    if subscription["status"] == subscriptions.ENDING:
        _end(world, entitlement, end)
    else:
        subscriptions.renew(world, subscription, entitlement["starts_at"])
