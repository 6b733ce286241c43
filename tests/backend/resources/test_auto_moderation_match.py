"""What triggers a rule: keywords with wildcards, expressions, what is allowed, mentions, flagged words."""

from __future__ import annotations

import unittest
from typing import Any

from discordtest.backend.resources.auto_moderation_match import find_match

KEYWORD, SPAM, PRESET, MENTIONS = 1, 3, 4, 5


class MatchTestCase(unittest.TestCase):
    def match(self, content: str, *keywords: str, regex: Any = (), allowed: Any = ()) -> Any:
        metadata = {"keyword_filter": keywords, "regex_patterns": regex, "allow_list": allowed}
        rule = {"trigger_type": KEYWORD, "trigger_metadata": metadata}
        found = find_match(rule, content, (), int)
        return None if found is None else (found.keyword, found.content)


class Keywords(MatchTestCase):
    def test_as_documented(self) -> None:
        cases = {
            "cat*": ("catch", "Catapult", "CAttLE"),
            "tra*": ("train", "trade", "TRAditional"),
            "the mat*": ("the matrix",),
            "*cat": ("wildcat", "copyCat"),
            "*tra": ("extra", "ultra", "orchesTRA"),
            "*the mat": ("breathe mat",),
            "*cat*": ("location", "eduCation"),
            "*tra*": ("abstracted", "outrage"),
            "*the mat*": ("breathe matter",),
            "cat": ("cat", "a CAT sat"),
            "train": ("train",),
            "the mat": ("the mat", "on the mat ,"),
            "i like c++": ("I like C++",),
        }
        for keyword, contents in cases.items():
            for content in contents:
                with self.subTest(keyword, content=content):
                    found = self.match(content, keyword)
                    self.assertEqual(found, (keyword, found[1]))
                    self.assertEqual(found[1].lower(), keyword.strip("*"))

    def test_what_does_not_fit(self) -> None:
        cases = {
            "cat*": ("location", "wildcat"),
            "*cat": ("catch", "location"),
            "cat": ("cats", "wildcat", "cat!", "c at"),
            "the mat": ("the  mat", "breathe mat"),
            "a*b": ("ab", "axb"),
        }
        for keyword, contents in cases.items():
            for content in contents:
                with self.subTest(keyword, content=content):
                    self.assertIsNone(self.match(content, keyword))

    def test_first_keyword_that_finds_something_is_told(self) -> None:
        self.assertEqual(self.match("dog and cat", "cat", "dog"), ("cat", "cat"))

    def test_star_alone_finds_everything(self) -> None:
        self.assertEqual(self.match("x", "*"), ("*", ""))

    def test_expression(self) -> None:
        self.assertEqual(self.match("d0g", "cat", regex=["d[o0]g"]), ("d[o0]g", "d0g"))


class Allowed(MatchTestCase):
    def test_word_is_passed_over_and_the_next_is_not(self) -> None:
        self.assertIsNone(self.match("location", "*cat*", allowed=["location"]))
        self.assertEqual(self.match("location CAT", "*cat*", allowed=["location"]), ("*cat*", "CAT"))

    def test_wildcards_allow_whole_words(self) -> None:
        for allowed in ("edu*", "*tion", "*uca*", "education"):
            with self.subTest(allowed):
                self.assertIsNone(self.match("Education", "*cat*", allowed=[allowed]))
        for allowed in ("cat", "*cat", "cation", "edu"):
            with self.subTest(allowed):
                self.assertIsNotNone(self.match("Education", "*cat*", allowed=[allowed]))

    def test_more_than_what_is_allowed_triggers(self) -> None:
        self.assertIsNotNone(self.match("bad cat", "bad cat", allowed=["cat"]))

    def test_expressions_too(self) -> None:
        self.assertIsNone(self.match("dig", regex=["d.g"], allowed=["dig"]))


class OtherTriggers(unittest.TestCase):
    def test_mentions_beyond_the_limit(self) -> None:
        rule = {"trigger_type": MENTIONS, "trigger_metadata": {"mention_total_limit": 2}}
        self.assertIsNone(find_match(rule, "", (), lambda: 2))
        found = find_match(rule, "", (), lambda: 3)
        self.assertIsNotNone(found)
        self.assertIsNone(found and found.keyword)

    def test_lists_of_discord_hold_what_the_test_says(self) -> None:
        rule = {"trigger_type": PRESET, "trigger_metadata": {"presets": [1], "allow_list": ["heckler"]}}
        self.assertIsNone(find_match(rule, "heck", (), int))
        found = find_match(rule, "what the HECK", ("heck*",), int)
        self.assertEqual((found and found.keyword, found and found.content), ("heck*", "HECK"))
        self.assertIsNone(find_match(rule, "heckler", ("heck*",), int))

    def test_spam_names_no_keyword(self) -> None:
        rule: Any = {"trigger_type": SPAM, "trigger_metadata": {}}
        self.assertIsNone(find_match(rule, "free nitro", (), int))
        found = find_match(rule, "free nitro here", ("*free nitro*",), int)
        self.assertIsNone(found.keyword if found else "nothing found")
