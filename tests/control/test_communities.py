"""Welcome screens and onboardings by the functions of ``discordtest.backend``."""

from __future__ import annotations

from typing import Any

import discord

from discordtest import SetupError, backend
from tests.control.listening import ControlTestCase


class CommunityTests(ControlTestCase):
    def make_world(self) -> None:
        super().make_world()
        self.club = self.make_guild("Club", channels=[f"c{n}" for n in range(7)], features=["COMMUNITY"])
        self.early = backend.update_onboarding(self.club, mode=discord.OnboardingMode.advanced)

    async def test_welcome_screen(self) -> None:
        club = self.refresh(self.club)
        shown = discord.WelcomeChannel(channel=club.text_channels[0], description="talk", emoji="👋")
        made = backend.update_welcome_screen(
            "Club", description="hello", welcome_channels=[shown], enabled=True
        )
        self.assertEqual((made.description, made.enabled), ("hello", True))
        self.assertEqual(await self.heard(), ["guild_update"])
        found = await club.welcome_screen()
        self.assertEqual((found.description, found.welcome_channels[0].emoji), ("hello", "👋"))
        backend.update_welcome_screen(club, enabled=False)
        self.assertEqual((await club.welcome_screen()).description, "hello")
        with self.assertRaisesRegex(SetupError, "Unknown Guild Welcome Screen"):
            backend.update_welcome_screen(self.guild, description="hello")

    async def test_onboarding(self) -> None:
        self.assertEqual((self.early.mode, self.early.prompts), (discord.OnboardingMode.advanced, []))
        club = self.refresh(self.club)
        option = discord.OnboardingPromptOption(title="Fun", emoji="👋", channels=[club.text_channels[0]])
        prompt = discord.OnboardingPrompt(
            type=discord.OnboardingPromptType.dropdown, title="Why?", options=[option]
        )
        made = backend.update_onboarding(
            club, prompts=[prompt], default_channels=club.text_channels, enabled=True
        )
        found = await club.onboarding()
        self.assertTrue(found.enabled)
        self.assertCountEqual(found.default_channels, club.text_channels)
        self.assertEqual(found.mode, discord.OnboardingMode.advanced)
        self.assertEqual([each.id for each in found.prompts], [each.id for each in made.prompts])
        again = backend.update_onboarding(club, prompts=found.prompts)
        self.assertEqual(again.prompts[0].id, found.prompts[0].id)
        with self.assertRaisesRegex(SetupError, "below requirements"):
            backend.update_onboarding(club, default_channels=["c1"])

    async def test_what_is_of_another_kind(self) -> None:
        wrong: Any
        for wrong in (5, [5], [self.general]):
            with self.assertRaisesRegex(TypeError, "welcome_channels takes a list of discord.WelcomeChannel"):
                backend.update_welcome_screen(self.club, welcome_channels=wrong)
            with self.assertRaisesRegex(TypeError, "prompts takes a list of discord.OnboardingPrompt"):
                backend.update_onboarding(self.club, prompts=wrong)
        with self.assertRaisesRegex(SetupError, "mode: Value must be one of"):
            backend.update_onboarding(self.club, mode=7)  # type: ignore[arg-type]
