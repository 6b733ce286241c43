"""A voice protocol of the bot's own gets what it needs: its voice state, and a voice server."""

from __future__ import annotations

import asyncio

import discord

from discordtest import BackendError, DiscordTestCase


class Line(discord.VoiceProtocol):
    """Connects to nothing, but waits for all that a real one needs."""

    def __init__(self, client, channel):
        super().__init__(client, channel)
        self.states, self.servers = [], []
        self.arrived = asyncio.Event()

    async def on_voice_state_update(self, data):
        self.states.append(data)
        self.note()

    async def on_voice_server_update(self, data):
        self.servers.append(data)
        self.note()

    def note(self):
        if self.states and self.servers:
            self.arrived.set()

    async def connect(self, *, timeout, reconnect, self_deaf=False, self_mute=False):
        await self.channel.guild.change_voice_state(channel=self.channel, self_deaf=self_deaf)
        await asyncio.wait_for(self.arrived.wait(), timeout)

    async def disconnect(self, *, force=False):
        await self.channel.guild.change_voice_state(channel=None)
        self.cleanup()


class VoiceProtocolTests(DiscordTestCase):
    def make_world(self):
        self.guild = self.make_guild("Test")
        self.lounge = self.make_voice_channel("lounge", self.guild)
        self.attic = self.make_voice_channel("attic", self.guild)

    async def connect_line(self):
        line = await self.client.get_channel(self.lounge.id).connect(cls=Line, self_deaf=True)
        await self.settle()
        return line

    async def test_state_and_server(self):
        line = await self.connect_line()
        (state,), (server,) = line.states, line.servers
        self.assertEqual((state["channel_id"], state["self_deaf"]), (str(self.lounge.id), True))
        self.assertTrue(state["session_id"])
        self.assertEqual(server["guild_id"], str(self.guild.id))
        self.assertTrue(server["token"] and server["endpoint"])
        self.assertInVoice(self.client.get_guild(self.guild.id).me, self.lounge)

    async def test_moved_by_somebody(self):
        line = await self.connect_line()
        await self.client.get_guild(self.guild.id).me.move_to(self.attic)
        await self.settle()
        self.assertEqual(line.states[-1]["channel_id"], str(self.attic.id))
        self.assertEqual(len(line.servers), 2)

    async def test_left(self):
        line = await self.connect_line()
        await line.disconnect()
        await self.settle()
        self.assertIsNone(self.client.get_guild(self.guild.id).voice_client)
        self.assertNotInVoice(self.client.get_guild(self.guild.id).me, self.lounge)

    async def test_moved_while_the_connection_is_broken(self):
        line = await self.connect_line()
        self.backend.disconnect()
        state = self.backend.world.voice_states[str(self.guild.id)][str(self.client.user.id)]
        body = {"channel_id": str(self.attic.id)}
        self.backend.perform(
            self._scene.narrator, "update_guild_member", self.guild.id, state["user_id"], body=body
        )
        await self.settle()
        self.assertEqual(line.states[-1]["channel_id"], str(self.attic.id))

    async def test_voice_server_goes_away(self):
        line = await self.connect_line()
        before = line.servers[0]["endpoint"]
        self.backend.lose_voice_server(self.guild)
        await self.settle()
        self.assertEqual(
            (line.servers[1]["endpoint"], line.servers[1]["guild_id"]), (None, str(self.guild.id))
        )
        self.assertInVoice(self.client.get_guild(self.guild.id).me, self.lounge)
        self.backend.give_voice_server(self.guild)
        await self.settle()
        self.assertRegex(line.servers[2]["endpoint"], r"\.discord\.media:443$")
        self.assertNotEqual(line.servers[2]["endpoint"], before)
        self.assertEqual(len({server["token"] for server in line.servers}), 3)

    async def test_server_fails_over_to_another(self):
        line = await self.connect_line()
        self.backend.give_voice_server(self.guild)
        await self.settle()
        self.assertTrue(all(server["endpoint"] for server in line.servers))
        self.assertEqual(len(line.servers), 2)

    async def test_nobody_in_voice_is_nobody_told(self):
        await (await self.connect_line()).disconnect()
        await self.settle()
        dispatched = len(self.backend.journal)
        self.backend.lose_voice_server(self.guild)
        self.backend.give_voice_server(self.guild)
        names = [entry.name for entry in self.backend.journal[dispatched:] if hasattr(entry, "name")]
        self.assertNotIn("VOICE_SERVER_UPDATE", names)

    async def test_joining_while_there_is_no_server(self):
        self.backend.lose_voice_server(self.guild)
        line = await self.connect_line()
        self.assertIsNone(line.servers[0]["endpoint"])
        with self.assertRaisesRegex(BackendError, "'Test' has no voice server already"):
            self.backend.lose_voice_server(self.guild)
