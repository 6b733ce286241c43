"""What an application sells."""

from __future__ import annotations

from discordtest.backend.codes import Code
from discordtest.backend.resources.sku import CONSUMABLE, DURABLE
from tests.backend.worlds import WorldTestCase

AVAILABLE, OF_GUILDS, OF_USERS = 4, 128, 256  # the flags in Discord's documentation


class SkuTests(WorldTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.application_id = self.small.application["id"]
        self.path = f"/applications/{self.application_id}/skus"

    def test_subscription_comes_with_its_group(self) -> None:
        made = self.small.perform("create_sku", self.application_id, body={"name": "Gold  Plan"})
        group, sku = self.assertStatus(self.small.request("GET", self.path), 200)
        self.assertEqual(sku, made)
        self.assertEqual((group["type"], sku["type"]), (6, 5))
        self.assertEqual((sku["name"], sku["slug"]), ("Gold  Plan", "gold-plan"))
        self.assertEqual(sku["flags"], AVAILABLE | OF_USERS)

    def test_subscription_of_guilds(self) -> None:
        body = {"name": "Gold", "for_guilds": True}
        made = self.small.perform("create_sku", self.application_id, body=body)
        self.assertEqual(made["flags"], AVAILABLE | OF_GUILDS)

    def test_one_time_purchases_have_no_group(self) -> None:
        for type in (DURABLE, CONSUMABLE):
            self.small.perform("create_sku", self.application_id, body={"name": "Hat", "type": type})
        found = self.assertStatus(self.small.request("GET", self.path), 200)
        self.assertEqual([(sku["type"], sku["flags"]) for sku in found], [(2, AVAILABLE), (3, AVAILABLE)])

    def test_other_applications_are_not_shown(self) -> None:
        path = f"/applications/{int(self.application_id) + 1}/skus"
        self.assertStatus(self.small.request("GET", path), 404, Code.UNKNOWN_APPLICATION)

    def test_name_is_needed(self) -> None:
        with self.assertRefused(Code.INVALID_FORM_BODY, "name"):
            self.small.perform("create_sku", self.application_id, body={"name": ""})
