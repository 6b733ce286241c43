import discord

from discordtest import SetupError

from .case import HelpdeskTestCase


class OpenTests(HelpdeskTestCase):
    async def test_ticket_has_a_channel_for_the_one_who_asks_and_the_support(self) -> None:
        result = await self.slash(self.alice, self.lobby, "ticket open", subject="No coffee")
        channel = self.assertChannelExists(self.guild, "ticket-1")
        self.assertResponded(result, f"Your ticket is {channel.mention}.", ephemeral=True)
        self.assertSent(contains=self.alice.mention, channel=channel, embed={"title": "#1 No coffee"})
        self.assertEqual((channel.category, channel.topic), (self.category, "No coffee"))

        await self.send(self.alice, channel, "It is urgent.")
        await self.send(self.sue, channel, "I am on my way.")
        with self.assertRaisesRegex(SetupError, "Missing Access"):
            await self.send(self.bob, channel, "Let me in!")

    async def test_answer_is_deferred_because_a_channel_takes_time(self) -> None:
        result = await self.slash(self.alice, self.lobby, "ticket open", subject="No coffee")
        self.assertDeferred(result, ephemeral=True)

    async def test_next_ticket_has_to_wait(self) -> None:
        await self.open(self.alice, "No coffee")
        await self.advance(20)
        result = await self.slash(self.alice, self.lobby, "ticket open", subject="No tea")
        self.assertResponded(result, "Not so fast: try again in 10 s.", ephemeral=True)
        await self.advance(11)
        await self.open(self.alice, "No tea")
        self.assertChannelExists(self.guild, "ticket-2")

    async def test_three_tickets_are_the_most(self) -> None:
        for subject in ("Coffee", "Tea", "Milk"):
            await self.open(self.alice, subject)
            await self.advance(31)
        result = await self.slash(self.alice, self.lobby, "ticket open", subject="Sugar")
        self.assertResponded(result, "You have 3 open tickets: close one first.", ephemeral=True)
        self.assertNotChannelExists(self.guild, "ticket-4")

    async def test_subject_has_60_characters_at_most(self) -> None:
        await self.open(self.alice, "x" * 60)
        with self.assertRaisesRegex(SetupError, "takes 1 to 60 characters, not 61"):
            await self.slash(self.bob, self.lobby, "ticket open", subject="x" * 61)

    async def test_tickets_are_for_guilds(self) -> None:
        with self.assertRaisesRegex(SetupError, "not offered to alice"):
            await self.slash(self.alice, self.client.user, "ticket open", subject="No coffee")


class BotWithoutPermissionTests(HelpdeskTestCase):
    bot_permissions = discord.Permissions(view_channel=True, send_messages=True)

    async def test_refusal_of_discord_is_told_and_no_ticket_is_left(self) -> None:
        result = await self.slash(self.alice, self.lobby, "ticket open", subject="No coffee")
        self.assertResponded(result, contains="Discord does not let me do that.", ephemeral=True)
        listed = await self.slash(self.alice, self.lobby, "ticket list")
        self.assertResponded(listed, embed={"description": "None."})

    async def test_panel_names_the_permission_that_is_missing(self) -> None:
        result = await self.slash(self.owner, self.lobby, "panel")
        self.assertResponded(result, contains="Bot requires Manage Channels", ephemeral=True)


class PanelTests(HelpdeskTestCase):
    async def panel(self) -> discord.Message:
        return self.assertResponded(await self.slash(self.owner, self.lobby, "panel"), "Need help? Ask us.")

    async def test_button_opens_a_form_which_opens_a_ticket(self) -> None:
        result = await self.click(self.alice, await self.panel(), "Open a ticket")
        form = self.assertModal(result, "New ticket")
        self.assertEqual(form.labels, ["Subject", "Details"])

        answer = await self.submit(self.alice, result, {"Subject": "No coffee", "Details": "Since Monday."})
        channel = self.assertChannelExists(self.guild, "ticket-1")
        self.assertResponded(answer, f"Your ticket is {channel.mention}.", ephemeral=True)
        self.assertSent(embed={"title": "#1 No coffee", "description": "Since Monday."}, channel=channel)

    async def test_form_needs_a_subject(self) -> None:
        result = await self.click(self.alice, await self.panel(), "Open a ticket")
        with self.assertRaisesRegex(SetupError, "'Subject' has to be filled in"):
            await self.submit(self.alice, result, Details="Since Monday.")

    async def test_error_in_the_form_is_told(self) -> None:
        message = await self.panel()
        for subject in ("Coffee", "Tea", "Milk", "Sugar"):
            form = await self.click(self.alice, message, "Open a ticket")
            answer = await self.submit(self.alice, form, {"Subject": subject})
        self.assertResponded(answer, "You have 3 open tickets: close one first.", ephemeral=True)

    async def test_panel_works_for_ever_and_after_a_restart(self) -> None:
        message = await self.panel()
        await self.advance(days=30)
        await self.restart()
        self.assertModal(await self.click(self.bob, message, "📨"), "New ticket")

    async def test_panel_is_for_those_who_manage_the_guild(self) -> None:
        with self.assertRaisesRegex(SetupError, "not offered to sue"):
            await self.slash(self.sue, self.lobby, "panel")
        self.make_command_permissions("panel", self.guild, {self.support: True})
        await self.slash(self.sue, self.lobby, "panel")
