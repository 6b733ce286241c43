"""A name that a test case does not have is answered with what it is called here."""

from __future__ import annotations

import asyncio
import contextlib
import re
import unittest
from collections.abc import Callable
from typing import Any

from discordtest import DiscordTestCase, SetupError
from discordtest.hints import guesses
from tests.bots import BotTestCase, run_case


class GuessTests(BotTestCase):
    def answer(self, thing: Any, name: str) -> str | None:
        try:
            getattr(thing, name)
        except AttributeError as error:
            return guesses.meant(error, self)
        raise self.failureException(f"there is {name}")

    async def test_other_word(self) -> None:
        self.assertEqual(self.answer(self, "press"), "Write self.click(who, message, button)")
        self.assertEqual(self.answer(self, "bot"), "Write self.client")
        self.assertEqual(
            self.answer(self, "close_thread"), "Write self.edit_thread(who, thread, archived=True)"
        )
        self.assertIn("or self.assertSent(content, count=0)", self.answer(self, "assertNotSent") or "")

    async def test_other_letters(self) -> None:
        self.assertEqual(self.answer(self, "assertSend"), "Is self.assertSent meant?")
        self.assertEqual(self.answer(self.backend, "update_membre"), "Is self.backend.update_member meant?")

    async def test_other_place(self) -> None:
        self.assertEqual(self.answer(self.clock, "advance"), "Write self.advance")

    async def miscalled(self, call: Callable[[], Any]) -> str | None:
        try:
            await call()
        except (TypeError, SetupError) as error:
            return guesses.meant(error, self)
        raise self.failureException("it takes that")

    async def test_wrong_arguments(self) -> None:
        async def assert_sent() -> None:
            self.assertSent(self.general, "x")  # type: ignore[call-overload]

        for call, signature in (
            (
                lambda: self.slash(self.alice, self.general, "x", "y"),
                "slash(who, channel, command, /, **options)",
            ),  # type: ignore[arg-type, call-arg]
            (lambda: self.click(self.alice), "click(who, message_or_result, button)"),  # type: ignore[call-arg]
            (assert_sent, "assertSent(content, *, count, after, by, msg, **claims)"),
        ):
            with self.subTest(signature):
                self.assertEqual(await self.miscalled(call), f"It is self.{signature}")

    async def test_guild_before_the_name(self) -> None:
        for call, signature in (
            (lambda: self.make_role(self.guild, "Staff"), "make_role(name, guild, "),  # type: ignore[arg-type]
            (lambda: self.make_member(self.guild, "eve"), "make_member(user, guild, "),  # type: ignore[arg-type]
        ):
            with self.subTest(signature):
                self.assertIn(
                    f"The guild does not come first. It is self.{signature}",
                    await self.miscalled(call) or "",
                )
        self.assertIsNone(await self.miscalled(lambda: self.make_role("Staff", "nowhere")))

    async def test_wrong_arguments_of_something_else(self) -> None:
        self.assertIsNone(
            guesses.meant(TypeError("Bot.slash_it() takes 1 positional argument but 2 were given"), self)
        )
        self.assertIsNone(guesses.meant(TypeError("TestCase.assertIn() missing 1 required"), self))
        self.assertIsNone(guesses.meant(TypeError("Running._open() missing 1 required"), self))
        self.assertIsNone(guesses.meant(TypeError("x is no string"), self))

    async def test_client_that_is_run(self) -> None:
        living = asyncio.sleep(0)  # client.run() does as much
        with contextlib.closing(living), self.assertRaises(RuntimeError) as caught:
            asyncio.run(living)
        said = guesses.meant(caught.exception, self) or ""
        self.assertIn("make_client returns the client without run() or start()", said)

    async def test_nobody_knows(self) -> None:
        self.assertIsNone(self.answer(self, "quux"))
        self.assertIsNone(self.answer(self.client, "press"))
        self.assertIsNone(guesses.meant(ValueError("x"), self))
        self.assertIsNone(guesses.meant(AttributeError("mine"), self))

    async def test_what_is_named_is_there_and_what_it_stands_for_is_not(self) -> None:
        for name, instead in guesses._INSTEAD.items():
            with self.subTest(name):
                self.assertFalse(hasattr(DiscordTestCase, name))
                word = re.match(r"\w+", instead)
                assert word is not None
                self.assertTrue(hasattr(self, word[0]), instead)


class FailureTests(unittest.TestCase):
    def test_failure_says_it(self) -> None:
        class Case(BotTestCase):
            async def test(self) -> None:
                self.dm(self.alice, "hi")  # type: ignore[attr-defined]

        class TooEarly(BotTestCase):
            def setUp(self) -> None:
                self.client.close()

            async def test(self) -> None: ...

        self.assertNotIn("Write self.client", str(run_case(TooEarly)))

        class InSetUp(Case):
            def setUp(self) -> None:
                self.dm("alice", "hi")  # type: ignore[attr-defined]

        for case in (Case, InSetUp):
            with self.subTest(case.__name__):
                said = "has no attribute 'dm'\n(?s:.*)Write self.send_dm\\(who, content\\)\n"
                self.assertRegex(str(run_case(case)), said)


if __name__ == "__main__":
    unittest.main()


class ClassTests(unittest.TestCase):
    """Each test has a Discord of its own, and a class has none."""

    def problem_of(self, set_up: Callable[[Any], object]) -> str:
        class Case(DiscordTestCase):
            @classmethod
            def setUpClass(cls) -> None:
                set_up(cls)

            async def test_it(self) -> None: ...

        return str(run_case(Case))

    def test_builder_in_set_up_class(self) -> None:
        calls: tuple[Callable[[Any], object], ...] = (
            lambda case: case.make_guild("Test"),
            lambda case: case.make_guild("Test", ["alice"]),
            lambda case: case.make_guild(),
        )
        for call in calls:
            self.assertIn(
                "case is a class, and each test has a Discord of its own: write self.make_guild(…) in make_world",
                self.problem_of(call),
            )

    def test_what_a_test_has_in_set_up_class(self) -> None:
        self.assertIn(
            "each test has a backend of its own, and a class has none: write self.backend in make_world, or in a test",
            self.problem_of(lambda case: case.backend.make_guild("Test")),
        )

    def test_attributes_that_python_looks_for_are_just_missing(self) -> None:
        self.assertFalse(hasattr(DiscordTestCase.backend, "__wrapped__"))
        self.assertFalse(hasattr(DiscordTestCase.backend, "make_guild"))

    def test_other_errors_in_set_up_class_are_left_alone(self) -> None:
        calls: tuple[Callable[[Any], object], ...] = (
            lambda case: int("x"),
            lambda case: case.id(),
            lambda case: case.no_such_thing,
        )
        for call in calls:
            self.assertNotIn("has a Discord of its own", self.problem_of(call))

    def test_set_up_class_that_works_is_itself(self) -> None:
        class Case(DiscordTestCase):
            who = ""

            @classmethod
            def setUpClass(cls) -> None:
                """Say who is set up."""
                cls.who = cls.__name__

            async def test_it(self) -> None:
                self.assertEqual(self.who, "Derived")

        class Derived(Case): ...

        self.assertTrue(run_case(Derived).passed)
        self.assertEqual(Case.setUpClass.__doc__, "Say who is set up.")

    def test_verb_and_assertion_in_a_test(self) -> None:
        class Case(DiscordTestCase):
            async def test_verb(self) -> None:
                await kind.send("alice", "general", "hi")

            async def test_assertion(self) -> None:
                kind.assertSent("hi")

        kind: Any = Case
        run = run_case(Case)
        outcome = str(run)
        self.assertEqual(run.warnings, [])
        self.assertIn(
            "kind is a class, and each test has a Discord of its own: write self.send(…) in a test", outcome
        )
        self.assertIn("write self.assertSent(…) in a test", outcome)
