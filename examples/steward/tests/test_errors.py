import sqlite3

from .case import StewardTestCase


class ErrorTests(StewardTestCase):
    async def test_unknown_command_is_for_another_bot(self) -> None:
        await self.send(self.alice, self.hall, "!play despacito")
        self.assertNothingSent()

    async def test_missing_argument_is_answered_with_the_usage(self) -> None:
        await self.send(self.guard, self.hall, "!warn bob")
        self.assertSent("Usage: `!warn <member> <reason>`", channel=self.hall)

    async def test_error_of_the_bot_is_admitted_and_raised(self) -> None:
        await self.client.storage.execute("DROP TABLE warnings")
        with self.assertBotRaises(sqlite3.OperationalError, "no such table"):
            await self.send(self.guard, self.hall, "!warn bob spam")
        self.assertSent("Something went wrong. It has been noted.", channel=self.hall)
