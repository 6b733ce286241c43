"""The one clock of a test: a loop whose time moves only when nothing can run, and all that is read from it."""

from discordtest.clock.clock import Clock, install, refresh, uninstall
from discordtest.clock.loop import VirtualLoop
from discordtest.clock.runner import Runner, end_tasks

__all__ = ["Clock", "Runner", "VirtualLoop", "end_tasks", "install", "refresh", "uninstall"]
