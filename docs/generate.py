"""Write the pages that mirror code: ``python docs/generate.py``, or ``--check`` to name the stale ones.

A page is a function that returns Markdown, registered under its file name with ``@page``. It reads the code's
own tables, so it can be stale but never wrong.
"""

from __future__ import annotations

import functools
import importlib.util
import inspect
import os
import re
import sys
import unittest
from collections.abc import Callable, Iterable
from pathlib import Path
from unittest import mock

DOCS = Path(__file__).parent
ROUTES = DOCS.parent / "tests" / "data" / "routes.txt"
PAGES: dict[str, Callable[[], str]] = {}

sys.path.insert(0, str(DOCS.parent))

import discordtest  # noqa: E402
from discordtest import deferred  # noqa: E402
from discordtest.backend import rest  # noqa: E402
from discordtest.control import functions  # noqa: E402
from tests import dpytest_suite  # noqa: E402

deferred.load()  # the routes are there once it is


def page(name: str) -> Callable[[Callable[[], str]], Callable[[], str]]:
    """Register a function that returns the text of ``docs/<name>``."""

    def register(write: Callable[[], str]) -> Callable[[], str]:
        PAGES[name] = write
        return write

    return register


def table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """Return a Markdown table."""
    lines = [heads, ("---",) * len(heads), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


# -- Routes ----------------------------------------------------------------------------------------------


def shape(path: str) -> str:
    """Return a path template without the names of its parameters, which differ from table to table."""
    return re.sub(r"\{[^}]*\}", "{}", path)


def known_routes() -> dict[str, list[tuple[str, str, str]]]:
    """Return what discord.py can call: (method, path, operationId) by page of Discord's documentation."""
    known: dict[str, list[tuple[str, str, str]]] = {}
    for line in ROUTES.read_text().splitlines():
        if line.startswith("["):
            rows = known.setdefault(line.strip("[]"), [])
        elif line:
            method, path, operation = line.split()
            rows.append((method, path, operation))
    return known


@page("routes.md")
def routes() -> str:
    """Which routes the in-memory Discord serves."""
    served = {(route.method or "", shape(route.template)) for route in rest.ROUTES}
    known = known_routes()
    flat = [(method, shape(path)) for rows in known.values() for method, path, _ in rows]
    parts = [
        "# Routes\n",
        f"discord.py can call {len(flat)} routes. {len(served.intersection(flat))} of them are served. "
        "A request to any other raises `NotModelled`, which fails the test and names the route, "
        "whatever the bot catches.\n",
    ]
    for title, rows in known.items():
        lines = [
            (method, f"`{path}`", "" if operation == "-" else f"`{operation}`", _state(served, method, path))
            for method, path, operation in rows
        ]
        parts.append(f"## {title}\n\n" + table(("method", "path", "operation", ""), lines))
    beyond = [route for route in rest.ROUTES if (route.method, shape(route.template)) not in set(flat)]
    if beyond:
        others = [(route.method or "", f"`{route.template}`", f"`{route.operation}`") for route in beyond]
        parts.append(
            "## Beyond discord.py\n\nServed for bots that send requests of their own.\n\n"
            + table(("method", "path", "operation"), others)
        )
    return "\n".join(parts)


def _state(served: set[tuple[str, str]], method: str, path: str) -> str:
    return "served" if (method, shape(path)) in served else "not modelled yet"


# -- The test case -----------------------------------------------------------------------------------------

_GROUPS = {"arrange": "discordtest.arrange", "act": "discordtest.act", "assert": "discordtest.assertions"}


def groups(package: str) -> Iterable[tuple[str, list[str]]]:
    """Yield what a package gives to a test case: each group's description, and its public methods."""
    for owner in discordtest.DiscordTestCase.__mro__:
        if (owner.__module__ + ".").startswith(package + "."):
            names = [name for name in vars(owner) if not name.startswith("_")]
            if names:
                yield (owner.__doc__ or "").split("\n")[0].rstrip("."), names


def takes(member: object, first: int = 1) -> str:
    """Return the parameters of a method, without types and defaults; of a property nothing."""
    if not callable(member):
        return ""
    parameters = list(inspect.signature(member).parameters.values())[first:]
    names, starred = [], False
    for parameter in parameters:
        if parameter.kind is parameter.KEYWORD_ONLY and not starred:
            names.append("\\*")
            starred = True
        names.append(("\\*\\*" if parameter.kind is parameter.VAR_KEYWORD else "") + parameter.name)
    return ", ".join(names)


def _table_of(package: str) -> str:
    parts = []
    for title, names in groups(package):
        rows = []
        for name in names:
            member = inspect.getattr_static(discordtest.DiscordTestCase, name)
            role = "meth" if callable(member) else "attr"
            first = (inspect.getdoc(member) or "").split("\n")[0]
            rows.append((f"{{py:{role}}}`~discordtest.DiscordTestCase.{name}`", takes(member), first))
        parts.append(f"{title}:\n\n" + table(("", "takes", "what it does"), rows))
    return "\n".join(parts)


for _name, _package in _GROUPS.items():
    page(f"tables/{_name}.md")(functools.partial(_table_of, _package))


@page("tables/dpytest.md")
def dpytest_contradictions() -> str:
    """Which tests of dpytest's own suite cannot pass."""
    rows = [
        (f"`{name}`", why.asked, why.instead, why.source) for name, why in dpytest_suite.CONTRADICTED.items()
    ]
    return table(("test", "asks for", "Discord", "source"), rows)


# -- The functions ---------------------------------------------------------------------------------------


def backend_functions() -> list[str]:
    """Return the names of the functions of ``discordtest.backend``, in the order in which they are defined."""
    return [name for name, value in vars(functions).items() if name in functions.__all__ and name.islower()]


@page("tables/backend.md")
def backend_table() -> str:
    """What the functions of ``discordtest.backend`` take and do."""
    rows = []
    for name in backend_functions():
        function = getattr(functions, name)
        first = (inspect.getdoc(function) or "").split("\n")[0]
        rows.append((f"{{py:func}}`~discordtest.backend.{name}`", takes(function, 0), first))
    return table(("", "takes", "what it does"), rows)


@page("reference.md")
def reference() -> str:
    """Everything public, from its docstrings."""
    parts = ["# Reference\n", REFERENCE_HEAD]
    for title, package in _GROUPS.items():
        parts.append(f"## {title.capitalize()}\n")
        names = [name for _, members in groups(package) for name in members]
        parts += [_directive(name) for name in names]
    parts.append("## The backend by hand\n")
    parts += [
        f"```{{eval-rst}}\n.. autofunction:: discordtest.backend.{name}\n```\n"
        for name in ("configure", *backend_functions())
    ]
    return "\n".join([*parts, REFERENCE_TAIL])


def _directive(name: str) -> str:
    member = inspect.getattr_static(discordtest.DiscordTestCase, name)
    kind = "automethod" if callable(member) else "autoproperty"
    return f"```{{eval-rst}}\n.. {kind}:: discordtest.DiscordTestCase.{name}\n```\n"


REFERENCE_HEAD = """\
## The test case

```{eval-rst}
.. autoclass:: discordtest.DiscordTestCase

.. autoclass:: discordtest.DiscordTestMixin
   :members:

.. autofunction:: discordtest.load_client

.. autofunction:: discordtest.load_clients
```
"""
REFERENCE_TAIL = """\
```{eval-rst}
.. autoclass:: discordtest.backend.BackendState
   :members: channels, members

.. autoclass:: discordtest.backend.FakeHttp
   :members:

.. autoclass:: discordtest.backend.FakeRequest
```

## What they give you

```{eval-rst}
.. autoclass:: discordtest.Close

.. autoclass:: discordtest.clock.Clock
   :members:

.. autoclass:: discordtest.foreign.ServedHost

.. autoclass:: discordtest.foreign.ServedRequest
   :members:

.. autoclass:: discordtest.interactions.result.InteractionResult
   :members:

.. autoclass:: discordtest.transcript.Transcript
   :members:
```

## Without a test case

```{eval-rst}
.. autofunction:: discordtest.function

.. autofunction:: discordtest.method

.. autofunction:: discordtest.run

.. autofunction:: discordtest.main

.. autofunction:: discordtest.current_case

.. autoclass:: discordtest.Registry
   :members:
```

## The interface of dpytest

```{eval-rst}
.. automodule:: discordtest.dpytest.runner
   :members:

.. automodule:: discordtest.dpytest.verify
   :members:

.. automodule:: discordtest.dpytest.backend
   :members: get_state, make_user, make_text_channel, make_voice_channel, find_role_mentions, pin_message, unpin_message

.. automodule:: discordtest.dpytest.callbacks
   :members: set_callback, get_callback, remove_callback, dispatch_event

.. automodule:: discordtest.dpytest.utils
   :members:

.. automodule:: discordtest.dpytest.voice
   :members: FakeVoiceClient
```

## Recordings

```{eval-rst}
.. autofunction:: discordtest.record

.. autoclass:: discordtest.recordings.recorder.Recorder
   :members: start, stop, save, recording

.. autoclass:: discordtest.Recording
   :members: load, save, from_json, to_json

.. autoclass:: discordtest.replays.Replays
   :members:

.. automethod:: discordtest.recordings.player.Player.answer

.. autoclass:: discordtest.FakeWebSocket
   :members: connect, recv, send, close

.. autoexception:: discordtest.ConnectionClosed

.. autoexception:: discordtest.ConnectionClosedOK

.. autoexception:: discordtest.ConnectionClosedError

.. autoexception:: discordtest.ConcurrencyError
```

## Order and time

```{eval-rst}
.. autofunction:: discordtest.future_dominos

.. autoclass:: discordtest.FutureDominos
   :members: started, finished, begin, __getitem__

.. autoclass:: discordtest.Domino
   :members:
   :special-members: __await__

.. autofunction:: discordtest.mocked_call_later

.. autoclass:: discordtest.MockedCallLater
   :members:
```

## Errors

```{eval-rst}
.. automodule:: discordtest.errors
   :members:
```
"""


# -- Failures ----------------------------------------------------------------------------------------------


def failure(test: unittest.TestCase) -> str:
    """Run a test that fails; return what unittest prints of it, the same on every machine."""
    result = unittest.TestResult()
    with mock.patch.dict(os.environ, DISCORDTEST_START_TIME="", DISCORDTEST_TRANSPORT=""):
        test.run(result)
    told = [*(("FAIL", text) for _, text in result.failures), *(("ERROR", text) for _, text in result.errors)]
    kind, text = told[0]
    # what it was caused by has line numbers of libraries
    text = text[max(text.rfind("Traceback (most"), 0) :]
    text = re.sub(r"^ *[~^]+\n", "", text, flags=re.MULTILINE)
    text = re.sub(r'File ".*/failures\.py"', 'File "test_bot.py"', text)
    # libraries differ in their lines
    text = re.sub(r'^  File "/.*\n(    .*\n)+', "", text, flags=re.MULTILINE)
    text = re.sub(r"\bfailures\.py", "test_bot.py", re.sub(r" \(client_ws\.py:\d+\)", "", text))
    # Said only where that extra is not installed: a page is the same everywhere.
    text = re.sub(r"^The test has let time pass, but .*\n", "", text, flags=re.MULTILINE)
    line = "-" * 70
    return f"{'=' * 70}\n{kind}: {test._testMethodName} (test_bot.{type(test).__name__})\n{line}\n{text}"


def _load_failures() -> None:
    spec = importlib.util.spec_from_file_location("failures", DOCS / "failures.py")
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules["failures"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for case in (module.GreeterTests, module.DoormanTests):
        for name in unittest.defaultTestLoader.getTestCaseNames(case):
            page(f"failures/{name.removeprefix('test_')}.txt")(
                functools.partial(lambda case, name: failure(case(name)), case, name)
            )


_load_failures()


# -- Writing ---------------------------------------------------------------------------------------------


def stale() -> list[str]:
    """Return the pages whose text is not what the code says now."""
    return [name for name, write in PAGES.items() if _text(DOCS / name) != write()]


def _text(path: Path) -> str:
    return path.read_text() if path.exists() else ""


def main(arguments: list[str]) -> int:
    pages = stale()
    if "--check" in arguments:
        for name in pages:
            print(f"docs/{name} is stale: run python docs/generate.py")
        return bool(pages)
    for name in pages:
        (DOCS / name).parent.mkdir(exist_ok=True)
        (DOCS / name).write_text(PAGES[name]())
        print(f"docs/{name} written")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
