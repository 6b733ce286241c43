from .case import StewardTestCase


class WelcomeTests(StewardTestCase):
    async def test_newcomer_is_welcomed_in_the_system_channel(self) -> None:
        carol = await self.join(self.make_user("carol"), self.guild)
        embed = {"title": "Welcome to Castle!", "fields": {"Members": "6"}}
        self.assertSent(carol.mention, channel=self.hall, embed=embed)

    async def test_newcomer_gets_a_direct_message(self) -> None:
        carol = await self.join(self.make_user("carol"), self.guild)
        self.assertSent("Welcome to Castle! Please be kind.", channel=carol)

    async def test_newcomer_who_takes_no_direct_messages_is_still_welcomed(self) -> None:
        await self.join(self.make_user("carol", accepts_dms=False), self.guild)
        self.assertSent(channel=self.hall)

    async def test_guild_without_system_channel_hears_nothing(self) -> None:
        garden = self.make_guild("Garden", channels=["gate"])
        await self.join(self.alice, garden)
        self.assertNothingSent(garden.text_channels[0])
