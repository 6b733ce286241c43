"""The suite with dpytest."""

from __future__ import annotations

import os
from typing import Any

import discord.ext.test as dpytest  # type: ignore[import-not-found]
import pytest
import pytest_asyncio

from benchmarks.bots import ping_bot


@pytest_asyncio.fixture
async def bot() -> Any:
    """Set up as its documentation has it."""
    made = ping_bot()
    await made._async_setup_hook()
    dpytest.configure(made)
    yield made
    await dpytest.empty_queue()


@pytest.mark.parametrize("number", range(int(os.environ.get("BENCHMARKS_TESTS", "10"))))
async def test_ping(bot: Any, number: int) -> None:
    """Send and look."""
    await dpytest.message("!ping")
    assert dpytest.verify().message().content("Pong!")
