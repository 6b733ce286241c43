"""Slow mode: how often a person may send a message, or start a thread, in a channel.

Messages and threads are counted apart: one of each in every interval. Bots are not slowed.
Source: Discord's documentation, Channel ("Channel Object", ``rate_limit_per_user``).
"""

from __future__ import annotations

from discordtest.backend.codes import Code, RestError
from discordtest.backend.permissions import Permission
from discordtest.backend.rest import Call
from discordtest.backend.world import Record

__all__ = ["check_slow_mode", "note_use"]

_BYPASS = int(Permission.BYPASS_SLOWMODE)


def check_slow_mode(call: Call, channel: Record, permissions: int, *, threads: bool = False) -> None:
    """Refuse with 20016 a person who comes too soon; ``permissions`` are its bits in the channel."""
    if call.actor.kind != "person" or permissions & _BYPASS:
        return
    last = call.world.last_sent.get(_key(call, channel, threads))
    if last is None:
        return
    interval = channel["rate_limit_per_user"]
    left = (last + interval * 1_000_000 - call.world.now()) / 1_000_000
    if left > 0:
        what = f"one {'thread' if threads else 'message'} every {interval} s"
        why = f"slow mode: {what} for who lacks Bypass Slowmode; the next may come in {left:g} s"
        raise RestError(Code.SLOWMODE, extra={"retry_after": left}, why=why)


def note_use(call: Call, channel: Record, *, threads: bool = False) -> None:
    """Note that a person has just sent a message there, or started a thread."""
    if channel.get("rate_limit_per_user") and call.actor.kind == "person":
        call.world.last_sent[_key(call, channel, threads)] = call.world.now()


def _key(call: Call, channel: Record, threads: bool) -> tuple[str, str]:
    channel_id = channel["id"]
    return f"{channel_id}/threads" if threads else channel_id, call.actor.user_id
