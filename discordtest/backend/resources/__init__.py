"""The resources, one module for each page of Discord's resource documentation.

Importing this package registers every route. A new resource is one line here.
"""

from discordtest.backend.resources import application as application
from discordtest.backend.resources import application_command as application_command
from discordtest.backend.resources import application_command_permission as application_command_permission
from discordtest.backend.resources import application_deletion as application_deletion
from discordtest.backend.resources import application_install as application_install
from discordtest.backend.resources import application_role_connection as application_role_connection
from discordtest.backend.resources import audit_log as audit_log
from discordtest.backend.resources import auto_moderation as auto_moderation
from discordtest.backend.resources import channel as channel
from discordtest.backend.resources import channel_overwrite as channel_overwrite
from discordtest.backend.resources import channel_typing as channel_typing
from discordtest.backend.resources import channel_update as channel_update
from discordtest.backend.resources import emoji as emoji
from discordtest.backend.resources import entitlement as entitlement
from discordtest.backend.resources import entitlement_purchase as entitlement_purchase
from discordtest.backend.resources import guild as guild
from discordtest.backend.resources import guild_ban as guild_ban
from discordtest.backend.resources import guild_boost as guild_boost
from discordtest.backend.resources import guild_integration as guild_integration
from discordtest.backend.resources import guild_member as guild_member
from discordtest.backend.resources import guild_membership as guild_membership
from discordtest.backend.resources import guild_onboarding as guild_onboarding
from discordtest.backend.resources import guild_prune as guild_prune
from discordtest.backend.resources import guild_role as guild_role
from discordtest.backend.resources import guild_scheduled_event as guild_scheduled_event
from discordtest.backend.resources import guild_settings as guild_settings
from discordtest.backend.resources import guild_template as guild_template
from discordtest.backend.resources import guild_welcome_screen as guild_welcome_screen
from discordtest.backend.resources import interaction as interaction
from discordtest.backend.resources import interaction_callback as interaction_callback
from discordtest.backend.resources import invite as invite
from discordtest.backend.resources import message as message
from discordtest.backend.resources import message_bulk as message_bulk
from discordtest.backend.resources import message_edit as message_edit
from discordtest.backend.resources import message_history as message_history
from discordtest.backend.resources import message_pin as message_pin
from discordtest.backend.resources import message_search as message_search
from discordtest.backend.resources import poll_vote as poll_vote
from discordtest.backend.resources import presence as presence
from discordtest.backend.resources import reaction as reaction
from discordtest.backend.resources import sku as sku
from discordtest.backend.resources import soundboard as soundboard
from discordtest.backend.resources import stage_instance as stage_instance
from discordtest.backend.resources import sticker as sticker
from discordtest.backend.resources import subscription as subscription
from discordtest.backend.resources import thread_create as thread_create
from discordtest.backend.resources import thread_list as thread_list
from discordtest.backend.resources import thread_member as thread_member
from discordtest.backend.resources import user as user
from discordtest.backend.resources import user_guild as user_guild
from discordtest.backend.resources import voice as voice
from discordtest.backend.resources import webhook as webhook
from discordtest.backend.resources import webhook_execute as webhook_execute
