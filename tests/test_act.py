"""The verbs: what people do, what they are refused, and what the bot gets to see."""

from __future__ import annotations

import io
import pickle
from datetime import timedelta
from typing import Any

import discord
from discord.ext import commands

from discordtest import DiscordTestCase, SetupError


class Town(DiscordTestCase):
    """A guild with two channels and three people, and a bot that notes what reaches it."""

    def make_client(self) -> discord.Client:
        self.seen: list[tuple[str, Any]] = []
        bot = commands.Bot("!", intents=discord.Intents.all(), help_command=None)
        for event in (
            *("message", "message_edit", "message_delete", "reaction_add", "reaction_remove", "typing"),
            *("member_join", "member_remove", "member_update", "member_ban", "member_unban"),
            *("guild_join", "thread_create", "presence_update", "invite_delete", "guild_channel_pins_update"),
        ):
            self.listen(bot, event)
        return bot

    def listen(self, bot: commands.Bot, event: str) -> None:
        async def note(*args: Any) -> None:
            self.seen.append((event, args))

        bot.add_listener(note, f"on_{event}")

    def make_world(self) -> None:
        self.guild = self.make_guild("Town")
        self.general = self.make_text_channel("general", self.guild)
        hidden = {self.guild.default_role: discord.PermissionOverwrite(view_channel=False)}
        self.staff = self.make_text_channel("staff", self.guild, overwrites=hidden)
        self.low = self.make_role("low", self.guild)
        self.mods = self.make_role(
            "mods", self.guild, permissions=discord.Permissions.all_channel() | MODERATE, position=2
        )
        self.alice = self.make_member("alice", self.guild)
        self.bob = self.make_member("bob", self.guild)
        self.mod = self.make_member("mod", self.guild, roles=[self.mods])

    def assertSaw(self, event: str) -> Any:
        """Expect exactly one such event since the last call; return what it brought."""
        found = [args for name, args in self.seen if name == event]
        self.assertEqual(len(found), 1, self.seen)
        self.seen.clear()
        return found[0][0] if len(found[0]) == 1 else found[0]


MODERATE = discord.Permissions(
    kick_members=True,
    ban_members=True,
    moderate_members=True,
    manage_nicknames=True,
    manage_roles=True,
    manage_messages=True,
    pin_messages=True,
)


class SendTests(Town):
    async def test_message_reaches_the_bot_and_is_its_cached_object(self) -> None:
        message = await self.send(self.alice, self.general, "hello")
        self.assertIs(self.assertSaw("message"), message)
        self.assertEqual((message.content, message.author), ("hello", self.alice))

    async def test_content_that_is_no_text(self) -> None:
        with self.assertRaisesRegex(TypeError, "content is a string, not 5"):
            await self.send(self.alice, self.general, 5)  # type: ignore[arg-type]

    async def test_embeds_files_reply_and_silence(self) -> None:
        first = await self.send(self.bob, self.general, "first")
        files = [discord.File(io.BytesIO(b"one"), "one.txt"), ("two.txt", b"two")]
        message = await self.send(
            self.alice,
            self.general,
            "look",
            embeds=[discord.Embed(title="T")],
            files=files,
            reply_to=first,
            silent=True,
        )
        self.assertEqual(message.embeds[0].title, "T")
        self.assertEqual([file.filename for file in message.attachments], ["one.txt", "two.txt"])
        self.assertEqual(await message.attachments[1].read(), b"two")
        assert message.reference is not None
        self.assertEqual(message.reference.message_id, first.id)
        self.assertTrue(message.flags.suppress_notifications)
        self.assertEqual(message.mentions, [self.bob])

    async def test_user_as_channel_is_the_dm_of_the_two(self) -> None:
        assert self.client.user is not None
        message = await self.send(self.alice, self.client.user, "psst")
        again = await self.send_dm(self.alice, "psst again")
        self.assertIsInstance(message.channel, discord.DMChannel)
        self.assertEqual(message.channel, again.channel)
        self.assertEqual(self.history(message.channel), [message, again])
        self.assertEqual(self.history(self.alice), [message, again])
        self.assertEqual(self.history(self.bob), [])
        self.assertEqual(self.refresh(message.channel).recipient, self.alice)

    async def test_webhook_posts(self) -> None:
        hook = self.make_webhook("News", self.general)
        message = await self.send(hook, self.general, "extra!", embeds=[discord.Embed(title="T")])
        self.assertEqual((message.webhook_id, message.author.name), (hook.id, "News"))
        url = "https://example.org/a.png"
        message = await self.send(hook, self.general, "extra!", username="Late News", avatar_url=url)
        self.assertEqual(message.author.name, "Late News")
        self.assertIsNotNone(message.author.avatar)
        with self.assertRaisesRegex(SetupError, "'News' posts in #general, not in #staff"):
            await self.send(hook, self.staff, "extra!")

    async def test_webhook_posts_in_a_thread_of_its_channel_and_not_when_it_is_gone(self) -> None:
        hook = self.make_webhook("News", self.general)
        thread = self.make_thread("Talk", self.general)
        message = await self.send(hook, thread, "extra!", files=[("a.txt", b"a")])
        self.assertEqual((message.channel, len(message.attachments)), (thread, 1))
        await hook.delete()
        with self.assertRaisesRegex(SetupError, "there is no webhook"):
            await self.send(hook, self.general, "extra!")

    async def test_stickers_and_polls(self) -> None:
        sticker = self.make_sticker("wave", self.guild)
        message = await self.send(self.alice, self.general, stickers=[sticker])
        self.assertEqual(message.stickers[0].id, sticker.id)
        poll = discord.Poll("Tea?", timedelta(hours=1)).add_answer(text="yes").add_answer(text="no")
        message = await self.send(self.alice, self.general, poll=poll)
        assert message.poll is not None
        self.assertEqual(message.poll.question, "Tea?")

    async def test_ids_will_do(self) -> None:
        message = await self.send(self.alice.id, self.general.id, "hi", reply_to=None)
        await self.react(self.bob.id, message.id, "👍")
        self.assertEqual(self.refresh(message).reactions[0].count, 1)
        assert self.client.user is not None
        dm = await self.send(self.alice.id, self.client.user.id, "psst")
        self.assertIsNone(dm.guild)

    async def test_message_that_the_bot_deletes_is_returned_as_it_was_sent(self) -> None:
        async def clean(message: discord.Message) -> None:
            await message.delete()

        self.client.add_listener(clean, "on_message")  # type: ignore[attr-defined]  # a Bot
        message = await self.send(self.alice, self.general, "rude")
        self.assertEqual((message.content, self.history(self.general)), ("rude", []))

    async def test_bot_acts_as_itself(self) -> None:
        assert self.client.user is not None
        message = await self.send(self.client.user, self.general, "beep")
        self.assertEqual(message.author, self.client.user)

    async def test_hidden_channel_is_a_mistake_of_the_test(self) -> None:
        with self.assertRaisesRegex(SetupError, "alice sends 'hi' in #staff, which no client offers"):
            await self.send(self.alice, self.staff, "hi")
        self.assertEqual(self.history(self.staff), [])

    async def test_empty_message_unknown_channel_and_stranger_are_mistakes(self) -> None:
        with self.assertRaisesRegex(SetupError, "empty message"):
            await self.send(self.alice, self.general)
        with self.assertRaisesRegex(SetupError, "there is no channel 12345"):
            await self.send(self.alice, 12345, "hi")
        with self.assertRaisesRegex(SetupError, "there is no user 12345"):
            await self.send(12345, self.general, "hi")

    async def test_refusal_is_what_a_bot_would_get(self) -> None:
        silence = {self.guild.default_role: discord.PermissionOverwrite(send_messages=False)}
        quiet = self.make_text_channel("quiet", self.guild, overwrites=silence)
        with self.assertRaises(discord.Forbidden) as caught:
            await self.send(self.alice, quiet, "hi")
        self.assertEqual((caught.exception.status, caught.exception.code), (403, 50013))
        copied = pickle.loads(pickle.dumps(caught.exception))
        self.assertEqual((str(copied), copied.code), (str(caught.exception), 50013))
        self.assertIsInstance(copied, discord.Forbidden)

    async def test_limit_is_refused_one_past_it(self) -> None:
        await self.send(self.alice, self.general, "x" * 2000)
        with self.assertRaisesRegex(discord.HTTPException, "In content: Must be 2000 or fewer in length"):
            await self.send(self.alice, self.general, "x" * 2001)

    async def test_slow_mode(self) -> None:
        slow = self.make_text_channel("slow", self.guild, slowmode_delay=10)
        await self.send(self.alice, slow, "one")
        with self.assertRaises(discord.HTTPException) as caught:
            await self.send(self.alice, slow, "two")
        self.assertEqual(caught.exception.code, 20016)
        await self.advance(10)
        await self.send(self.alice, slow, "two")

    async def test_transcript_says_it_plainly(self) -> None:
        await self.send(self.alice, self.general, "ping")
        self.assertIn("alice sends 'ping' in #general", str(self.transcript))


class BlindTests(Town):
    """A bot without the message content intent."""

    def make_client(self) -> discord.Client:
        intents = discord.Intents.default()
        return commands.Bot("!", intents=intents)

    async def test_returned_message_has_the_content_that_the_bot_cannot_see(self) -> None:
        message = await self.send(self.alice, self.general, "secret")
        self.assertEqual(message.content, "secret")
        self.assertEqual(self.client.cached_messages[-1].content, "")
        message = await self.send(self.alice, self.general, files=[("a.txt", b"x")])
        self.assertEqual(len(message.attachments), 1)
        message = await self.send(self.alice, self.general, embeds=[discord.Embed(title="T")])
        self.assertEqual(len(message.embeds), 1)


class MessageTests(Town):
    async def asyncSetUp(self) -> None:
        await super().asyncSetUp()
        self.message = await self.send(self.alice, self.general, "one")
        self.seen.clear()

    async def test_edit(self) -> None:
        edited = await self.edit(self.alice, self.message, "two")
        self.assertEqual(edited.content, "two")
        self.assertEqual(self.assertSaw("message_edit")[1].content, "two")
        with self.assertRaisesRegex(SetupError, "another user"):
            await self.edit(self.bob, self.message, "three")
        edited = await self.edit(self.alice, self.message, embeds=[discord.Embed(title="T")])
        self.assertEqual((edited.content, edited.embeds[0].title), ("two", "T"))

    async def test_delete(self) -> None:
        with self.assertRaises(discord.Forbidden):
            await self.delete(self.bob, self.message)
        await self.delete(self.mod, self.message)
        self.assertEqual(self.assertSaw("message_delete"), self.message)
        with self.assertRaisesRegex(SetupError, "there is no message"):
            await self.delete(self.alice, self.message)

    async def test_forward(self) -> None:
        other = self.make_text_channel("other", self.guild)
        made = await self.forward(self.bob, self.message, other)
        self.assertEqual(made.message_snapshots[0].content, "one")

    async def test_react_and_unreact(self) -> None:
        await self.react(self.bob, self.message, "👍")
        reaction, user = self.assertSaw("reaction_add")
        self.assertEqual((str(reaction.emoji), user), ("👍", self.bob))
        with self.assertRaisesRegex(SetupError, "alice has not reacted with 👍"):
            await self.unreact(self.alice, self.message, "👍")
        await self.unreact(self.bob, self.message, reaction)
        self.assertSaw("reaction_remove")

    async def test_react_with_an_emoji_of_the_guild(self) -> None:
        emoji = self.make_emoji("blob", self.guild)
        await self.react(self.bob, self.message, emoji)
        self.assertEqual(self.assertSaw("reaction_add")[0].emoji, emoji)

    async def test_pin_and_unpin(self) -> None:
        await self.pin(self.mod, self.message)
        self.assertTrue(self.refresh(self.message).pinned)
        await self.unpin(self.mod, self.message, reason="old")
        self.assertFalse(self.refresh(self.message).pinned)
        self.assertAuditLog(self.guild, discord.AuditLogAction.message_unpin, user=self.mod, reason="old")

    async def test_typing(self) -> None:
        await self.typing(self.alice, self.general)
        self.assertEqual(self.assertSaw("typing")[1], self.alice)

    async def test_tags_by_their_names(self) -> None:
        forum = self.make_forum_channel(
            "ideas", self.guild, available_tags=[discord.ForumTag(name="new"), discord.ForumTag(name="old")]
        )
        post = await self.start_thread(self.alice, forum, "Tea", content="Please.", tags=["old"])
        self.assertEqual([tag.name for tag in post.applied_tags], ["old"])
        with self.assertRaisesRegex(SetupError, "'ideas' has no tag 'odd'; its tags: new, old"):
            await self.start_thread(self.alice, forum, "Tea", content="Please.", tags=["odd"])

    async def test_start_thread(self) -> None:
        thread = await self.start_thread(self.alice, self.general, "Talk", content="first")
        self.assertEqual((thread.name, thread.parent, thread.owner), ("Talk", self.general, self.alice))
        self.assertIs(thread.type, discord.ChannelType.public_thread)
        secret = await self.start_thread(self.mod, self.general, "Secret", private=True)
        self.assertIs(secret.type, discord.ChannelType.private_thread)
        news = self.make_text_channel("news", self.guild, news=True)
        about = await self.start_thread(self.alice, news, "About it")
        self.assertIs(about.type, discord.ChannelType.news_thread)
        self.assertEqual(self.history(thread)[-1].content, "first")
        on_message = await self.start_thread(self.alice, self.message, "About one")
        self.assertEqual(on_message.id, self.message.id)
        forum = self.make_forum_channel("help", self.guild)
        post = await self.start_thread(self.alice, forum, "Question", content="why?")
        self.assertEqual((post.parent, self.history(post)[0].content), (forum, "why?"))


class GuildTests(Town):
    async def test_join_and_leave(self) -> None:
        carol = self.make_user("carol")
        invite = self.make_invite(self.general, max_uses=1)
        member = await self.join(carol, self.guild, invite)
        self.assertIs(next(args[0] for event, args in self.seen if event == "member_join"), member)
        self.seen.clear()
        with self.assertRaisesRegex(SetupError, "Unknown Invite"):
            await self.join(self.make_user("dave"), self.guild, invite)
        await self.leave(carol, self.guild)
        self.assertEqual(self.assertSaw("member_remove"), carol)

    async def test_add_bot(self) -> None:
        other = self.make_guild("Elsewhere", bots=())
        self.assertNotIn(other, self.client.guilds)
        await self.add_bot(self.owner, other, permissions=discord.Permissions(send_messages=True))
        self.assertEqual(self.assertSaw("guild_join"), other)
        found = self.refresh(other)
        self.assertIn(found, self.client.guilds)
        self.assertTrue(found.me.guild_permissions.send_messages)

    async def test_kick_obeys_the_hierarchy(self) -> None:
        with self.assertRaises(discord.Forbidden):
            await self.kick(self.alice, self.bob)
        await self.kick(self.mod, self.bob, "spam")
        self.assertEqual(self.assertSaw("member_remove"), self.bob)
        with self.assertRaises(discord.Forbidden):
            await self.kick(self.mod, self.owner, guild=self.guild)

    async def test_ban_and_unban(self) -> None:
        await self.ban(self.mod, self.bob, "spam")
        self.assertEqual(self.assertSaw("member_ban")[1], self.bob)
        await self.unban(self.mod, self.bob)
        self.assertEqual(self.assertSaw("member_unban")[1], self.bob)
        with self.assertRaisesRegex(SetupError, "Unknown Ban"):
            await self.unban(self.mod, self.bob)

    async def test_reason_is_in_the_audit_log(self) -> None:
        mine = self.mod, self.bob
        for verb, arguments, action in (
            (self.set_nick, (*mine, "Bobby"), "member_update"),
            (self.set_nick, (self.mod, self.mod, "Moddy"), "member_update"),
            (self.timeout, (*mine, timedelta(minutes=5)), "member_update"),
            (self.add_role, (*mine, self.low), "member_role_update"),
            (self.remove_role, (*mine, self.low), "member_role_update"),
            (self.kick, mine, "kick"),
            (self.ban, (self.mod, self.alice), "ban"),
            (self.unban, (self.mod, self.alice), "unban"),
        ):
            reason = f"{verb.__name__} of {len(arguments)}"
            await verb(*arguments, reason)  # type: ignore[operator]
            self.assertAuditLog(self.guild, discord.AuditLogAction[action], user=self.mod, reason=reason)
            self.assertIn(f"({reason})", str(self.transcript))

    async def test_timeout(self) -> None:
        await self.timeout(self.mod, self.bob, timedelta(minutes=5), "calm down")
        self.assertTrue(self.refresh(self.bob).is_timed_out())
        with self.assertRaises(discord.Forbidden):
            await self.send(self.bob, self.general, "hi")
        await self.timeout(self.mod, self.bob, None)
        await self.send(self.bob, self.general, "hi")
        with self.assertRaisesRegex(TypeError, "not '10m'"):
            await self.timeout(self.mod, self.bob, "10m")  # type: ignore[arg-type]

    async def test_join_of_a_member(self) -> None:
        with self.assertRaisesRegex(SetupError, "bob is in 'Town' already"):
            await self.join(self.bob, self.guild)

    async def test_set_nick(self) -> None:
        await self.set_nick(self.alice, self.alice, "Al")
        self.assertEqual(self.refresh(self.alice).nick, "Al")
        await self.set_nick(self.mod, self.alice, "Ally")
        self.assertEqual(self.refresh(self.alice).nick, "Ally")
        with self.assertRaises(discord.Forbidden):
            await self.set_nick(self.alice, self.bob, "Bobby")

    async def test_roles(self) -> None:
        await self.add_role(self.mod, self.alice, self.low)
        self.assertEqual(self.refresh(self.alice).roles[1:], [self.low])
        await self.remove_role(self.mod, self.alice, self.low)
        self.assertEqual(self.refresh(self.alice).roles[1:], [])
        with self.assertRaises(discord.Forbidden):
            await self.add_role(self.mod, self.alice, self.mods)

    async def test_role_says_which_guild_is_meant(self) -> None:
        other = self.make_guild("Second")
        there, role = self.make_member(self.bob.id, other), self.make_role("guest", other)
        await self.add_role(self.owner, self.bob.id, role)
        self.assertHasRole(there, role)
        with self.assertRaisesRegex(SetupError, "share 2 guilds: say which one"):
            await self.add_role(self.owner, self.bob.id, "guest")

    async def test_presence(self) -> None:
        await self.set_presence(self.alice, discord.Status.idle, discord.Game("chess"))
        after = self.assertSaw("presence_update")[1]
        self.assertEqual((after.status, after.activity.name), (discord.Status.idle, "chess"))
        with self.assertRaisesRegex(TypeError, r"such as discord.Game\('chess'\)"):
            await self.set_presence(self.alice, "idle", "chess")  # type: ignore[arg-type]

    async def test_nobody_joins_while_invites_are_paused(self) -> None:
        invite = self.make_invite(self.general)
        await self.client.get_guild(self.guild.id).edit(invites_disabled=True)
        with self.assertRaises(discord.Forbidden):
            await self.join(self.make_user("carol"), self.guild, invite)

    async def test_invite_gives_its_roles(self) -> None:
        role = self.make_role("guest", self.guild)
        member = await self.join(
            self.make_user("carol"), self.guild, self.make_invite(self.general, roles=[role])
        )
        self.assertIn(role, member.roles)

    async def test_invite_to_another_guild(self) -> None:
        other = self.make_guild("Other")
        invite = self.make_invite(self.general)
        with self.assertRaisesRegex(SetupError, "leads to 'Town'"):
            await self.join(self.make_user("carol"), other, invite.url)

    async def test_what_is_not_of_this_world(self) -> None:
        for pattern, verb in (
            ("no guild", lambda: self.join(self.alice, 12345)),
            ("no user", lambda: self.kick(self.mod, 12345)),
            ("no role", lambda: self.add_role(self.mod, self.alice, 12345)),
        ):
            with self.assertRaisesRegex(SetupError, pattern):
                await verb()
        with self.assertRaisesRegex(SetupError, "is no client of this test"):
            await self.add_bot(self.owner, self.guild, discord.Client(intents=discord.Intents.none()))

    async def test_member_whom_the_bot_kicks_at_once(self) -> None:
        async def guard(member: discord.Member) -> None:
            await member.kick()

        self.client.add_listener(guard, "on_member_join")  # type: ignore[attr-defined]  # a Bot
        member = await self.join(self.make_user("carol"), self.guild)
        self.assertEqual(member.name, "carol")
        self.assertNotIn(str(member.id), self.backend.world.members[str(self.guild.id)])

    async def test_guild_is_found_or_asked_for(self) -> None:
        self.make_member(self.bob.id, self.make_guild("Second"))
        with self.assertRaisesRegex(SetupError, "bob share 2 guilds: say which one with guild="):
            await self.leave(self.bob.id)


class VoiceTests(Town):
    def make_world(self) -> None:
        super().make_world()
        self.lounge = self.make_voice_channel("Lounge", self.guild, user_limit=1)
        self.stage = self.make_stage_channel("Stage", self.guild)
        hidden = {self.guild.default_role: discord.PermissionOverwrite(view_channel=False)}
        self.secret = self.make_voice_channel("Secret", self.guild, overwrites=hidden)

    async def test_join_move_and_leave(self) -> None:
        await self.join_voice(self.alice, self.lounge)
        self.assertEqual(self.refresh(self.lounge).members, [self.alice])
        await self.set_voice(self.alice, mute=True, deaf=True)
        await self.join_voice(self.alice, self.stage)
        state = self.refresh(self.alice).voice
        assert state is not None
        self.assertEqual((state.channel, state.self_mute, state.self_deaf), (self.stage, True, True))
        await self.set_voice(self.alice, mute=False)
        self.assertEqual((state.self_mute, state.self_deaf), (False, True))
        await self.leave_voice(self.alice)
        self.assertIsNone(self.refresh(self.alice).voice)

    async def test_full_channel_is_refused(self) -> None:
        await self.join_voice(self.alice, self.lounge)
        with self.assertRaises(discord.HTTPException):
            await self.join_voice(self.bob, self.lounge)

    async def test_mistakes(self) -> None:
        with self.assertRaisesRegex(SetupError, "#general is no voice channel"):
            await self.join_voice(self.alice, self.general)
        loud = self.make_voice_channel("general", self.guild)
        await self.join_voice(self.alice, "general")
        self.assertInVoice(self.alice, loud)
        await self.leave_voice(self.alice)
        with self.assertRaisesRegex(SetupError, "alice cannot see the voice channel 'Secret'"):
            await self.join_voice(self.alice, self.secret)
        with self.assertRaisesRegex(SetupError, "alice is in no voice channel"):
            await self.leave_voice(self.alice)


class VerbTests(Town):
    async def test_verb_that_is_not_awaited_is_noticed(self) -> None:
        self.send(self.alice, self.general, "hi")
        with self.assertRaisesRegex(SetupError, r"self\.send\(…\) at .*test_act\.py:\d+ was never awaited"):
            await self.settle()
