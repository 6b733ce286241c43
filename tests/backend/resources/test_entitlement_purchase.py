"""What people do in the shop, and what becomes of their subscriptions."""

from __future__ import annotations

from typing import Any

from discordtest.backend.codes import Code
from discordtest.backend.resources.sku import CONSUMABLE, DURABLE
from discordtest.backend.resources.subscription import ACTIVE, ENDING, INACTIVE
from tests.backend.resources.test_entitlement import ShopTestCase
from tests.backend.resources.test_subscription import SubscriptionTestCase


class PurchaseTests(ShopTestCase):
    def test_one_time_purchase(self) -> None:
        self.assertEqual(self.buy(self.make_sku("Hat", type=DURABLE))["type"], 1)

    def test_consumable_is_bought_again_once_it_is_consumed(self) -> None:
        potion = self.make_sku("Potion", type=CONSUMABLE)
        bought = self.buy(potion)
        self.assertIs(bought["consumed"], False)
        with self.assertRefused(Code.ENTITLEMENT_ALREADY_GRANTED):
            self.buy(potion)
        self.assertStatus(self.small.request("POST", f"{self.path}/{bought['id']}/consume"), 204)
        (updated,) = self.small.events(self.session, "ENTITLEMENT_UPDATE")
        self.assertIs(updated["consumed"], True)
        self.buy(potion)

    def test_end_before_the_start(self) -> None:
        with self.assertRefused(Code.INVALID_FORM_BODY, "ends_at"):
            self.buy(ends_at="2026-07-01T12:00:00+00:00")

    def test_unknown_guild_and_sku(self) -> None:
        with self.assertRefused(Code.UNKNOWN_GUILD):
            self.buy(guild_id="1")
        with self.assertRefused(Code.UNKNOWN_SKU):
            self.small.perform("purchase_sku", "1", self.alice.user_id)

    def test_refund(self) -> None:
        bought = self.buy()
        self.small.perform("refund_entitlement", bought["id"])
        (deleted,) = self.small.events(self.session, "ENTITLEMENT_DELETE")
        self.assertIs(deleted["deleted"], True)
        self.assertEqual(self.listed(), [])
        self.assertEqual(self.listed(exclude_deleted="0"), [bought["id"]])

    def test_end(self) -> None:
        bought = self.buy()
        self.small.time = 5_000_000
        self.small.perform("end_entitlement", bought["id"])
        (ended,) = self.small.events(self.session, "ENTITLEMENT_UPDATE")
        self.assertEqual(ended["ends_at"], "2026-07-01T12:00:05.000000+00:00")
        self.assertEqual(self.listed(), [bought["id"]])
        self.assertEqual(self.listed(exclude_ended="1"), [])


class LifeTestCase(SubscriptionTestCase):
    def told(self) -> list[tuple[str, Any]]:
        """Return the events since the last call, with a subscription's status or an entitlement's end."""
        events = self.small.events(self.session)
        self.session.frames.clear()
        return [(name, payload.get("status", payload.get("ends_at"))) for name, payload in events]


class Buying(LifeTestCase):
    def test_subscription_is_active_once_it_has_granted(self) -> None:
        bought = self.buy()
        events = self.small.events(self.session)
        names = [name for name, _ in events]
        self.assertEqual(names, ["SUBSCRIPTION_CREATE", "ENTITLEMENT_CREATE", "SUBSCRIPTION_UPDATE"])
        (_, begun), _, (_, granted) = events
        self.assertEqual((begun["status"], begun["entitlement_ids"]), (INACTIVE, []))
        self.assertEqual((granted["status"], granted["entitlement_ids"]), (ACTIVE, [bought["id"]]))
        self.assertEqual((granted["sku_ids"], granted["renewal_sku_ids"]), ([self.gold["id"]],) * 2)
        self.assertEqual((granted["user_id"], granted["canceled_at"]), (self.alice.user_id, None))

    def test_what_is_no_subscription_or_has_an_end_makes_none(self) -> None:
        self.buy(self.make_sku("House", type=DURABLE))
        self.buy(ends_at="2026-08-01T00:00:00Z")
        self.assertEqual(self.small.world.subscriptions, {})

    def test_second_one_is_not_sold_while_the_first_goes_on(self) -> None:
        bought = self.buy()
        with self.assertRefused(Code.ENTITLEMENT_ALREADY_GRANTED):
            self.buy()
        self.buy(guild_id=self.small.guild["id"])
        self.small.perform("end_entitlement", bought["id"])
        self.buy()


class Renewing(LifeTestCase):
    def test_every_month_without_a_word_on_the_entitlement(self) -> None:
        bought = self.buy()
        self.told()
        self.pass_time(30)
        self.assertEqual(self.told(), [])
        self.pass_time(60)
        self.assertEqual(self.told(), [("SUBSCRIPTION_UPDATE", ACTIVE)] * 2)
        self.assertEqual(self.newest["current_period_start"], "2026-09-01T12:00:00.000000+00:00")
        self.assertIsNone(bought["ends_at"])


class Cancelling(LifeTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.bought = self.buy()
        self.pass_time(10)
        self.told()

    def act(self, operation: str) -> None:
        self.small.perform(operation, self.newest["id"])

    def test_goes_on_to_the_end_of_the_period(self) -> None:
        self.act("cancel_subscription")
        self.assertEqual(self.told(), [("SUBSCRIPTION_UPDATE", ENDING)])
        self.assertEqual(self.newest["canceled_at"], "2026-07-11T12:00:00.000000+00:00")
        self.pass_time(20)
        self.assertIsNone(self.bought["ends_at"])
        self.pass_time(1)
        end = "2026-08-01T12:00:00.000000+00:00"
        self.assertEqual(self.told(), [("ENTITLEMENT_UPDATE", end), ("SUBSCRIPTION_UPDATE", INACTIVE)])
        self.assertEqual(self.newest["canceled_at"], "2026-07-11T12:00:00.000000+00:00")
        self.pass_time(100)
        self.assertEqual(self.told(), [])

    def test_second_time_is_nothing_new(self) -> None:
        self.act("cancel_subscription")
        self.pass_time(1)
        self.told()
        self.act("cancel_subscription")
        self.assertEqual(self.told(), [])

    def test_resumed(self) -> None:
        self.act("resume_subscription")
        self.assertEqual(self.told(), [])
        self.act("cancel_subscription")
        self.act("resume_subscription")
        self.assertEqual([status for _, status in self.told()], [ENDING, ACTIVE])
        self.assertIsNone(self.newest["canceled_at"])
        self.pass_time(21)
        self.assertEqual(self.told(), [("SUBSCRIPTION_UPDATE", ACTIVE)])

    def test_ended_now(self) -> None:
        self.small.perform("end_entitlement", self.bought["id"])
        now = "2026-07-11T12:00:00.000000+00:00"
        self.assertEqual(self.told(), [("ENTITLEMENT_UPDATE", now), ("SUBSCRIPTION_UPDATE", INACTIVE)])
        self.assertEqual(self.newest["canceled_at"], now)
        self.act("cancel_subscription")
        self.act("resume_subscription")
        self.pass_time(40)
        self.assertEqual(self.told(), [])

    def test_refunded(self) -> None:
        self.small.perform("refund_entitlement", self.bought["id"])
        self.assertEqual(self.told(), [("ENTITLEMENT_DELETE", None), ("SUBSCRIPTION_UPDATE", INACTIVE)])
        self.assertIsNone(self.newest["canceled_at"])
        self.pass_time(40)
        self.assertEqual(self.told(), [])
