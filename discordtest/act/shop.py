"""What people do in the shop of an application, and Discord with what they have bought."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord

from discordtest import given, views
from discordtest.act.acting import Acting, act, name, person
from discordtest.arrange.building import guild_id_of
from discordtest.arrange.premium import sku_id_of
from discordtest.errors import SetupError
from discordtest.verbs import verb

if TYPE_CHECKING:
    from discordtest.backend.world import Record
    from discordtest.given import Id
    from discordtest.scene import Scene

__all__ = ["ShopVerbs"]

__unittest = True  # unittest leaves our frames out of its tracebacks


class ShopVerbs(Acting):
    """The verbs about SKUs and entitlements."""

    @verb
    async def buy(
        self, who: Id, sku: discord.SKU | Id, guild: discord.Guild | Id | None = None
    ) -> discord.Entitlement:
        """Buy a SKU for oneself, or for a guild; a consumable again only once the bot has consumed it."""
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


def _shown(scene: Scene, record: Any) -> discord.Entitlement:
    return discord.Entitlement(state=views.views_of(scene).state, data=record)
