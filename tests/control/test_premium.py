"""Subscriptions that the functions of ``discordtest.backend`` take away."""

from __future__ import annotations

from discordtest import SetupError, backend
from tests.control.listening import ControlTestCase


class PremiumTests(ControlTestCase):
    async def test_subscription(self) -> None:
        gold = self.make_sku("Gold")
        bought = backend.make_entitlement(gold, self.alice)
        found = ["subscription_create", "entitlement_create", "subscription_update"]
        self.assertEqual(await self.heard(), found)
        (subscription,) = [each async for each in gold.subscriptions(user=self.alice)]
        backend.delete_subscription(subscription)
        self.assertEqual(await self.heard(), ["subscription_delete"])
        self.assertIsNone((await self.client.fetch_entitlement(bought.id)).ends_at)
        with self.assertRaisesRegex(SetupError, "there is no subscription"):
            backend.delete_subscription(subscription)
