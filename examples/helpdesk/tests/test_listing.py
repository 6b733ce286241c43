import asyncio
import sqlite3

import discord

from .case import HelpdeskTestCase


class ListTests(HelpdeskTestCase):
    async def test_everybody_sees_their_own_and_the_support_sees_all(self) -> None:
        first, second = await self.open(self.alice, "No coffee"), await self.open(self.bob, "No tea")
        hers, his = f"#1 No coffee {first.mention}", f"#2 No tea {second.mention}"
        for who, lines in ((self.alice, hers), (self.bob, his), (self.sue, f"{hers}\n{his}")):
            with self.subTest(who.name):
                result = await self.slash(who, self.lobby, "ticket list")
                self.assertResponded(result, embed={"description": lines}, ephemeral=True)

    async def test_commands_are_synced(self) -> None:
        for name in ("panel", "ticket open", "ticket close", "ticket list"):
            self.assertSynced(name)

    async def test_error_of_the_bot_is_admitted_and_raised(self) -> None:
        self.client.storage.close()
        with self.assertBotRaises(sqlite3.ProgrammingError, "closed database"):
            result = await self.slash(self.alice, self.lobby, "ticket list")
        self.assertResponded(result, "Something went wrong. It has been noted.", ephemeral=True)


class SlowDatabaseTests(HelpdeskTestCase):
    """What becomes of each answer where the database takes four seconds: Discord waits for three."""

    async def asyncSetUp(self) -> None:
        await super().asyncSetUp()
        query = self.client.storage.open_tickets

        async def slow(*values):
            await asyncio.sleep(4)
            return await query(*values)

        self.client.storage.open_tickets = slow

    async def test_ticket_is_opened_because_the_answer_was_deferred(self) -> None:
        result = await self.slash(self.alice, self.lobby, "ticket open", subject="No coffee")
        self.assertDeferred(result)
        await self.advance(4)
        self.assertResponded(result, contains="Your ticket is", ephemeral=True)

    async def test_suggestions_come_too_late(self) -> None:
        result = await self.autocomplete(self.sue, self.lobby, "ticket close", "number", "")
        with self.assertBotRaises(discord.NotFound, "Unknown interaction"):  # it cannot be deferred
            await self.advance(4)
        self.assertNotResponded(result)
