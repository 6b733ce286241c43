import discord

from discordtest import SetupError

from .case import HelpdeskTestCase


class CloseButtonTests(HelpdeskTestCase):
    async def asyncSetUp(self) -> None:
        await super().asyncSetUp()
        self.channel = await self.open(self.alice, "No coffee")
        [self.message] = self.history(self.channel)

    async def test_question_is_asked_and_answered(self) -> None:
        result = await self.click(self.alice, self.message, "Close")
        self.assertResponded(result, "Close #1 No coffee?", buttons=["Yes, close it", "No"], ephemeral=True)
        answer = await self.click(self.alice, result, "No")
        self.assertResponded(answer, "It stays open.", buttons=[])
        self.assertChannelExists(self.guild, "ticket-1")

    async def test_closed_ticket_has_no_channel(self) -> None:
        result = await self.click(self.sue, self.message, "Close")
        await self.click(self.sue, result, "Yes, close it")
        self.assertNotChannelExists(self.guild, "ticket-1")
        self.assertAuditLog(self.guild, discord.AuditLogAction.channel_delete, reason="sue: solved")
        self.assertSent("Your ticket #1 No coffee was closed by sue: solved", channel=self.alice)

    async def test_closed_direct_messages_do_not_keep_it_open(self) -> None:
        carol = self.make_member(self.make_user("carol", accepts_dms=False), self.guild)
        channel = await self.open(carol, "No tea")
        result = await self.click(carol, self.history(channel)[0], "Close")
        await self.click(carol, result, "Yes, close it")
        self.assertNotChannelExists(self.guild, "ticket-2")

    async def test_button_works_after_a_restart(self) -> None:
        await self.restart()
        result = await self.click(self.alice, self.message, "Close")
        self.assertResponded(result, "Close #1 No coffee?", ephemeral=True)

    async def test_question_times_out(self) -> None:
        result = await self.click(self.alice, self.message, "Close")
        await self.advance(59)
        self.assertButton(result.response, "No")
        await self.advance(1)
        self.assertResponded(result, "You took too long: it stays open.", buttons=[])
        with self.assertRaisesRegex(SetupError, "no button 'No'"):
            await self.click(self.alice, result, "No")

    async def test_who_is_too_late_is_told(self) -> None:
        result = await self.click(self.alice, self.message, "Close")
        await self.client.storage.close_ticket(1, self.sue.id)
        answer = await self.click(self.alice, result, "Yes, close it")
        self.assertResponded(answer, "Ticket #1 is closed already.", ephemeral=True)

    async def test_others_may_not_close_it(self) -> None:
        result = await self.click(self.owner, self.message, "Close")  # who sees every channel
        told = "Only the support and the one who asked may close ticket #1."
        self.assertResponded(result, told, ephemeral=True)


class CloseCommandTests(HelpdeskTestCase):
    async def test_reason_is_told(self) -> None:
        await self.open(self.alice, "No coffee")
        result = await self.slash(self.sue, self.lobby, "ticket close", number=1, reason="There is tea.")
        self.assertResponded(result, "Closing #1 No coffee.", ephemeral=True)
        self.assertSent("Your ticket #1 No coffee was closed by sue: There is tea.", channel=self.alice)
        self.assertNotChannelExists(self.guild, "ticket-1")

    async def test_what_cannot_be_closed_is_refused(self) -> None:
        await self.open(self.alice, "No coffee")
        await self.open(self.sue, "No tea")
        await self.slash(self.sue, self.lobby, "ticket close", number=2)
        for who, number, answer in (
            (self.bob, 1, "Only the support and the one who asked may close ticket #1."),
            (self.sue, 2, "Ticket #2 is closed already."),
            (self.sue, 3, "There is no ticket #3."),
        ):
            with self.subTest(answer):
                result = await self.slash(who, self.lobby, "ticket close", number=number)
                self.assertResponded(result, answer, ephemeral=True)

    async def test_first_ticket_is_number_1(self) -> None:
        with self.assertRaisesRegex(SetupError, "not 0"):
            await self.slash(self.sue, self.lobby, "ticket close", number=0)


class SuggestionTests(HelpdeskTestCase):
    async def asyncSetUp(self) -> None:
        await super().asyncSetUp()
        await self.open(self.alice, "No coffee")
        await self.open(self.bob, "No tea")

    async def test_support_is_offered_all_that_are_open(self) -> None:
        result = await self.autocomplete(self.sue, self.lobby, "ticket close", "number", "")
        self.assertChoices(result, {"#1 No coffee": 1, "#2 No tea": 2})

    async def test_others_are_offered_their_own(self) -> None:
        result = await self.autocomplete(self.bob, self.lobby, "ticket close", "number", "")
        self.assertChoices(result, ["#2 No tea"])

    async def test_typed_digits_are_looked_for(self) -> None:
        result = await self.autocomplete(self.sue, self.lobby, "ticket close", "number", "1")
        self.assertChoices(result, ["#1 No coffee"])
