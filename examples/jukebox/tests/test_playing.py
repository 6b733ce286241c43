from .case import JukeboxTestCase


class PlayTests(JukeboxTestCase):
    async def test_song_is_played_where_its_listener_is(self) -> None:
        result = await self.play("waltz")
        self.assertResponded(result, "Playing waltz.")
        self.assertInVoice(self.guild.me, self.floor)
        self.assertEqual(self.song, "waltz")

    async def test_song_ends_in_its_time(self) -> None:
        await self.play("waltz")
        await self.advance(29)
        self.assertEqual(self.song, "waltz")
        await self.advance(2)
        self.assertIsNone(self.song)

    async def test_next_song_waits(self) -> None:
        await self.play("waltz")
        self.assertResponded(await self.play("tango"), "tango is number 1 in the queue.")
        self.assertResponded(await self.play("waltz"), "waltz is number 2 in the queue.")
        await self.advance(31)
        self.assertEqual(self.song, "tango")
        await self.advance(20)
        self.assertEqual(self.song, "waltz")

    async def test_skip(self) -> None:
        await self.play("waltz")
        await self.play("tango")
        result = await self.slash(self.bob, self.lobby, "skip")
        self.assertResponded(result, "Skipping waltz.")
        self.assertEqual(self.song, "tango")

    async def test_nothing_to_skip(self) -> None:
        result = await self.slash(self.alice, self.lobby, "skip")
        self.assertResponded(result, "Nothing is playing.", ephemeral=True)

    async def test_songs_are_suggested(self) -> None:
        result = await self.autocomplete(self.alice, self.lobby, "play", "song", "AN")
        self.assertChoices(result, ["tango"])

    async def test_what_cannot_be_played(self) -> None:
        self.assertResponded(await self.play("polka"), "There is no song 'polka'.", ephemeral=True)
        result = await self.slash(self.bob, self.lobby, "play", song="waltz")
        self.assertResponded(result, "Join a voice channel first.", ephemeral=True)
        self.assertNotInVoice(self.guild.me)


class LeavingTests(JukeboxTestCase):
    async def asyncSetUp(self) -> None:
        await super().asyncSetUp()
        await self.play("waltz")

    async def test_it_leaves_when_nobody_listens(self) -> None:
        await self.leave_voice(self.alice)
        self.assertNotInVoice(self.guild.me)

    async def test_it_stays_while_somebody_listens(self) -> None:
        await self.join_voice(self.bob, self.floor)
        await self.leave_voice(self.alice)
        self.assertEqual(self.song, "waltz")

    async def test_it_leaves_after_five_minutes_of_silence(self) -> None:
        await self.advance(minutes=5, seconds=29)
        self.assertInVoice(self.guild.me, self.floor)
        await self.advance(2)
        self.assertNotInVoice(self.guild.me)

    async def test_another_song_keeps_it(self) -> None:
        await self.advance(minutes=5)
        await self.play("tango")
        await self.advance(minutes=5)
        self.assertInVoice(self.guild.me, self.floor)

    async def test_who_throws_it_out_can_have_it_back(self) -> None:
        await self.guild.me.move_to(None)
        await self.settle()
        self.assertResponded(await self.play("tango"), "Playing tango.")
        self.assertEqual(self.song, "tango")

    async def test_it_plays_on_where_it_is_moved(self) -> None:
        attic = self.make_voice_channel("attic", self.guild)
        await self.join_voice(self.bob, attic)
        await self.guild.me.move_to(attic)
        await self.advance(1)
        self.assertInVoice(self.guild.me, attic)
        self.assertEqual(self.song, "waltz")
