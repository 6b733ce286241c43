"""The end of an application, as its owner brings it about in the developer portal; the API has no route for it.

Its token and those of its interactions are worth nothing at once, its connections end with 4004, and its bot is gone
from every guild. What it said stays: messages, and the user who wrote them.
Source: Discord's documentation, Opcodes and Status Codes ("Gateway Close Event Codes"), Gateway Events ("Guild Member
Remove", "Guild Role Delete", "Integration Delete").
"""

from __future__ import annotations

from discordtest.backend.codes import Code, RestError
from discordtest.backend.resources.guild_integration import drop_webhooks
from discordtest.backend.resources.guild_membership import remove_member
from discordtest.backend.rest import Call, operation
from discordtest.backend.world import Record, World

__all__: list[str] = []


@operation("/{application_id:any_application}")
def delete_application(call: Call, application: Record) -> None:
    """Delete an application with all its commands and its bot; one whose bot owns a guild can't be deleted."""
    world, application_id, bot_id = call.world, application["id"], application["bot"]["id"]
    if not call.actor.omnipotent:
        raise RestError(Code.NOT_AUTHORIZED_FOR_APPLICATION)
    if any(guild["owner_id"] == bot_id for guild in world.guilds.values()):
        raise RestError(Code.INVALID_GUILD)
    call.backend.gateway.reset_token(application_id)
    _forget_commands(world, application_id)
    _forget_interactions(world, application_id)
    for guild_id, members in world.members.items():
        if bot_id in members:
            drop_webhooks(world, guild_id, application_id)
            remove_member(call, world.guilds[guild_id], members[bot_id])
    for installed in world.user_installs.values():
        installed.pop(application_id, None)
    world.application_emojis.pop(application_id, None)
    world.role_connections.pop(application_id, None)
    for each in [*world.subscriptions.values()]:
        if world.skus[each["sku_ids"][0]]["application_id"] == application_id:
            del world.subscriptions[each["id"]]
    for table in (world.entitlements, world.skus):
        for each in [each for each in table.values() if each["application_id"] == application_id]:
            del table[each["id"]]
    del world.applications[application_id]


def _forget_commands(world: World, application_id: str) -> None:
    commands = world.commands.pop(application_id, {})
    for permissions in world.command_permissions.values():
        for owner_id in (application_id, *commands):
            permissions.pop(owner_id, None)
    for key in [key for key in world.command_creates if key[0] == application_id]:
        del world.command_creates[key]


def _forget_interactions(world: World, application_id: str) -> None:
    """Let nobody answer them any more; what they were is still told."""
    for token, interaction_id in list(world.interaction_tokens.items()):
        if world.interactions[interaction_id]["application_id"] == application_id:
            del world.interaction_tokens[token]
