"""What else there is in the process and spoils a test: things of the loop before, and others that answer for aiohttp.

Like `discordtest.hints`, whose part this is: it says what an error of asyncio or aiohttp means here.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import aiohttp

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["why_not_of_this_test"]

#: What asyncio says of things that belong to a loop which does not run them.
_ANOTHER_LOOP = re.compile(
    "Event loop is closed|attached to a different loop|bound to a different event loop"
)


def why_not_of_this_test(error: BaseException) -> Iterator[str]:
    """Yield what an error has to do with an earlier test, or with somebody else's stand-in."""
    if isinstance(error, RuntimeError) and _ANOTHER_LOOP.search(str(error)):
        yield (
            "Something of the bot is from the test before, whose event loop has ended: a pool, an engine, a session "
            "or a lock that a module makes as it is imported. Make it in setup_hook, or load the bot with load_client, "
            "which imports its modules anew for each test"
        )
    if isinstance(error, aiohttp.ClientConnectionError) and "https://discord.com/" in str(error):
        yield (
            "What stands in for aiohttp's requests refuses Discord's, too. Let them pass, as with "
            'aioresponses(passthrough=["https://discord.com"]), or answer the other host with self.serve(…) instead'
        )
