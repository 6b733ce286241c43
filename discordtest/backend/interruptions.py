"""Bad days of the gateway: what a test may do to connections and guilds.

``client`` and ``shard_id`` choose the connections: a client, or None for all; a shard's number, or None for all.
What ``client`` is, ``Backend.application_of`` knows.
Source: Discord's documentation, Gateway ("Reconnect", "Invalid Session", "Heartbeat Requests") and Gateway Events
("Guild Delete", "Voice Server Update").
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from discordtest.backend import opcodes
from discordtest.backend.close_codes import ABNORMAL_CLOSURE, is_close_code
from discordtest.backend.journal import Act
from discordtest.backend.opcodes import control_frame
from discordtest.backend.resources.guild_create import render_guild_create
from discordtest.backend.resources.voice import tell_voice_server
from discordtest.backend.world import Record
from discordtest.errors import BackendError

if TYPE_CHECKING:
    from discordtest.backend.gateway import Gateway
    from discordtest.backend.journal import Journal
    from discordtest.backend.session import Session
    from discordtest.backend.world import World

__all__ = ["Interruptions"]


class Interruptions:
    """What a backend does to its gateway connections, and to guilds."""

    world: World
    gateway: Gateway
    journal: Journal
    #: Returns the id of the application that ``client=`` means. Any: whatever a test passes.
    application_of: Callable[[Any], str]

    def disconnect(
        self,
        code: int = ABNORMAL_CLOSURE,
        client: Any = None,
        shard_id: int | None = None,
        *,
        reason: str | None = None,
    ) -> None:
        """Close connections with a code; 1006, the default, is one that just breaks.

        ``reason`` is by default what Discord says with that code.

        The client learns it at the next ``await`` and reconnects, or not, as the code says. What happens meanwhile
        is replayed when it resumes its session.
        """
        if not is_close_code(code):
            raise BackendError(
                f"no connection ends with {code!r}: 1006, 1000 to 1014 or 3000 to 4999 it can be"
            )
        for session in self._connected(client, shard_id, f"closes the connection of {{}} with {code}"):
            session.close(code, reason)

    def reconnect(self, client: Any = None, shard_id: int | None = None) -> None:
        """Ask clients to reconnect and resume (op 7)."""
        for session in self._connected(client, shard_id, "asks {} to reconnect"):
            session.dismissed = True
            session.push(control_frame(opcodes.RECONNECT))

    def invalidate_session(
        self, resumable: bool = False, client: Any = None, shard_id: int | None = None
    ) -> None:
        """Invalidate sessions (op 9): the client resumes if it may, else it begins a new session."""
        how = "may be resumed" if resumable else "is lost"
        for session in self._connected(client, shard_id, f"says that the session of {{}} {how}"):
            session.invalidate(resumable)

    def pause(self, client: Any = None, shard_id: int | None = None) -> None:
        """Let connections die without telling: nothing comes through either way, until `resume`.

        A client that hears nothing for a minute of the clock closes such a connection and opens another.
        """
        for session in self._connected(client, shard_id, "hears and says nothing to {}"):
            session.pause(True)

    def resume(self, client: Any = None, shard_id: int | None = None) -> None:
        """Let through what `pause` held back, on connections that the client has not given up."""
        for session in self._chosen(client, shard_id):
            if session.paused and not session.closed:
                self._tell("goes on with {}", session)
                session.pause(False)
                if not session.dismissed:
                    self.gateway.arrived(session)

    def request_heartbeat(self, client: Any = None, shard_id: int | None = None) -> None:
        """Ask clients for a heartbeat at once (op 1)."""
        for session in self._connected(client, shard_id, "asks {} for a heartbeat", disturbs=False):
            session.push(control_frame(opcodes.HEARTBEAT))

    # -- guilds

    def outage(self, guild: Any) -> None:
        """Make a guild unavailable until `recover`: bots are told, and hear nothing of it.

        Requests about it and what is in it are answered with 502, which discord.py repeats for a while. People cannot
        act in it; builders can.
        """
        guild_id = self._guild(guild)["id"]
        if guild_id in self.world.outages:
            raise BackendError(f"{self.world.guilds[guild_id]['name']!r} is unavailable already")
        self._say(f"{self.world.guilds[guild_id]['name']!r} becomes unavailable")
        self.world.emit("GUILD_DELETE", {"id": guild_id, "unavailable": True}, guild=guild_id)
        self.world.outages[guild_id] = None

    def recover(self, guild: Any) -> None:
        """End the outage of a guild: bots are told the guild as it is now."""
        record, world = self._guild(guild), self.world
        if record["id"] not in world.outages:
            raise BackendError(f"{record['name']!r} is not unavailable: backend.outage(guild) makes it so")
        del world.outages[record["id"]]
        self._say(f"{record['name']!r} is available again")
        world.emit(
            "GUILD_CREATE",
            {"id": record["id"]},
            guild=record["id"],
            render=lambda viewer: render_guild_create(world, record, viewer),
        )

    # -- voice servers

    def lose_voice_server(self, guild: Any) -> None:
        """Let the voice server of a guild go away: its bots in voice are told that the endpoint is null.

        They stay in their channels, and have to wait for `give_voice_server`.
        """
        record = self._guild(guild)
        if record["id"] in self.world.voice_outages:
            raise BackendError(f"{record['name']!r} has no voice server already")
        self._say(f"{record['name']!r} has lost its voice server")
        self.world.voice_outages[record["id"]] = None
        self._tell_voice_server(record["id"])

    def give_voice_server(self, guild: Any) -> None:
        """Give a guild another voice server, whether it has lost the last one or not: its bots in voice are told."""
        record = self._guild(guild)
        self._say(f"{record['name']!r} has a new voice server")
        self.world.voice_outages.pop(record["id"], None)
        self._tell_voice_server(record["id"])

    # -- inside

    def _tell_voice_server(self, guild_id: str) -> None:
        for user_id in list(self.world.voice_states[guild_id]):
            if user_id in self.world.applications:
                tell_voice_server(self.world, guild_id, user_id)

    def _guild(self, guild: Any) -> Record:
        guild_id = str(getattr(guild, "id", guild))
        if guild_id not in self.world.guilds:
            raise BackendError(f"there is no guild {guild!r}")
        return self.world.guilds[guild_id]

    def _chosen(self, client: Any, shard_id: int | None) -> list[Session]:
        application_id = None if client is None else self.application_of(client)
        return [
            session
            for session in self.gateway.sessions
            if application_id in (None, session.application_id) and shard_id in (None, session.shard[0])
        ]

    def _connected(
        self, client: Any, shard_id: int | None, text: str, *, disturbs: bool = True
    ) -> list[Session]:
        """Return the chosen connections that are open; that there is none is a mistake of the test."""
        found = [session for session in self._chosen(client, shard_id) if not session.closed]
        if not found:
            whose = "" if client is None else f" of {client!r}"
            where = "" if shard_id is None else f" on shard {shard_id}"
            raise BackendError(f"no connection{whose} to the gateway{where} is open now")
        for session in found:
            if disturbs:
                self.gateway.disturbed.add((session.application_id, session.shard[0]))
            self._tell(text, session)
        return found

    def _tell(self, text: str, session: Session) -> None:
        name = self.world.applications[session.application_id]["name"]
        number, count = session.shard
        self._say("Discord " + text.format(name if count == 1 else f"shard {number} of {name}"))

    def _say(self, text: str) -> None:
        self.journal.append(Act(self.world.now(), text))
