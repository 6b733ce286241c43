"""Who has paid for what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from discordtest.backend.codes import Code
from discordtest.backend.resources.sku import DURABLE
from discordtest.errors import NotModelled
from tests.backend.worlds import SmallWorld, WorldTestCase

if TYPE_CHECKING:
    from discordtest.backend.world import Record

GUILD, USER = 1, 2


class ShopTestCase(WorldTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.application_id = self.small.application["id"]
        self.path = f"/applications/{self.application_id}/entitlements"
        self.alice = self.small.make_person("alice")
        self.gold = self.make_sku("Gold")
        self.session = self.small.connect()

    def make_sku(self, name: str, **fields: Any) -> Record:
        made: Record = self.small.perform("create_sku", self.application_id, body={"name": name, **fields})
        return made

    def buy(self, sku: Record | None = None, **body: Any) -> Record:
        raw = (sku or self.gold)["id"], self.alice.user_id
        made: Record = self.small.perform("purchase_sku", *raw, actor=self.alice, body=body)
        return made

    def listed(self, **query: str) -> list[str]:
        answer = self.small.request("GET", self.path, query=query)
        return [each["id"] for each in self.assertStatus(answer, 200)]

    def create(self, sku: Record, owner_id: str, owner_type: int) -> Any:
        body = {"sku_id": sku["id"], "owner_id": owner_id, "owner_type": owner_type}
        return self.small.request("POST", self.path, body)


class GrantTests(ShopTestCase):
    def test_bot_is_told(self) -> None:
        bought = self.buy()
        self.assertEqual(self.small.events(self.session, "ENTITLEMENT_CREATE"), [bought])
        self.assertEqual((bought["type"], bought["user_id"]), (8, self.alice.user_id))
        self.assertNotIn("consumed", bought)
        self.assertEqual(self.small.request("GET", f"{self.path}/{bought['id']}").json, bought)

    def test_other_bots_are_not_told(self) -> None:
        from discordtest.backend.resources.application import make_application

        make_application(self.small.world, "other", "other-token", self.small.owner)
        other = self.small.connect(token="other-token")
        self.buy()
        self.assertEqual(self.small.events(other, "ENTITLEMENT_CREATE"), [])

    def test_only_consumables_are_consumed(self) -> None:
        answer = self.small.request("POST", f"{self.path}/{self.buy()['id']}/consume")
        self.assertStatus(answer, 400, Code.SKU_NOT_CONSUMABLE)


class ListTests(ShopTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.hat = self.make_sku("Hat", type=DURABLE)
        self.mine = self.buy()["id"]
        self.ours = self.buy(guild_id=self.small.guild["id"])["id"]
        self.hats = self.buy(self.hat)["id"]

    def test_filters(self) -> None:
        self.assertEqual(self.listed(), [self.mine, self.ours, self.hats])
        self.assertEqual(self.listed(guild_id=self.small.guild["id"]), [self.ours])
        self.assertEqual(self.listed(sku_ids=self.hat["id"]), [self.hats])
        both = f"{self.hat['id']},{self.gold['id']}"
        self.assertEqual(self.listed(sku_ids=both), [self.mine, self.ours, self.hats])
        self.assertEqual(self.listed(user_id=self.small.bot.user_id), [])
        self.assertEqual(self.listed(user_id=self.alice.user_id), [self.mine, self.ours, self.hats])

    def test_pages(self) -> None:
        self.assertEqual(self.listed(limit="1"), [self.mine])
        self.assertEqual(self.listed(after=self.mine, limit="1"), [self.ours])
        self.assertEqual(self.listed(before=self.hats, limit="1"), [self.ours])
        for limit in ("0", "101"):
            answer = self.small.request("GET", self.path, query={"limit": limit})
            self.assertStatus(answer, 400, Code.INVALID_FORM_BODY)

    def test_unknown(self) -> None:
        answer = self.small.request("GET", f"{self.path}/{self.gold['id']}")
        self.assertStatus(answer, 404, Code.UNKNOWN_ENTITLEMENT)


class TestEntitlementTests(ShopTestCase):
    def test_of_a_user(self) -> None:
        made = self.assertStatus(self.create(self.gold, self.alice.user_id, USER), 200)
        self.assertEqual(
            (made["user_id"], made["starts_at"], made["ends_at"]), (self.alice.user_id, None, None)
        )
        self.assertNotIn("guild_id", made)
        self.assertEqual(self.small.events(self.session, "ENTITLEMENT_CREATE"), [made])

    def test_of_a_guild(self) -> None:
        made = self.assertStatus(self.create(self.gold, self.small.guild["id"], GUILD), 200)
        self.assertEqual(made["guild_id"], self.small.guild["id"])
        self.assertEqual(made["user_id"], self.small.owner["id"])

    def test_twice(self) -> None:
        self.create(self.gold, self.alice.user_id, USER)
        answer = self.create(self.gold, self.alice.user_id, USER)
        self.assertStatus(answer, 400, Code.ENTITLEMENT_ALREADY_GRANTED)
        self.assertStatus(self.create(self.gold, self.small.owner["id"], USER), 200)
        self.assertStatus(self.create(self.gold, self.small.guild["id"], GUILD), 200)

    def test_unknown_owners_and_skus(self) -> None:
        self.assertStatus(self.create(self.gold, self.alice.user_id, GUILD), 404, Code.UNKNOWN_GUILD)
        self.assertStatus(self.create(self.gold, self.small.guild["id"], USER), 404, Code.UNKNOWN_USER)
        self.assertStatus(self.create({"id": "1"}, self.alice.user_id, USER), 404, Code.UNKNOWN_SKU)
        answer = self.create(self.gold, self.alice.user_id, 3)
        self.assertFieldError(self.assertStatus(answer, 400), "owner_type")

    def test_sku_of_another_application(self) -> None:
        self.small.world.skus[self.gold["id"]]["application_id"] = "1"
        answer = self.create(self.gold, self.alice.user_id, USER)
        self.assertStatus(answer, 400, Code.INVALID_SKU)

    def test_one_time_purchase_is_not_modelled(self) -> None:
        with self.assertRaisesRegex(NotModelled, "make_entitlement"):
            self.create(self.make_sku("Hat", type=DURABLE), self.alice.user_id, USER)
        self.small.backend.failures.clear()

    def test_only_these_are_deleted(self) -> None:
        made = self.create(self.gold, self.alice.user_id, USER).json
        self.assertStatus(self.small.request("DELETE", f"{self.path}/{made['id']}"), 204)
        self.assertEqual(len(self.small.events(self.session, "ENTITLEMENT_DELETE")), 1)
        again = self.small.request("DELETE", f"{self.path}/{made['id']}")
        self.assertStatus(again, 404, Code.UNKNOWN_ENTITLEMENT)
        bought = self.small.request("DELETE", f"{self.path}/{self.buy()['id']}")
        self.assertStatus(bought, 400, Code.ENTITLEMENT_NOT_SANDBOX)


class ActiveTests(ShopTestCase):
    def active(self, small: SmallWorld, guild_id: str | None) -> list[str]:
        from discordtest.backend.resources.entitlement import active_entitlements

        found = active_entitlements(small.world, self.application_id, self.alice.user_id, guild_id)
        return [each["id"] for each in found]

    def test_own_everywhere_and_the_guilds_in_it(self) -> None:
        mine, ours = self.buy()["id"], self.buy(guild_id=self.small.guild["id"])["id"]
        self.assertEqual(self.active(self.small, None), [mine])
        self.assertEqual(self.active(self.small, self.small.guild["id"]), [mine, ours])
        self.assertEqual(self.active(self.small, self.small.make_guild("Other")["id"]), [mine])

    def test_not_what_another_application_sells(self) -> None:
        from discordtest.backend.resources.application import make_application

        other = make_application(self.small.world, "other", "other-token", self.small.owner)
        sku = self.small.perform("create_sku", other["id"], body={"name": "Gold"})
        self.buy(sku)
        self.assertEqual(self.active(self.small, None), [])

    def test_not_what_is_deleted_over_or_to_come(self) -> None:
        refunded = self.buy()
        self.small.perform("refund_entitlement", refunded["id"])
        timed = self.buy(starts_at="2026-07-01T12:00:10+00:00", ends_at="2026-07-01T12:00:20+00:00")
        shown = []
        for second in (9, 10, 19, 20):
            self.small.time = second * 1_000_000
            shown.append(self.active(self.small, None))
        self.assertEqual(shown, [[], [timed["id"]], [timed["id"]], []])
