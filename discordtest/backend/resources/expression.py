"""What emojis, stickers and sounds of a guild share: who may change them, who is told who made one, how many there are.

Source: Discord's documentation, Permissions ("Bitwise Permission Flags", CREATE_GUILD_EXPRESSIONS and
MANAGE_GUILD_EXPRESSIONS), Emoji, Sticker and Soundboard.
"""

from __future__ import annotations

from discordtest.backend.permissions import Permission
from discordtest.backend.rest import Call
from discordtest.backend.world import Record, World

__all__ = ["CREATE", "may_know_creators", "may_manage", "render_expression", "require_expression", "slots_of"]

CREATE, MANAGE = Permission.CREATE_GUILD_EXPRESSIONS, Permission.MANAGE_GUILD_EXPRESSIONS


def may_know_creators(call: Call) -> bool:
    """Tell whether the actor may see who made the guild's emojis, stickers and sounds."""
    return bool(call.permissions() & (CREATE | MANAGE))


def may_manage(call: Call) -> bool:
    """Tell whether the actor may change what others have made."""
    return bool(call.permissions() & MANAGE)


def require_expression(call: Call, expression_id: str) -> None:
    """Refuse with 50013 unless the actor may change the emoji, sticker or sound: its own, or any with MANAGE."""
    own = call.world.creators.get(expression_id) == call.actor.user_id
    if own and call.permissions() & CREATE:
        return
    call.require(MANAGE)


def render_expression(world: World, expression: Record, with_creator: bool, key: str = "id") -> Record:
    """Return an emoji, sticker or sound as the REST API answers it, with its creator for those who may know.

    ``key`` is where its id stands.
    """
    creator = world.creators.get(expression[key]) if with_creator else None
    return expression if creator is None else {**expression, "user": world.users[creator]}


def slots_of(guild: Record, by_tier: tuple[int, ...], feature: str, with_feature: int) -> int:
    """Return how many a guild may have: by its premium tier, and no fewer than ``with_feature`` if it has that."""
    more = with_feature if feature in guild["features"] else 0
    return max(more, by_tier[guild["premium_tier"]])
