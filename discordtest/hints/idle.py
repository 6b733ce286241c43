"""What of a bot never runs, though its author takes it for running: handlers that no event calls, loops.

Like `discordtest.hints`, whose part this is: it looks at the client as it is, and says what it has seen.
"""

from __future__ import annotations

import difflib
import inspect
from typing import TYPE_CHECKING, Any

from discord.ext import tasks

if TYPE_CHECKING:
    from collections.abc import Iterator

    import discord

__all__ = ["misspelt_events", "misspelt_waits", "unmarked_listeners", "unstarted_loops"]

#: Every event of discord.py 2.7, as it dispatches them; a handler's name that is like one and is none is misspelt.
_EVENTS = [
    f"on_{name}"
    for name in [
        "app_command_completion",
        "audit_log_entry_create",
        "automod_action",
        "automod_rule_create",
        "automod_rule_delete",
        "automod_rule_update",
        "bulk_message_delete",
        "command",
        "command_completion",
        "command_error",
        "connect",
        "disconnect",
        "entitlement_create",
        "entitlement_delete",
        "entitlement_update",
        "error",
        "guild_available",
        "guild_channel_create",
        "guild_channel_delete",
        "guild_channel_pins_update",
        "guild_channel_update",
        "guild_emojis_update",
        "guild_integrations_update",
        "guild_join",
        "guild_remove",
        "guild_role_create",
        "guild_role_delete",
        "guild_role_update",
        "guild_stickers_update",
        "guild_unavailable",
        "guild_update",
        "integration_create",
        "integration_update",
        "interaction",
        "invite_create",
        "invite_delete",
        "member_ban",
        "member_join",
        "member_remove",
        "member_unban",
        "member_update",
        "message",
        "message_delete",
        "message_edit",
        "poll_vote_add",
        "poll_vote_remove",
        "presence_update",
        "private_channel_pins_update",
        "private_channel_update",
        "raw_app_command_permissions_update",
        "raw_bulk_message_delete",
        "raw_integration_delete",
        "raw_member_remove",
        "raw_message_delete",
        "raw_message_edit",
        "raw_poll_vote_add",
        "raw_poll_vote_remove",
        "raw_presence_update",
        "raw_reaction_add",
        "raw_reaction_clear",
        "raw_reaction_clear_emoji",
        "raw_reaction_remove",
        "raw_thread_delete",
        "raw_thread_member_remove",
        "raw_thread_update",
        "raw_typing",
        "reaction_add",
        "reaction_clear",
        "reaction_clear_emoji",
        "reaction_remove",
        "ready",
        "resumed",
        "scheduled_event_create",
        "scheduled_event_delete",
        "scheduled_event_update",
        "scheduled_event_user_add",
        "scheduled_event_user_remove",
        "shard_connect",
        "shard_disconnect",
        "shard_ready",
        "shard_resumed",
        "socket_event_type",
        "socket_raw_receive",
        "socket_raw_send",
        "soundboard_sound_create",
        "soundboard_sound_delete",
        "soundboard_sound_update",
        "stage_instance_create",
        "stage_instance_delete",
        "stage_instance_update",
        "subscription_create",
        "subscription_delete",
        "subscription_update",
        "thread_create",
        "thread_delete",
        "thread_join",
        "thread_member_join",
        "thread_member_remove",
        "thread_remove",
        "thread_update",
        "typing",
        "user_update",
        "voice_channel_effect",
        "voice_state_update",
        "webhooks_update",
    ]
]
_LIKE = 0.85
# a cog that has this may call it itself: for views, modals, the command tree
_CALLED = frozenset(("on_error",))


def misspelt_events(client: discord.Client) -> Iterator[str]:
    """Yield the handlers of a client whose names are like an event's, and are none."""
    own = {name for kind in (*type(client).__mro__, client) for name in vars(kind) if name.startswith("on_")}
    for name in sorted(own | {*getattr(client, "extra_events", ())}):
        near = difflib.get_close_matches(name, _EVENTS, 1, _LIKE)
        if near and name not in _EVENTS:
            yield f"The bot has {name}, and no event is called that; is {near[0]} meant?"


def unmarked_listeners(client: discord.Client) -> Iterator[str]:
    """Yield the methods of cogs that are called like an event, and that nobody made listeners."""
    for cog in getattr(client, "cogs", {}).values():
        known = [method for _, method in cog.get_listeners()]
        known += [method for methods in client.extra_events.values() for method in methods]  # type: ignore[attr-defined]
        for name in sorted(
            {name for kind in type(cog).__mro__ for name in vars(kind)} & {*_EVENTS} - _CALLED
        ):
            if inspect.iscoroutinefunction(getattr(cog, name)) and getattr(cog, name) not in known:
                yield f"{type(cog).__name__}.{name} hears of nothing: it lacks @commands.Cog.listener()"


def misspelt_waits(client: discord.Client) -> Iterator[str]:
    """Yield the events that somebody waits for with ``wait_for``, or did until now, and that never come."""
    # by event; discord.py takes one that has ended out with the next such event
    for name in client._listeners:
        if f"on_{name}" in _EVENTS:
            continue
        plain = name.removeprefix("on_")
        near = [name] if name in _EVENTS else difflib.get_close_matches(f"on_{plain}", _EVENTS, 1, _LIKE)
        if near:
            meant = near[0].removeprefix("on_")
            yield f"wait_for({name!r}) waits for no event of discord.py; is wait_for({meant!r}) meant?"


def unstarted_loops(client: discord.Client) -> Iterator[str]:
    """Yield the loops of a client, and of its cogs, that nobody has started."""
    for owner in (client, *getattr(client, "cogs", {}).values()):
        for name in dict.fromkeys(name for kind in type(owner).__mro__ for name in vars(kind)):
            if not any(isinstance(vars(kind).get(name), tasks.Loop) for kind in type(owner).__mro__):
                continue
            loop: tasks.Loop[Any] = getattr(owner, name)
            if not loop.is_running() and not loop.current_loop and loop.get_task() is None:
                yield f"Nobody has started the loop {type(owner).__name__}.{name}: `self.{name}.start()`"
