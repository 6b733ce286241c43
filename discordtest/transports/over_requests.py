"""What requests asks, as `discord.SyncWebhook` does: its adapters, which have the connections, are patched."""

from __future__ import annotations

import io
import sys
from http.client import HTTPMessage
from typing import TYPE_CHECKING, Any

from multidict import CIMultiDict
from yarl import URL

from discordtest.stand_ins import StandIns
from discordtest.transports.calls import Call
from discordtest.transports.late import LateStandIns

if TYPE_CHECKING:
    from types import ModuleType

    from discordtest.backend.wire import Response

__all__ = ["answer_requests", "release_requests"]


def answer_requests() -> None:
    """Answer what is ours to answer from now on."""
    _stand_ins.put()


def release_requests() -> None:
    """Let requests go over the network again."""
    _stand_ins.take_away()


def _answering(real: Any) -> Any:
    """Return an ``HTTPAdapter.send`` that has Discord's hosts, and those that are served, answered here."""

    def send(self: Any, request: Any, *args: Any, **options: Any) -> Any:
        call = Call(request.method, URL(request.url, encoded=True))
        if call.network is None:
            return real(self, request, *args, **options)
        errors = sys.modules["requests"]
        try:
            response = call.answer_now(CIMultiDict(request.headers), _body(request))
        except ConnectionResetError as error:
            raise errors.ConnectionError(str(error.strerror)) from None
        except TimeoutError as error:
            raise errors.ReadTimeout(str(error)) from None
        import urllib3  # requests is made of it

        head: Any = _Head(response)
        raw = urllib3.HTTPResponse(
            body=io.BytesIO(response.body),
            original_response=head,
            headers=urllib3.HTTPHeaderDict([*response.headers.items()]),
            status=response.status,
            reason=response.reason,
            preload_content=False,
            request_method=request.method,
        )
        return self.build_response(request, raw)

    return send


class _Head:
    """The head of an answer as http.client has it, where requests looks for cookies."""

    def __init__(self, response: Response) -> None:
        self.msg = HTTPMessage()
        for name, value in response.headers.items():
            self.msg[name] = value

    def isclosed(self) -> bool:
        """Tell that all has been read."""
        return True

    def close(self) -> None:
        """Do nothing: there is no connection."""


def _body(request: Any) -> bytes:
    body = request.body or b""
    if hasattr(body, "read"):
        body = body.read()
    elif not isinstance(body, str | bytes):
        body = b"".join(body)
    return body.encode() if isinstance(body, str) else body


def _over(adapters: ModuleType) -> StandIns:
    return StandIns((adapters.HTTPAdapter, "send", _answering))


_stand_ins = LateStandIns(_over, "requests.adapters")
