"""Subscriptions that are taken away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from discordtest import given
from discordtest.arrange.building import Arranging, show, stage
from discordtest.errors import SetupError

if TYPE_CHECKING:
    import discord

    from discordtest.given import Id

__all__ = ["PremiumChanges"]

__unittest = True  # unittest leaves our frames out of its tracebacks


class PremiumChanges(Arranging):
    """What takes away subscriptions."""

    def delete_subscription(self, subscription: discord.Subscription | Id) -> None:
        """Delete a ``subscription``: ``on_subscription_delete`` runs. What it has granted stays.

        Raises `SetupError` for a subscription that is not here.
        """
        scene, id = stage(self._scene), given.id_of(subscription)
        if id not in scene.backend.world.subscriptions:
            raise SetupError(f"there is no subscription {subscription!r} in the world of this test")
        scene.backend.perform(scene.narrator, "delete_subscription", id)
        show(scene)
