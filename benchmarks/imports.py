"""What an import costs over ``import discord, discord.ext.commands``, in a fresh process."""

from __future__ import annotations

import subprocess
import sys

from benchmarks.measure import Ratio, Turns

TITLE = "Import time over `import discord, discord.ext.commands`"
UNIT = "ms"
CONTENDERS = ["discordtest", "allowed", "dpytest", "simcord", "discord"]
ROUNDS, QUICK_ROUNDS = 15, 3
WARMS_UP = True
RATIOS = [
    Ratio("discordtest", "allowed", limit=1.0),
    Ratio("discordtest", "simcord"),
    Ratio("discordtest", "dpytest"),
    Ratio("discordtest", "discord"),
]
NOTES = {
    "discordtest": "`from discordtest import DiscordTestCase`; processor time, from bytecode",
    "allowed": "20 ms",
    "discord": "`import discord, discord.ext.commands` itself",
}
BEFORE = "from time import process_time; "
OURS = "import discord, discord.ext.commands; start = process_time(); "
AFTER = "; print(process_time() - start)"


def _import(turns: Turns, script: str) -> None:
    command = [sys.executable, "-W", "ignore", "-c", BEFORE + script + AFTER]
    for _ in turns:
        turns.took(float(subprocess.run(command, capture_output=True, check=True, text=True).stdout))


def discordtest(turns: Turns) -> None:
    """The package."""
    _import(turns, f"{OURS}from discordtest import DiscordTestCase")


def dpytest(turns: Turns) -> None:
    """The package."""
    _import(turns, f"{OURS}import discord.ext.test")


def simcord(turns: Turns) -> None:
    """The package."""
    _import(turns, f"{OURS}import simcord")


def discord(turns: Turns) -> None:
    """What both stand on."""
    _import(turns, "start = process_time(); import discord, discord.ext.commands")


def allowed(turns: Turns) -> None:
    """The most that it may take."""
    for _ in turns:
        turns.took(0.020)
