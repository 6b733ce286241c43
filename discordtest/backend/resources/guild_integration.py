"""Integrations of a guild: one for each bot that was authorised, which comes and goes with it.

Accounts of other services are not modelled.
Source: Discord's documentation, Guild ("Integration Object", "Get Guild Integrations", "Delete Guild Integration"),
Gateway Events ("Integration Create", "Integration Delete", "Guild Integrations Update").
"""

from __future__ import annotations

from discordtest.backend.codes import Code
from discordtest.backend.permissions import Permission
from discordtest.backend.resources.application import SCOPES
from discordtest.backend.resources.webhook import tell_webhooks
from discordtest.backend.rest import Call, find_in, parameter, route
from discordtest.backend.world import Record, World

__all__ = ["add_integration", "drop_integration", "drop_webhooks"]

MAX_LISTED = 50


def add_integration(call: Call, guild_id: str, application: Record) -> None:
    """Note that an application's bot is in the guild, and who brought it there."""
    world, bot = call.world, application["bot"]
    user_id = world.guilds[guild_id]["owner_id"] if call.actor.omnipotent else call.actor.user_id
    integration: Record = {
        "id": world.snowflake(),
        "type": "discord",
        "name": application["name"],
        "account": {"id": bot["id"], "name": bot["username"]},
        "enabled": True,
        "application_id": application["id"],
        "scopes": list(SCOPES),
        "user": world.users[user_id],
    }
    world.integrations[guild_id][integration["id"]] = integration
    payload = {**render_integration(world, integration), "guild_id": guild_id}
    del payload["user"]  # the event goes without
    world.emit("INTEGRATION_CREATE", payload, guild=guild_id)
    world.emit("GUILD_INTEGRATIONS_UPDATE", {"guild_id": guild_id}, guild=guild_id)


def drop_integration(world: World, guild_id: str, bot_id: str) -> None:
    """Forget the integration of a bot that is gone."""
    for integration in list(world.integrations[guild_id].values()):
        if integration["account"]["id"] == bot_id:
            del world.integrations[guild_id][integration["id"]]
            keys = "id", "application_id"
            event = {**{key: integration[key] for key in keys}, "guild_id": guild_id}
            world.emit("INTEGRATION_DELETE", event, guild=guild_id)
            world.emit("GUILD_INTEGRATIONS_UPDATE", {"guild_id": guild_id}, guild=guild_id)


def drop_webhooks(world: World, guild_id: str, application_id: str) -> None:
    """Delete the webhooks that an application has made in the guild."""
    for webhook in list(world.webhooks.values()):
        if webhook["application_id"] == application_id and webhook["guild_id"] == guild_id:
            del world.webhooks[webhook["id"]]
            tell_webhooks(world, world.channels[webhook["channel_id"]])


def render_integration(world: World, integration: Record) -> Record:
    """Return an integration with its application."""
    application = world.applications[integration["application_id"]]
    keys = ("id", "name", "icon", "description", "summary", "type", "bot")
    shown = {key: value for key, value in integration.items() if key != "application_id"}
    return {**shown, "application": {key: application[key] for key in keys}}


@parameter("integration")
def find_integration(call: Call, text: str) -> Record:
    """Find an integration of the guild of this call."""
    return find_in(call.world.integrations[call.found["guild"]["id"]], text, Code.UNKNOWN_INTEGRATION)


@route("GET", "/guilds/{guild_id}/integrations", permissions=Permission.MANAGE_GUILD)
def list_guild_integrations(call: Call, guild: Record) -> list[Record]:
    found = list(call.world.integrations[guild["id"]].values())[:MAX_LISTED]
    return [render_integration(call.world, integration) for integration in found]
