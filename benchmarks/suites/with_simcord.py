"""The suite with simcord."""

from __future__ import annotations

import os
from typing import Any

import pytest

from benchmarks.bots import ping_bot


@pytest.fixture
def simcord_bot() -> Any:
    """Return the bot that its fixture starts."""
    return ping_bot()


@pytest.mark.parametrize("number", range(int(os.environ.get("BENCHMARKS_TESTS", "10"))))
async def test_ping(simcord_env: Any, number: int) -> None:
    """Send and look."""
    channel = simcord_env.create_guild("Test").create_text_channel("general")
    alice = simcord_env.guild.add_member(simcord_env.create_user("alice"))
    await alice.send(channel, "!ping")
    assert channel.last_message.content == "Pong!"
