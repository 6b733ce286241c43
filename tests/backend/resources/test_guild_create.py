"""Which members, threads and presences a client finds in GUILD_CREATE."""

from __future__ import annotations

import json

from discordtest.backend import intents
from discordtest.backend.intents import Intent
from discordtest.backend.resources import guild_create
from discordtest.backend.resources.user import make_user
from discordtest.backend.world import Record
from tests.backend.worlds import TOKEN, WorldTestCase

ALL_BUT_PRESENCES = intents.ALL & ~int(Intent.GUILD_PRESENCES)


class GuildCreate(WorldTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.guild_id = self.small.guild["id"]

    def add(self, count: int) -> None:
        users = [make_user(self.small.world, f"user {number}")["id"] for number in range(count)]
        self.small.perform("add_guild_members", self.guild_id, body={"user_ids": users})

    def found(self, bits: int = intents.ALL, large_threshold: int = 50) -> Record:
        """Return the guild as a new session finds it."""
        session = self.small.open()
        data = {"token": TOKEN, "intents": bits, "large_threshold": large_threshold}
        session.receive(json.dumps({"op": 2, "d": data}))
        (guild,) = self.small.events(session, "GUILD_CREATE")
        return guild

    def names(self, guild: Record) -> list[str]:
        return [member["user"]["username"] for member in guild["members"]]

    def test_everybody_up_to_the_threshold(self):
        self.add(48)
        guild = self.found()
        self.assertEqual((len(guild["members"]), guild["large"], guild["member_count"]), (50, False, 50))

    def test_above_only_who_stands_out(self):
        self.add(49)
        self.small.make_person("with role", permissions=0)
        nick = self.small.make_person("with nick")
        self.small.world.members[self.guild_id][nick.user_id]["nick"] = "x"
        online = self.small.make_person("online")
        self.small.perform("update_presence", online.user_id, body={"status": "online"})
        guild = self.found()
        self.assertEqual(self.names(guild), ["robot", "with role", "with nick", "online"])
        self.assertTrue(guild["large"])
        self.assertEqual(len(self.found(large_threshold=250)["members"]), guild["member_count"])

    def test_without_the_presence_intent_only_itself_and_who_is_in_voice(self):
        alice = self.small.make_person("alice")
        self.assertEqual(self.names(self.found(ALL_BUT_PRESENCES)), ["robot"])
        self.small.world.voice_states[self.guild_id][alice.user_id] = {
            "guild_id": self.guild_id,
            "channel_id": self.small.make_channel("voice", 2)["id"],
            "user_id": alice.user_id,
            "session_id": "s",
            "deaf": False,
            "mute": False,
            "self_deaf": False,
            "self_mute": False,
            "self_video": False,
            "self_stream": False,
            "suppress": False,
            "request_to_speak_timestamp": None,
        }
        guild = self.found(ALL_BUT_PRESENCES)
        self.assertEqual(self.names(guild), ["robot", "alice"])
        self.assertNotIn("guild_id", guild["voice_states"][0])

    def test_huge_guilds_list_as_if_without(self):
        self.assertEqual(guild_create.MAX_MEMBERS_WITH_PRESENCES, 75_000)
        self.addCleanup(setattr, guild_create, "MAX_MEMBERS_WITH_PRESENCES", 75_000)
        guild_create.MAX_MEMBERS_WITH_PRESENCES = 2
        self.assertEqual(len(self.found()["members"]), 2)
        self.add(1)
        self.assertEqual(self.names(self.found()), ["robot"])

    def test_outage_is_over(self):
        self.assertIs(self.found()["unavailable"], False)

    def test_channels_and_active_threads(self):
        path = f"/channels/{self.small.general['id']}/threads"
        made = self.small.request("POST", path, {"name": "thread", "type": 11}).json
        guild = self.found()
        self.assertEqual([channel["name"] for channel in guild["channels"]], ["general"])
        self.assertEqual([thread["id"] for thread in guild["threads"]], [made["id"]])
        self.small.world.channels[made["id"]]["thread_metadata"]["archived"] = True
        self.assertEqual(self.found()["threads"], [])
