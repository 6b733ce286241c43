"""What the bot remembers when it is restarted."""

import asyncio
import sqlite3

SCHEMA = """
CREATE TABLE IF NOT EXISTS reminders (user_id INTEGER, channel_id INTEGER, due REAL, text TEXT);
CREATE TABLE IF NOT EXISTS warnings (guild_id INTEGER, user_id INTEGER, reason TEXT);
CREATE TABLE IF NOT EXISTS reaction_roles (message_id INTEGER, emoji TEXT, role_id INTEGER);
"""


class Storage:
    """A SQLite file. Queries run in a thread, one at a time, so that the bot never waits for the disk."""

    def __init__(self, path: str) -> None:
        self._connection = sqlite3.connect(path, check_same_thread=False)
        self._connection.row_factory = sqlite3.Row
        self._connection.executescript(SCHEMA)
        self._lock = asyncio.Lock()

    async def execute(self, query: str, *values: object) -> list[sqlite3.Row]:
        """Run a query, commit, and return its rows."""
        async with self._lock:
            return await asyncio.to_thread(self._execute, query, values)

    def _execute(self, query: str, values: tuple[object, ...]) -> list[sqlite3.Row]:
        with self._connection:
            return self._connection.execute(query, values).fetchall()

    def close(self) -> None:
        self._connection.close()
