"""``Registry``: an application of the running Discord under a name, with its commands, until it is closed.

An application is what ``self.connect(client)`` makes as well; a registry makes one by hand, and takes it away again as
its owner would in the developer portal.
Source: Discord's documentation, Application ("Application Object"), Receiving and Responding ("Receiving an
Interaction").
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import discord
from discord import app_commands
from discord.ext import commands

from discordtest import worlds
from discordtest.arrange import building
from discordtest.backend.resources import application as apps
from discordtest.backend.resources.user import MAX_USERNAME
from discordtest.backend.tokens import token_of
from discordtest.current import current_case
from discordtest.errors import BackendError

if TYPE_CHECKING:
    from types import TracebackType

    from discordtest.backend.world import Record
    from discordtest.scene import Scene
    from discordtest.testcase import DiscordTestMixin

__all__ = ["Registry"]

__unittest = True  # unittest leaves our frames out of its tracebacks

_AUTHENTICATION_FAILED = 4004


class Registry:
    """An application of the Discord of the running test, with its bot and all its commands.

    ``name`` is the application's, and no other's in this Discord. ``client`` runs as it: a new ``commands.Bot`` by
    default, which ``await self.connect(registry.client)`` starts, or one that runs already. ``endpoint`` is the URL
    at which the application wants its interactions by HTTP, ``interactions_endpoint_url``; a command that is used
    then raises `NotModelled`, since such a bot hears of none over the gateway.

    It is a context manager, too: at the end of the block it closes.

    ValueError: no name, one of more than 32 characters, or one that is taken; an endpoint that is no ``https`` URL.
    TypeError: a client that is none. `BackendError` where no test runs.

    >>> with Registry("helper", client=build_helper()) as helper:
    ...     await self.connect(helper.client)
    ...     self.assertEqual([command.name for command in helper.commands], ["help"])
    >>> self.assertNotSynced("help")
    """

    def __init__(self, name: str, client: discord.Client | None = None, endpoint: str | None = None) -> None:
        _check_name(name)
        _check_endpoint(endpoint)
        if not isinstance(client, discord.Client | None):
            raise TypeError(f"client is a discord.Client, not {client!r}")
        case = current_case()
        self._scene: Scene | None = case._scene
        self.name = name
        self.client = commands.Bot("!", intents=discord.Intents.all()) if client is None else client
        self.endpoint = endpoint
        self._application = _application_for(case, self.client, name)
        self._application.update(name=name, interactions_endpoint_url=endpoint)

    def __repr__(self) -> str:
        state = "" if self._is_open else ", closed"
        return f"<Registry {self.name!r} of {type(self.client).__name__}{state}>"

    @property
    def id(self) -> int:
        """The id of the application, and of its bot."""
        return int(self._application["id"])

    @property
    def token(self) -> str:
        """The token with which the bot logs in; `BackendError` once the registry is closed."""
        return token_of(self._opened().backend.world.tokens, self._application["id"])

    @property
    def commands(self) -> list[app_commands.AppCommand]:
        """The commands that are synced, global ones and those of guilds; `BackendError` once it is closed."""
        synced = self._opened().backend.world.commands.get(self._application["id"], {})
        state = self.client._connection
        return [app_commands.AppCommand(data=record, state=state) for record in synced.values()]  # type: ignore[arg-type]  # its payload

    def close(self) -> None:
        """Take the application out of the Discord, with its bot and all its commands; harmless if that is done.

        Its token is worth nothing any more, its connection ends with 4004, and its bot is gone from every guild:
        the other bots hear of that as in life. Their caches know it when this returns, listeners run at the next
        ``await``. `SetupError` if the bot owns a guild.
        """
        scene = self._scene
        if scene is None or not self._is_open:
            self._scene = None
            return
        doing = f"close() of the registry {self.name!r}, whose bot may own no guild"
        if asyncio._get_running_loop() is scene.loop:  # else, as in a clean-up, it is seen once the loop runs
            building.stage(scene)
        building.perform(scene, doing, "delete_application", self._application["id"])
        scene.tell(f"the application {self.name!r} is deleted")
        _part(scene, self.client)
        if asyncio._get_running_loop() is scene.loop:
            scene.network.flush()
        self._scene = None

    def __enter__(self) -> Registry:
        """Return it."""
        self._opened()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()

    # -- inside

    @property
    def _is_open(self) -> bool:
        scene = self._scene
        return scene is not None and self._application["id"] in scene.backend.world.applications

    def _opened(self) -> Scene:
        if self._scene is None or not self._is_open:
            raise BackendError(f"the registry {self.name!r} is closed, and its application is deleted")
        return self._scene


def _check_name(name: Any) -> None:
    if name is None or name == "":
        raise ValueError("a registry needs a name")
    if not isinstance(name, str):
        raise TypeError(f"a registry's name is a string, not {name!r}")
    if len(name) > MAX_USERNAME:
        raise ValueError(
            f"a registry's name is its bot's, with 1 to {MAX_USERNAME} characters; there were {len(name)}"
        )


def _check_endpoint(endpoint: str | None) -> None:
    if endpoint is None:
        return
    if not isinstance(endpoint, str):
        raise TypeError(f"endpoint is a URL, not {endpoint!r}")
    parts = urlsplit(endpoint)
    if parts.scheme != "https" or not parts.hostname or any(map(str.isspace, endpoint)):
        raise ValueError(f"endpoint is an https URL, not {endpoint!r}: Discord takes no other")
    if len(endpoint) > apps.MAX_URL:
        raise ValueError(f"endpoint has {len(endpoint)} characters; {apps.MAX_URL} are allowed")


def _application_for(case: DiscordTestMixin, client: discord.Client, name: str) -> Record:
    """Return the application that the client is, or a new one."""
    scene, world = case._scene, case.backend.world
    own = scene.clients.get(client)
    if any(each["name"] == name for each in world.applications.values() if each is not own):
        free = worlds.free_application(scene, name)
        if own is not None or free is None:
            raise ValueError(f"the name {name!r} is taken: there is such an application already")
        own = free  # of a saved world
    scene.clients[client] = own or case._make_application(case.backend, name)
    scene.former.pop(client, None)
    return scene.clients[client]


def _part(scene: Scene, client: discord.Client) -> None:
    """Let a client be one of the test's no more; its life ends as soon as it hears of that."""
    scene.former[client] = scene.clients.pop(client)
    scene.forget_views()
    life = scene.lives.pop(client, None)
    if life is not None:
        scene.parting[client] = scene.loop.create_task(_end(life), name=life.get_name())


async def _end(life: asyncio.Task[None]) -> None:
    """Wait until a life ends; that Discord does not know it any more is no error of the bot."""
    try:
        await life
    except discord.ConnectionClosed as error:
        if error.code != _AUTHENTICATION_FAILED:
            raise
