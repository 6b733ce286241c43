"""Scripts that tests write and load, each in a folder of its own."""

from __future__ import annotations

import asyncio
import sys
import tempfile
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

from discordtest import seam
from discordtest.scripts import hold_of, load_client, unload
from discordtest.transports.network import Network
from tests import canned
from tests.bots import NeedsTheProcess
from tests.isolated import IsolatedTestCase

if TYPE_CHECKING:
    import discord

RUN_AT_THE_TOP = """
    import discord
    log = []
    client = discord.Client(intents=discord.Intents.default())
    @client.event
    async def setup_hook():
        log.append("set up")
    if __name__ == "__main__":
        try:
            client.run("canned-token")
        finally:
            log.append("over")
"""
MAIN_COROUTINE = """
    import asyncio, discord
    log = []
    async def main():
        log.append("pool opened")
        async with discord.Client(intents=discord.Intents.default()) as client:
            await client.start("canned-token")
        log.append("pool closed")
"""


class ScriptTestCase(NeedsTheProcess, IsolatedTestCase):
    """Writes scripts into a folder of their own and loads them."""

    async def asyncSetUp(self) -> None:
        asyncio.get_running_loop().set_debug(False)
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name).resolve()  # noqa: ASYNC240
        self.discord = canned.CannedDiscord()
        self.network = Network(self.discord, asyncio.get_running_loop(), tokens={canned.TOKEN})
        seam.install(self.network)
        self.addCleanup(seam.uninstall, self.network)
        self.addAsyncCleanup(unload)

    def write(self, text: str, name: str = "bot.py") -> Path:
        """Write a file below the folder."""
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(textwrap.dedent(text))
        return path

    async def live(self, client: discord.Client) -> None:
        """Start a client as a test case does, and end it once it is connected."""
        client._connection.guild_ready_timeout = 0.001  # type: ignore[attr-defined]
        hold = hold_of(client)
        assert hold is not None
        task = asyncio.create_task(client.start(hold.token))
        async with asyncio.timeout(1):
            while not client.guilds and not task.done():  # noqa: ASYNC110
                await asyncio.sleep(0)
        await client.close()
        await task

    async def load(self, text: str) -> tuple[discord.Client, list[str]]:
        """Load a script and return its client and its ``log``."""
        client = await load_client(self.write(text))
        return client, sys.modules["__main__"].log  # type: ignore[attr-defined]
