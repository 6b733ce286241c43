"""Refusals as errors: of discord.py for people, of the test for mistakes."""

from __future__ import annotations

import pickle
import unittest

import discord

from discordtest.backend.body import invalid
from discordtest.backend.codes import Code, RestError
from discordtest.refusals import http_exception, is_never_shown, plain, setup_error


class HttpExceptionTests(unittest.TestCase):
    def test_class_follows_the_status(self) -> None:
        for status, kind in (
            (400, discord.HTTPException),
            (403, discord.Forbidden),
            (404, discord.NotFound),
            (500, discord.DiscordServerError),
        ):
            made = http_exception(RestError(Code.GENERAL_ERROR, status=status))
            self.assertIsInstance(made, kind)
            self.assertEqual((made.status, made.response.status), (status, status))
        self.assertNotIsInstance(
            http_exception(RestError(Code.MAX_PINS)), (discord.Forbidden, discord.NotFound)
        )

    def test_text_is_what_discord_py_makes_of_it(self) -> None:
        made = http_exception(invalid("embeds.0.title", "X", "Too long"))
        self.assertEqual(
            str(made), "400 Bad Request (error code: 50035): Invalid Form Body\nIn embeds.0.title: Too long"
        )

    def test_it_pickles(self) -> None:
        made = http_exception(invalid("name", "X", "Too long"))
        copied = pickle.loads(pickle.dumps(made))
        self.assertEqual((str(copied), copied.code, copied.status), (str(made), 50035, 400))
        self.assertEqual(copied.response.reason, "Bad Request")

    def test_notes_say_why(self) -> None:
        error = RestError(Code.BLOCKED_BY_AUTOMOD)
        error.add_note("rule 'No cats'")
        made = http_exception(error)
        for one in (made, pickle.loads(pickle.dumps(made))):
            self.assertEqual(one.__notes__, ["rule 'No cats'"])


class MistakeTests(unittest.TestCase):
    def test_what_no_client_shows(self) -> None:
        for code in (Code.UNKNOWN_MESSAGE, Code.MISSING_ACCESS, Code.CANNOT_EDIT_OTHERS_MESSAGE):
            self.assertTrue(is_never_shown(RestError(code)))
        for code in (Code.MISSING_PERMISSIONS, Code.SLOWMODE, Code.INVALID_FORM_BODY):
            self.assertFalse(is_never_shown(RestError(code)))

    def test_every_mistake_in_a_body_is_named(self) -> None:
        error = RestError(
            Code.INVALID_FORM_BODY,
            errors={
                "name": {"_errors": [{"code": "A", "message": "One."}, {"code": "B", "message": "Two."}]},
                "tags": {"1": {"name": {"_errors": [{"code": "C", "message": "Three."}]}}},
            },
        )
        self.assertEqual(plain(error), "name: One. Two.; tags.1.name: Three.")

    def test_setup_error_says_what_was_asked(self) -> None:
        error = setup_error("make_role('x')", RestError(Code.MAX_GUILD_ROLES))
        self.assertEqual(
            str(error), "make_role('x'): Maximum number of guild roles reached (250) (code 30005)"
        )
