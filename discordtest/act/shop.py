"""What people do in the shop of an application, and Discord with what they have bought."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord

from discordtest import finding, given, views
from discordtest.act.acting import Acting, act, name, person
from discordtest.arrange.building import guild_id_of
from discordtest.arrange.premium import sku_id_of
from discordtest.backend.resources import subscription
from discordtest.errors import SetupError
from discordtest.verbs import verb

if TYPE_CHECKING:
    from discordtest.backend.world import Record
    from discordtest.given import Id
    from discordtest.scene import Scene

__all__ = ["ShopVerbs"]

__unittest = True  # unittest leaves our frames out of its tracebacks


class ShopVerbs(Acting):
    """The verbs about SKUs, entitlements and subscriptions."""

    @verb
    async def buy(
        self, who: Id, sku: discord.SKU | Id, guild: discord.Guild | Id | None = None
    ) -> discord.Entitlement:
        """Buy a SKU for oneself, or for a guild; a consumable again only once the bot has consumed it.

        A subscription is renewed every month of the clock until it is cancelled.
        """
        scene, actor = self._scene, person(self._scene, who)
        sku_id = sku_id_of(scene, sku)
        body = {} if guild is None else {"guild_id": guild_id_of(scene, guild)}
        text = f"buys {scene.backend.world.skus[sku_id]['name']!r}"
        return _shown(scene, act(scene, actor, text, "purchase_sku", sku_id, actor.user_id, body=body))

    @verb
    async def end_entitlement(self, entitlement: discord.Entitlement | Id) -> discord.Entitlement:
        """Let a subscription end now, as when it was cancelled and the month is over."""
        return _shown(self._scene, _change(self._scene, entitlement, "ends", "end_entitlement"))

    @verb
    async def cancel_subscription(
        self, bought: discord.Entitlement | discord.Subscription | Id
    ) -> discord.Subscription:
        """Let a subscription, or what it has granted, not be renewed: it ends with the month that is paid for."""
        return _subscription_after(self._scene, bought, "is cancelled", "cancel_subscription")

    @verb
    async def resume_subscription(
        self, bought: discord.Entitlement | discord.Subscription | Id
    ) -> discord.Subscription:
        """Let a subscription that was cancelled be renewed after all, before it has ended."""
        return _subscription_after(self._scene, bought, "is resumed", "resume_subscription")

    @verb
    async def refund(self, entitlement: discord.Entitlement | Id) -> discord.Entitlement:
        """Let Discord take back what was bought, and pay it back."""
        return _shown(self._scene, _change(self._scene, entitlement, "is refunded", "refund_entitlement"))


def _change(scene: Scene, entitlement: Any, text: str, operation: str) -> Record:
    world, id = scene.backend.world, given.id_of(entitlement)
    record = world.entitlements.get(id)
    if record is None or record["deleted"]:
        raise SetupError(f"there is no entitlement {entitlement!r} here, or it was taken back before")
    sku, buyer = world.skus[record["sku_id"]], name(world, record["user_id"])
    scene.tell(f"{sku['name']!r} of {buyer} {text}")
    changed: Record = scene.backend.perform(scene.narrator, operation, id)
    return changed


def _subscription_after(scene: Scene, bought: Any, text: str, operation: str) -> discord.Subscription:
    """Do something with a subscription that goes on, and return it."""
    world = scene.backend.world
    record = finding.find_subscription(world, bought)
    sku, buyer = world.skus[record["sku_ids"][0]], name(world, record["user_id"])
    if record["status"] == subscription.INACTIVE:
        raise SetupError(f"the subscription to {sku['name']!r} of {buyer} has ended: they can buy it again")
    scene.tell(f"{sku['name']!r} of {buyer} {text}")
    changed = scene.backend.perform(scene.narrator, operation, record["id"])
    return discord.Subscription(state=views.views_of(scene).state, data=changed)


def _shown(scene: Scene, record: Any) -> discord.Entitlement:
    return discord.Entitlement(state=views.views_of(scene).state, data=record)
