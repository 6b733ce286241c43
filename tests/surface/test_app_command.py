"""Application commands through discord.py: syncing, fetching, changing, translated, and their permissions."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from discordtest import DiscordTestCase


class German(app_commands.Translator):
    """Knows one word."""

    async def translate(
        self,
        string: app_commands.locale_str,
        locale: discord.Locale,
        context: app_commands.TranslationContextTypes,
    ) -> str | None:
        return "klingeln" if locale is discord.Locale.german and string.message == "ping" else None


class AppCommandTestCase(DiscordTestCase):
    client: commands.Bot

    def make_client(self) -> commands.Bot:
        bot = commands.Bot("!", intents=discord.Intents.all())

        @bot.tree.command(nsfw=True)
        @app_commands.default_permissions(ban_members=True)
        @app_commands.allowed_contexts(guilds=True, dms=False, private_channels=True)
        @app_commands.allowed_installs(guilds=True, users=False)
        @app_commands.describe(kind="Which.")
        @app_commands.choices(kind=[app_commands.Choice(name="One", value="1")])
        async def ping(
            i: discord.Interaction,
            times: app_commands.Range[int, 1, 5],
            kind: str = "1",
            where: discord.TextChannel | discord.VoiceChannel | None = None,
        ) -> None:
            await i.response.send_message("Pong!")

        group = app_commands.Group(name="tag", description="Tags.", guild_only=True)

        @group.command(name="set")
        async def set_(i: discord.Interaction, name: str) -> None: ...

        @bot.tree.context_menu(name="Report This")
        async def report(i: discord.Interaction, message: discord.Message) -> None: ...

        bot.tree.add_command(group)
        return bot

    def make_world(self) -> None:
        self.guild = self.make_guild("Test")
        self.general = self.make_text_channel("general", self.guild)
        self.alice = self.make_member("alice", self.guild)

    def set_permissions(self, command: app_commands.AppCommand, *entries: dict[str, Any]) -> None:
        self.backend.perform(
            self._scene.narrator,
            "set_guild_application_command_permissions",
            command.application_id,
            self.guild.id,
            command.id,
            body={"permissions": list(entries)},
        )


class SyncTests(AppCommandTestCase):
    async def test_sync_returns_what_discord_has(self) -> None:
        ping, tag, report = await self.client.tree.sync()
        self.assertEqual((ping.name, ping.nsfw, ping.dm_permission), ("ping", True, True))
        self.assertEqual(ping.default_member_permissions, discord.Permissions(ban_members=True))
        # AppCommand.allowed_contexts of discord.py 2.7.1 is one bit off, so look at what it was made of.
        raw = await self.client.http.get_global_command(ping.application_id, ping.id)
        self.assertEqual((raw["contexts"], raw["integration_types"]), ([0, 2], [0]))
        times, kind, where = ping.options
        assert isinstance(times, app_commands.Argument)
        assert isinstance(kind, app_commands.Argument)
        assert isinstance(where, app_commands.Argument)
        self.assertEqual((times.required, times.min_value, times.max_value), (True, 1, 5))
        self.assertEqual((kind.description, kind.choices[0].name), ("Which.", "One"))
        self.assertEqual(
            where.channel_types,
            [discord.ChannelType.text, discord.ChannelType.news, discord.ChannelType.voice],
        )
        self.assertEqual((tag.dm_permission, tag.options[0].name), (False, "set"))
        self.assertEqual(report.type, discord.AppCommandType.message)

    async def test_sync_again_keeps_the_ids(self) -> None:
        first, second = await self.client.tree.sync(), await self.client.tree.sync()
        self.assertEqual([each.id for each in first], [each.id for each in second])

    async def test_fetched_ones_are_the_same(self) -> None:
        synced = await self.client.tree.sync()
        fetched = await self.client.tree.fetch_commands()
        self.assertEqual([each.to_dict() for each in fetched], [each.to_dict() for each in synced])
        one = await self.client.tree.fetch_command(synced[0].id)
        self.assertEqual(one.to_dict(), synced[0].to_dict())

    async def test_commands_of_a_guild(self) -> None:
        self.client.tree.copy_global_to(guild=self.guild)
        synced = await self.client.tree.sync(guild=self.guild)
        self.assertEqual([each.guild for each in synced], [self.guild] * 3)
        fetched = await self.client.tree.fetch_commands(guild=self.guild)
        self.assertEqual([each.id for each in fetched], [each.id for each in synced])
        one = await self.client.tree.fetch_command(synced[0].id, guild=self.guild)
        self.assertEqual(one.name, "ping")
        self.assertEqual(await self.client.tree.fetch_commands(), [])

    async def test_foreign_guild(self) -> None:
        with self.assertRaises(discord.Forbidden) as caught:
            await self.client.tree.sync(guild=self.make_guild("Foreign", bots=()))
        self.assertEqual(caught.exception.code, 50001)

    async def test_mistake_is_told_by_the_name_of_the_command(self) -> None:
        self.client.tree.add_command(app_commands.Group(name="empty", description="d" * 100))
        tag = self.client.tree.get_command("tag")
        assert isinstance(tag, app_commands.Group)
        tag.description = "d" * 101
        with self.assertRaises(app_commands.CommandSyncFailure) as caught:
            await self.client.tree.sync()
        self.assertEqual((caught.exception.status, caught.exception.code), (400, 50035))
        self.assertIn("In group 'tag'", str(caught.exception))
        self.assertIn("description: Must be between 1 and 100 in length.", str(caught.exception))

    async def test_translated_texts(self) -> None:
        await self.client.tree.set_translator(German())
        await self.client.tree.sync()
        (ping, *_) = await self.client.tree.fetch_commands()
        self.assertEqual(ping.name_localizations, {})
        ping = await self.client.tree.fetch_command(ping.id)
        self.assertEqual(ping.name_localizations, {discord.Locale.german: "klingeln"})


class ChangeTests(AppCommandTestCase):
    async def asyncSetUp(self) -> None:
        await super().asyncSetUp()
        self.ping, self.tag, self.report = await self.client.tree.sync()

    async def test_edit(self) -> None:
        changed = await self.tag.edit(name="label", description="Labels.", options=self.tag.options)
        self.assertEqual((changed.id, changed.name, changed.description), (self.tag.id, "label", "Labels."))
        self.assertEqual([option.name for option in changed.options], ["set"])

    async def test_edit_with_every_kind_of_option(self) -> None:
        changed = await self.ping.edit(options=self.ping.options)
        self.assertEqual(
            [each.to_dict() for each in changed.options], [each.to_dict() for each in self.ping.options]
        )

    async def test_edit_of_a_guild_command(self) -> None:
        self.client.tree.copy_global_to(guild=self.guild)
        (ping, *_) = await self.client.tree.sync(guild=self.guild)
        self.assertEqual((await ping.edit(name="pong")).name, "pong")
        await ping.delete()
        self.assertEqual(len(await self.client.tree.fetch_commands(guild=self.guild)), 2)

    async def test_delete(self) -> None:
        await self.ping.delete()
        with self.assertRaises(discord.NotFound) as caught:
            await self.client.tree.fetch_command(self.ping.id)
        self.assertEqual(caught.exception.code, 10063)

    async def test_permissions(self) -> None:
        with self.assertRaises(discord.NotFound) as caught:
            await self.ping.fetch_permissions(self.guild)
        self.assertEqual(caught.exception.code, 10066)
        heard: list[discord.RawAppCommandPermissionsUpdateEvent] = []

        @self.client.event
        async def on_raw_app_command_permissions_update(
            payload: discord.RawAppCommandPermissionsUpdateEvent,
        ) -> None:
            heard.append(payload)

        self.set_permissions(
            self.ping,
            {"id": str(self.guild.id), "type": 1, "permission": False},
            {"id": str(self.alice.id), "type": 2, "permission": True},
            {"id": str(self.general.id), "type": 3, "permission": True},
        )
        await self.settle()
        everyone, alice, general = (await self.ping.fetch_permissions(self.guild)).permissions
        self.assertEqual((everyone.target, everyone.permission), (self.guild.default_role, False))
        self.assertEqual((alice.target, general.target), (self.alice, self.general))
        self.assertEqual((heard[0].target_id, heard[0].guild), (self.ping.id, self.guild))
        self.assertEqual(len(heard[0].permissions), 3)

    async def test_audit_log(self) -> None:
        self.set_permissions(self.ping, {"id": str(self.guild.id), "type": 1, "permission": False})
        await self.settle()
        (entry,) = [entry async for entry in self.guild.audit_logs(limit=1)]
        self.assertEqual(entry.action, discord.AuditLogAction.app_command_permission_update)
        assert isinstance(entry.target, app_commands.AppCommand)
        self.assertEqual(entry.target.id, self.ping.id)
        (after,) = entry.after.app_command_permissions
        self.assertEqual((after.target, after.permission), (self.guild.default_role, False))

    async def test_default_permissions_hide_the_command(self) -> None:
        channel = self.make_text_channel("adults", self.guild, nsfw=True)
        with self.assertRaisesRegex(Exception, "BAN_MEMBERS"):
            await self.slash(self.alice, channel, "ping", times=1)
        self.set_permissions(self.ping, {"id": str(self.alice.id), "type": 2, "permission": True})
        await self.slash(self.alice, channel, "ping", times=1)
        self.assertSent("Pong!")
