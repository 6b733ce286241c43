"""What requests asks, as `discord.SyncWebhook` does: its adapters, which have the connections, are patched."""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING, Any

from multidict import CIMultiDict
from yarl import URL

from discordtest.stand_ins import StandIns
from discordtest.transports.calls import Call, body_of, http_response
from discordtest.transports.late import LateStandIns

if TYPE_CHECKING:
    from types import ModuleType


__all__ = ["STAND_INS"]


def _answering(real: Any) -> Any:
    """Return an ``HTTPAdapter.send`` that has Discord's hosts, and those that are served, answered here."""

    def send(self: Any, request: Any, *args: Any, **options: Any) -> Any:
        call = Call(request.method, URL(request.url, encoded=True))
        if call.network is None:
            return real(self, request, *args, **options)
        errors = sys.modules["requests"]
        try:
            response = call.answer_now(CIMultiDict(request.headers), body_of(request.body))
        except ConnectionResetError as error:
            raise errors.ConnectionError(str(error.strerror)) from None
        except TimeoutError as error:
            raise errors.ReadTimeout(str(error)) from None
        import urllib3  # requests is made of it

        raw = urllib3.HTTPResponse(
            body=io.BytesIO(response.body),
            original_response=http_response(response, call.method),  # where requests looks for cookies
            headers=urllib3.HTTPHeaderDict([*response.headers.items()]),
            status=response.status,
            reason=response.reason,
            preload_content=False,
            request_method=request.method,
        )
        return self.build_response(request, raw)

    return send


def _over(adapters: ModuleType) -> StandIns:
    return StandIns((adapters.HTTPAdapter, "send", _answering))


STAND_INS = LateStandIns(_over, "requests.adapters")
