"""What ``urllib.request`` asks, and what is made of it: its handlers, which have the connections, are patched."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.error import URLError

from multidict import CIMultiDict
from yarl import URL

from discordtest.stand_ins import StandIns
from discordtest.transports.calls import Call, body_of, http_response
from discordtest.transports.late import LateStandIns

if TYPE_CHECKING:
    from types import ModuleType

__all__ = ["STAND_INS"]


def _answering(real: Any) -> Any:
    """Return a ``do_open`` that has Discord's hosts, and those that are served, answered here."""

    def do_open(self: Any, http_class: Any, req: Any, **options: Any) -> Any:
        call = Call(req.get_method(), URL(req.full_url, encoded=True))
        if call.network is None:
            return real(self, http_class, req, **options)
        headers = CIMultiDict({**req.headers, **req.unredirected_hdrs})
        try:
            response = call.answer_now(headers, body_of(req.data))
        except OSError as error:
            raise URLError(error) from None
        answer: Any = http_response(response, call.method)
        answer.url, answer.msg = req.full_url, response.reason
        return answer

    return do_open


def _over(module: ModuleType) -> StandIns:
    return StandIns((module.AbstractHTTPHandler, "do_open", _answering))


STAND_INS = LateStandIns(_over, "urllib.request")
