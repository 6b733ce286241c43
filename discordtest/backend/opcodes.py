"""The opcodes of the gateway, and frames that are no events.

Source: Discord's documentation, Opcodes and Status Codes ("Gateway Opcodes").
"""

from __future__ import annotations

__all__ = [
    "DISPATCH",
    "HEARTBEAT",
    "HEARTBEAT_ACK",
    "HELLO",
    "IDENTIFY",
    "INVALID_SESSION",
    "PRESENCE_UPDATE",
    "RECONNECT",
    "REQUEST_CHANNEL_INFO",
    "REQUEST_GUILD_MEMBERS",
    "REQUEST_SOUNDBOARD_SOUNDS",
    "RESUME",
    "VOICE_STATE_UPDATE",
    "control_frame",
]

DISPATCH, HEARTBEAT, IDENTIFY, PRESENCE_UPDATE, VOICE_STATE_UPDATE = 0, 1, 2, 3, 4
RESUME, RECONNECT, REQUEST_GUILD_MEMBERS, INVALID_SESSION, HELLO, HEARTBEAT_ACK = 6, 7, 8, 9, 10, 11
REQUEST_SOUNDBOARD_SOUNDS, REQUEST_CHANNEL_INFO = 31, 43


def control_frame(opcode: int, data: str = "null") -> str:
    """Return what the gateway says with an opcode other than that of events; ``data`` is JSON."""
    return f'{{"op":{opcode},"s":null,"t":null,"d":{data}}}'
