"""Builders of what applications sell, and of what was bought."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord

from discordtest import given
from discordtest.arrange.building import Arranging, guild_id_of, new_id, perform, show, stage, user_id_of
from discordtest.errors import SetupError

if TYPE_CHECKING:
    from datetime import datetime

    from discordtest.given import Id
    from discordtest.scene import Scene

__all__ = ["PremiumBuilders", "sku_id_of"]

__unittest = True  # unittest leaves our frames out of its tracebacks


class PremiumBuilders(Arranging):
    """What makes SKUs, entitlements and subscriptions."""

    def make_sku(
        self,
        name: str,
        type: discord.SKUType = discord.SKUType.subscription,
        id_num: int = -1,
        *,
        for_guilds: bool = False,
        client: discord.Client | None = None,
    ) -> discord.SKU:
        """Put something on sale, for the first client's application unless told otherwise.

        ``for_guilds`` makes it a subscription of whole guilds.
        """
        scene = stage(self._scene)
        application_id = scene.application_of(client)["id"]
        body = {"name": name, "type": getattr(type, "value", type), "for_guilds": for_guilds}
        id = new_id(id_num, scene.backend.world.skus)
        made = perform(scene, f"make_sku({name!r})", "create_sku", application_id, body=body, id=id)
        return discord.SKU(state=show(scene).state, data=made)

    def make_entitlement(
        self,
        sku: discord.SKU | Id,
        user: discord.abc.User | Id,
        guild: discord.Guild | Id | None = None,
        id_num: int = -1,
        *,
        starts_at: datetime | None = None,
        ends_at: datetime | None = None,
    ) -> discord.Entitlement:
        """Let a user have bought a SKU, for themselves or for a guild; without ``ends_at`` it lasts.

        What lasts of a subscription SKU has a subscription, which is renewed every month from ``starts_at`` on.
        """
        scene = stage(self._scene)
        body: dict[str, Any] = given.without_none(
            guild_id=None if guild is None else guild_id_of(scene, guild),
            starts_at=given.iso(starts_at),
            ends_at=given.iso(ends_at),
        )
        raw = sku_id_of(scene, sku), user_id_of(scene, user)
        id = new_id(id_num, scene.backend.world.entitlements)
        made = perform(scene, "make_entitlement", "purchase_sku", *raw, body=body, id=id)
        return discord.Entitlement(state=show(scene).state, data=made)

    def make_subscription(
        self,
        sku: discord.SKU | Id,
        user: discord.abc.User | Id,
        guild: discord.Guild | Id | None = None,
        id_num: int = -1,
        *,
        starts_at: datetime | None = None,
        canceled_at: datetime | None = None,
    ) -> discord.Subscription:
        """Let a user have subscribed to a SKU, for themselves or for a guild, with the entitlement that this grants.

        It is renewed every month from ``starts_at`` on; with ``canceled_at`` it ends with the month that it is in.
        """
        scene = stage(self._scene)
        body: dict[str, Any] = given.without_none(
            guild_id=None if guild is None else guild_id_of(scene, guild),
            starts_at=given.iso(starts_at),
            canceled_at=given.iso(canceled_at),
        )
        raw = sku_id_of(scene, sku), user_id_of(scene, user)
        id = new_id(id_num, scene.backend.world.subscriptions)
        made = perform(scene, "make_subscription", "create_subscription", *raw, body=body, id=id)
        return discord.Subscription(state=show(scene).state, data=made)


def sku_id_of(scene: Scene, sku: Any) -> str:
    """Return the id of a SKU of this world."""
    id, skus = given.id_of(sku), scene.backend.world.skus
    if id not in skus:
        known = ", ".join(repr(each["name"]) for each in skus.values()) or "none"
        raise SetupError(f"there is no SKU {sku!r} here; what is on sale: {known}")
    return id
