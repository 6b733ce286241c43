"""Threads: who comes in by talking, counts, deletion, what a bot is told."""

from __future__ import annotations

from discordtest.backend.codes import Code
from discordtest.backend.intents import ALL, Intent
from discordtest.backend.permissions import Permission
from tests.backend.resources.threads import MODERATION, TALK, ThreadTestCase


class TalkTests(ThreadTestCase):
    def say(self, thread: dict[str, object], content: str) -> None:
        body = {"content": content}
        self.small.perform("create_message", str(thread["id"]), actor=self.alice, body=body)

    def test_the_author_joins(self) -> None:
        thread = self.start(actor=self.small.bot)
        session = self.small.connect()
        self.say(thread, "hi")
        self.assertEqual(self.members(thread), [self.small.bot.user_id, self.alice.user_id])
        (update,) = self.small.events(session, "THREAD_MEMBERS_UPDATE")
        self.assertEqual(update["member_count"], 2)
        self.assertEqual(update["added_members"][0]["member"]["user"]["username"], "alice")
        self.say(thread, "again")
        self.assertEqual(len(self.small.events(session, "THREAD_MEMBERS_UPDATE")), 1)

    def test_whom_a_message_mentions_comes_in(self) -> None:
        bob = self.small.make_person("bob", TALK)
        thread = self.private(self.alice)
        self.say(thread, f"<@{bob.user_id}>")
        self.assertIn(bob.user_id, self.members(thread))

    def test_not_into_a_thread_where_only_its_owner_invites(self) -> None:
        bob = self.small.make_person("bob", TALK)
        thread = self.private(self.small.bot, invitable=False)
        self.small.perform("add_thread_member", thread["id"], self.alice.user_id)
        self.say(thread, f"<@{bob.user_id}>")
        self.assertNotIn(bob.user_id, self.members(thread))
        body = {"content": f"<@{bob.user_id}>"}
        self.small.perform("create_message", thread["id"], actor=self.small.bot, body=body)
        self.assertIn(bob.user_id, self.members(thread))

    def test_not_who_has_left_the_guild(self) -> None:
        bob = self.small.make_person("bob", TALK)
        thread = self.start()
        del self.small.world.members[self.small.guild["id"]][bob.user_id]
        self.say(thread, f"<@{bob.user_id}>")
        self.assertNotIn(bob.user_id, self.members(thread))

    def test_not_who_does_not_see_the_channel(self) -> None:
        everyone = {"id": self.small.guild["id"], "type": 0, "deny": 1 << 10}
        alice = {"id": self.alice.user_id, "type": 1, "allow": 1 << 10}
        bob = self.small.make_person("bob")
        channel = self.small.make_channel("staff", permission_overwrites=[everyone, alice])
        thread = self.start(actor=self.alice, channel=channel)
        self.say(thread, f"<@{bob.user_id}>")
        self.assertEqual(self.members(thread), [self.alice.user_id])

    def test_counts(self) -> None:
        thread = self.start()
        self.say(thread, "one")
        self.say(thread, "two")
        last = next(reversed(self.small.world.messages[thread["id"]]))
        self.small.perform("delete_message", thread["id"], last)
        self.assertEqual((thread["message_count"], thread["total_message_sent"]), (1, 2))

    def test_members_are_counted_to_50(self) -> None:
        thread = self.start()
        for number in range(60):
            person = self.small.make_person(f"p{number}")
            self.small.perform("add_thread_member", thread["id"], person.user_id)
        self.assertEqual(thread["member_count"], 50)


class DeleteThreadTests(ThreadTestCase):
    def test_event_and_audit_entry(self) -> None:
        thread = self.start()
        session = self.small.connect()
        gone = self.assertStatus(self.request("DELETE", thread, reason="done"), 200)
        self.assertEqual(gone["id"], thread["id"])
        expected = {key: thread[key] for key in ("id", "guild_id", "parent_id", "type")}
        self.assertEqual(self.small.events(session, "THREAD_DELETE"), [expected])
        entry = self.small.audit_log()[-1]
        self.assertEqual((entry["action_type"], entry["reason"]), (112, "done"))
        self.assertIn({"key": "name", "old_value": "topic"}, entry["changes"])
        self.assertStatus(self.request("GET", thread), 404, Code.UNKNOWN_CHANNEL.value)

    def test_needs_manage_threads_even_of_the_owner(self) -> None:
        thread = self.start(actor=self.small.bot)
        self.small.allow(TALK)
        self.assertStatus(self.request("DELETE", thread), 403, Code.MISSING_PERMISSIONS.value)
        self.small.allow(MODERATION)
        self.assertStatus(self.request("DELETE", thread), 200)

    def test_its_messages_go_with_all_that_hangs_on_them(self) -> None:
        thread, world = self.start(), self.small.world
        self.small.perform("create_message", thread["id"], body={"content": "x"})
        (message_id,) = (m["id"] for m in world.messages[thread["id"]].values() if m["content"] == "x")
        where = (thread["id"], message_id)
        self.small.perform("add_my_message_reaction", *where, "🔥")
        self.small.perform("create_pin", *where)
        self.request("DELETE", thread)
        for table in (world.messages, world.pins, world.thread_members):
            self.assertNotIn(thread["id"], table)
        self.assertEqual(world.reactions, {})

    def test_archived_ones_too(self) -> None:
        thread = self.start()
        self.archive(thread)
        self.assertStatus(self.request("DELETE", thread), 200)

    def test_they_go_with_their_channel_without_events_of_their_own(self) -> None:
        thread = self.start()
        session = self.small.connect()
        self.small.perform("delete_channel", self.small.general["id"])
        self.assertEqual(self.small.events(session, "THREAD_DELETE"), [])
        self.assertNotIn(thread["id"], self.small.world.channels)
        self.assertEqual(self.small.world.threads[self.small.guild["id"]], {})


class IntentTests(ThreadTestCase):
    def test_without_the_members_intent_only_the_bots_own_membership(self) -> None:
        thread = self.start()
        session = self.small.connect(ALL & ~int(Intent.GUILD_MEMBERS))
        self.small.perform("add_thread_member", thread["id"], self.alice.user_id)
        self.assertEqual(self.small.events(session, "THREAD_MEMBERS_UPDATE"), [])
        self.small.perform("add_thread_member", thread["id"], self.small.bot.user_id)
        (update,) = self.small.events(session, "THREAD_MEMBERS_UPDATE")
        self.assertEqual([one["user_id"] for one in update["added_members"]], [self.small.bot.user_id])

    def test_without_the_guilds_intent_nothing(self) -> None:
        session = self.small.connect(int(Intent.GUILD_MESSAGES))
        self.start(actor=self.small.bot)
        names = {name for name, _ in self.small.events(session)}
        self.assertEqual({name for name in names if name.startswith("THREAD")}, set())

    def test_what_the_bot_finds_when_it_connects(self) -> None:
        joined, other = self.start(actor=self.small.bot), self.start()
        self.archive(self.start())
        self.small.allow(TALK)
        self.private(self.alice)
        session = self.small.open()
        session.receive('{"op":2,"d":{"token":"token-of-the-bot","intents":1,"properties":{}}}')
        (guild,) = self.small.events(session, "GUILD_CREATE")
        self.assertEqual([thread["id"] for thread in guild["threads"]], [joined["id"], other["id"]])
        self.assertIn("member", guild["threads"][0])
        self.assertNotIn("member", guild["threads"][1])


class ThreadSyncTests(ThreadTestCase):
    def test_a_bot_that_comes_to_see_a_channel_is_told_its_threads(self) -> None:
        self.small.allow(TALK)
        everyone = self.small.guild["id"]
        hide = {"id": everyone, "type": 0, "deny": 1 << 10}
        channel = self.small.make_channel("staff", permission_overwrites=[hide])
        thread = self.start(channel=channel)
        self.archive(self.start(channel=channel))
        session = self.small.connect()
        self.small.perform("delete_channel_permission_overwrite", channel["id"], everyone)
        (sync,) = self.small.events(session, "THREAD_LIST_SYNC")
        self.assertEqual(sync["channel_ids"], [channel["id"]])
        self.assertEqual([one["id"] for one in sync["threads"]], [thread["id"]])
        self.assertEqual(sync["members"], [])

    def test_in_every_way_that_it_comes_to_see_one(self) -> None:
        small, guild_id = self.small, self.small.guild["id"]
        view = int(Permission.VIEW_CHANNEL)
        role, shut = (small.perform("create_guild_role", guild_id, body={"permissions": 0}) for _ in "ab")
        small.perform("add_guild_member_role", guild_id, small.bot.user_id, shut["id"])
        open_category = small.make_channel("open", 4)
        hidden = small.make_channel(
            "hidden", parent_id=open_category["id"], permission_overwrites=[{"id": guild_id, "deny": view}]
        )
        lent = small.make_channel(
            "lent",
            permission_overwrites=[{"id": guild_id, "deny": view}, {"id": role["id"], "allow": view}],
        )
        barred = small.make_channel("barred", permission_overwrites=[{"id": shut["id"], "deny": view}])
        other = small.make_channel("other", permission_overwrites=[{"id": guild_id, "deny": view}])
        small.allow(TALK & ~view)
        small.world.roles[guild_id][guild_id]["permissions"] = str(view)
        for channel in (hidden, lent, barred, other, small.general):
            self.start(channel=channel)
        session = small.connect()
        move = {"id": hidden["id"], "lock_permissions": True}
        for operation, path, body, gained in (
            ("bulk_update_guild_channels", (), [move], hidden),
            ("add_guild_member_role", (small.bot.user_id, role["id"]), None, lent),
            ("delete_guild_role", (shut["id"],), None, barred),
            ("update_channel", None, {"permission_overwrites": []}, other),
        ):
            with self.subTest(operation):
                session.frames.clear()
                where = (other["id"],) if path is None else (guild_id, *path)
                small.perform(operation, *where, body=body)
                (sync,) = small.events(session, "THREAD_LIST_SYNC")
                self.assertEqual(sync["channel_ids"], [gained["id"]])
        small.perform("update_guild_role", guild_id, guild_id, body={"permissions": "0"})
        session.frames.clear()
        small.perform("update_guild_role", guild_id, guild_id, body={"permissions": str(view)})
        (sync,) = small.events(session, "THREAD_LIST_SYNC")
        self.assertIn(small.general["id"], sync["channel_ids"])

    def test_nothing_new_to_see_is_no_event(self) -> None:
        self.start()
        session = self.small.connect()
        deny = {"type": 0, "deny": int(Permission.ADD_REACTIONS)}
        path = (self.small.general["id"], self.small.guild["id"])
        self.small.perform("set_channel_permission_overwrite", *path, body=deny)
        self.assertEqual(self.small.events(session, "THREAD_LIST_SYNC"), [])
