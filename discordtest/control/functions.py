"""The functions of ``discordtest.backend``: backend control without a test case in hand.

Each is a method of `SceneBackend`, on the Discord of the test that runs: that of the running loop, else the only one
of this thread. With none every function raises `BackendError`, which says what to do.

>>> from discordtest import backend
>>> guild = backend.make_guild("Test")
>>> backend.make_text_channel("general", guild)
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar, cast

from discordtest.control import SceneBackend
from discordtest.control.state import BackendState, state_of
from discordtest.current import call, current_scene
from discordtest.errors import BackendError
from discordtest.refusals import FakeRequest

__unittest = True  # unittest leaves our frames out of its tracebacks

P = ParamSpec("P")
T = TypeVar("T")

_NOTE = "\n\nWorks on the Discord of the running test; `BackendError` where none is configured."


def _on_current(choose: Callable[[SceneBackend], Callable[P, T]]) -> Callable[P, T]:
    """Make a function of a method: it works on the Discord of the running test."""

    def function(*args: P.args, **kwargs: P.kwargs) -> T:
        return call(choose(current_scene().backend), *args, **kwargs)

    made: Any = function
    method: Any = choose(cast("SceneBackend", SceneBackend))  # the function itself
    functools.update_wrapper(made, method)
    signature = inspect.signature(method)
    made.__signature__ = signature.replace(parameters=list(signature.parameters.values())[1:])
    made.__doc__ = inspect.cleandoc(method.__doc__) + _NOTE
    made.__qualname__, made.__module__ = method.__name__, "discordtest.backend"
    return function


def get_state() -> BackendState:
    """Return the state of the running test's Discord: its ``messages``, and ``state``, the client's own cache.

    `BackendError` where none is configured.
    """
    return state_of(current_scene())


# -- what there is

make_guild = _on_current(lambda backend: backend.make_guild)
make_role = _on_current(lambda backend: backend.make_role)
make_text_channel = _on_current(lambda backend: backend.make_text_channel)
make_voice_channel = _on_current(lambda backend: backend.make_voice_channel)
make_stage_channel = _on_current(lambda backend: backend.make_stage_channel)
make_forum_channel = _on_current(lambda backend: backend.make_forum_channel)
make_category_channel = _on_current(lambda backend: backend.make_category_channel)
make_thread = _on_current(lambda backend: backend.make_thread)
make_user = _on_current(lambda backend: backend.make_user)
make_member = _on_current(lambda backend: backend.make_member)
make_members = _on_current(lambda backend: backend.make_members)
make_message = _on_current(lambda backend: backend.make_message)
make_attachment = _on_current(lambda backend: backend.make_attachment)
make_emoji = _on_current(lambda backend: backend.make_emoji)
make_sticker = _on_current(lambda backend: backend.make_sticker)
make_webhook = _on_current(lambda backend: backend.make_webhook)
make_invite = _on_current(lambda backend: backend.make_invite)
make_sku = _on_current(lambda backend: backend.make_sku)
make_entitlement = _on_current(lambda backend: backend.make_entitlement)
make_command_permissions = _on_current(lambda backend: backend.make_command_permissions)

# -- what changes

update_guild = _on_current(lambda backend: backend.update_guild)
delete_guild = _on_current(lambda backend: backend.delete_guild)
update_role = _on_current(lambda backend: backend.update_role)
delete_role = _on_current(lambda backend: backend.delete_role)
update_text_channel = _on_current(lambda backend: backend.update_text_channel)
set_channel_permission_overrides = _on_current(lambda backend: backend.set_channel_permission_overrides)
update_channel = _on_current(lambda backend: backend.update_channel)
delete_channel = _on_current(lambda backend: backend.delete_channel)
update_member = _on_current(lambda backend: backend.update_member)
delete_member = _on_current(lambda backend: backend.delete_member)
edit_message = _on_current(lambda backend: backend.edit_message)
delete_message = _on_current(lambda backend: backend.delete_message)
add_reaction = _on_current(lambda backend: backend.add_reaction)
remove_reaction = _on_current(lambda backend: backend.remove_reaction)
clear_reactions = _on_current(lambda backend: backend.clear_reactions)
clear_reaction = _on_current(lambda backend: backend.clear_reaction)
pin_message = _on_current(lambda backend: backend.pin_message)
unpin_message = _on_current(lambda backend: backend.unpin_message)
delete_emoji = _on_current(lambda backend: backend.delete_emoji)
delete_sticker = _on_current(lambda backend: backend.delete_sticker)
delete_webhook = _on_current(lambda backend: backend.delete_webhook)
delete_invite = _on_current(lambda backend: backend.delete_invite)

# -- looking

history = _on_current(lambda backend: backend.history)
refresh = _on_current(lambda backend: backend.refresh)
find_user_mentions = _on_current(lambda backend: backend.find_user_mentions)
find_role_mentions = _on_current(lambda backend: backend.find_role_mentions)
find_channel_mentions = _on_current(lambda backend: backend.find_channel_mentions)

__all__ = [
    "BackendError",
    "BackendState",
    "FakeRequest",
    "add_reaction",
    "clear_reaction",
    "clear_reactions",
    "delete_channel",
    "delete_emoji",
    "delete_guild",
    "delete_invite",
    "delete_member",
    "delete_message",
    "delete_role",
    "delete_sticker",
    "delete_webhook",
    "edit_message",
    "find_channel_mentions",
    "find_role_mentions",
    "find_user_mentions",
    "get_state",
    "history",
    "make_attachment",
    "make_category_channel",
    "make_command_permissions",
    "make_emoji",
    "make_entitlement",
    "make_forum_channel",
    "make_guild",
    "make_invite",
    "make_member",
    "make_members",
    "make_message",
    "make_role",
    "make_sku",
    "make_stage_channel",
    "make_sticker",
    "make_text_channel",
    "make_thread",
    "make_user",
    "make_voice_channel",
    "make_webhook",
    "pin_message",
    "refresh",
    "remove_reaction",
    "set_channel_permission_overrides",
    "unpin_message",
    "update_channel",
    "update_guild",
    "update_member",
    "update_role",
    "update_text_channel",
]
