"""Mocks that are there when the first test begins."""

from __future__ import annotations

import unittest

from tests import fresh

SCRIPT = """
import datetime, os, socket, time, unittest
from unittest import mock
import discord
from discordtest import DiscordTestCase

class Frozen(datetime.datetime):
    pass

NAMES = ["time.sleep", "time.monotonic", "time.monotonic_ns", "os.execv", "os.execve", "os._exit", "os.kill"]

def now():
    return time, os, datetime.datetime, socket.getaddrinfo, *(eval(name) for name in NAMES)

class First(DiscordTestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for name in NAMES:
            cls.enterClassContext(mock.patch(name))
        cls.enterClassContext(mock.patch("datetime.datetime", Frozen))

    async def test(self):
        time.sleep(5)
        time.sleep.assert_called_once_with(5)

class Second(DiscordTestCase):
    start_time = datetime.datetime(2030, 1, 1, tzinfo=datetime.UTC)

    async def test(self):
        self.assertEqual(discord.utils.utcnow(), self.clock.now())

        with self.assertRaises(SystemExit):
            os._exit(7)
        with self.assertWarns(RuntimeWarning):
            time.sleep(0.1)

before = now()
for case in (First, Second):
    result = unittest.TextTestRunner().run(unittest.TestSuite([case("test")]))
    assert result.wasSuccessful()
    assert now() == before
print("done")
"""


class FirstTests(unittest.TestCase):
    def test_mocks_of_the_first_class_do_not_outlive_it(self) -> None:
        done = fresh.run(SCRIPT)
        self.assertEqual(done.stdout, "done\n", done.stderr)
