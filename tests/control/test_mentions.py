"""Finding what a text mentions."""

from __future__ import annotations

from discordtest import SetupError, backend
from tests.control.listening import ControlTestCase


class MentionTests(ControlTestCase):
    async def test_users(self) -> None:
        owner, stranger = self.guild.owner, self.make_user("stranger")
        assert owner is not None
        text = f"<@{owner.id}> <@!{self.alice.id}> {owner.mention} {stranger.mention} <@&{self.mods.id}>"
        self.assertEqual(backend.find_user_mentions(text, self.guild), [owner, self.alice])
        self.assertIs(backend.find_user_mentions(text, self.guild)[1], self.alice)

    async def test_channels(self) -> None:
        thread = self.make_thread("thread", self.general)
        text = f"{thread.mention}, <#{self.general.id}>{self.general.mention} <#7>"
        self.assertEqual(backend.find_channel_mentions(text, self.guild), [thread, self.general])

    async def test_roles(self) -> None:
        text = f"<@{self.alice.id}> {self.mods.mention} <@&7>"
        self.assertEqual(backend.find_role_mentions(text, self.guild), [self.mods])

    async def test_small_ids(self) -> None:
        member = self.make_member(self.make_user("seven", id_num=7), self.guild)
        channel = self.make_text_channel("eight", self.guild, id_num=8)
        self.assertEqual(backend.find_user_mentions("<@7>", self.guild), [member])
        self.assertEqual(backend.find_channel_mentions("<#8>", self.guild), [channel])

    async def test_nothing_to_look_at(self) -> None:
        for find in (
            backend.find_user_mentions,
            backend.find_role_mentions,
            backend.find_channel_mentions,
        ):
            with self.subTest(find.__name__):
                self.assertEqual(find(None, self.guild), [])
                self.assertEqual(find("", self.guild), [])
                self.assertEqual(find("<@1> <#1> <@&1>", None), [])
                self.assertEqual(find("<@1> <#1> <@&1>", self.guild), [])
                with self.assertRaisesRegex(SetupError, "there is no guild 7 in the world"):
                    find("<@1>", 7)
