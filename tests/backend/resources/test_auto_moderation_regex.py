"""Rust's regular expressions: what is the same in Python, what is refused, and what is not modelled."""

from __future__ import annotations

import unittest

from discordtest.backend.resources.auto_moderation_regex import InvalidRegex, check_regex, find_all
from discordtest.errors import NotModelled


def found(pattern: str, text: str) -> list[str]:
    return [match[0] for match in find_all(pattern, text)]


class SameInBoth(unittest.TestCase):
    def assertFinds(self, pattern: str, text: str, *matches: str) -> None:
        check_regex(pattern)
        self.assertEqual(found(pattern, text), [*matches], pattern)

    def test_of_the_documentation(self) -> None:
        self.assertFinds("(b|c)at", "a bat, a cat, a hat", "bat", "cat")
        self.assertFinds(r"^(?:[0-9]{1,3}\.){3}[0-9]{1,3}$", "10.0.0.255", "10.0.0.255")

    def test_case_matters_unless_a_flag_says_otherwise(self) -> None:
        self.assertFinds("cat", "Cat cat", "cat")
        self.assertFinds("(?i)cat", "Cat cat", "Cat", "cat")
        self.assertFinds("(?i:c)at", "Cat CAT", "Cat")
        self.assertFinds("(?i)(?m)^cat", "x\nCat", "Cat")
        self.assertFinds("(?i)a(?-i:b)", "AB Ab", "Ab")

    def test_end_is_the_very_end(self) -> None:
        self.assertFinds("cat$", "cat\n")
        self.assertFinds("(?m)cat$", "cat\ncat", "cat", "cat")
        self.assertFinds("(?m:cat$)", "cat\ncat", "cat", "cat")
        self.assertFinds("(?m)(?-m:cat$)", "cat\ncat", "cat")
        self.assertFinds(r"\Acat\z", "cat", "cat")

    def test_dot_is_not_a_line_feed(self) -> None:
        self.assertFinds("a.c", "a\nc abc", "abc")
        self.assertFinds("(?s)a.c", "a\nc", "a\nc")

    def test_repetitions(self) -> None:
        self.assertFinds("ab*?", "abb", "a")
        self.assertFinds("ab{2}", "abbb", "abb")
        self.assertFinds("ab{2,}", "abbb", "abbb")
        self.assertFinds("ab{1,2}?", "abbb", "ab")

    def test_groups(self) -> None:
        self.assertFinds("(?P<a>b)(?<c>d)", "bd", "bd")
        self.assertFinds("()x|", "x", "x", "")

    def test_escapes(self) -> None:
        self.assertFinds(r"\x41\x{42}\u0043\u{44}\U00000045\x2e", "ABCDE.", "ABCDE.")
        self.assertFinds(r"\.\-\#\ ", ".-# ", ".-# ")
        self.assertFinds(r"\t\n\d\D\s\S", "\t\n1a b", "\t\n1a b")
        self.assertFinds("}]", "}]", "}]")

    def test_sets(self) -> None:
        self.assertFinds("[a-c]+", "abcd", "abc")
        self.assertFinds("[^a-c]+", "abcd", "d")
        self.assertFinds("[]a]+", "]a", "]a")
        self.assertFinds("[a-]+", "a-", "a-")
        self.assertFinds("[-a]+", "a-", "a-")
        self.assertFinds(r"[\]\-^]+", "]-^", "]-^")
        self.assertFinds(r"[\x41-\x43]+", "ABCD", "ABC")
        self.assertFinds(r"[\t-\n]+", "\t\n\v", "\t\n")
        self.assertFinds("[[:alpha:][:digit:]_]+", "aZ_0!é", "aZ_0")
        self.assertFinds(r"[[:punct:]]+", r"!/:@[\]^`{~a", r"!/:@[\]^`{~")
        self.assertFinds(r"[\w.]+", "a.b c", "a.b", "c")


class WordsOfUnicode(unittest.TestCase):
    def test_marks_joiners_and_circled_letters_are_of_words(self) -> None:
        for text in ("e\u0301", "a\u200db", "a\ufe0f", "a\u203fb", "\u24d0", "\U0001f170", "\U00020000"):
            with self.subTest(text):
                self.assertEqual(found(r"\w+", text), [text])
                self.assertEqual(found(r"[\w]+", text), [text])

    def test_fractions_and_superscripts_are_not(self) -> None:
        self.assertEqual(found(r"\w+", "a½b²"), ["a", "b"])
        self.assertEqual(found(r"\W", "a½! "), ["½", "!", " "])
        self.assertEqual(found(r"[\W]+", "a½!b"), ["½!"])
        self.assertEqual(found(r"[^\W]+", "a½!b"), ["a", "b"])
        self.assertEqual(found(r"(?i)[\wé]+", "aÉ½b"), ["aÉ", "b"])

    def test_boundaries_follow(self) -> None:
        self.assertEqual(found(r"\bcat\b", "cat\u0301"), [])
        self.assertEqual(found(r"\bcat\b", "½cat½"), ["cat"])
        self.assertEqual(found(r"cat\B", "cat\u0301"), ["cat"])
        self.assertEqual(found(r"\Bcat", "½cat"), [])


class Refused(unittest.TestCase):
    def test_what_rust_has_not(self) -> None:
        patterns = (
            "(?=a)", "(?!a)", "(?<=a)", "(?<!a)", "(?>a)", "(?P=a)", "(?#a)", "(?(1)a)", r"(a)\1", r"\0", r"\Z",
            r"\q", r"\é", "\\", "(", "(a", "a)", "[a", "[", "[]", "[a-", "*a", "a|*", "(?:+)", "a{", "a{x}",
            "a{2,1}", "[b-a]", r"[\d-a]", r"[a-\d]", r"[\b]", "(?z)", "(?ii)", "(?)", "(?i-)", "(?P<>a)",
            "(?P<1>a)", "(?P<a>b)(?P<a>c)", r"\x4", r"\x{110000}", r"\x{d800}", r"\u{}",
        )  # fmt: skip
        for pattern in patterns:
            with self.subTest(pattern), self.assertRaises(InvalidRegex):
                check_regex(pattern)


class NotDecided(unittest.TestCase):
    def test_what_rust_has_and_python_has_not(self) -> None:
        patterns = (
            r"\pL", r"\p{Greek}", r"[\PL]", r"\<a", r"\b{start}a", "a**", "a++", "a{2}{3}", "^*", "a{,3}", "(?x)a b",
            "(?U)a+", "a(?i)b", "[a[b]]", "[a&&b]", "[a--b]", "[a~~b]", "[[:^alpha:]]", "(?P<é>a)",
        )  # fmt: skip
        for pattern in patterns:
            with self.subTest(pattern):
                check_regex(pattern)  # a rule may have it
                with self.assertRaisesRegex(NotModelled, "regular expression .* of a rule"):
                    found(pattern, "a")

    def test_separators_that_are_space_to_python_alone(self) -> None:
        self.assertEqual(found(r"a", "a\x1c"), ["a"])
        with self.assertRaisesRegex(NotModelled, "white space"):
            found(r"\s", "a\x1c")

    def test_what_python_finds_too_much(self) -> None:
        with self.assertRaisesRegex(NotModelled, "Python says"):
            found("a{99999999999999999999}", "a")
