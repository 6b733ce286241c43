"""Names and arguments that people guess on a test case, and what is called so here.

What is like a name of ours is found by its letters; the table has what other libraries, or Discord's clients, call it.
"""

from __future__ import annotations

import ast
import difflib
import inspect
import re
from typing import Any

import discord

from discordtest.errors import SetupError
from discordtest.source import expression_at, package_of, parsed, steps, value_of

__all__ = ["meant", "on_a_class"]

#: A name that a test case does not have -> what to write.
_INSTEAD = {
    "message": "send(who, channel, content)",
    "send_message": "send(who, channel, content)",
    "type": "typing(who, channel)",
    "reply": "send(who, channel, content, reply_to=message)",
    "dm": "send_dm(who, content)",
    "press": "click(who, message, button)",
    "click_button": "click(who, message, button)",
    "choose": "select(who, message, values)",
    "fill_in": "submit(who, result, values)",
    "use_command": "slash(who, channel, command, **options)",
    "user_command": "context_menu(who, channel, name, user)",
    "message_command": "context_menu(who, channel, name, message)",
    "add_reaction": "react(who, message, emoji)",
    "remove_reaction": "unreact(who, message, emoji)",
    "member_join": "join(who, guild)",
    "change_nick": "set_nick(who, member, nick)",
    "give_role": "add_role(who, member, role)",
    "mute": "set_voice(who, mute=True)",
    "archive_thread": "edit_thread(who, thread, archived=True)",
    "close_thread": "edit_thread(who, thread, archived=True)",
    "lock_thread": "edit_thread(who, thread, locked=True)",
    "rename_thread": "edit_thread(who, thread, name=name)",
    "sleep": "advance(seconds)",
    "wait": "advance(seconds)",
    "bot": "client",
    "messages": "history(channel)",
    "get_message": "sent[-1]",
    "last_message": "sent[-1]",
    "now": "clock.now()",
    "make_channel": "make_text_channel(name, guild)",
    "make_bot": "connect(client)",
    "assertReply": "assertSent(reply_to=message)",
    "assertMessageSent": "assertSent(content)",
    "assertMessage": "assertSent(content)",
    "assertEmbedSent": "assertSent(embed=…)",
    "assertDM": "assertSent(channel=user)",
    "assertNotSent": "assertNothingSent(), or self.assertSent(content, count=0) for such a message alone",
    "assertReacted": "assertReaction(message, emoji)",
    "assertMuted": "assertTimedOut(member)",
    "assertNoResponse": "assertNotResponded(result)",
    "assertRaisesInBot": "assertBotRaises(error)",
}
_LIKE = 0.75
# how Python begins to tell of wrong arguments
_MISCALLED = re.compile(r"\w+\.(\w+)\(\) (?:missing|takes|got)\b")


def meant(error: Exception, case: Any) -> str | None:
    """Return what to write instead of the name or arguments that an error is about; None where nobody knows."""
    if (instead := on_a_class(error)) is not None:
        return instead
    if isinstance(error, TypeError) and (call := _MISCALLED.match(str(error))):
        return _signature(call[1], case)
    if isinstance(error, SetupError) and (builder := _builder_with_guild_first(error)) is not None:
        return f"The guild does not come first. {_signature(builder, case)}"
    if isinstance(error, RuntimeError) and "cannot be called from a running event loop" in str(error):
        return (
            "The event loop of the test runs already: `await` what is to run. make_client returns the client without "
            "run() or start(); a script that starts its own is loaded with load_client"
        )
    if not isinstance(error, AttributeError) or isinstance(error, SetupError) or error.name is None:
        return None
    # not there before set-up
    parts = {f"self.{name}": getattr(case, name, None) for name in ("backend", "clock")}
    place = next((place for place, thing in {"self": case, **parts}.items() if thing is error.obj), None)
    if place is None:
        return None
    if place == "self" and error.name in _INSTEAD:
        return f"Write self.{_INSTEAD[error.name]}"
    if hasattr(type(case), error.name):  # builders and `advance` are the test case's own
        return f"Write self.{error.name}"
    names = [name for name in dir(error.obj) if not name.startswith("_")]
    near = difflib.get_close_matches(error.name, names, 1, _LIKE)
    return f"Is {place}.{near[0]} meant?" if near else None


def on_a_class(error: BaseException) -> str | None:
    """Return what to write where a method of ours was called on a class: ``cls.make_guild("Test")`` in setUpClass."""
    own = [step for step in steps(error.__traceback__) if package_of(step) != "discordtest"]
    if not own or not isinstance(error, TypeError | AttributeError) or (tree := parsed(own[-1])) is None:
        return None
    call = expression_at(own[-1], tree, (ast.Call,))
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
        return None
    frame, name = own[-1].tb_frame, call.func.attr
    owner = value_of(call.func.value, {**frame.f_globals, **frame.f_locals})
    method = getattr(owner, name, None)
    if not isinstance(owner, type) or not getattr(method, "__module__", "").startswith("discordtest."):
        return None
    where = "in make_world, or in a test" if name.startswith("make_") else "in a test"
    holder = ast.unparse(call.func.value)
    return f"{holder} is a class, and each test has a Discord of its own: write self.{name}(…) {where}"


def _builder_with_guild_first(error: BaseException) -> str | None:
    """Return the builder whose first argument is a guild, where it wants another thing before."""
    for step in steps(error.__traceback__):
        code, given = step.tb_frame.f_code, step.tb_frame.f_locals
        if package_of(step) == "discordtest" and code.co_name.startswith("make_"):
            first = given[code.co_varnames[1]]  # after self; no builder has a guild there
            return code.co_name if isinstance(first, discord.Guild) else None
    return None


def _signature(name: str, case: Any) -> str | None:
    """Return how a method of ours is called, without types and defaults."""
    method = getattr(type(case), name, None)
    if not callable(method) or not method.__module__.startswith("discordtest.") or name.startswith("_"):
        return None
    _, *parameters = inspect.signature(method).parameters.values()
    bare = [each.replace(annotation=each.empty, default=each.empty) for each in parameters]
    return f"It is self.{name}{inspect.Signature(bare)}"
