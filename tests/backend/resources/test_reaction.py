"""Reactions."""

from __future__ import annotations

from urllib.parse import quote

from discordtest.backend.codes import Code, RestError
from discordtest.backend.permissions import Permission
from discordtest.backend.resources.user import open_dm
from discordtest.backend.rest import OPERATIONS, Actor, Call
from tests.backend.worlds import BOT_PERMISSIONS, PNG_URI, WorldTestCase


class ReactionTestCase(WorldTestCase):
    def setUp(self):
        super().setUp()
        self.alice = self.small.make_person("alice")
        self.message = self.small.perform(
            "create_message", self.small.general["id"], body={"content": "x"}, actor=self.alice
        )

    def path(self, emoji=None, who=None):
        parts = [f"/channels/{self.message['channel_id']}/messages/{self.message['id']}/reactions"]
        parts += [] if emoji is None else [quote(emoji)]
        return "/".join([*parts, who] if who else parts)

    def react(self, emoji="🔥", status=204, code=None):
        return self.assertStatus(self.small.request("PUT", self.path(emoji, "@me")), status, code)

    def person_reacts(self, emoji="🔥", actor=None):
        where = (self.message["channel_id"], self.message["id"], emoji)
        self.small.perform("add_my_message_reaction", *where, actor=actor or self.alice)

    def reactions(self):
        path = f"/channels/{self.message['channel_id']}/messages/{self.message['id']}"
        return self.assertStatus(self.small.request("GET", path), 200).get("reactions", [])

    def make_emoji(self, guild=None):
        where = (guild or self.small.guild)["id"]
        return self.small.perform("create_guild_emoji", where, body={"name": "blob", "image": PNG_URI})


class Adding(ReactionTestCase):
    def test_reaction_is_shown_and_told(self):
        session = self.small.connect()
        self.react()
        self.person_reacts()
        [reaction] = self.reactions()
        self.assertEqual((reaction["count"], reaction["me"]), (2, True))
        self.assertEqual(reaction["emoji"], {"id": None, "name": "🔥"})
        first, second = self.small.events(session, "MESSAGE_REACTION_ADD")
        self.assertEqual(first["member"]["user"]["id"], self.small.bot.user_id)
        self.assertEqual(second["user_id"], self.alice.user_id)
        self.assertEqual(second["message_author_id"], self.alice.user_id)
        self.assertEqual(second["guild_id"], self.small.guild["id"])

    def test_second_time_changes_nothing(self):
        self.react()
        session = self.small.connect()
        self.react()
        self.assertEqual(self.small.events(session), [])

    def test_what_is_no_emoji(self):
        for text in ("x", "fire", "🔥🔥", "blob:x", "✓", ":fire:"):
            with self.subTest(text=text):
                self.react(text, 400, 10014)

    def test_emojis_of_several_characters(self):
        for text in ("❤️", "👍🏽", "🇩🇪", "1️⃣", "👨‍👩‍👧", "🏴󠁧󠁢󠁥󠁮󠁧󠁿"):
            with self.subTest(text=text):
                self.react(text)

    def test_styles_of_an_emoji_are_one(self):
        self.react("❤️")
        self.person_reacts("❤")
        self.assertEqual([reaction["count"] for reaction in self.reactions()], [2])

    def test_20_different_ones(self):
        for number in range(20):
            self.react(chr(0x1F600 + number))
        self.react(chr(0x1F600 + 20), 400, 30010)
        self.person_reacts(chr(0x1F600))

    def test_first_of_an_emoji_needs_a_permission(self):
        self.small.allow(Permission(BOT_PERMISSIONS) & ~Permission.ADD_REACTIONS)
        self.react(status=403, code=50013)
        self.small.perform("add_my_message_reaction", self.message["channel_id"], self.message["id"], "🔥")
        self.react()

    def test_history_is_needed(self):
        self.small.allow(Permission(BOT_PERMISSIONS) & ~Permission.READ_MESSAGE_HISTORY)
        self.react(status=403, code=50013)

    def test_timed_out_member(self):
        self.react()
        member = self.small.world.members[self.small.guild["id"]][self.alice.user_id]
        member["communication_disabled_until"] = self.small.world.timestamp(60)
        with self.assertRefused(Code.MISSING_PERMISSIONS):
            self.person_reacts()

    def test_pending_member(self):
        self.react()
        member = self.small.world.members[self.small.guild["id"]][self.alice.user_id]
        member["pending"] = True
        with self.assertRefused(Code.MISSING_PERMISSIONS):
            self.person_reacts()
        member["pending"] = False
        self.person_reacts()

    def test_custom_emoji(self):
        emoji = self.make_emoji()
        self.react(f"other_name:{emoji['id']}")
        [reaction] = self.reactions()
        self.assertEqual(reaction["emoji"], {"id": emoji["id"], "name": "blob", "animated": False})
        self.small.perform("delete_guild_emoji", self.small.guild["id"], emoji["id"])
        self.assertEqual(self.reactions()[0]["emoji"]["name"], "blob")
        self.person_reacts(f"blob:{emoji['id']}")

    def test_custom_emojis_are_apart(self):
        first, second = self.make_emoji(), self.make_emoji()
        for emoji in (first, second):
            self.react(f"blob:{emoji['id']}")
        self.react(f"a:blob:{second['id']}")
        self.assertEqual([each["emoji"]["id"] for each in self.reactions()], [first["id"], second["id"]])
        self.assertEqual([each["count"] for each in self.reactions()], [1, 1])

    def test_custom_emoji_of_the_guild_is_none_of_elsewhere(self):
        self.small.allow(Permission(BOT_PERMISSIONS) & ~Permission.USE_EXTERNAL_EMOJIS)
        self.react(f"blob:{self.make_emoji()['id']}")

    def test_custom_emoji_of_elsewhere(self):
        emoji = self.make_emoji(self.small.make_guild("Elsewhere"))
        with self.assertRefused(Code.UNKNOWN_EMOJI):
            self.person_reacts(f"blob:{emoji['id']}")
        self.small.allow(Permission(BOT_PERMISSIONS) & ~Permission.USE_EXTERNAL_EMOJIS)
        self.react(f"blob:{emoji['id']}", 403, 50013)
        self.small.allow(Permission(BOT_PERMISSIONS))
        self.react(f"blob:{emoji['id']}")

    def test_custom_emoji_that_does_not_exist(self):
        self.react("blob:1", 400, 10014)

    def test_refusal_says_what_is_wrong_with_it(self):
        for text, why in (
            ("fire", "'fire' is no character of Unicode that is an emoji"),
            ("blob:x", "'x' is no id of an emoji"),
            ("blob:1", "no guild that alice is in has the custom emoji blob:1, nor does the application"),
        ):
            with self.subTest(text=text), self.assertRaises(RestError) as caught:
                self.person_reacts(text)
            self.assertEqual(caught.exception.why, why)

    def test_emoji_of_the_application(self):
        emoji = self.small.perform(
            "create_application_emoji",
            self.small.application["id"],
            body={"name": "own", "image": PNG_URI},
            actor=self.small.bot,
        )
        self.react(f"own:{emoji['id']}")
        self.assertEqual(self.reactions()[0]["emoji"]["name"], "own")


class Removing(ReactionTestCase):
    def setUp(self):
        super().setUp()
        self.react()
        self.person_reacts()
        self.session = self.small.connect()

    def delete(self, emoji=None, who=None, status=204, code=None):
        return self.assertStatus(self.small.request("DELETE", self.path(emoji, who)), status, code)

    def test_own(self):
        self.small.allow(Permission.VIEW_CHANNEL | Permission.READ_MESSAGE_HISTORY)
        self.delete("🔥", "@me")
        self.assertEqual([(one["count"], one["me"]) for one in self.reactions()], [(1, False)])
        [event] = self.small.events(self.session, "MESSAGE_REACTION_REMOVE")
        self.assertEqual(event["user_id"], self.small.bot.user_id)

    def test_last_one_takes_the_emoji_along(self):
        self.delete("🔥", "@me")
        self.delete("🔥", "@me")
        self.delete("🔥", self.alice.user_id)
        self.assertEqual(self.reactions(), [])
        self.delete("🔥", "@me", 404, 10014)

    def test_others_all_and_one_emoji_need_a_permission(self):
        for emoji, who in (("🔥", self.alice.user_id), ("🔥", None), (None, None)):
            self.small.allow(Permission(BOT_PERMISSIONS) & ~Permission.MANAGE_MESSAGES)
            self.delete(emoji, who, 403, 50013)
            self.small.allow(Permission(BOT_PERMISSIONS))
            self.react()
            self.person_reacts(actor=Actor("narrator", self.alice.user_id))
            self.delete(emoji, who)
        names = [name for name, _ in self.small.events(self.session) if "REMOVE" in name]
        expected = ["MESSAGE_REACTION_REMOVE", "MESSAGE_REACTION_REMOVE_EMOJI", "MESSAGE_REACTION_REMOVE_ALL"]
        self.assertEqual(names, expected)
        self.assertEqual(self.reactions(), [])
        self.delete()

    def test_one_emoji_that_nobody_used(self):
        self.delete("👍", status=404, code=10014)

    def test_direct_messages(self):
        call = Call(self.small.backend, self.small.narrator, OPERATIONS["create_dm"])
        dm = open_dm(call, self.small.bot.user_id, self.alice.user_id)
        body = {"content": "x"}
        self.message = self.small.perform("create_message", dm["id"], body=body, actor=self.alice)
        self.react()
        self.delete("🔥", self.small.bot.user_id, 403, 50003)
        self.delete("🔥", None, 403, 50003)
        self.delete(None, None, 403, 50003)
        self.delete("🔥", "@me")
        self.assertNotIn("guild_id", self.small.events(self.session, "MESSAGE_REACTION_REMOVE")[0])


class Listing(ReactionTestCase):
    def users(self, **query):
        found = self.assertStatus(self.small.request("GET", self.path("🔥"), query=query), 200)
        return [user["id"] for user in found]

    def test_users_by_id_in_pages(self):
        people = [self.alice, *(self.small.make_person(f"p{n}") for n in range(3))]
        for person in reversed(people):
            self.person_reacts(actor=person)
        ids = [person.user_id for person in people]
        self.assertEqual(self.users(), ids)
        self.assertEqual(self.users(limit="2"), ids[:2])
        self.assertEqual(self.users(limit="2", after=ids[1]), ids[2:])
        self.assertEqual(self.users(type="1"), [])

    def test_limit_is_1_to_100(self):
        self.react()
        self.users(limit="100")
        for limit in ("0", "101"):
            answer = self.small.request("GET", self.path("🔥"), query={"limit": limit})
            self.assertStatus(answer, 400, Code.INVALID_FORM_BODY)

    def test_emoji_that_nobody_used(self):
        self.assertStatus(self.small.request("GET", self.path("👍")), 404, 10014)
