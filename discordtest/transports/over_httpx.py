"""What httpx and httpx2 ask, and what is made of them (openai, anthropic): their transports are patched."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from multidict import CIMultiDict
from yarl import URL

from discordtest.stand_ins import StandIns
from discordtest.transports.calls import Call
from discordtest.transports.late import LateStandIns

if TYPE_CHECKING:
    from types import ModuleType

    from discordtest.backend.wire import Response

__all__ = ["STAND_INS"]


def _over(httpx: ModuleType) -> StandIns:
    """Return what stands in for the transports: Discord's hosts, and those that are served, are answered here."""

    def blocking(real: Any) -> Any:
        def handle_request(self: Any, request: Any) -> Any:
            call = _call(request)
            if call.network is None:
                return real(self, request)
            try:
                response = call.answer_now(_headers(request), request.read())
            except ConnectionResetError as error:
                raise httpx.ReadError(str(error.strerror), request=request) from None
            except TimeoutError as error:
                raise httpx.ReadTimeout(str(error), request=request) from None
            return _made(request, response)

        return handle_request

    def awaiting(real: Any) -> Any:
        async def handle_async_request(self: Any, request: Any) -> Any:
            call = _call(request)
            if call.network is None:
                return await real(self, request)
            body = await request.aread()
            patience = request.extensions.get("timeout", {}).get("read")
            try:
                async with asyncio.timeout(patience):
                    response = await call.answer(_headers(request), body)
            except ConnectionResetError as error:
                raise httpx.ReadError(str(error.strerror), request=request) from None
            except TimeoutError:
                raise httpx.ReadTimeout(f"no answer within {patience:g} seconds", request=request) from None
            return _made(request, response)

        return handle_async_request

    def _made(request: Any, response: Response) -> Any:
        return httpx.Response(
            response.status, headers=[*response.headers.items()], content=response.body, request=request
        )

    return StandIns(
        (httpx.HTTPTransport, "handle_request", blocking),
        (httpx.AsyncHTTPTransport, "handle_async_request", awaiting),
    )


def _call(request: Any) -> Call:
    return Call(request.method, URL(str(request.url), encoded=True))


def _headers(request: Any) -> CIMultiDict[str]:
    return CIMultiDict(request.headers.multi_items())


STAND_INS = LateStandIns(_over, "httpx", "httpx2")
