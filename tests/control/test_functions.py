"""The functions of ``discordtest.backend``: their signatures, how they are reached, and that they find their test."""

from __future__ import annotations

import asyncio
import inspect
import pickle
import threading
import unittest
from typing import Any

import discord

import discordtest
from discordtest import BackendError, NotModelled, backend, current
from discordtest.arrange import ArrangeMixin
from discordtest.control import functions
from discordtest.stage import Stage
from tests import fresh
from tests.bots import BotTestCase
from tests.control.listening import Listener
from tests.repeated import once

NOTHING = inspect.Parameter.empty
ANY = object()  # a default that stands for "not passed"

#: What each function takes, in this order and with these defaults; more keywords may follow.
SIGNATURES: dict[str, dict[str, Any]] = {
    "get_state": {},
    "make_guild": {
        "name": NOTHING,
        "members": None,
        "channels": None,
        "roles": None,
        "owner": False,
        "id_num": -1,
    },
    "update_guild": {"guild": NOTHING, "roles": None},
    "make_role": {
        "name": NOTHING,
        "guild": NOTHING,
        "id_num": -1,
        "colour": 0,
        "color": None,
        "permissions": 104324161,
        "hoist": False,
        "mentionable": False,
    },
    "update_role": {
        "role": NOTHING,
        "colour": None,
        "color": None,
        "permissions": None,
        "hoist": None,
        "mentionable": None,
        "name": None,
    },
    "delete_role": {"role": NOTHING},
    "make_text_channel": {
        "name": NOTHING,
        "guild": NOTHING,
        "position": -1,
        "id_num": -1,
        "permission_overwrites": None,
        "parent_id": None,
    },
    "make_category_channel": {
        "name": NOTHING,
        "guild": NOTHING,
        "position": -1,
        "id_num": -1,
        "permission_overwrites": None,
    },
    "delete_channel": {"channel": NOTHING},
    "update_text_channel": {"channel": NOTHING, "target": NOTHING, "override": ANY},
    "make_user": {"username": NOTHING, "discrim": "0", "avatar": None, "id_num": -1},
    "make_member": {"user": NOTHING, "guild": NOTHING, "nick": None, "roles": None},
    "update_member": {"member": NOTHING, "nick": None, "roles": None},
    "delete_member": {"member": NOTHING},
    "make_message": {
        "content": NOTHING,
        "author": NOTHING,
        "channel": NOTHING,
        "tts": False,
        "embeds": None,
        "attachments": None,
        "nonce": None,
        "id_num": -1,
    },
    "find_user_mentions": {"content": NOTHING, "guild": NOTHING},
    "find_channel_mentions": {"content": NOTHING, "guild": NOTHING},
    "delete_message": {"message": NOTHING},
    "make_attachment": {"filename": NOTHING, "name": None, "id_num": -1},
    "add_reaction": {"message": NOTHING, "user": NOTHING, "emoji": NOTHING},
    "remove_reaction": {"message": NOTHING, "user": NOTHING, "emoji": NOTHING},
    "clear_reactions": {"message": NOTHING},
    "FakeRequest": {"status": NOTHING, "reason": NOTHING},
    "BackendState": {"messages": NOTHING, "state": NOTHING},
}


def own_functions() -> dict[str, Any]:
    return {
        name: getattr(backend, name)
        for name in functions.__all__
        if not isinstance(getattr(backend, name), type)
    }


class SignatureTests(unittest.TestCase):
    def test_every_function_takes_what_it_should(self) -> None:
        for name, expected in SIGNATURES.items():
            with self.subTest(name):
                parameters = list(inspect.signature(getattr(backend, name)).parameters.values())
                found = {each.name: each.default for each in parameters[: len(expected)]}
                self.assertEqual(list(found), list(expected))
                for key, default in expected.items():
                    if default is not ANY:
                        self.assertEqual(found[key], default, key)
                    else:
                        self.assertIsNotNone(found[key])
                        self.assertIsNot(found[key], NOTHING)
                for more in parameters[len(expected) :]:
                    self.assertIn(more.kind, (more.KEYWORD_ONLY, more.VAR_KEYWORD))

    def test_every_function_says_what_it_takes_and_raises(self) -> None:
        for name, function in own_functions().items():
            with self.subTest(name):
                text = inspect.getdoc(function) or ""
                for parameter in SIGNATURES.get(name, ()):
                    self.assertIn(f"``{parameter}", text)
                self.assertIn("`BackendError`", text)

    def test_every_builder_is_a_function_too(self) -> None:
        builders = [name for name in dir(ArrangeMixin) if name.startswith("make_")]
        missing = [name for name in builders if name not in functions.__all__]
        self.assertEqual(
            missing, [], "give each a line in discordtest/control/functions.py and its name to backend._ABOVE"
        )

    def test_every_name_is_reached_in_the_package_of_the_backend(self) -> None:
        self.assertEqual(sorted(backend._ABOVE), functions.__all__)
        for name, function in own_functions().items():
            self.assertEqual(function.__name__, name)

    def test_names_are_listed(self) -> None:
        self.assertLessEqual({*functions.__all__, "configure", "Backend"}, {*dir(backend)})

    def test_functions_pickle(self) -> None:
        self.assertIs(pickle.loads(pickle.dumps(backend.make_guild)), backend.make_guild)

    def test_other_names_are_none(self) -> None:
        with self.assertRaisesRegex(AttributeError, "'discordtest.backend' has no attribute 'make_server'"):
            backend.make_server  # type: ignore[attr-defined]  # noqa: B018

    @once
    def test_reached_in_whatever_way_it_is_imported(self) -> None:
        for line in (
            "from discordtest.backend import make_guild",
            "from discordtest import backend; make_guild = backend.make_guild",
            "import discordtest.backend; make_guild = discordtest.backend.make_guild",
            "import discordtest; import discordtest.backend as b; make_guild = b.make_guild",
        ):
            with self.subTest(line):
                said = fresh.run(f"{line}\nprint(make_guild.__name__)")
                self.assertEqual((said.stdout.strip(), said.stderr), ("make_guild", ""))


class WithoutATestTests(unittest.TestCase):
    def arguments(self, function: Any) -> list[Any]:
        parameters = inspect.signature(function).parameters.values()
        return [None for each in parameters if each.default is NOTHING and each.kind < each.KEYWORD_ONLY]

    def test_every_function_says_what_to_do(self) -> None:
        for name, function in own_functions().items():
            with self.subTest(name), self.assertRaisesRegex(BackendError, r"configure\(client\)"):
                made = function(*self.arguments(function))
                if inspect.iscoroutine(made):
                    asyncio.run(made)

    def test_http_client_says_so_too(self) -> None:
        with self.assertRaisesRegex(BackendError, r"configure\(client\)"):
            backend.FakeHttp()

    def test_error_is_the_one_of_the_package(self) -> None:
        self.assertIs(backend.BackendError, discordtest.BackendError)


class FindingTests(BotTestCase):
    async def test_function_works_on_the_running_test(self) -> None:
        guild = backend.make_guild("Second")
        self.assertIs(self.client.get_guild(guild.id), guild)

    async def test_mistake_of_the_test_is_told_as_by_the_builder(self) -> None:
        with self.fails("there is no guild 7 in the world", kind=discordtest.SetupError):
            backend.make_role("mods", 7)

    async def test_another_thread_has_no_test(self) -> None:
        said: list[str] = []

        def work() -> None:
            try:
                backend.get_state()
            except BackendError as error:
                said.append(str(error))

        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
        self.assertIn("no Discord is configured here", said[0])

    def test_function_finds_the_test_where_no_loop_runs(self) -> None:
        self.assertIn(self.guild, backend.get_state().guilds)
        with self.fails("no event loop runs", kind=discordtest.SetupError):
            backend.make_guild("Late")


class ClientlessTests(BotTestCase):
    async def asyncSetUp(self) -> None:
        with self.fails("this Discord has no client yet", kind=BackendError):
            backend.get_state()
        await super().asyncSetUp()

    def make_world(self) -> None:
        super().make_world()
        self.made_early = backend.make_member("bob", self.guild)

    async def test_functions_build_what_the_bot_finds(self) -> None:
        self.assertIsNotNone(self.client.guilds[0].get_member(self.made_early.id))


class StateTests(BotTestCase):
    async def test_state_is_the_clients_own(self) -> None:
        state = backend.get_state()
        self.assertIs(state.state, self.client._connection)
        self.assertEqual((state.user, [*state.guilds]), (self.client.user, [*self.client.guilds]))
        self.assertIn(self.client.get_channel(self.general.id), state.channels)
        self.assertEqual([member.name for member in state.members], ["owner", "bot", "alice"])
        with self.assertRaises(AttributeError):
            state.servers  # noqa: B018

    async def test_messages_are_payloads_by_channel(self) -> None:
        first = backend.make_message("one", self.alice, self.general)
        second = backend.make_message("two", self.alice, self.general)
        backend.add_reaction(first, self.alice, "👍")
        messages = backend.get_state().messages[self.general.id]
        self.assertEqual([message["content"] for message in messages], ["one", "two"])
        self.assertEqual([message["id"] for message in messages], [str(first.id), str(second.id)])
        self.assertEqual(messages[0]["reactions"][0]["count"], 1)

    async def test_request_is_enough_of_a_response_for_an_exception(self) -> None:
        request: Any = backend.FakeRequest(404, "Not Found")
        error = discord.NotFound(request, "Unknown Message")
        self.assertEqual((error.status, str(error)), (404, "404 Not Found (error code: 0): Unknown Message"))


class OutsideTests(unittest.TestCase):
    """Without a test case, and without a loop."""

    def setUp(self) -> None:
        self.client = Listener()
        backend.configure(self.client)
        self.addCleanup(self.end)

    @staticmethod
    def end() -> None:
        case = current.current_case()
        assert isinstance(case, Stage)
        case.end()

    def test_everything_is_a_plain_call(self) -> None:
        guild = backend.make_guild("Test")
        general = backend.make_text_channel("general", guild)
        self.assertEqual(self.client.get_channel(general.id), general)

        @self.client.listen()
        async def on_message(message: discord.Message) -> None:
            if message.author != self.client.user:
                await message.channel.send("pong")

        alice = backend.make_member("alice", guild)
        backend.make_message("ping", alice, general)
        found: Any = backend.wait_for_messages(1)  # a coroutine where a loop runs
        self.assertEqual([message.content for message in found], ["pong"])
        answer: Any = backend.FakeHttp(current.current_scene().loop).exchanges[-1].result
        self.assertEqual(answer["content"], "pong")
        http: Any = backend.FakeHttp()
        self.assertEqual(http.send_message(general.id, "hello")["content"], "hello")
        http.delete_message(general.id, general.last_message_id)
        self.assertEqual([message.content for message in backend.history(general)], ["ping", "pong"])
        with self.assertRaisesRegex(NotModelled, "GET /lobbies/1"):
            http.request("GET", "/lobbies/1")
        backend.dispatch_event("level_up", 3)
        backend.wait_for_state_update()
        self.assertEqual(self.client.heard[-1], ("level_up", (3,)))
        backend.delete_guild(guild)
        self.assertEqual(len(backend.get_state().guilds), 0)
