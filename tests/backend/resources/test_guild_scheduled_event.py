"""Scheduled events: who may make, see, change and delete them, who is interested, and who hears of it."""

from __future__ import annotations

from discordtest.backend.audit import Action
from discordtest.backend.codes import Code
from discordtest.backend.intents import Intent
from discordtest.backend.permissions import Permission
from discordtest.backend.resources.guild_scheduled_event import MAX_EVENTS
from tests.backend.resources.scheduled_events import ACTIVE, CANCELED, COMPLETED, ScheduledEventTestCase, at
from tests.backend.worlds import PNG_URI

P = Permission
STAGE_MODERATOR = P.VIEW_CHANNEL | P.CONNECT | P.MANAGE_CHANNELS | P.MUTE_MEMBERS | P.MOVE_MEMBERS


class CreateTests(ScheduledEventTestCase):
    def test_one_outside_of_discord(self) -> None:
        event = self.assertStatus(self.create(description="Bring cake."), 200)
        self.assertEqual(event["creator"]["id"], self.small.bot.user_id)
        shown = {
            key: event[key] for key in ("name", "description", "status", "channel_id", "entity_metadata")
        }
        self.assertEqual(
            shown,
            {
                "name": "Party",
                "description": "Bring cake.",
                "status": 1,
                "channel_id": None,
                "entity_metadata": {"location": "Park"},
            },
        )
        self.assertEqual(self.assertStatus(self.on("GET", event), 200), event)

    def test_ones_in_channels(self) -> None:
        for kind, channel in ((1, self.stage), (2, self.voice)):
            event = self.assertStatus(self.create(kind, entity_metadata={}), 200)
            self.assertEqual((event["channel_id"], event["entity_metadata"]), (channel["id"], None))
            self.assertIsNone(event["scheduled_end_time"])

    def test_channel_of_another_kind_or_guild(self) -> None:
        for kind, channel in ((1, self.voice), (2, self.stage), (2, self.small.general)):
            answer = self.create(kind, channel_id=channel["id"])
            self.assertStatus(answer, 400, Code.CANNOT_EXECUTE_ON_CHANNEL_TYPE)
        elsewhere = self.small.make_channel("far", 2, self.small.make_guild("Other"))
        self.assertStatus(self.create(2, channel_id=elsewhere["id"]), 404, Code.UNKNOWN_CHANNEL)

    def test_image_is_kept(self) -> None:
        event = self.made(image=PNG_URI)
        url = f"https://cdn.discordapp.com/guild-events/{event['id']}/{event['image']}.png"
        self.assertEqual(self.small.download(url).status, 200)

    def test_no_more_than_a_hundred_that_are_not_over(self) -> None:
        first = self.made()
        for _ in range(MAX_EVENTS - 1):
            self.made()
        self.assertStatus(self.create(), 400, Code.MAX_SCHEDULED_EVENTS)
        self.assertStatus(self.edit(first, status=CANCELED), 200)
        self.assertStatus(self.create(), 200)
        self.assertEqual(MAX_EVENTS, 100)

    def test_permissions(self) -> None:
        needs = {
            1: P.CREATE_EVENTS | STAGE_MODERATOR,
            2: P.CREATE_EVENTS | P.VIEW_CHANNEL | P.CONNECT,
            3: P.CREATE_EVENTS,
        }
        for kind, needed in needs.items():
            for missing in (P.CREATE_EVENTS, P.MANAGE_CHANNELS, P.MUTE_MEMBERS, P.MOVE_MEMBERS, P.CONNECT):
                if needed & missing and not (kind == 1 and missing == P.CONNECT):
                    self.small.allow(needed & ~missing)
                    with self.subTest(kind=kind, missing=missing.name):
                        self.assertStatus(self.create(kind), 403, Code.MISSING_PERMISSIONS)
            self.small.allow(needed)
            with self.subTest(kind=kind):
                self.assertStatus(self.create(kind), 200)

    def test_permissions_are_those_in_the_channel(self) -> None:
        overwrite = {"id": self.small.role["id"], "type": 0, "allow": "0", "deny": str(int(P.CREATE_EVENTS))}
        closed = self.small.make_channel("closed", 2, permission_overwrites=[overwrite])
        self.assertStatus(self.create(2, channel_id=closed["id"]), 403, Code.MISSING_PERMISSIONS)
        self.assertStatus(self.create(2), 200)


class ReadTests(ScheduledEventTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.party, self.talk = self.made(), self.made(2, name="Talk")
        self.alice = self.small.make_person("alice")

    def listed(self, **query: str) -> list[str]:
        answer = self.assertStatus(self.small.request("GET", self.path, query=query), 200)
        return [event["name"] for event in answer]

    def test_list_and_counts(self) -> None:
        self.small.perform(
            "subscribe_to_scheduled_event", self.small.guild["id"], self.party["id"], actor=self.alice
        )
        answer = self.assertStatus(
            self.small.request("GET", self.path, query={"with_user_count": "true"}), 200
        )
        self.assertEqual([(each["name"], each["user_count"]) for each in answer], [("Party", 1), ("Talk", 0)])
        one = self.assertStatus(self.on("GET", self.party, with_user_count="1"), 200)
        self.assertEqual(one["user_count"], 1)
        self.assertNotIn("user_count", self.assertStatus(self.on("GET", self.party), 200))

    def test_hidden_channel(self) -> None:
        self.small.allow(0)
        self.assertEqual(self.listed(), ["Party"])
        for method, body in (("GET", None), ("PATCH", {}), ("DELETE", None)):
            self.assertStatus(self.on(method, self.talk, body), 403, Code.MISSING_ACCESS)
        self.assertStatus(self.on("GET", self.talk, tail="/users"), 403, Code.MISSING_ACCESS)

    def test_unknown(self) -> None:
        for method, body in (("GET", None), ("PATCH", {}), ("DELETE", None)):
            self.assertStatus(self.on(method, {"id": "1"}, body), 404, Code.UNKNOWN_GUILD_SCHEDULED_EVENT)

    def test_what_is_over_is_found_but_not_listed(self) -> None:
        self.assertStatus(self.edit(self.party, status=CANCELED), 200)
        self.assertEqual(self.listed(), ["Talk"])
        self.assertEqual(self.assertStatus(self.on("GET", self.party), 200)["status"], CANCELED)

    def test_a_bot_finds_what_it_sees_when_it_connects(self) -> None:
        for bits, names in ((P.VIEW_CHANNEL, ["Party", "Talk"]), (0, ["Party"])):
            self.small.allow(bits)
            session = self.small.open()
            session.receive('{"op":2,"d":{"token":"token-of-the-bot","intents":1,"properties":{}}}')
            (guild,) = self.small.events(session, "GUILD_CREATE")
            self.assertEqual([event["name"] for event in guild["guild_scheduled_events"]], names)

    def test_invite_shows_an_event(self) -> None:
        invite = self.small.perform("create_channel_invite", self.small.general["id"], body={})
        path, query = f"/invites/{invite['code']}", {"guild_scheduled_event_id": self.party["id"]}
        shown = self.assertStatus(self.small.request("GET", path, query=query), 200)
        self.assertEqual(shown["guild_scheduled_event"]["name"], "Party")
        answer = self.small.request("GET", path, query={"guild_scheduled_event_id": "1"})
        self.assertNotIn("guild_scheduled_event", self.assertStatus(answer, 200))

    def test_they_go_with_the_guild(self) -> None:
        self.small.perform("delete_guild", self.small.guild["id"])
        self.assertEqual((self.small.world.scheduled_events, self.small.world.event_users), ({}, {}))
        self.advance(days=1)  # nothing happens to them any more


class ChangeTests(ScheduledEventTestCase):
    def test_values(self) -> None:
        event = self.made()
        changed = self.assertStatus(self.edit(event, name="Feast", description=None, image=PNG_URI), 200)
        self.assertEqual((changed["name"], changed["image"]), ("Feast", event["image"]))
        self.assertIsNotNone(changed["image"])
        self.assertIsNone(self.assertStatus(self.edit(event, image=None), 200)["image"])

    def test_own_and_others(self) -> None:
        own = self.made()
        other = self.small.perform("create_guild_scheduled_event", self.small.guild["id"], body=self.form())
        for bits, event, status in (
            (P.CREATE_EVENTS, own, 200),
            (P.MANAGE_EVENTS, own, 200),
            (P.CREATE_EVENTS, other, 403),
            (P.MANAGE_EVENTS, other, 200),
            (P.VIEW_CHANNEL, own, 403),
        ):
            self.small.allow(bits)
            with self.subTest(bits=bits, own=event is own):
                self.assertEqual(self.edit(event, name="Feast").status, status)
        self.assertStatus(self.on("DELETE", own), 403, Code.MISSING_PERMISSIONS)
        self.small.allow(P.CREATE_EVENTS)
        self.assertStatus(self.on("DELETE", own), 204)

    def test_permissions_in_the_channel(self) -> None:
        event = self.made(1)
        self.small.allow(P.VIEW_CHANNEL | P.MANAGE_EVENTS)
        self.assertStatus(self.edit(event, name="x"), 403, Code.MISSING_PERMISSIONS)
        self.assertStatus(self.on("DELETE", event), 403, Code.MISSING_PERMISSIONS)
        self.small.allow(P.MANAGE_EVENTS | STAGE_MODERATOR)
        self.assertStatus(self.edit(event, name="x"), 200)

    def test_permissions_in_the_channel_that_it_moves_to(self) -> None:
        event = self.made(2)
        overwrite = {"id": self.small.role["id"], "type": 0, "allow": "0", "deny": str(int(P.CONNECT))}
        locked = self.small.make_channel("locked", 2, permission_overwrites=[overwrite])
        self.assertStatus(self.edit(event, channel_id=locked["id"]), 403, Code.MISSING_PERMISSIONS)
        self.assertEqual(event["channel_id"], self.voice["id"])

    def test_place(self) -> None:
        event = self.made(2)
        moved = {"entity_type": 3, "channel_id": None, "entity_metadata": {"location": "Park"}}
        self.assertStatus(self.edit(event, **moved, scheduled_end_time=at(3)), 200)
        self.assertEqual((event["entity_type"], event["channel_id"]), (3, None))
        self.assertStatus(self.edit(event, entity_type=1, channel_id=self.stage["id"]), 200)
        self.assertEqual((event["channel_id"], event["entity_metadata"]), (self.stage["id"], None))
        answer = self.edit(event, channel_id=self.voice["id"])
        self.assertStatus(answer, 400, Code.CANNOT_EXECUTE_ON_CHANNEL_TYPE)

    def test_delete(self) -> None:
        event = self.made()
        self.assertStatus(self.on("DELETE", event), 204)
        self.assertStatus(self.on("GET", event), 404, Code.UNKNOWN_GUILD_SCHEDULED_EVENT)
        self.assertEqual(self.small.world.deadlines, [])

    def test_deleted_channel(self) -> None:
        event, talk = self.made(2), self.made(1)
        for channel in (self.voice, self.stage):
            self.small.perform("delete_channel", channel["id"])
        self.assertStatus(self.on("GET", event), 200)
        self.assertStatus(self.edit(event, status=ACTIVE), 200)
        self.assertStatus(self.edit(talk, status=ACTIVE), 400, Code.CANNOT_CREATE_STAGE_FOR_EVENT)
        self.assertStatus(self.on("DELETE", event), 204)


class StageTests(ScheduledEventTestCase):
    def test_beginning_opens_the_stage(self) -> None:
        event, session = self.made(1), self.small.connect()
        self.assertStatus(self.edit(event, status=ACTIVE), 200)
        instance = self.small.world.stage_instances[self.stage["id"]]
        self.assertEqual((instance["topic"], instance["guild_scheduled_event_id"]), ("Party", event["id"]))
        self.assertEqual(event["entity_id"], instance["id"])
        names = [name for name, _ in self.small.events(session) if "AUDIT" not in name]
        self.assertEqual(names, ["STAGE_INSTANCE_CREATE", "GUILD_SCHEDULED_EVENT_UPDATE"])

    def test_stage_that_is_open_already(self) -> None:
        event, other = self.made(1), self.made(1)
        self.assertStatus(self.edit(other, status=ACTIVE), 200)
        self.assertStatus(self.edit(event, status=ACTIVE), 400, Code.CANNOT_CREATE_STAGE_FOR_EVENT)
        self.assertEqual(event["status"], 1)

    def open(self, event: dict[str, object]) -> object:
        body = {"channel_id": self.stage["id"], "topic": "t", "guild_scheduled_event_id": event["id"]}
        return self.small.request("POST", "/stage-instances", body)

    def test_opening_the_stage_for_it_begins_it(self) -> None:
        event = self.made(1)
        instance = self.assertStatus(self.open(event), 200)
        self.assertEqual((event["status"], event["entity_id"]), (ACTIVE, instance["id"]))

    def test_opening_the_stage_for_what_is_elsewhere_or_over(self) -> None:
        self.assertStatus(self.open(self.made(2)), 400, Code.EVENT_ENTITY_TYPE_DIFFERS)
        second = self.small.make_channel("second", 13)
        answer = self.open(self.made(1, channel_id=second["id"]))
        self.assertFieldError(self.assertStatus(answer, 400), "guild_scheduled_event_id")
        off = self.made(1)
        self.edit(off, status=CANCELED)
        self.assertStatus(self.open(off), 400, Code.EVENT_FINISHED)
        self.assertNotIn(self.stage["id"], self.small.world.stage_instances)

    def test_opening_the_stage_anew_for_what_goes_on(self) -> None:
        event = self.made(1)
        self.edit(event, status=ACTIVE)
        self.small.request("DELETE", f"/stage-instances/{self.stage['id']}")
        session = self.small.connect()
        self.assertStatus(self.open(event), 200)
        self.assertEqual(self.small.events(session, "GUILD_SCHEDULED_EVENT_UPDATE"), [])


class AuditTests(ScheduledEventTestCase):
    def test_entries(self) -> None:
        event = self.made(image=PNG_URI)
        self.edit(event, name="Feast", entity_metadata={"location": "Wood"})
        self.on("DELETE", event)
        entries = self.small.audit_log()[-3:]
        self.assertEqual(
            [entry["action_type"] for entry in entries],
            [
                Action.GUILD_SCHEDULED_EVENT_CREATE,
                Action.GUILD_SCHEDULED_EVENT_UPDATE,
                Action.GUILD_SCHEDULED_EVENT_DELETE,
            ],
        )
        for entry in entries:
            self.assertEqual((entry["target_id"], entry["reason"]), (event["id"], "why"))
        created = {change["key"]: change["new_value"] for change in entries[0]["changes"]}
        self.assertEqual((created["name"], created["location"], created["status"]), ("Party", "Park", 1))
        self.assertEqual(created["image_hash"], event["image"])
        self.assertEqual(
            entries[1]["changes"],
            [
                {"key": "name", "old_value": "Party", "new_value": "Feast"},
                {"key": "location", "old_value": "Park", "new_value": "Wood"},
            ],
        )

    def test_the_log_shows_the_events_it_tells_of(self) -> None:
        event, gone = self.made(), self.made()
        self.on("DELETE", gone)
        log = self.assertStatus(
            self.small.request("GET", f"/guilds/{self.small.guild['id']}/audit-logs"), 200
        )
        self.assertEqual([shown["id"] for shown in log["guild_scheduled_events"]], [event["id"]])

    def test_nothing_changed(self) -> None:
        event = self.made()
        before = len(self.small.audit_log())
        self.assertStatus(self.edit(event, name="Party"), 200)
        self.assertEqual(len(self.small.audit_log()), before)


class GatewayTests(ScheduledEventTestCase):
    def test_events_in_order(self) -> None:
        session = self.small.connect(Intent.GUILD_SCHEDULED_EVENTS)
        event, alice = self.made(), self.small.make_person("alice")
        key = self.small.guild["id"], event["id"]
        self.small.perform("subscribe_to_scheduled_event", *key, actor=alice)
        self.small.perform("unsubscribe_from_scheduled_event", *key, actor=alice)
        self.edit(event, status=ACTIVE)
        self.on("DELETE", event)
        heard = self.small.events(session)
        names = [name.removeprefix("GUILD_SCHEDULED_EVENT_") for name, _ in heard]
        self.assertEqual(names, ["CREATE", "USER_ADD", "USER_REMOVE", "UPDATE", "DELETE"])
        self.assertEqual(
            heard[1][1],
            {"guild_scheduled_event_id": key[1], "user_id": alice.user_id, "guild_id": key[0]},
        )
        self.assertEqual((heard[3][1]["status"], heard[4][1]["id"]), (ACTIVE, event["id"]))

    def test_without_the_intent(self) -> None:
        session = self.small.connect(Intent.GUILDS)
        self.made()
        self.assertEqual(self.small.events(session), [])

    def test_hidden_channel(self) -> None:
        session = self.small.connect(Intent.GUILD_SCHEDULED_EVENTS)
        self.small.allow(0)
        body = self.form(2)
        self.small.perform("create_guild_scheduled_event", self.small.guild["id"], body=body)
        self.assertEqual(self.small.events(session), [])


class UserTests(ScheduledEventTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.event = self.made()
        self.people = [self.small.make_person(name) for name in ("alice", "bob", "carol")]

    def perform(self, name: str, number: int = 0) -> None:
        key = self.small.guild["id"], self.event["id"]
        self.small.perform(f"{name}_scheduled_event", *key, actor=self.people[number])

    def users(self, **query: str) -> list[str]:
        answer = self.assertStatus(self.on("GET", self.event, tail="/users", **query), 200)
        return [entry["user"]["username"] for entry in answer]

    def test_count(self) -> None:
        for number in (2, 0):
            self.perform("subscribe_to", number)
        answer = self.assertStatus(self.on("GET", self.event, tail="/users/counts"), 200)
        self.assertEqual(answer["guild_scheduled_event_count"], 2)

    def test_pages(self) -> None:
        for number in (2, 0, 1):
            self.perform("subscribe_to", number)
        alice, bob, carol = (person.user_id for person in self.people)
        self.assertEqual(self.users(), ["alice", "bob", "carol"])
        self.assertEqual(self.users(limit="2"), ["alice", "bob"])
        self.assertEqual(self.users(after=alice), ["bob", "carol"])
        self.assertEqual(self.users(before=carol, limit="1"), ["bob"])
        self.assertEqual(self.users(before=bob, after=bob), ["alice"])

    def test_members(self) -> None:
        for number in (0, 1):
            self.perform("subscribe_to", number)
        self.small.perform("delete_guild_member", self.small.guild["id"], self.people[1].user_id)
        answer = self.assertStatus(self.on("GET", self.event, tail="/users", with_member="true"), 200)
        self.assertEqual(["member" in entry for entry in answer], [True, False])
        answer = self.assertStatus(self.on("GET", self.event, tail="/users"), 200)
        self.assertEqual(["member" in entry for entry in answer], [False, False])

    def test_twice(self) -> None:
        session = self.small.connect()
        self.perform("subscribe_to")
        self.perform("subscribe_to")
        self.assertEqual(len(self.small.events(session, "GUILD_SCHEDULED_EVENT_USER_ADD")), 1)
        self.perform("unsubscribe_from")
        with self.assertRefused(Code.UNKNOWN_GUILD_SCHEDULED_EVENT_USER):
            self.perform("unsubscribe_from")

    def test_over(self) -> None:
        self.perform("subscribe_to")
        self.edit(self.event, status=ACTIVE)
        self.edit(self.event, status=COMPLETED)
        with self.assertRefused(Code.EVENT_FINISHED):
            self.perform("subscribe_to", 1)
        self.assertEqual(self.users(), ["alice"])
