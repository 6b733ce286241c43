"""Messages in threads."""

from __future__ import annotations

from discordtest.backend.codes import Code
from discordtest.backend.permissions import Permission
from discordtest.backend.resources.message_thread import discount_message
from tests.backend.worlds import BOT_PERMISSIONS, WorldTestCase


class MessagesInThreads(WorldTestCase):
    def setUp(self):
        super().setUp()
        made = self.small.perform(
            "create_thread", self.small.general["id"], body={"name": "t", "type": 11}, actor=self.small.bot
        )
        self.thread = self.small.world.channels[made["id"]]

    def send(self, actor=None, **body):
        body = {"content": "x", **body}
        return self.small.perform(
            "create_message", self.thread["id"], body=body, actor=actor or self.small.bot
        )

    def counts(self):
        return self.thread["message_count"], self.thread["total_message_sent"]

    def archive(self, locked=False):
        self.thread["thread_metadata"].update(archived=True, locked=locked)

    def test_messages_are_counted(self):
        first, second = self.send(), self.send()
        self.assertEqual((first["position"], second["position"]), (0, 1))
        self.assertEqual(self.counts(), (2, 2))
        self.small.perform("delete_message", self.thread["id"], first["id"])
        self.assertEqual(self.counts(), (1, 2))
        ids = [self.send()["id"], second["id"]]
        self.small.perform("bulk_delete_messages", self.thread["id"], body={"messages": ids})
        self.assertEqual(self.counts(), (0, 3))

    def test_author_joins(self):
        alice = self.small.make_person("alice")
        self.send(alice)
        self.assertIn(alice.user_id, self.small.world.thread_members[self.thread["id"]])

    def join(self, name, role):
        person = self.small.make_person(name)
        self.small.perform("add_guild_member_role", self.small.guild["id"], person.user_id, role["id"])
        return person.user_id

    def staff(self, **body):
        body = {"name": "staff", "mentionable": True, **body}
        return self.small.perform("create_guild_role", self.small.guild["id"], body=body)

    def test_all_members_of_a_role_that_is_mentioned_join(self):
        role, members = self.staff(), self.small.world.thread_members[self.thread["id"]]
        ids = {self.join(name, role) for name in ("ann", "ben")}
        self.send(content=f"<@&{role['id']}>", allowed_mentions={"parse": []})
        self.assertFalse(ids & set(members))
        said = self.send(content=f"<@&{role['id']}>")
        self.assertEqual(said["flags"], 0)
        self.assertTrue(ids < set(members))

    def test_an_edit_lets_in_too(self):
        role, members = self.staff(), self.small.world.thread_members[self.thread["id"]]
        ann, ben = self.join("ann", role), self.small.make_person("ben").user_id
        said = self.send(content="one moment")
        body = {"content": f"<@&{role['id']}> <@{ben}>"}
        self.small.perform("update_message", self.thread["id"], said["id"], body=body, actor=self.small.bot)
        self.assertTrue({ann, ben} < set(members))

    def test_a_role_of_more_than_a_hundred_is_not_let_in_and_the_message_says_so(self):
        role, members = self.staff(), self.small.world.thread_members[self.thread["id"]]
        for number in range(100):
            self.join(f"p{number}", role)
        self.assertEqual(self.send(content=f"<@&{role['id']}>")["flags"], 0)
        self.assertEqual(len(members), 101)
        last = self.join("last", role)
        session = self.small.connect()
        self.send(content=f"<@&{role['id']}>")
        self.assertEqual(self.small.events(session, "MESSAGE_CREATE")[-1]["flags"], 1 << 8)
        self.assertNotIn(last, members)

    def test_a_closed_thread_takes_whom_its_owner_or_a_moderator_mentions(self):
        body = {"name": "t", "type": 12, "invitable": False}
        made = self.small.perform("create_thread", self.small.general["id"], body=body, actor=self.small.bot)
        self.thread = self.small.world.channels[made["id"]]
        ann, ben, cleo = (self.small.make_person(name) for name in ("ann", "ben", "cleo"))
        members = self.small.world.thread_members[self.thread["id"]]
        self.send(content=f"<@{ann.user_id}>")
        self.send(ann, content=f"<@{ben.user_id}>")
        self.assertEqual([*members], [self.small.bot.user_id, ann.user_id])
        body = {"permissions": str(int(Permission.MANAGE_THREADS))}
        role = self.small.perform("create_guild_role", self.small.guild["id"], body=body)
        self.small.perform("add_guild_member_role", self.small.guild["id"], ann.user_id, role["id"])
        self.send(ann, content=f"<@{cleo.user_id}>")
        self.assertIn(cleo.user_id, members)

    def test_a_full_thread_takes_the_message_and_nobody_more(self):
        members = self.small.world.thread_members[self.thread["id"]]
        members.update((str(number), {"user_id": str(number)}) for number in range(1, 1000))
        alice = self.small.make_person("alice")
        self.send(alice)
        self.assertNotIn(alice.user_id, members)

    def test_no_thread_wakes_where_as_many_as_may_be_are_active(self):
        threads = self.small.world.threads[self.small.guild["id"]]
        awake = {"parent_id": "1", "thread_metadata": {"archived": False}}
        threads.update((str(number), awake) for number in range(1, 1001))
        self.archive()
        with self.assertRefused(Code.MAX_ACTIVE_THREADS):
            self.send()
        with self.assertRefused(Code.MAX_ACTIVE_THREADS):
            self.small.perform("update_channel", self.thread["id"], body={"archived": False})
        del threads["1"]
        self.send()

    def test_what_began_the_thread_is_not_counted(self):
        self.send()
        for message in (
            {"id": "1", "type": 18},
            {"id": "1", "type": 21},
            {"id": self.thread["id"], "type": 0},
        ):
            discount_message(self.thread, message)
            self.assertEqual(self.counts(), (1, 1))

    def test_message_wakes_an_archived_thread(self):
        self.archive()
        session = self.small.connect()
        self.small.time = 60_000_000
        self.send()
        woken = self.thread["thread_metadata"]["archive_timestamp"]
        self.assertEqual(woken, "2026-07-01T12:01:00.000000+00:00")
        self.assertFalse(self.thread["thread_metadata"]["archived"])
        [event] = self.small.events(session, "THREAD_UPDATE")
        self.assertFalse(event["thread_metadata"]["archived"])

    def test_bots_in_a_thread_that_a_message_wakes_hear_of_their_membership(self):
        self.archive()
        session = self.small.connect()
        self.send(self.small.make_person("alice"))
        names = [name for name, _ in self.small.events(session) if name.startswith("THREAD_")]
        self.assertEqual(names, ["THREAD_MEMBERS_UPDATE", "THREAD_UPDATE", "THREAD_MEMBER_UPDATE"])
        (told,) = self.small.events(session, "THREAD_MEMBER_UPDATE")
        self.assertEqual(told["user_id"], self.small.bot.user_id)

    def test_locked_thread_is_for_those_who_manage_it(self):
        self.archive(locked=True)
        self.small.allow(Permission(BOT_PERMISSIONS) & ~Permission.MANAGE_THREADS)
        with self.assertRefused(Code.THREAD_LOCKED):
            self.send()
        self.small.allow(Permission(BOT_PERMISSIONS))
        self.send()

    def test_in_a_locked_one_nothing_is_changed_and_once_archived_nothing_deleted(self):
        edited, deleted, kept, reacted = (self.send()["id"] for _ in range(4))
        self.thread["thread_metadata"]["locked"] = True
        self.small.allow(Permission(BOT_PERMISSIONS) & ~Permission.MANAGE_THREADS)
        bot, thread_id = self.small.bot, self.thread["id"]
        edit = {"body": {"content": "y"}, "actor": bot}
        with self.assertRefused(Code.THREAD_LOCKED):
            self.small.perform("update_message", thread_id, edited, **edit)
        self.small.perform("add_my_message_reaction", thread_id, reacted, "🔥", actor=bot)
        self.small.perform("delete_message", thread_id, deleted, actor=bot)
        self.archive(locked=True)
        both = {"messages": [kept, edited]}
        with self.assertRefused(Code.THREAD_LOCKED):
            self.small.perform("delete_message", thread_id, kept, actor=bot)
        with self.assertRefused(Code.THREAD_LOCKED):
            self.small.perform("bulk_delete_messages", thread_id, body=both, actor=bot)
        self.small.allow(Permission(BOT_PERMISSIONS))
        self.small.perform("delete_message", thread_id, kept, actor=bot)
        self.archive(locked=False)
        self.small.allow(Permission(BOT_PERMISSIONS) & ~Permission.MANAGE_THREADS)
        self.small.perform("delete_message", thread_id, edited, actor=bot)

    def test_permission_is_one_of_its_own(self):
        self.small.allow(Permission(BOT_PERMISSIONS) & ~Permission.SEND_MESSAGES)
        self.send()
        self.small.allow(Permission(BOT_PERMISSIONS) & ~Permission.SEND_MESSAGES_IN_THREADS)
        with self.assertRefused(Code.MISSING_PERMISSIONS):
            self.send()

    def test_archived_thread_stays_as_it_is(self):
        message = self.send()
        where = (self.thread["id"], message["id"])
        self.small.perform("add_my_message_reaction", *where, "🔥", actor=self.small.bot)
        self.archive()
        for name, *more in (
            ("add_my_message_reaction", "👍"),
            ("delete_my_message_reaction", "🔥"),
            ("delete_user_message_reaction", "🔥", self.small.bot.user_id),
            ("delete_all_message_reactions",),
            ("delete_all_message_reactions_by_emoji", "🔥"),
            ("create_pin",),
            ("delete_pin",),
        ):
            with self.subTest(name=name), self.assertRefused(Code.THREAD_ARCHIVED):
                self.small.perform(name, *where, *more, actor=self.small.bot)
        with self.assertRefused(Code.THREAD_ARCHIVED):
            self.small.perform("update_message", *where, body={"content": "y"}, actor=self.small.bot)
        self.small.perform("delete_message", *where, actor=self.small.bot)

    def test_thread_is_shown_on_its_message(self):
        where = self.small.general["id"]
        message = self.small.perform("create_message", where, body={"content": "x"}, actor=self.small.bot)
        self.small.perform("create_thread_from_message", where, message["id"], body={"name": "t"})
        found = self.assertStatus(
            self.small.request("GET", f"/channels/{where}/messages/{message['id']}"), 200
        )
        self.assertEqual(found["thread"]["id"], message["id"])
