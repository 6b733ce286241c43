"""Bot tokens that nobody has: in Discord's form, and told from real ones.

Source: Discord's documentation, Reference ("Authentication").
"""

from __future__ import annotations

import base64

__all__ = ["is_made_up", "make_token", "token_of"]

_MARK = "test00"


def make_token(seed: str) -> str:
    """Return the token for an id: three parts, the first the id in Base64."""
    first = base64.b64encode(seed.encode()).decode().rstrip("=")
    return f"{first}.{_MARK}.{int(seed):038x}"


def is_made_up(token: str) -> bool:
    """Tell whether `make_token` has made a token."""
    return token.count(".") == 2 and token.split(".")[1] == _MARK


def token_of(tokens: dict[str, str], application_id: str) -> str:
    """Return the token of an application, out of those of a world."""
    return next(token for token, owner in tokens.items() if owner == application_id)
