"""wavelink, a client of Lavalink: a bot that plays music, on a node that the test serves."""

from __future__ import annotations

import importlib.util
import unittest
from typing import Any

import aiohttp
import discord
from aiohttp import web
from discord.ext import commands

from discordtest import DiscordTestCase
from tests.bots import needs_the_process

if importlib.util.find_spec("wavelink"):
    import wavelink

HOST = "lavalink.example"


class Lavalink:
    """As much of a Lavalink node as a player needs: it finds what is asked for, and plays what it is told."""

    def __init__(self) -> None:
        self.app = web.Application()
        self.app.router.add_get("/v4/websocket", self.connect)
        self.app.router.add_get("/v4/info", self.info)
        self.app.router.add_get("/v4/loadtracks", self.load)
        self.app.router.add_patch("/v4/sessions/one", self.nothing)
        self.app.router.add_patch("/v4/sessions/one/players/{guild}", self.play)
        self.app.router.add_delete("/v4/sessions/one/players/{guild}", self.nothing)
        self.plays: list[str] = []

    async def connect(self, request: web.Request) -> web.WebSocketResponse:
        self.socket = web.WebSocketResponse()
        await self.socket.prepare(request)
        await self.socket.send_json({"op": "ready", "resumed": False, "sessionId": "one"})
        async for _ in self.socket:
            pass
        return self.socket

    async def nothing(self, request: web.Request) -> web.Response:
        return web.json_response({})

    async def info(self, request: web.Request) -> web.Response:
        version = {"semver": "4.0.0", "major": 4, "minor": 0, "patch": 0}
        return web.json_response({"version": version, "sourceManagers": [], "filters": [], "plugins": []})

    async def load(self, request: web.Request) -> web.Response:
        title = request.query["identifier"].partition(":")[2]
        found = {"loadType": "search", "data": [self.track(title)]} if title != "silence" else {}
        return web.json_response(found or {"loadType": "empty", "data": None})

    async def play(self, request: web.Request) -> web.Response:
        body = await request.json()
        if "track" in body:
            self.plays.append(body["track"]["encoded"])
        return web.json_response({"guildId": request.match_info["guild"]})

    def track(self, title: str) -> dict[str, Any]:
        info = {
            "identifier": title, "isSeekable": True, "author": "nobody", "length": 180_000, "isStream": False,
            "position": 0, "title": title, "uri": None, "artworkUrl": None, "isrc": None, "sourceName": "test",
        }  # fmt: skip
        return {"encoded": f"<{title}>", "info": info, "pluginInfo": {}, "userData": {}}

    async def ends(self, guild: discord.Guild, title: str) -> None:
        """Tell the bot that a track is over."""
        event = {"op": "event", "type": "TrackEndEvent", "guildId": str(guild.id), "reason": "finished"}
        await self.socket.send_json({**event, "track": self.track(title)})


class Jukebox(commands.Bot):
    """Plays what people ask for, one after another."""

    async def setup_hook(self) -> None:
        self.http_session = aiohttp.ClientSession()
        node = wavelink.Node(uri=f"http://{HOST}", password="open", session=self.http_session)
        await wavelink.Pool.connect(nodes=[node], client=self)
        self.add_command(play)
        self.add_command(leave)

    async def on_wavelink_track_end(self, payload: Any) -> None:
        player: Any = payload.player
        if player.queue:
            await player.play(player.queue.get())
        else:
            await player.channel.guild.text_channels[0].send("That was all.")

    async def close(self) -> None:
        for node in wavelink.Pool.nodes.values():
            await node.close(eject=True)
        await super().close()
        await self.http_session.close()


@commands.command()
async def play(ctx: Any, *, title: str) -> None:
    """Play or queue a track."""
    if ctx.author.voice is None:
        await ctx.send("Join a voice channel first.")
        return
    player = ctx.voice_client or await ctx.author.voice.channel.connect(cls=wavelink.Player)
    tracks = await wavelink.Playable.search(title)
    if not tracks:
        await ctx.send(f"Nothing is called {title}.")
    elif player.playing:
        await player.queue.put_wait(tracks[0])
        await ctx.send(f"{tracks[0].title} comes next.")
    else:
        await player.play(tracks[0])
        await ctx.send(f"Now: {tracks[0].title}")


@commands.command()
async def leave(ctx: Any) -> None:
    """Leave the voice channel."""
    await ctx.voice_client.disconnect()


@unittest.skipUnless(importlib.util.find_spec("wavelink"), "wavelink is not installed")
class WavelinkTests(DiscordTestCase):
    def setUp(self) -> None:
        needs_the_process(self)  # it has one pool of nodes

    def make_client(self) -> commands.Bot:
        self.lavalink = Lavalink()
        self.api = self.serve(HOST, self.lavalink.app)
        return Jukebox("!", intents=discord.Intents.all())

    def make_world(self) -> None:
        self.guild = self.make_guild("Test", channels=["general"])
        self.general = self.guild.text_channels[0]
        self.stage = self.make_voice_channel("stage", self.guild)
        self.alice = self.make_member("alice", self.guild)

    async def type(self, text: str) -> None:
        """Let Alice type a command."""
        await self.send(self.alice, self.general, text)

    async def test_play_until_the_queue_is_empty(self) -> None:
        await self.join_voice(self.alice, self.stage)
        await self.type("!play one")
        self.assertSent("Now: one")
        self.assertInVoice(self.guild.me, self.stage)
        await self.type("!play two")
        self.assertSent("two comes next.")
        await self.lavalink.ends(self.guild, "one")
        await self.settle()
        self.assertEqual(self.lavalink.plays, ["<one>", "<two>"])
        await self.lavalink.ends(self.guild, "two")
        await self.settle()
        self.assertSent("That was all.")

    async def test_node_gets_what_discord_said_of_the_voice_server(self) -> None:
        await self.join_voice(self.alice, self.stage)
        await self.type("!play one")
        (voice,) = [each.json["voice"] for each in self.api.requests if b'"voice"' in each.body]
        self.assertEqual(set(voice), {"sessionId", "token", "endpoint", "channelId"})
        state = self.guild.me.voice
        assert state is not None
        self.assertEqual((voice["sessionId"], voice["channelId"]), (state.session_id, str(self.stage.id)))

    async def test_leave(self) -> None:
        await self.join_voice(self.alice, self.stage)
        await self.type("!play one")
        await self.type("!leave")
        self.assertNotInVoice(self.guild.me)
        self.assertEqual(self.api.requests[-1].method, "DELETE")

    async def test_nothing_found(self) -> None:
        await self.join_voice(self.alice, self.stage)
        await self.type("!play silence")
        self.assertSent("Nothing is called silence.")

    async def test_nobody_listens(self) -> None:
        await self.type("!play one")
        self.assertSent("Join a voice channel first.")
        self.assertNotInVoice(self.guild.me)


if __name__ == "__main__":
    unittest.main()
