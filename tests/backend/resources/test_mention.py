"""Whom a message notifies."""

from __future__ import annotations

from discordtest.backend.codes import Code
from discordtest.backend.permissions import Permission
from tests.backend.worlds import BOT_PERMISSIONS, WorldTestCase


class Mentions(WorldTestCase):
    def setUp(self):
        super().setUp()
        self.alice = self.small.make_person("alice")
        self.bob = self.small.make_person("bob")
        self.text = f"<@{self.alice.user_id}> <@!{self.bob.user_id}> <@&{self.small.role['id']}> @everyone"

    def send(self, content=None, allowed=None, actor=None, **body):
        body = {"content": content or self.text, **body}
        if allowed is not None:
            body["allowed_mentions"] = allowed
        return self.small.perform(
            "create_message", self.small.general["id"], body=body, actor=actor or self.small.bot
        )

    def assertMentions(self, message, *users, roles=(), everyone=False):
        self.assertEqual([user["id"] for user in message["mentions"]], [user.user_id for user in users])
        self.assertEqual(message["mention_roles"], list(roles))
        self.assertEqual(message["mention_everyone"], everyone)

    def test_all_of_them_where_nothing_is_said(self):
        self.assertMentions(self.send(), self.alice, self.bob, roles=[self.small.role["id"]], everyone=True)

    def test_here_counts_as_everyone(self):
        self.assertMentions(self.send("@here"), everyone=True)
        self.assertMentions(self.send("@hereafter"))

    def test_event_has_the_members(self):
        session = self.small.connect()
        self.send()
        [event] = self.small.events(session, "MESSAGE_CREATE")
        self.assertEqual(event["mentions"][0]["member"]["roles"], [])

    def test_none_allowed(self):
        self.assertMentions(self.send(allowed={"parse": []}))

    def test_some_allowed(self):
        self.assertMentions(self.send(allowed={"parse": ["users"]}), self.alice, self.bob)
        self.assertMentions(self.send(allowed={"users": [self.bob.user_id]}), self.bob)
        role_id = self.small.role["id"]
        self.assertMentions(self.send(allowed={"roles": [role_id]}), roles=[role_id])
        self.assertMentions(self.send(allowed={"parse": ["everyone"]}), everyone=True)

    def test_list_beside_its_kind_is_refused(self):
        for kind in ("users", "roles"):
            with self.assertRefused(Code.INVALID_FORM_BODY, "allowed_mentions"):
                self.send(allowed={"parse": [kind], kind: ["1"]})
            self.send(allowed={"parse": [kind], kind: []})

    def test_100_ids_at_most(self):
        ids = [str(number) for number in range(101)]
        self.send(allowed={"users": ids[:100], "roles": ids[:100]})
        for kind in ("users", "roles"):
            with self.assertRefused(Code.INVALID_FORM_BODY, f"allowed_mentions.{kind}"):
                self.send(allowed={kind: ids})

    def test_unknown_kind(self):
        with self.assertRefused(Code.INVALID_FORM_BODY, "allowed_mentions.parse.0"):
            self.send(allowed={"parse": ["friends"]})

    def test_without_permission_only_mentionable_roles(self):
        self.small.allow(Permission(BOT_PERMISSIONS) & ~Permission.MENTION_EVERYONE)
        self.assertMentions(self.send(), self.alice, self.bob)
        self.small.role["mentionable"] = True
        self.assertMentions(self.send(), self.alice, self.bob, roles=[self.small.role["id"]])

    def test_who_does_not_exist_is_not_mentioned(self):
        self.assertMentions(self.send("<@1> <@&2>"))

    def test_reply_notifies_its_author(self):
        first = self.send("hi", actor=self.alice)
        reference = {"message_id": first["id"]}
        self.assertMentions(self.send("yes", message_reference=reference), self.alice)
        quiet = self.send("yes", {"replied_user": False}, message_reference=reference)
        self.assertMentions(quiet)
        loud = self.send("yes", {"parse": [], "replied_user": True}, message_reference=reference)
        self.assertMentions(loud, self.alice)

    def test_reply_to_a_webhook_notifies_nobody(self):
        hook = self.small.perform("create_webhook", self.small.general["id"], body={"name": "hook"})
        path = f"/webhooks/{hook['id']}/{hook['token']}"
        first = self.small.request("POST", path, {"content": "hi"}, query={"wait": "true"}, token=None).json
        self.assertMentions(self.send("yes", message_reference={"message_id": first["id"]}))

    def test_edit_works_them_out_anew(self):
        message = self.send()
        where = (self.small.general["id"], message["id"])
        body = {"content": f"<@{self.bob.user_id}>"}
        edited = self.small.perform("update_message", *where, body=body, actor=self.small.bot)
        self.assertMentions(edited, self.bob)
        body["allowed_mentions"] = {"parse": []}
        edited = self.small.perform("update_message", *where, body=body, actor=self.small.bot)
        self.assertMentions(edited)
