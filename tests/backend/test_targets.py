from __future__ import annotations

import unittest

from discordtest.backend import Backend, rest
from discordtest.backend.targets import CDN, find_target
from discordtest.errors import BackendError


def meant(text: str, method: str = "POST", path: str = "/channels/1/messages") -> bool:
    """Tell whether a target means a request."""
    route, raw, _ = rest.match(method, path)
    assert route is not None
    return find_target(text).matches(route, raw)


class FindTarget(unittest.TestCase):
    def test_operation(self) -> None:
        self.assertTrue(meant("create_message"))
        self.assertFalse(meant("create_message", "GET"))

    def test_template_whatever_its_parameters_are_called(self) -> None:
        self.assertTrue(meant("POST /channels/{channel_id}/messages"))
        self.assertTrue(meant("post channels/{id}/messages/"))
        self.assertFalse(meant("GET /channels/{channel_id}/messages"))

    def test_path_with_ids(self) -> None:
        self.assertTrue(meant("POST /channels/1/messages"))
        self.assertFalse(meant("POST /channels/2/messages"))

    def test_path_alone_means_all_its_methods(self) -> None:
        self.assertTrue(meant("/channels/1/messages"))
        self.assertTrue(meant("/channels/{channel_id}/messages", "GET"))

    def test_everything_has_no_files(self) -> None:
        self.assertTrue(meant("*"))
        self.assertFalse(meant(CDN))

    def test_unknown_one_names_what_is_near(self) -> None:
        self.assertTrue(Backend.inject)  # loads the resources, and with them the routes
        for text, near in (
            ("creat_message", "'create_message'"),
            ("POST /channel/{channel_id}/messages", "'POST /channels/{channel_id}/messages'"),
            ("join_guild_by_no_route", ""),
            (
                "https://cdn.discordapp.com/attachments/1/2/a.png",
                "'cdn' stands for avatars, emojis and attachments",
            ),
        ):
            with self.assertRaisesRegex(BackendError, f"no operation or route '{text}'") as caught:
                find_target(text)
            self.assertIn(near, str(caught.exception))
