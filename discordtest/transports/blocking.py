"""Blocking calls to Discord by the requests library, as `discord.SyncWebhook` makes them: the backend answers them.

They come on the thread of the test's loop, where they are answered at once, or on any other, which waits for that loop.
requests is patched where it hands a request to a connection; if it is not imported yet, as soon as it is.
"""

from __future__ import annotations

import asyncio
import functools
import importlib.util
import io
import sys
from typing import TYPE_CHECKING, Any

from multidict import CIMultiDict
from yarl import URL

from discordtest.backend.faults import ConnectionReset, SlowAnswer, Timeout
from discordtest.backend.wire import Request, Response
from discordtest.errors import HostRefused
from discordtest.stand_ins import StandIns
from discordtest.transports.guard import network_of_thread
from discordtest.transports.network import host_is_discord

if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType

    from discordtest.transports.network import Network

__all__ = ["answer_requests", "release_requests"]

ADAPTERS = "requests.adapters"
PATIENCE = 30.0  # real seconds for which another thread waits for the loop of the test


def answer_requests() -> None:
    """Answer Discord's hosts from now on."""
    if ADAPTERS in sys.modules:
        _patch(sys.modules[ADAPTERS])
    elif _finder not in sys.meta_path:
        sys.meta_path.insert(0, _finder)


def release_requests() -> None:
    """Let requests go over the network again."""
    if _finder in sys.meta_path:
        sys.meta_path.remove(_finder)
    if ADAPTERS in sys.modules:
        _stand_ins(sys.modules[ADAPTERS]).take_away()


def _patch(adapters: ModuleType) -> None:
    _stand_ins(adapters).put()


@functools.cache
def _stand_ins(adapters: ModuleType) -> StandIns:
    return StandIns((adapters.HTTPAdapter, "send", _answering))


class _Finder:
    """Finds one module, in order to patch it once it is executed."""

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name != ADAPTERS:
            return None
        sys.meta_path.remove(_finder)
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.loader is not None:
            execute = spec.loader.exec_module

            def exec_and_patch(module: ModuleType) -> None:
                execute(module)
                _patch(module)

            spec.loader.exec_module = exec_and_patch  # type: ignore[method-assign]
        return spec


_finder: Any = _Finder()


def _answering(real: Any) -> Any:
    """Return an ``HTTPAdapter.send`` that has Discord's hosts answered here."""

    def send(self: Any, request: Any, *args: Any, **options: Any) -> Any:
        url = URL(request.url, encoded=True)
        if not host_is_discord(url.raw_host or ""):
            return real(self, request, *args, **options)
        return _answered(self, request, url)

    return send


def _answered(adapter: Any, request: Any, url: URL) -> Any:
    response = _answer(_read(request, url))
    import urllib3  # requests is made of it

    raw = urllib3.HTTPResponse(
        body=io.BytesIO(response.body),
        headers=dict(response.headers),
        status=response.status,
        reason=response.reason,
        preload_content=False,
        request_method=request.method,
    )
    return adapter.build_response(request, raw)


def _read(request: Any, url: URL) -> Request:
    body = request.body or b""
    if hasattr(body, "read"):
        body = body.read()
    elif not isinstance(body, str | bytes):
        body = b"".join(body)
    if isinstance(body, str):
        body = body.encode()
    headers = CIMultiDict(request.headers)
    return Request(request.method.upper(), url.raw_host or "", url.raw_path, url.query, headers, body)


def _answer(request: Request) -> Response:
    network = network_of_thread()
    if network is None:
        raise HostRefused(
            f"{request.method} {request.path} is refused: Discord is not reached while tests run, and this thread "
            "belongs to none of them"
        )
    if asyncio._get_running_loop() is network.loop:
        response = network.answer_now(request)
    else:
        response = asyncio.run_coroutine_threadsafe(_on_loop(network, request), network.loop).result(PATIENCE)
    if isinstance(response.fate, ConnectionReset):
        raise sys.modules["requests"].ConnectionError("Connection reset by peer")
    if isinstance(response.fate, Timeout):
        raise sys.modules["requests"].ReadTimeout("Read timed out.")
    return response


async def _on_loop(network: Network, request: Request) -> Response:
    if network.stand_in is not None and network.stand_in.takes(request):
        return await network.stand_in.answer(request)
    response = network.answer_now(request)
    # on the loop's own thread it would stop the clock that it waits for
    if isinstance(response.fate, SlowAnswer):
        await network.suffer(response.fate)
    return response
