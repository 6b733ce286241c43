"""The bodies of rules: every limit at its bound and one past it."""

from __future__ import annotations

import unittest
from typing import Any

from discordtest.backend.body import parse
from discordtest.backend.codes import RestError
from discordtest.backend.resources.auto_moderation_form import CREATE_RULE, METADATA, UPDATE_RULE
from discordtest.errors import NotModelled

BLOCK: dict[str, Any] = {"type": 1}


def rule(trigger: int = 1, metadata: Any = None, **fields: Any) -> dict[str, Any]:
    """Return a body."""
    event_type = 2 if trigger == 6 else 1
    named = {"name": "Rule", "event_type": event_type, "trigger_type": trigger, "actions": [BLOCK]}
    return {**named, "trigger_metadata": metadata, **fields}


class FormTestCase(unittest.TestCase):
    def assertTaken(self, body: Any) -> Any:
        return parse(CREATE_RULE, body)

    def assertRefused(self, body: Any, path: str) -> None:
        with self.assertRaises(RestError) as caught:
            parse(CREATE_RULE, body)
        node: Any = caught.exception.errors
        for step in path.split("."):
            self.assertIn(step, node)
            node = node[step]
        self.assertIn("_errors", node)


class Rules(FormTestCase):
    def test_lengths(self) -> None:
        for key, item, most in (
            ("name", "n", 100),
            ("exempt_roles", None, 20),
            ("exempt_channels", None, 50),
            ("actions", BLOCK, 5),
        ):
            for size in (most, most + 1):
                with self.subTest(key, size=size):
                    value = "n" * size if item == "n" else [item or str(n) for n in range(size)]
                    if size == most:
                        self.assertTaken(rule(**{key: value}))
                    else:
                        self.assertRefused(rule(**{key: value}), key)

    def test_what_must_be_there(self) -> None:
        for key in ("name", "event_type", "trigger_type", "actions"):
            body = rule()
            del body[key]
            self.assertRefused(body, key)
        self.assertRefused(rule(actions=[]), "actions")
        self.assertRefused(rule(name=""), "name")

    def test_choices(self) -> None:
        self.assertRefused(rule(event_type=3), "event_type")
        self.assertRefused(rule(trigger_type=2), "trigger_type")
        self.assertRefused(rule(exempt_roles=["1", "1"]), "exempt_roles")

    def test_change_may_be_empty(self) -> None:
        self.assertEqual(parse(UPDATE_RULE, {}), {})


class Metadata(FormTestCase):
    def test_nothing_is_empty_lists(self) -> None:
        words: dict[str, Any] = {"keyword_filter": [], "regex_patterns": [], "allow_list": []}
        self.assertEqual(self.assertTaken(rule())["trigger_metadata"], words)
        self.assertEqual(self.assertTaken(rule(1, {"allow_list": None}))["trigger_metadata"], words)
        self.assertEqual(self.assertTaken(rule(3))["trigger_metadata"], {})
        mentions = {"mention_total_limit": 0, "mention_raid_protection_enabled": False}
        self.assertEqual(self.assertTaken(rule(5, {"mention_total_limit": 0}))["trigger_metadata"], mentions)
        nothing: dict[str, Any] = {"allow_list": [], "presets": []}
        self.assertEqual(self.assertTaken(rule(4, {}))["trigger_metadata"], nothing)

    def test_limit_that_nobody_knows_is_loud(self) -> None:
        for metadata in (None, {}, {"mention_total_limit": None}):
            with self.assertRaisesRegex(NotModelled, "without mention_total_limit"):
                parse(CREATE_RULE, rule(5, metadata))

    def test_some_triggers_need_it(self) -> None:
        for trigger in (4, 6):
            self.assertRefused(rule(trigger), "trigger_metadata")

    def test_what_is_of_other_triggers_changes_nothing(self) -> None:
        metadata = {"keyword_filter": None, "presets": [1], "mention_total_limit": None}
        self.assertEqual(
            self.assertTaken(rule(4, metadata))["trigger_metadata"], {"presets": [1], "allow_list": []}
        )

    def test_it_is_an_object(self) -> None:
        self.assertRefused(rule(1, ["cat"]), "trigger_metadata")

    def test_numbers_of_words(self) -> None:
        for trigger, key, most, word in (
            (1, "keyword_filter", 1000, "cat"),
            (6, "keyword_filter", 1000, "cat"),
            (1, "regex_patterns", 10, "cat"),
            (1, "allow_list", 100, "cat"),
            (6, "allow_list", 100, "cat"),
            (4, "allow_list", 1000, "cat"),
        ):
            with self.subTest(key, trigger=trigger):
                self.assertTaken(rule(trigger, {key: [word] * most}))
                self.assertRefused(rule(trigger, {key: [word] * (most + 1)}), f"trigger_metadata.{key}")

    def test_lengths_of_words(self) -> None:
        for trigger, key, most in (
            (1, "keyword_filter", 60),
            (1, "allow_list", 60),
            (4, "allow_list", 60),
            (1, "regex_patterns", 260),
        ):
            with self.subTest(key, trigger=trigger):
                self.assertTaken(rule(trigger, {key: ["c" * most]}))
                for word in ("c" * (most + 1), ""):
                    self.assertRefused(rule(trigger, {key: ["cat", word]}), f"trigger_metadata.{key}.1")

    def test_bad_expression(self) -> None:
        self.assertRefused(rule(1, {"regex_patterns": ["a", "(?=b)"]}), "trigger_metadata.regex_patterns.1")
        self.assertTaken(rule(1, {"regex_patterns": [r"\p{Greek}"]}))  # Rust knows it

    def test_mentions(self) -> None:
        self.assertTaken(rule(5, {"mention_total_limit": 50, "mention_raid_protection_enabled": True}))
        for limit in (-1, 51):
            self.assertRefused(
                rule(5, {"mention_total_limit": limit}), "trigger_metadata.mention_total_limit"
            )

    def test_presets(self) -> None:
        self.assertTaken(rule(4, {"presets": [1, 2, 3]}))
        self.assertRefused(rule(4, {"presets": [4]}), "trigger_metadata.presets.0")
        self.assertRefused(rule(4, {"presets": [1, 1]}), "trigger_metadata.presets")

    def test_every_trigger_has_its_own(self) -> None:
        self.assertEqual([*METADATA], [1, 3, 4, 5, 6])


class Actions(FormTestCase):
    def action(self, kind: int, metadata: Any = None) -> Any:
        return rule(actions=[{"type": kind, "metadata": metadata}])

    def test_metadata_is_always_told(self) -> None:
        made = self.assertTaken(self.action(1, {"custom_message": None, "channel_id": None}))
        self.assertEqual(made["actions"], [{"type": 1, "metadata": {}}])

    def test_custom_message(self) -> None:
        self.assertTaken(self.action(1, {"custom_message": "m" * 150}))
        self.assertRefused(self.action(1, {"custom_message": "m" * 151}), "actions.0.metadata.custom_message")

    def test_channel_is_needed(self) -> None:
        self.assertTaken(self.action(2, {"channel_id": 7}))
        self.assertRefused(self.action(2), "actions.0.metadata.channel_id")

    def test_duration(self) -> None:
        self.assertTaken(self.action(3, {"duration_seconds": 2_419_200}))
        self.assertRefused(
            self.action(3, {"duration_seconds": 2_419_201}), "actions.0.metadata.duration_seconds"
        )
        self.assertRefused(self.action(3), "actions.0.metadata.duration_seconds")

    def test_unknown_type(self) -> None:
        self.assertRefused(self.action(5), "actions.0.type")
        self.assertRefused(rule(actions=[{"type": 1, "metadata": "x"}]), "actions.0.metadata")
