"""What users pay for month by month: reading it, and its periods."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from discordtest.backend.codes import Code
from discordtest.backend.resources import subscription as subscriptions
from discordtest.backend.resources.application import make_application
from tests.backend.resources.test_entitlement import ShopTestCase

if TYPE_CHECKING:
    from discordtest.backend.world import Record

DAY = 86_400_000_000  # microseconds


class SubscriptionTestCase(ShopTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.path = f"/skus/{self.gold['id']}/subscriptions"

    @property
    def newest(self) -> Record:
        return [*self.small.world.subscriptions.values()][-1]

    def begin(self, starts_at: str) -> Record:
        raw = self.gold["id"], self.alice.user_id
        self.small.perform("purchase_sku", *raw, body={"starts_at": starts_at})
        return self.newest

    def pass_time(self, days: float) -> None:
        """Let days pass, with what Discord does meanwhile."""
        until = self.small.time + round(days * DAY)
        while self.small.world.deadlines and self.small.world.deadlines[0][0] <= until:
            self.small.time = self.small.world.deadlines[0][0]
            self.small.backend.run_deadlines()
        self.small.time = until

    def listed(self, **query: str) -> Any:
        query = {"user_id": self.alice.user_id, **query}
        return self.assertStatus(self.small.request("GET", self.path, query=query), 200)


class Periods(SubscriptionTestCase):
    def days(self, subscription: Record) -> tuple[str, str]:
        return subscription["current_period_start"][:10], subscription["current_period_end"][:10]

    def test_first_one_begins_now(self) -> None:
        self.buy()
        self.assertEqual(self.newest["current_period_start"], "2026-07-01T12:00:00.000000+00:00")
        self.assertEqual(self.newest["current_period_end"], "2026-08-01T12:00:00.000000+00:00")

    def test_one_that_began_earlier_is_in_the_period_of_now(self) -> None:
        self.assertEqual(self.days(self.begin("2026-03-31T00:00:00Z")), ("2026-06-30", "2026-07-31"))
        self.assertEqual(self.days(self.begin("2025-12-01T12:00:00Z")), ("2026-07-01", "2026-08-01"))

    def test_one_that_begins_later(self) -> None:
        self.assertEqual(self.days(self.begin("2026-12-31T00:00:00Z")), ("2026-12-31", "2027-01-31"))

    def test_id_says_when_it_began(self) -> None:
        first, second = (self.begin("2026-03-31T00:00:00Z") for _ in range(2))
        ids = [int(each["id"]) for each in (first, second)]
        self.assertEqual([(id >> 22) + 1_420_070_400_000 for id in ids], [1_774_915_200_000] * 2)
        self.assertNotEqual(*ids)

    def test_day_of_the_month_stays(self) -> None:
        subscription, found = self.begin("2026-05-31T12:00:00Z"), []
        for _ in range(9):
            found.append(self.days(subscription)[1][5:])
            self.pass_time(31)
        self.assertEqual(
            found, ["07-31", "08-31", "09-30", "10-31", "11-30", "12-31", "01-31", "02-28", "03-31"]
        )


class Reading(SubscriptionTestCase):
    def test_list_is_of_one_user_and_sku(self) -> None:
        self.buy()
        self.buy(self.make_sku("Silver"))
        bob = self.small.make_person("bob")
        self.small.perform("purchase_sku", self.gold["id"], bob.user_id, actor=bob)
        (found,) = self.listed()
        self.assertEqual((found["user_id"], found["sku_ids"]), (self.alice.user_id, [self.gold["id"]]))
        self.assertEqual(self.listed(user_id="1"), [])

    def test_user_is_required(self) -> None:
        answer = self.small.request("GET", self.path)
        self.assertFieldError(self.assertStatus(answer, 400, 50035), "user_id", "BASE_TYPE_REQUIRED")

    def test_pages(self) -> None:
        for day in range(1, 5):
            self.begin(f"2026-06-{day:02}T00:00:00Z")
        ids = sorted(self.small.world.subscriptions, key=int)
        self.assertEqual([each["id"] for each in self.listed()], ids)
        self.assertEqual([each["id"] for each in self.listed(limit="2")], ids[:2])
        self.assertEqual([each["id"] for each in self.listed(limit="2", after=ids[1])], ids[2:])
        self.assertEqual([each["id"] for each in self.listed(limit="2", before=ids[3])], ids[1:3])

    def test_default_page(self) -> None:
        self.assertEqual((subscriptions.DEFAULT_PAGE, subscriptions.MAX_PAGE), (50, 100))

    def test_one(self) -> None:
        self.buy()
        path = f"{self.path}/{self.newest['id']}"
        self.assertEqual(self.assertStatus(self.small.request("GET", path), 200), self.newest)
        own = self.small.request("GET", path, query={"user_id": self.alice.user_id})
        self.assertStatus(own, 200)
        self.assertStatus(self.small.request("GET", path, query={"user_id": "1"}), 404)

    def test_unknown_ones(self) -> None:
        self.buy(self.make_sku("Silver"))
        for path in (f"{self.path}/1", f"{self.path}/{self.newest['id']}"):
            self.assertStatus(self.small.request("GET", path), 404, 0)
        answer = self.small.request("GET", "/skus/1/subscriptions", query={"user_id": "1"})
        self.assertStatus(answer, 404, Code.UNKNOWN_SKU.value)

    def test_sku_of_another_application(self) -> None:
        make_application(self.small.world, "other", "other-token", self.small.owner)
        query = {"user_id": self.alice.user_id}
        answer = self.small.request("GET", self.path, query=query, token="other-token")
        self.assertStatus(answer, 403, Code.NOT_AUTHORIZED_FOR_APPLICATION.value)


class Deleting(SubscriptionTestCase):
    def test_entitlement_stays(self) -> None:
        bought = self.buy()
        deleted = self.newest
        self.small.perform("delete_subscription", deleted["id"])
        self.assertEqual(self.small.events(self.session, "SUBSCRIPTION_DELETE"), [deleted])
        self.assertEqual(self.listed(), [])
        self.pass_time(40)
        self.small.perform("end_entitlement", bought["id"])
        self.assertEqual(len(self.small.events(self.session, "SUBSCRIPTION_UPDATE")), 1)

    def test_application_takes_its_own_along(self) -> None:
        self.buy()
        self.small.perform("delete_application", self.application_id)
        self.assertEqual(self.small.world.subscriptions, {})
        self.pass_time(40)
