"""Applications that people install for themselves, and so have with them wherever they write.

How a bot comes to a guild is in ``guild_membership``.
Source: Discord's documentation, Application ("Installation Context", "User Context").
"""

from __future__ import annotations

from discordtest.backend.codes import Code, RestError
from discordtest.backend.resources.interaction import USER_INSTALL
from discordtest.backend.rest import Call, operation
from discordtest.backend.world import Record

__all__: list[str] = []


@operation("/{application_id:any_application}")
def install_application(call: Call, application: Record) -> None:
    """Install an application for oneself, as its ``integration_types_config`` allows."""
    if USER_INSTALL not in application["integration_types_config"]:
        why = f"{application['name']} has no USER_INSTALL in its integration_types_config"
        raise RestError(Code.MISSING_ACCESS, why=why)
    call.world.user_installs.setdefault(call.actor.user_id, {})[application["id"]] = None
