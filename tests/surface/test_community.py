"""Welcome screens and onboardings through discord.py."""

from __future__ import annotations

import discord
from discord import AuditLogAction as Action

from tests.surface.surface import SurfaceTestCase


class CommunityTestCase(SurfaceTestCase):
    def make_world(self):
        super().make_world()
        self.guild = self.make_guild(
            "Club", channels=[f"c{n}" for n in range(7)], features=["COMMUNITY"], premium_tier=2
        )
        self.make_member(self.alice, self.guild)
        self.make_member(self.bob, self.guild)
        self.channel = self.make_text_channel("general", self.guild)


class Welcome(CommunityTestCase):
    async def test_screen(self):
        blob = self.make_emoji("blob", self.guild)
        with self.assertRaises(discord.NotFound) as caught:
            await self.guild.welcome_screen()
        self.assertEqual(caught.exception.code, 10069)
        made = await self.guild.edit_welcome_screen(
            description="hello",
            welcome_channels=[
                discord.WelcomeChannel(channel=self.channel, description="talk", emoji="👋"),
                discord.WelcomeChannel(channel=self.guild.text_channels[0], description="read", emoji=blob),
                discord.WelcomeChannel(channel=self.guild.text_channels[1], description="rest"),
            ],
            enabled=True,
            reason="why",
        )
        self.assertEqual(made.welcome_channels[0].channel, self.channel)
        self.assertEqual([each.emoji for each in made.welcome_channels], ["👋", blob, None])
        _, after = await self.heard("guild_update")
        self.assertIn("WELCOME_SCREEN_ENABLED", after.features)
        self.assertTrue(made.enabled)
        found = await self.guild.welcome_screen()
        edited = await found.edit(description="bye", enabled=False)
        self.assertEqual((edited.description, len(edited.welcome_channels)), ("bye", 3))
        await self.heard("guild_update")
        self.assertFalse(edited.enabled)


class Onboarding(CommunityTestCase):
    def prompt(self, title="Why?"):
        role = self.make_role("fan", self.guild)
        options = [
            discord.OnboardingPromptOption(title="Fun", emoji="👋", channels=[self.channel], description="d"),
            discord.OnboardingPromptOption(title="Work", roles=[role]),
        ]
        kind = discord.OnboardingPromptType.multiple_choice
        return discord.OnboardingPrompt(type=kind, title=title, options=options, required=False)

    async def test_edited_and_read(self):
        self.assertFalse((await self.guild.onboarding()).enabled)
        made = await self.guild.edit_onboarding(
            prompts=[self.prompt()],
            default_channels=self.guild.text_channels,
            enabled=True,
            mode=discord.OnboardingMode.default,
            reason="why",
        )
        await self.entry(Action.onboarding_create, reason="why")
        found = await self.guild.onboarding()
        self.assertEqual((found.enabled, found.mode), (True, discord.OnboardingMode.default))
        self.assertCountEqual(found.default_channels, self.guild.text_channels)
        (prompt,) = found.prompts
        self.assertEqual((prompt.title, prompt.required, prompt.single_select), ("Why?", False, True))
        self.assertEqual(prompt.id, made.prompts[0].id)
        fun, work = prompt.options
        self.assertEqual((str(fun.emoji), fun.channels, fun.description), ("👋", [self.channel], "d"))
        self.assertEqual([role.name for role in work.roles], ["fan"])

    async def test_audit_log(self):
        await self.guild.edit_onboarding(prompts=[self.prompt()])
        await self.guild.edit_onboarding(prompts=[self.prompt("What for?")], reason="why")
        actions = [entry.action async for entry in self.guild.audit_logs(limit=3)]
        self.assertEqual(
            actions,
            [Action.onboarding_update, Action.onboarding_prompt_create, Action.onboarding_prompt_delete],
        )
        changed = await self.changed(Action.onboarding_update, reason="why")
        self.assertEqual([prompt.title for prompt in changed["prompts"][1]], ["What for?"])

    async def test_requirements(self):
        with self.assertRaises(discord.HTTPException) as caught:
            await self.guild.edit_onboarding(enabled=True)
        self.assertEqual(caught.exception.code, 350000)
