"""Newcomers answer the questions of an onboarding; what no client lets them do is the test's mistake."""

from __future__ import annotations

from typing import Any

import discord

from discordtest import SetupError
from tests.control.listening import ControlTestCase


class OnboardingTestCase(ControlTestCase):
    def make_world(self) -> None:
        super().make_world()
        names = ["rules", "news", "general", "art", "music", "games", "talk"]
        self.club = self.make_guild("Club", channels=names, features=["COMMUNITY"])
        self.red, self.blue = self.make_role("red", self.club), self.make_role("blue", self.club)
        self.old = self.make_role("old", self.club)
        self.dora = self.make_member("dora", self.club)
        self.ask(
            self.question("Colour", "Red", "Blue", single_select=True, required=True),
            self.question("Tastes", "Art", "Music", "Nothing"),
            self.question("Later", "Games", in_onboarding=False),
        )

    def question(self, title: str, *options: str, in_onboarding: bool = True, **settings: Any) -> Any:
        settings = {"single_select": False, "required": False, **settings}
        roles = {"Red": [self.red], "Blue": [self.blue], "Art": [self.red, self.old]}
        return discord.OnboardingPrompt(
            type=discord.OnboardingPromptType.multiple_choice,
            title=title,
            options=[
                discord.OnboardingPromptOption(title=each, roles=roles.get(each, [])) for each in options
            ],
            in_onboarding=in_onboarding,
            **settings,
        )

    def ask(self, *prompts: discord.OnboardingPrompt, **settings: Any) -> discord.Onboarding:
        settings = {"default_channels": self.club.text_channels, "enabled": True, **settings}
        return self.backend.update_onboarding(self.club, prompts=prompts, **settings)

    def refused(self, text: str) -> Any:
        return self.assertRaisesRegex(SetupError, text)


class AnswerTests(OnboardingTestCase):
    async def test_roles_and_flags_come_with_the_answers(self) -> None:
        seen = []

        @self.client.event
        async def on_member_update(before: discord.Member, after: discord.Member) -> None:
            seen.append((after.flags.started_onboarding, after.flags.completed_onboarding, after.roles[1:]))

        member = await self.answer_onboarding(self.dora, "Blue", "Music")
        self.assertEqual(
            [(started, completed, [role.name for role in roles]) for started, completed, roles in seen],
            [(True, False, []), (True, True, ["blue"])],
        )
        self.assertTrue(member.flags.completed_onboarding)
        self.assertHasRole(member, self.blue)

    async def test_roles_that_a_member_has_stay_and_come_once(self) -> None:
        await self.add_role(self.owner, self.dora, self.red)
        await self.answer_onboarding(self.dora, "Red", "Art", "Nothing")
        member = self.club.get_member(self.dora.id)
        assert member is not None
        self.assertEqual(sorted(role.name for role in member.roles[1:]), ["old", "red"])

    async def test_role_that_is_gone_is_left_out(self) -> None:
        self.backend.delete_role(self.old)
        member = await self.answer_onboarding(self.dora, "Blue", "Art")
        self.assertEqual({role.name for role in member.roles[1:]}, {"blue", "red"})

    async def test_newcomer_whom_the_bot_puts_out(self) -> None:
        @self.client.event
        async def on_member_update(before: discord.Member, after: discord.Member) -> None:
            await after.kick()

        member = await self.answer_onboarding(self.dora, "Blue")
        self.assertEqual(member.name, "dora")
        self.assertNotIn("answers", str(self.transcript))

    async def test_option_itself(self) -> None:
        onboarding = await self.client.get_guild(self.club.id).onboarding()  # type: ignore[union-attr]
        await self.answer_onboarding("dora", onboarding.prompts[0].options[0], guild="Club")
        self.assertHasRole(self.dora, self.red)

    async def test_nothing_has_to_be_answered(self) -> None:
        self.ask(self.question("Tastes", "Art"))
        member = await self.answer_onboarding(self.dora)
        self.assertTrue(member.flags.completed_onboarding)
        self.assertEqual(member.roles[1:], [])

    async def test_transcript_tells_of_it(self) -> None:
        await self.answer_onboarding(self.dora, "Red", "Music")
        self.assertIn("dora answers 'Red', 'Music' in the onboarding of 'Club'", str(self.transcript))


class RefusalTests(OnboardingTestCase):
    async def test_question_that_is_required(self) -> None:
        with self.refused("'Colour' has to be answered: 'Red', 'Blue'"):
            await self.answer_onboarding(self.dora, "Art")

    async def test_question_that_takes_one_answer(self) -> None:
        with self.refused("'Colour' takes one answer, not 'Red' and 'Blue'"):
            await self.answer_onboarding(self.dora, "Red", "Blue")

    async def test_what_is_not_asked(self) -> None:
        with self.refused(
            "'Green' is no answer to what 'Club' asks newcomers: 'Red', 'Blue', 'Art', 'Music', 'Nothing'"
        ):
            await self.answer_onboarding(self.dora, "Green")
        with self.refused("'Games' is no answer to what 'Club' asks newcomers"):
            await self.answer_onboarding(self.dora, "Games")
        self.ask()
        with self.refused("'Red' is no answer to what 'Club' asks newcomers: it asks nothing"):
            await self.answer_onboarding(self.dora, "Red")

    async def test_title_of_two_options(self) -> None:
        self.ask(self.question("One", "Yes"), self.question("Two", "Yes"))
        with self.refused("'Yes' is an answer to 2 questions: pass the option"):
            await self.answer_onboarding(self.dora, "Yes")

    async def test_what_is_no_answer(self) -> None:
        with self.assertRaisesRegex(
            TypeError, "an answer is the title of an option or a discord.OnboardingPromptOption"
        ):
            await self.answer_onboarding(self.dora, 1)  # type: ignore[arg-type]

    async def test_onboarding_that_is_off(self) -> None:
        self.ask(enabled=False)
        with self.refused("the onboarding of 'Club' is off: `self.backend.update_onboarding"):
            await self.answer_onboarding(self.dora)

    async def test_who_is_asked_nothing(self) -> None:
        with self.refused("alice is no member of 'Club'"):
            await self.answer_onboarding(self.alice, "Red", guild=self.club)
        with self.refused("bot is a bot, and no bot does this"):
            await self.answer_onboarding(self.client.user, "Red", guild=self.club)  # type: ignore[arg-type]

    async def test_later_question_that_is_not_there(self) -> None:
        await self.answer_onboarding(self.dora, "Red")
        with self.refused("'Green' is no answer to what 'Club' asks its members: .*'Games'"):
            await self.answer_onboarding(self.dora, "Green")


class LaterTests(OnboardingTestCase):
    """Who has come in answers more."""

    async def asyncSetUp(self) -> None:
        await super().asyncSetUp()
        self.updates: list[list[str]] = []
        await self.answer_onboarding(self.dora, "Red", "Music")

        @self.client.event
        async def on_member_update(before: discord.Member, after: discord.Member) -> None:
            self.updates.append(sorted(role.name for role in after.roles[1:]))

    async def test_roles_of_what_is_added_come(self) -> None:
        member = await self.answer_onboarding(self.dora, "Art")
        self.assertEqual(self.updates, [["old", "red"]])
        self.assertTrue(member.flags.completed_onboarding)

    async def test_question_that_newcomers_are_not_asked(self) -> None:
        later = self.question("Later", "Games", in_onboarding=False)
        later.options[0].role_ids.add(self.old.id)
        self.ask(self.question("Colour", "Red", "Blue", single_select=True, required=True), later)
        await self.answer_onboarding(self.dora, "Games")
        self.assertIn("old", self.updates[-1])

    async def test_another_answer_takes_the_place_of_the_first(self) -> None:
        await self.answer_onboarding(self.dora, "Blue")
        self.assertEqual(self.updates, [["blue"]])

    async def test_role_that_another_answer_gives_too_stays(self) -> None:
        await self.answer_onboarding(self.dora, "Art")
        await self.answer_onboarding(self.dora, "Blue")
        self.assertEqual(self.updates[-1], ["blue", "old", "red"])

    async def test_same_answer_changes_nothing(self) -> None:
        await self.answer_onboarding(self.dora, "Red")
        self.assertEqual(self.updates, [])

    async def test_who_comes_again_is_asked_again(self) -> None:
        await self.leave(self.dora, self.club)
        await self.join(self.dora, self.club)
        with self.refused("'Colour' has to be answered"):
            await self.answer_onboarding(self.dora, "Art", guild=self.club)
        await self.answer_onboarding(self.dora, "Blue", guild=self.club)
        self.assertEqual(self.updates[-1], ["blue"])
