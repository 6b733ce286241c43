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
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar, cast

from discordtest.control import SceneBackend
from discordtest.control.events import dispatch
from discordtest.control.http import FakeHttp
from discordtest.control.state import BackendState
from discordtest.current import call, current_scene
from discordtest.errors import BackendError
from discordtest.refusals import FakeRequest

if TYPE_CHECKING:
    import discord

__unittest = True  # unittest leaves our frames out of its tracebacks

P = ParamSpec("P")
T = TypeVar("T")

_NOTE = "\n\nWorks on the Discord of the running test; `BackendError` where none is configured."


def _on_current(choose: Callable[[SceneBackend], Callable[P, T]], name: str = "") -> Callable[P, T]:
    """Make a function of a method, of the same name or another: it works on the Discord of the running test."""

    def function(*args: P.args, **kwargs: P.kwargs) -> T:
        return call(choose(current_scene().backend), *args, **kwargs)

    made: Any = function
    method: Any = choose(cast("SceneBackend", SceneBackend))  # the function itself
    functools.update_wrapper(made, method)
    signature = inspect.signature(method)
    made.__signature__ = signature.replace(parameters=list(signature.parameters.values())[1:])
    made.__doc__ = inspect.cleandoc(method.__doc__) + _NOTE
    made.__name__ = made.__qualname__ = name or method.__name__
    made.__module__ = "discordtest.backend"
    return function


# -- what there is

make_guild = _on_current(lambda backend: backend.make_guild)
make_role = _on_current(lambda backend: backend.make_role)
make_text_channel = _on_current(lambda backend: backend.make_text_channel)
make_voice_channel = _on_current(lambda backend: backend.make_voice_channel)
make_stage_channel = _on_current(lambda backend: backend.make_stage_channel)
make_forum_channel = _on_current(lambda backend: backend.make_forum_channel)
make_category_channel = _on_current(lambda backend: backend.make_category_channel)
make_template = _on_current(lambda backend: backend.make_template)
make_thread = _on_current(lambda backend: backend.make_thread)
make_user = _on_current(lambda backend: backend.make_user)
make_member = _on_current(lambda backend: backend.make_member)
make_members = _on_current(lambda backend: backend.make_members)
make_message = _on_current(lambda backend: backend.make_message)
make_attachment = _on_current(lambda backend: backend.make_attachment)
make_emoji = _on_current(lambda backend: backend.make_emoji)
make_sticker = _on_current(lambda backend: backend.make_sticker)
make_soundboard_sound = _on_current(lambda backend: backend.make_soundboard_sound)
make_webhook = _on_current(lambda backend: backend.make_webhook)
make_invite = _on_current(lambda backend: backend.make_invite)
make_sku = _on_current(lambda backend: backend.make_sku)
make_entitlement = _on_current(lambda backend: backend.make_entitlement)
make_scheduled_event = _on_current(lambda backend: backend.make_scheduled_event)
make_automod_rule = _on_current(lambda backend: backend.make_automod_rule)
make_subscription = _on_current(lambda backend: backend.make_subscription)
make_command_permissions = _on_current(lambda backend: backend.make_command_permissions)

# -- what changes

update_guild = _on_current(lambda backend: backend.update_guild)
delete_guild = _on_current(lambda backend: backend.delete_guild)
update_welcome_screen = _on_current(lambda backend: backend.update_welcome_screen)
update_onboarding = _on_current(lambda backend: backend.update_onboarding)
update_role = _on_current(lambda backend: backend.update_role)
delete_role = _on_current(lambda backend: backend.delete_role)
update_text_channel = _on_current(lambda backend: backend.update_text_channel)
set_channel_permission_overrides = _on_current(lambda backend: backend.set_channel_permission_overrides)
update_channel = _on_current(lambda backend: backend.update_channel)
delete_channel = _on_current(lambda backend: backend.delete_channel)
update_member = _on_current(lambda backend: backend.update_member)
delete_member = _on_current(lambda backend: backend.delete_member)
update_user = _on_current(lambda backend: backend.update_user)
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
delete_soundboard_sound = _on_current(lambda backend: backend.delete_soundboard_sound)
update_soundboard_sounds = _on_current(lambda backend: backend.update_soundboard_sounds)
delete_subscription = _on_current(lambda backend: backend.delete_subscription)
delete_webhook = _on_current(lambda backend: backend.delete_webhook)
delete_invite = _on_current(lambda backend: backend.delete_invite)
update_scheduled_event = _on_current(lambda backend: backend.update_scheduled_event)
delete_scheduled_event = _on_current(lambda backend: backend.delete_scheduled_event)
update_automod_rule = _on_current(lambda backend: backend.update_automod_rule)
delete_automod_rule = _on_current(lambda backend: backend.delete_automod_rule)
flag_words = _on_current(lambda backend: backend.flag_words)

# -- looking

history = _on_current(lambda backend: backend.history)
refresh = _on_current(lambda backend: backend.refresh)
find_user_mentions = _on_current(lambda backend: backend.find_user_mentions)
find_role_mentions = _on_current(lambda backend: backend.find_role_mentions)
find_channel_mentions = _on_current(lambda backend: backend.find_channel_mentions)

get_state = _on_current(lambda backend: backend.get_state)
snapshot = _on_current(lambda backend: backend.snapshot)
restore = _on_current(lambda backend: backend.restore)
clear_state = _on_current(lambda backend: backend.clear_state)

# -- events


def dispatch_event(
    name: str, data: Any = None, guild: Any = None, *, client: discord.Client | None = None
) -> None:
    """Send an event of the gateway by its payload, or dispatch one of the bot's own.

    ``name`` in capitals, such as ``"TYPING_START"``, is an event of the gateway, ``data`` its payload: who may see
    it gets it, by intent, ``guild`` (else ``data["guild_id"]``) and ``data["channel_id"]``; nothing in the world
    changes. Any other, such as ``"level_up"``, runs the listeners ``on_level_up(data)`` of ``client``, by default the
    first one; without ``data`` they get none.

    Raises `SetupError` for a client that is not of this test.

    Works on the Discord of the running test; `BackendError` where none is configured, and for a payload that is no
    dict.
    """
    call(dispatch, current_scene().backend, name, data, guild, client)


dispatch_custom = _on_current(lambda backend: backend.dispatch_custom)
dispatch_message = _on_current(lambda backend: backend.dispatch_message)
dispatch_member_join = _on_current(lambda backend: backend.dispatch_member_join)
dispatch_reaction_add = _on_current(lambda backend: backend.dispatch_reaction_add)
dispatch_ready = _on_current(lambda backend: backend.dispatch_ready)
dispatch_resumed = _on_current(lambda backend: backend.dispatch_resumed)
process_message = _on_current(lambda backend: backend.process_message)
process_messages = _on_current(lambda backend: backend.process_messages)
get_message_queue = _on_current(lambda backend: backend.get_message_queue)
clear_message_queue = _on_current(lambda backend: backend.clear_message_queue)
wait_for_messages = _on_current(lambda backend: backend.wait_for_messages)
wait_for_event = _on_current(lambda backend: backend.wait_for_event)
wait_for_state_update = _on_current(lambda backend: backend.wait_for_state_update)

# -- bad days

connect = _on_current(lambda backend: backend.until_connected, "connect")
disconnect = _on_current(lambda backend: backend.disconnect)
reconnect = _on_current(lambda backend: backend.reconnect)
invalidate_session = _on_current(lambda backend: backend.invalidate_session)
pause = _on_current(lambda backend: backend.pause)
resume = _on_current(lambda backend: backend.resume)
outage = _on_current(lambda backend: backend.outage)
recover = _on_current(lambda backend: backend.recover)
set_error_state = _on_current(lambda backend: backend.set_error_state)
clear_error_state = _on_current(lambda backend: backend.clear_error_state)
inject = _on_current(lambda backend: backend.inject)
clear_faults = _on_current(lambda backend: backend.clear_faults)
set_rate_limit = _on_current(lambda backend: backend.set_rate_limit)
use_realistic_rate_limits = _on_current(lambda backend: backend.use_realistic_rate_limits)
clear_rate_limits = _on_current(lambda backend: backend.clear_rate_limits)

__all__ = [
    "BackendError",
    "BackendState",
    "FakeHttp",
    "FakeRequest",
    "add_reaction",
    "clear_error_state",
    "clear_faults",
    "clear_message_queue",
    "clear_rate_limits",
    "clear_reaction",
    "clear_reactions",
    "clear_state",
    "connect",
    "delete_automod_rule",
    "delete_channel",
    "delete_emoji",
    "delete_guild",
    "delete_invite",
    "delete_member",
    "delete_message",
    "delete_role",
    "delete_scheduled_event",
    "delete_soundboard_sound",
    "delete_sticker",
    "delete_subscription",
    "delete_webhook",
    "disconnect",
    "dispatch_custom",
    "dispatch_event",
    "dispatch_member_join",
    "dispatch_message",
    "dispatch_reaction_add",
    "dispatch_ready",
    "dispatch_resumed",
    "edit_message",
    "find_channel_mentions",
    "find_role_mentions",
    "find_user_mentions",
    "flag_words",
    "get_message_queue",
    "get_state",
    "history",
    "inject",
    "invalidate_session",
    "make_attachment",
    "make_automod_rule",
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
    "make_scheduled_event",
    "make_sku",
    "make_soundboard_sound",
    "make_stage_channel",
    "make_sticker",
    "make_subscription",
    "make_template",
    "make_text_channel",
    "make_thread",
    "make_user",
    "make_voice_channel",
    "make_webhook",
    "outage",
    "pause",
    "pin_message",
    "process_message",
    "process_messages",
    "reconnect",
    "recover",
    "refresh",
    "remove_reaction",
    "restore",
    "resume",
    "set_channel_permission_overrides",
    "set_error_state",
    "set_rate_limit",
    "snapshot",
    "unpin_message",
    "update_automod_rule",
    "update_channel",
    "update_guild",
    "update_member",
    "update_onboarding",
    "update_role",
    "update_scheduled_event",
    "update_soundboard_sounds",
    "update_text_channel",
    "update_user",
    "update_welcome_screen",
    "use_realistic_rate_limits",
    "wait_for_event",
    "wait_for_messages",
    "wait_for_state_update",
]
