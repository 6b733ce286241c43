"""The codes with which Discord closes a gateway connection, and what becomes of the session.

Source: Discord's documentation, Opcodes and Status Codes ("Gateway Close Event Codes"), and RFC 6455, section 7.4.
"""

from __future__ import annotations

__all__ = ["ABNORMAL_CLOSURE", "CLOSE_CODES", "ends_session", "is_close_code", "is_final"]

ABNORMAL_CLOSURE = 1006  # never on the wire: the connection just ended
LEAVING = (1000, 1001)  # with these a client says that it will not be back

#: code -> (its reason, whether the session may be resumed)
CLOSE_CODES: dict[int, tuple[str, bool]] = {
    4000: ("Unknown error.", True),
    4001: ("Unknown opcode.", True),
    4002: ("Error while decoding payload.", True),
    4003: ("Not authenticated.", True),
    4004: ("Authentication failed.", False),
    4005: ("Already authenticated.", True),
    4007: ("Invalid seq.", False),
    4008: ("Rate limited.", True),
    4009: ("Session timed out.", False),
    4010: ("Invalid shard.", False),
    4011: ("Sharding required.", False),
    4012: ("Invalid API version.", False),
    4013: ("Invalid intent(s).", False),
    4014: ("Disallowed intent(s).", False),
}

_FINAL = frozenset((4004, 4010, 4011, 4012, 4013, 4014))  # "Reconnect: false"


def ends_session(code: int, *, by_client: bool) -> bool:
    """Tell whether a close with this code leaves nothing to resume."""
    if by_client:
        return code in LEAVING
    return not CLOSE_CODES.get(code, ("", True))[1]


def is_final(code: int) -> bool:
    """Tell whether a client does not come back after a close with this code."""
    return code in _FINAL


def is_close_code(code: object) -> bool:
    """Tell whether a websocket can end with this code."""
    if not isinstance(code, int):
        return False
    if code == ABNORMAL_CLOSURE or 3000 <= code < 5000:
        return True
    return 1000 <= code <= 1014 and code not in (1004, 1005)
