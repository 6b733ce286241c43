"""What each route asks for in its channel or guild, as Discord's pages say, whatever else the bot may do there."""

from __future__ import annotations

import re
import unittest

from discordtest.backend import rest
from discordtest.backend.codes import Code
from discordtest.backend.permissions import Permission
from tests.backend.worlds import BOT_PERMISSIONS, Answer, SmallWorld

P = Permission
NEEDS: dict[str, tuple[Permission, ...]] = {
    "add_guild_member_role": (P.MANAGE_ROLES,),
    "add_my_message_reaction": (P.READ_MESSAGE_HISTORY,),
    "ban_user_from_guild": (P.BAN_MEMBERS,),
    "bulk_ban_users_from_guild": (P.BAN_MEMBERS, P.MANAGE_GUILD),
    "bulk_delete_messages": (P.MANAGE_MESSAGES,),
    "bulk_update_guild_channels": (P.MANAGE_CHANNELS,),
    "bulk_update_guild_roles": (P.MANAGE_ROLES,),
    "change_vanity_code": (P.MANAGE_GUILD,),
    "create_auto_moderation_rule": (P.MANAGE_GUILD,),
    "create_channel_invite": (P.CREATE_INSTANT_INVITE,),
    "create_guild_channel": (P.MANAGE_CHANNELS,),
    "create_guild_emoji": (P.CREATE_GUILD_EXPRESSIONS,),
    "create_guild_role": (P.MANAGE_ROLES,),
    "create_guild_soundboard_sound": (P.CREATE_GUILD_EXPRESSIONS,),
    "create_guild_sticker": (P.CREATE_GUILD_EXPRESSIONS,),
    "create_guild_template": (P.MANAGE_GUILD,),
    "create_message": (P.SEND_MESSAGES,),
    "create_pin": (P.PIN_MESSAGES,),
    "create_thread_from_message": (P.CREATE_PUBLIC_THREADS,),
    "create_webhook": (P.MANAGE_WEBHOOKS,),
    "deprecated_create_pin": (P.PIN_MESSAGES,),
    "deprecated_delete_pin": (P.PIN_MESSAGES,),
    "get_guild_widget_settings": (P.MANAGE_GUILD,),
    "crosspost_message": (P.SEND_MESSAGES,),
    "delete_all_message_reactions": (P.MANAGE_MESSAGES,),
    "delete_all_message_reactions_by_emoji": (P.MANAGE_MESSAGES,),
    "delete_auto_moderation_rule": (P.MANAGE_GUILD,),
    "delete_channel_permission_overwrite": (P.MANAGE_ROLES,),
    "delete_guild_integration": (P.MANAGE_GUILD,),
    "delete_guild_member": (P.KICK_MEMBERS,),
    "delete_guild_member_role": (P.MANAGE_ROLES,),
    "delete_guild_role": (P.MANAGE_ROLES,),
    "delete_guild_template": (P.MANAGE_GUILD,),
    "delete_pin": (P.PIN_MESSAGES,),
    "delete_user_message_reaction": (P.MANAGE_MESSAGES,),
    "delete_webhook": (P.MANAGE_WEBHOOKS,),
    "get_answer_voters": (P.READ_MESSAGE_HISTORY,),
    "get_auto_moderation_rule": (P.MANAGE_GUILD,),
    "get_guild_ban": (P.BAN_MEMBERS,),
    "get_guild_vanity_url": (P.MANAGE_GUILD,),
    "get_guild_webhooks": (P.MANAGE_WEBHOOKS,),
    "get_message": (P.READ_MESSAGE_HISTORY,),
    "list_auto_moderation_rules": (P.MANAGE_GUILD,),
    "list_channel_invites": (P.MANAGE_CHANNELS,),
    "list_channel_webhooks": (P.MANAGE_WEBHOOKS,),
    "list_guild_audit_log_entries": (P.VIEW_AUDIT_LOG,),
    "list_guild_bans": (P.BAN_MEMBERS,),
    "list_guild_integrations": (P.MANAGE_GUILD,),
    "list_guild_templates": (P.MANAGE_GUILD,),
    "list_my_private_archived_threads": (P.READ_MESSAGE_HISTORY,),
    "list_private_archived_threads": (P.READ_MESSAGE_HISTORY, P.MANAGE_THREADS),
    "list_public_archived_threads": (P.READ_MESSAGE_HISTORY,),
    "preview_prune_guild": (P.KICK_MEMBERS, P.MANAGE_GUILD),
    "prune_guild": (P.KICK_MEMBERS, P.MANAGE_GUILD),
    "put_guilds_onboarding": (P.MANAGE_GUILD, P.MANAGE_ROLES),
    "send_soundboard_sound": (P.SPEAK, P.USE_SOUNDBOARD),
    "set_channel_permission_overwrite": (P.MANAGE_ROLES,),
    "sync_guild_template": (P.MANAGE_GUILD,),
    "trigger_typing_indicator": (P.SEND_MESSAGES,),
    "unban_user_from_guild": (P.BAN_MEMBERS,),
    "update_auto_moderation_rule": (P.MANAGE_GUILD,),
    "update_guild": (P.MANAGE_GUILD,),
    "update_guild_incident_actions": (P.MANAGE_GUILD,),
    "update_guild_role": (P.MANAGE_ROLES,),
    "update_guild_template": (P.MANAGE_GUILD,),
    "update_guild_welcome_screen": (P.MANAGE_GUILD,),
    "update_guild_widget_settings": (P.MANAGE_GUILD,),
    "update_webhook": (P.MANAGE_WEBHOOKS,),
}
UNKNOWN = "1"


def answer(name: str, permissions: int) -> Answer:
    """Use a route as a bot with these permissions; nothing below its channel, guild or webhook exists."""
    small = SmallWorld()
    known = {
        "channel_id": small.general["id"],
        "guild_id": small.guild["id"],
        "webhook_id": small.perform("create_webhook", small.general["id"], body={"name": "hook"})["id"],
        "emoji_name": "%F0%9F%91%8D",
    }
    small.allow(permissions)
    route = rest.OPERATIONS[name]
    assert route.method is not None
    path = re.sub(r"{(\w+)}", lambda match: known.get(match[1], UNKNOWN), route.template)
    return small.request(route.method, path, {} if route.body is not None else None)


class RoutePermissionTests(unittest.TestCase):
    def test_bot_without_one_of_them_is_refused_before_anything_else(self) -> None:
        for name, needs in NEEDS.items():
            for needed in needs:
                with self.subTest(route=name, without=needed.name):
                    refusal = answer(name, BOT_PERMISSIONS & ~int(needed))
                    self.assertEqual((refusal.status, refusal.code), (403, Code.MISSING_PERMISSIONS))

    def test_bot_with_no_more_than_them_is_not_refused(self) -> None:
        for name, needs in NEEDS.items():
            with self.subTest(route=name):
                enough = Permission.VIEW_CHANNEL
                for needed in needs:
                    enough |= needed
                self.assertNotEqual(answer(name, enough).status, 403)

    def test_every_route_that_asks_for_permissions_is_listed(self) -> None:
        self.assertEqual({route.name for route in rest.ROUTES if route.permissions}, set(NEEDS))
