"""The table of intents against the facts of Discord's list."""

from __future__ import annotations

import json
import unittest

from discordtest.backend import intents
from discordtest.backend.intents import Intent
from tests.judge import REFERENCE

# name, bit, privileged, number of events: Discord's list of intents, July 2026
FACTS = (
    ("GUILDS", 0, False, 21),
    ("GUILD_MEMBERS", 1, True, 4),
    ("GUILD_MODERATION", 2, False, 3),
    ("GUILD_EXPRESSIONS", 3, False, 6),
    ("GUILD_INTEGRATIONS", 4, False, 4),
    ("GUILD_WEBHOOKS", 5, False, 1),
    ("GUILD_INVITES", 6, False, 2),
    ("GUILD_VOICE_STATES", 7, False, 2),
    ("GUILD_PRESENCES", 8, True, 1),
    ("GUILD_MESSAGES", 9, False, 4),
    ("GUILD_MESSAGE_REACTIONS", 10, False, 4),
    ("GUILD_MESSAGE_TYPING", 11, False, 1),
    ("DIRECT_MESSAGES", 12, False, 4),
    ("DIRECT_MESSAGE_REACTIONS", 13, False, 4),
    ("DIRECT_MESSAGE_TYPING", 14, False, 1),
    ("MESSAGE_CONTENT", 15, True, 0),
    ("GUILD_SCHEDULED_EVENTS", 16, False, 5),
    ("AUTO_MODERATION_CONFIGURATION", 20, False, 3),
    ("AUTO_MODERATION_EXECUTION", 21, False, 1),
    ("GUILD_MESSAGE_POLLS", 24, False, 2),
    ("DIRECT_MESSAGE_POLLS", 25, False, 2),
)


def events_of(intent):
    return {name for name, places in intents.EVENTS.items() if any(bits & intent for bits in places)}


class Table(unittest.TestCase):
    def test_bits_and_numbers_of_events(self):
        seen = [(i.name, i.bit_length() - 1, bool(i & intents.PRIVILEGED), len(events_of(i))) for i in Intent]
        self.assertEqual(seen, list(FACTS))

    def test_all_is_every_bit(self):
        self.assertEqual(intents.ALL, sum(1 << bit for _, bit, _, _ in FACTS))

    def test_events_are_those_of_the_reference(self):
        path = REFERENCE / "events.json"
        if not path.is_file():
            self.skipTest("the reference data is not there")
        listed = json.loads(path.read_text())["intents"]
        self.assertEqual(
            {name: sorted(facts["events"]) for name, facts in listed.items()},
            {intent.name: sorted(events_of(intent)) for intent in Intent},
        )


class Needed(unittest.TestCase):
    def test_place_decides(self):
        self.assertEqual(intents.EVENTS.get("MESSAGE_CREATE", intents.ALWAYS)[0], Intent.GUILD_MESSAGES)
        self.assertEqual(intents.EVENTS.get("MESSAGE_CREATE", intents.ALWAYS)[1], Intent.DIRECT_MESSAGES)

    def test_either_of_two(self):
        needed = intents.EVENTS.get("THREAD_MEMBERS_UPDATE", intents.ALWAYS)[0]
        self.assertEqual(needed, Intent.GUILDS | Intent.GUILD_MEMBERS)

    def test_unlisted_event_is_always_sent(self):
        self.assertEqual(intents.EVENTS.get("INTERACTION_CREATE", intents.ALWAYS)[0], 0)
