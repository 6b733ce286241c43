"""The interface of ``discord.ext.test`` (dpytest 0.7.0), on the Discord of this package: a suite moves by its import.

>>> import discordtest.dpytest as dpytest

``from-dpytest`` in the documentation tells the way from here to ``DiscordTestCase``.
"""

from typing import Any

from discordtest.dpytest import backend as backend
from discordtest.dpytest.runner import *  # noqa: F403
from discordtest.dpytest.utils import PeekableQueue as PeekableQueue
from discordtest.dpytest.utils import activity_eq as activity_eq
from discordtest.dpytest.utils import embed_eq as embed_eq
from discordtest.dpytest.utils import embed_proxy_eq as embed_proxy_eq
from discordtest.dpytest.verify import Verify as Verify
from discordtest.dpytest.verify import VerifyActivity as VerifyActivity
from discordtest.dpytest.verify import VerifyMessage as VerifyMessage
from discordtest.dpytest.verify import verify as verify

_NOT_HERE = {
    "state": "the client's own state is in use: dpytest.back.get_state(), or client._connection",
    "websocket": "the client's own websocket is in use; discordtest.FakeWebSocket answers from a recording",
}


def __getattr__(name: str) -> Any:  # Any: it never returns
    told = f": {_NOT_HERE[name]}" if name in _NOT_HERE else ""
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}{told}")
