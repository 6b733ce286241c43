"""Objects, ids and names, wherever a test means a guild, a channel, a role, a user, a sticker or a sound."""

from __future__ import annotations

import unittest
from typing import TYPE_CHECKING, Any

import discord

from discordtest import SetupError
from discordtest.finding import (
    find_channel,
    find_guild,
    find_mentionable,
    find_place,
    find_role,
    find_sound,
    find_sticker,
    find_subscription,
    find_user,
)
from tests.bots import BotTestCase

if TYPE_CHECKING:
    from collections.abc import Callable


class FindingTestCase(BotTestCase):
    def make_world(self) -> None:
        super().make_world()
        self.other = self.make_guild("Other", channels=["general", "news"])
        self.bob = self.make_member(self.make_user("bob", global_name="Bobby"), self.other, nick="Robert")
        self.red = self.make_role("Red", self.guild)

    def found(self, find: Callable[..., Any], *arguments: Any) -> Any:
        return find(self.backend.world, *arguments)

    def refused(self, pattern: str, find: Callable[..., Any], *arguments: Any) -> None:
        with self.assertRaisesRegex(SetupError, pattern):
            find(self.backend.world, *arguments)


class ObjectTests(FindingTestCase):
    async def test_object_id_and_text_of_an_id(self) -> None:
        guild_id = str(self.guild.id)
        for find, thing, more in (
            (find_guild, self.guild, ()),
            (find_channel, self.general, ()),
            (find_role, self.red, (guild_id,)),
            (find_user, self.alice, ()),
            (find_mentionable, self.alice, (guild_id,)),
            (find_mentionable, self.red, (guild_id,)),
        ):
            for form in (thing, thing.id, str(thing.id), discord.Object(thing.id)):
                self.assertEqual(self.found(find, form, *more), str(thing.id))
            for never in (12345, discord.Object(12345)):
                self.refused(
                    "12345.* in the world of this test: it is of another test or guild, or deleted",
                    find,
                    never,
                    *more,
                )
            for nothing in (None, 1.5):
                self.refused("is no object of discord.py and no id", find, nothing, *more)

    async def test_role_of_another_guild(self) -> None:
        self.refused(r"there is no role 'Red' \(\d+\) in the world", find_role, self.red, str(self.other.id))

    async def test_object_of_another_kind(self) -> None:
        guild_id = str(self.guild.id)
        for find, thing, more, text in (
            (find_user, self.general, (), r"the channel 'general' \(\d+\) stands where a user belongs"),
            (find_channel, self.alice, (), r"the user 'alice' \(\d+\) stands where a channel belongs"),
            (find_guild, self.red, (), r"the role 'Red' \(\d+\) stands where a guild belongs"),
            (find_role, self.other, (guild_id,), r"the guild 'Other' \(\d+\) stands where a role belongs"),
            (find_mentionable, self.general, (guild_id,), "stands where a user or role belongs"),
        ):
            with self.subTest(text):
                self.refused(text, find, thing, *more)


class NameTests(FindingTestCase):
    async def test_name_that_one_thing_has(self) -> None:
        guild_id, other_id = str(self.guild.id), str(self.other.id)
        news = str(self.other.text_channels[1].id)
        for find, name, more, wanted in (
            (find_guild, "Other", (), other_id),
            (find_channel, "news", (), news),
            (find_channel, "#news", (), news),
            (find_channel, "general", (guild_id,), str(self.general.id)),
            (find_role, "Red", (guild_id,), str(self.red.id)),
            (find_role, "@Red", (guild_id,), str(self.red.id)),
            (find_role, "@everyone", (guild_id,), guild_id),
            (find_user, "bob", (), str(self.bob.id)),
            (find_user, "@bob", (), str(self.bob.id)),
            (find_user, "Bobby", (), str(self.bob.id)),
            (find_user, "Robert", (other_id,), str(self.bob.id)),
            (find_mentionable, "Red", (guild_id,), str(self.red.id)),
            (find_mentionable, "@alice", (guild_id,), str(self.alice.id)),
            (find_mentionable, "alice", (None,), str(self.alice.id)),
        ):
            self.assertEqual(self.found(find, name, *more), wanted, name)

    async def test_name_that_nothing_has_is_told_with_the_nearest(self) -> None:
        self.refused(
            "no guild in the world of this test is called 'Tset': there are Test, Other", find_guild, "Tset"
        )
        self.refused("no channel .* called 'newz': there are news, general", find_channel, "newz")
        self.refused("no role .* 'Green': there are .*Red", find_role, "Green", str(self.guild.id))
        self.refused("no user .* 'Robert': there are ", find_user, "Robert")
        self.refused("no user .* 'Green'", find_mentionable, "Green", str(self.guild.id))
        self.refused("no sticker .* 'wave': there is none at all", find_sticker, "wave")

    async def test_long_lists_are_cut(self) -> None:
        self.make_members(20, self.guild)
        self.refused("there are (member[0-9], ){7}member[0-9] and 16 more$", find_user, "member")

    async def test_name_that_several_have_is_told_with_all_of_them(self) -> None:
        second = self.other.text_channels[0].id
        self.refused(
            rf"'general' may mean 2 things: #general of 'Test' \({self.general.id}\), "
            rf"#general of 'Other' \({second}\). Pass the channel itself, or its id",
            find_channel,
            "general",
        )
        twin = self.make_role("Red", self.guild)
        self.refused(rf"'Red' \({self.red.id}\), 'Red' \({twin.id}\)", find_role, "Red", str(self.guild.id))
        self.make_user("Red")
        self.refused("may mean 3 things: .*@Red", find_mentionable, "Red", str(self.guild.id))

    async def test_people_of_one_name(self) -> None:
        twin = self.make_member("alice", self.other)
        self.refused("'alice' may mean 2 things: @alice ", find_user, "alice")
        self.assertEqual(self.found(find_user, "alice", str(self.other.id)), str(twin.id))

    async def test_kind_of_channel(self) -> None:
        self.make_voice_channel("general", self.guild)
        self.refused("2 things", find_channel, "general", str(self.guild.id))
        self.assertEqual(self.found(find_channel, "general", str(self.guild.id), (0,)), str(self.general.id))

    async def test_name_of_digits(self) -> None:
        room = self.make_text_channel("101", self.guild)
        self.assertEqual(self.found(find_channel, "101"), str(room.id))

    async def test_sticker(self) -> None:
        wave = self.make_sticker("wave", self.guild)
        for form in (wave, wave.id, "wave"):
            self.assertEqual(self.found(find_sticker, form), str(wave.id))


class PlaceTests(FindingTestCase):
    async def test_channels_and_users(self) -> None:
        alice = str(self.alice.id)
        general, bob = (str(self.general.id), ""), (None, str(self.bob.id))
        for place, wanted in (
            (self.general, general),
            (self.general.id, general),
            ("general", general),  # alice is in that guild alone
            ("#general", general),
            (self.bob, bob),
            (self.bob.id, bob),
            ("bob", bob),
            ("@Bobby", bob),
        ):
            self.assertEqual(self.found(find_place, place, alice), wanted, place)

    async def test_name_of_nothing(self) -> None:
        for name in ("generla", "#bob", "@general", 12345):
            self.refused("no channel|no user", find_place, name, str(self.alice.id))

    async def test_name_of_a_channel_and_a_user(self) -> None:
        self.make_text_channel("bob", self.guild)
        self.refused("'bob' may mean 2 things: #bob of 'Test' .*@bob", find_place, "bob", str(self.alice.id))
        self.assertEqual(self.found(find_place, "@bob", str(self.alice.id))[1], str(self.bob.id))

    async def test_category_is_no_place(self) -> None:
        self.make_category_channel("news", self.guild)
        news = str(self.other.text_channels[1].id)
        self.assertEqual(self.found(find_place, "news", str(self.bob.id)), (news, ""))


class EverywhereTests(FindingTestCase):
    """A name will do wherever an object does."""

    async def test_builders(self) -> None:
        secret = {
            "Red": discord.PermissionOverwrite(view_channel=True),
            "alice": discord.PermissionOverwrite(),
        }
        self.make_category_channel("Rooms", "Test")
        room = self.make_text_channel("room", "Test", category="Rooms", overwrites=secret)
        self.assertEqual((room.category.name, set(room.overwrites)), ("Rooms", {self.red, self.alice}))  # type: ignore[union-attr]
        self.assertEqual(self.make_voice_channel("lounge", "Test", parent_id="Rooms").category, room.category)
        carol = self.make_member("carol", "Test", roles=["Red"])
        self.assertIn(self.red, carol.roles)
        message = self.make_message("hi", "carol", "room", reactions=[("👍", ["alice"])])
        self.assertEqual(message.channel, room)
        self.assertEqual([each.content for each in self.history("room")], ["hi"])
        self.make_message("psst", "carol", "@bob")
        self.make_thread("talk", "room", members=["alice"], owner="carol")
        self.make_webhook("hook", "room", user="carol")
        self.make_invite("room", inviter="alice")
        self.make_emoji("blob", "Test", roles=["Red"])
        self.make_guild("Third", members=["alice"], owner="bob")
        with self.assertRaisesRegex(SetupError, "no channel .* called 'room': there are Rooms"):
            self.make_text_channel("x", "Test", category="room")

    async def test_verbs(self) -> None:
        lounge = self.make_voice_channel("lounge", self.guild)
        self.make_sticker("wave", self.guild)
        message = await self.send("alice", "general", "hi", stickers=["wave"])
        self.assertEqual(message.channel, self.general)
        await self.react("owner", message, "👍")
        await self.unreact("owner", message, "👍")
        await self.forward("alice", message, "bot")
        await self.typing("alice", "#general")
        await self.start_thread("alice", "general", "talk")
        await self.add_role("owner", "alice", "Red")
        self.assertHasRole("alice", self.red)
        await self.remove_role("owner", "alice", "Red")
        await self.set_nick("alice", "alice", "Al")
        await self.timeout("owner", "alice", 60)
        await self.timeout("owner", "alice", None)
        await self.join_voice("alice", "lounge")
        self.assertInVoice("alice", "lounge")
        self.assertInVoice(self.alice, lounge)
        await self.leave_voice("alice")
        await self.set_presence("alice", "idle")
        await self.join("bob", "Test")
        await self.kick("owner", "bob", guild="Test")
        await self.ban("owner", "bob", guild="Test")
        self.assertBanned("bob", "Test")
        await self.unban("owner", "bob", guild="Test")
        await self.leave("alice", "Test")

    async def test_webhook_posts(self) -> None:
        hook = self.make_webhook("hook", self.general)
        self.assertEqual((await self.send(hook, "general", "hi")).channel, self.general)


if __name__ == "__main__":
    unittest.main()


class SoundTests(FindingTestCase):
    def sound_id(self, sound: Any) -> str:
        return str(self.found(find_sound, sound, str(self.guild.id))["sound_id"])

    async def test_object_id_and_name(self) -> None:
        yay = self.make_soundboard_sound("yay", self.guild)
        for form in (yay, yay.id, str(yay.id), "yay"):
            self.assertEqual(self.sound_id(form), str(yay.id))
        (quack,) = await self.client.fetch_soundboard_default_sounds()
        for form in (quack, "quack", 1):
            self.assertEqual(self.sound_id(form), "1")

    async def test_name_in_several_guilds(self) -> None:
        third = self.make_guild("Third")
        far = [self.make_soundboard_sound("far", guild) for guild in (self.other, third)]
        self.refused("'far' may mean 2 sounds", find_sound, "far", str(self.guild.id))
        self.assertEqual(self.found(find_sound, "far", str(third.id))["sound_id"], str(far[1].id))

    async def test_no_such_sound(self) -> None:
        self.make_soundboard_sound("yay", self.guild)
        self.refused("called 'yya': there are 'yay', 'quack'", find_sound, "yya", str(self.guild.id))
        self.refused("there is no sound 12345", find_sound, 12345, str(self.guild.id))


class SubscriptionTests(FindingTestCase):
    async def test_itself_and_by_what_it_has_granted(self) -> None:
        gold = self.make_sku("Gold")
        bought = self.make_entitlement(gold, self.alice)
        (subscription,) = [each async for each in gold.subscriptions(user=self.alice)]
        for form in (bought, bought.id, subscription, subscription.id, str(subscription.id)):
            self.assertEqual(self.found(find_subscription, form)["id"], str(subscription.id))
        self.refused("there is no subscription 12345", find_subscription, 12345)
