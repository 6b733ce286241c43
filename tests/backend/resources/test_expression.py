"""What emojis, stickers and sounds share, on the emoji, which is the simplest of them."""

from __future__ import annotations

import base64

from discordtest.backend.codes import Code
from discordtest.backend.permissions import Permission
from discordtest.backend.resources.expression import render_expression, slots_of
from tests.backend.worlds import WorldTestCase

IMAGE = f"data:image/png;base64,{base64.b64encode(b'pixels').decode()}"
CREATE, MANAGE = Permission.CREATE_GUILD_EXPRESSIONS, Permission.MANAGE_GUILD_EXPRESSIONS


class WhoMayChangeOne(WorldTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.guild_id = self.small.guild["id"]
        self.maker = self.small.make_person("maker", CREATE)
        self.other = self.small.make_person("other", CREATE)
        self.moderator = self.small.make_person("moderator", MANAGE)
        body = {"name": "blob", "image": IMAGE}
        self.emoji = self.small.perform("create_guild_emoji", self.guild_id, actor=self.maker, body=body)

    def test_who_made_it_and_who_manages_all(self) -> None:
        for number, actor in enumerate((self.maker, self.moderator)):
            body = {"name": f"blob_{number}"}
            path = self.guild_id, self.emoji["id"]
            changed = self.small.perform("update_guild_emoji", *path, actor=actor, body=body)
            self.assertEqual(changed["name"], f"blob_{number}")

    def test_others_are_refused(self) -> None:
        with self.assertRefused(Code.MISSING_PERMISSIONS):
            self.small.perform("delete_guild_emoji", self.guild_id, self.emoji["id"], actor=self.other)


class HowOneLooks(WorldTestCase):
    def test_creator_is_added_for_those_who_may_know(self) -> None:
        user = self.small.world.users[self.small.make_person("maker").user_id]
        self.small.world.creators["7"] = user["id"]
        for key in ("id", "sound_id"):
            record = {key: "7"}
            self.assertIs(render_expression(self.small.world, record, False, key), record)
            self.assertEqual(render_expression(self.small.world, record, True, key), {key: "7", "user": user})

    def test_nobody_is_added_where_nobody_is_known(self) -> None:
        self.assertEqual(render_expression(self.small.world, {"id": "7"}, True), {"id": "7"})


class Slots(WorldTestCase):
    def test_grow_with_the_tier(self) -> None:
        guild = self.small.guild
        for tier, expected in enumerate((5, 15, 30, 60)):
            guild["premium_tier"] = tier
            self.assertEqual(slots_of(guild, (5, 15, 30, 60), "MORE", 20), expected)

    def test_feature_gives_no_fewer(self) -> None:
        guild = self.small.guild
        guild["features"] = ["MORE"]
        for tier, expected in enumerate((20, 20, 30, 60)):
            guild["premium_tier"] = tier
            self.assertEqual(slots_of(guild, (5, 15, 30, 60), "MORE", 20), expected)
