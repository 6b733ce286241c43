"""What people do in the shop, and what becomes of their subscriptions."""

from __future__ import annotations

from typing import Any

from discordtest.backend.codes import Code
from discordtest.backend.resources.sku import DURABLE
from discordtest.backend.resources.subscription import ACTIVE, ENDING, INACTIVE
from tests.backend.resources.test_subscription import SubscriptionTestCase


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
