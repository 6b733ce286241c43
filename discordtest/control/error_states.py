"""Error states: Discord fails until it is told to work again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from discordtest.arrange.building import Arranging
from discordtest.backend.close_codes import is_close_code, is_final
from discordtest.backend.faults import HttpError, RateLimited
from discordtest.errors import BackendError

if TYPE_CHECKING:
    from discordtest.backend.faults import Fault, Injection
    from discordtest.backend.session import Session

__all__ = ["ErrorStates"]

__unittest = True  # unittest leaves our frames out of its tracebacks

_TOO_MANY_REQUESTS, _UNAVAILABLE = 429, 503


class ErrorStates(Arranging):
    """What makes the API or the gateway fail."""

    _http_error: Injection | None = None
    _unreachable: Injection | None = None
    _gateway_error: tuple[int, str] | None = None  # code and reason of every new connection's end

    def set_error_state(
        self,
        error_type: Literal["http", "websocket"],
        *,
        status: int | None = None,
        code: int | None = None,
        message: str = "",
        route: str = "*",
        retry_after: float = 1.0,
    ) -> None:
        """Let every request or every gateway connection fail, until `clear_error_state`.

        ``"http"``: requests are answered with ``status`` (400 to 599), and Discord's error ``code`` and ``message``;
        ``route``, named as for `inject`, are those that fail. 429 asks to wait ``retry_after`` seconds.
        ``"websocket"``: connections to the gateway are closed with ``code``, and ``message`` as the reason. After 4004
        and its like a bot stops, and a bot that starts meanwhile is closed so, too. After other codes, such as 1006, it
        connects anew, and finds the gateway out of reach (503) until the error state ends.

        >>> backend.set_error_state(error_type="http", status=503, message="Service Unavailable")

        Raises `BackendError` for another type, a status or code that cannot be, and a route that does not exist.
        """
        if error_type == "http":
            if status is None:
                raise BackendError('an error state of type "http" has a status=, such as 503')
            self._fail_requests(_fault(status, code or 0, message, retry_after), route)
        elif error_type == "websocket":
            if code is None or not is_close_code(code) or status is not None:
                raise BackendError(
                    f'an error state of type "websocket" has a code= that closes connections, such as 4004 or 1006, '
                    f"and no status: there were code={code!r} and status={status!r}"
                )
            self._fail_connections(code, message)
        else:
            raise BackendError(f'the type of an error state is "http" or "websocket", not {error_type!r}')

    def clear_error_state(self) -> None:
        """Let requests and gateway connections succeed again."""
        self._stop("_http_error")
        self._stop("_unreachable")
        self._gateway_error = None

    def _fail_requests(self, fault: Fault, route: str) -> None:
        injection = self._scene.backend.inject(route, fault, times=None)
        self._stop("_http_error")
        self._http_error = injection

    def _fail_connections(self, code: int, reason: str) -> None:
        backend = self._scene.backend
        self._stop("_unreachable")
        self._gateway_error = None
        if is_final(code):
            self._gateway_error = code, reason
        else:  # closed as soon as it is open, discord.py would open the next without a pause, for ever
            self._unreachable = backend.inject("gateway", HttpError(_UNAVAILABLE), times=None)
        if any(not session.closed for session in backend.gateway.sessions):
            backend.disconnect(code, reason=reason or None)

    def _stop(self, name: Literal["_http_error", "_unreachable"]) -> None:
        injection: Injection | None = getattr(self, name)
        if injection is not None:
            injection.stop()
        setattr(self, name, None)

    def _greet(self, session: Session) -> Session:
        """Close a new connection at once, if connections fail."""
        if self._gateway_error is not None:
            code, reason = self._gateway_error
            session.close(code, reason or None)
        return session


def _fault(status: int, code: int, message: str, retry_after: float) -> Fault:
    if status == _TOO_MANY_REQUESTS:
        return RateLimited(retry_after, message=message)
    try:
        return HttpError(status, code, message)
    except ValueError as error:
        raise BackendError(f'an error state of type "http": {error}') from None
