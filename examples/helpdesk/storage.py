"""What the bot remembers when it is restarted."""

import asyncio
import sqlite3
from dataclasses import dataclass

SCHEMA = """
CREATE TABLE IF NOT EXISTS tickets (
    number INTEGER PRIMARY KEY, guild_id INTEGER, channel_id INTEGER, user_id INTEGER, subject TEXT, closed_by INTEGER
);
"""


@dataclass(frozen=True)
class Ticket:
    """One row of the table."""

    number: int
    guild_id: int
    channel_id: int
    user_id: int
    subject: str
    closed_by: int | None

    @property
    def title(self) -> str:
        return f"#{self.number} {self.subject}"


class Storage:
    """A SQLite file. Queries run in a thread, one at a time, so that the bot never waits for the disk."""

    def __init__(self, path: str) -> None:
        self._connection = sqlite3.connect(path, check_same_thread=False)
        self._connection.executescript(SCHEMA)
        self._lock = asyncio.Lock()

    async def add(self, guild_id: int, user_id: int, subject: str) -> int:
        """Note a new ticket and return its number; it has no channel yet."""
        query = "INSERT INTO tickets (guild_id, user_id, subject) VALUES (?, ?, ?) RETURNING number"
        rows = await self._execute(query, guild_id, user_id, subject)
        return rows[0][0]

    async def place(self, number: int, channel_id: int) -> None:
        """Note the channel of a ticket."""
        await self._execute("UPDATE tickets SET channel_id = ? WHERE number = ?", channel_id, number)

    async def remove(self, number: int) -> None:
        """Forget a ticket."""
        await self._execute("DELETE FROM tickets WHERE number = ?", number)

    async def close_ticket(self, number: int, user_id: int) -> bool:
        """Close a ticket; return whether it was open."""
        query = "UPDATE tickets SET closed_by = ? WHERE number = ? AND closed_by IS NULL RETURNING number"
        return bool(await self._execute(query, user_id, number))

    async def find(self, guild_id: int, number: int) -> Ticket | None:
        """Return a ticket of a guild."""
        rows = await self._execute(
            "SELECT * FROM tickets WHERE guild_id = ? AND number = ?", guild_id, number
        )
        return Ticket(*rows[0]) if rows else None

    async def open_tickets(self, guild_id: int, user_id: int | None, typed: str = "") -> list[Ticket]:
        """Return the first 25 open tickets whose title contains what was typed: somebody's, or all of a guild."""
        query = """
            SELECT * FROM tickets WHERE guild_id = ?1 AND closed_by IS NULL AND (?2 IS NULL OR user_id = ?2)
            AND instr(lower('#' || number || ' ' || subject), lower(?3)) ORDER BY number LIMIT 25
        """
        return [Ticket(*row) for row in await self._execute(query, guild_id, user_id, typed)]

    async def _execute(self, query: str, *values: object) -> list[tuple]:
        async with self._lock:
            return await asyncio.to_thread(self._run, query, values)

    def _run(self, query: str, values: tuple[object, ...]) -> list[tuple]:
        with self._connection:
            return self._connection.execute(query, values).fetchall()

    def close(self) -> None:
        self._connection.close()
