"""Who ended the process of the bot, by ``sys.exit`` and its like, where, and with what."""

from __future__ import annotations

from discordtest.clock import ending
from discordtest.clock.waits import MACHINERY
from discordtest.code_names import function_name, line_at
from discordtest.source import package_of, steps

__all__ = ["who_called", "within"]

_NOT_THEIRS = MACHINERY | {"_sitebuiltins"}  # exit() and quit()


def who_called(error: SystemExit) -> str:
    """Return who ended the process and how: ``check (bot.py:8) called sys.exit(2)``."""
    way = [*steps(error.__traceback__)]
    own = [step for step in way if package_of(step) not in _NOT_THEIRS]
    call = f"sys.exit({'' if error.code is None else repr(error.code)})"
    if way and way[-1].tb_frame.f_globals.get("__name__") == ending.__name__:
        call = str(error).removesuffix(ending.MEANING)
    if not own:
        return f"something called {call}"
    code = own[-1].tb_frame.f_code
    name = function_name(code.co_qualname)
    where = line_at(code.co_filename, own[-1].tb_lineno)
    return f"{where if name == '<module>' else f'{name} ({where})'} called {call}"


def within(error: SystemExit) -> str:
    """Return the part of the bot that was running: ``in on_ready``."""
    own = [step for step in steps(error.__traceback__) if package_of(step) not in _NOT_THEIRS]
    return f"in {function_name(own[0].tb_frame.f_code.co_qualname)}" if own else ""
