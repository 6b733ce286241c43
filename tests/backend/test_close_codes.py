"""Close codes of the gateway: after which a client comes back, and which of them end its session."""

from __future__ import annotations

import unittest

from discord.gateway import DiscordWebSocket

from discordtest.backend.close_codes import CLOSE_CODES, ends_session, is_close_code, is_final


class CloseCodeTests(unittest.TestCase):
    def test_codes_of_the_documentation(self) -> None:
        self.assertEqual(list(CLOSE_CODES), [4000, 4001, 4002, 4003, 4004, 4005, *range(4007, 4015)])

    def test_after_which_no_client_comes_back(self) -> None:
        final = [code for code in CLOSE_CODES if is_final(code)]
        self.assertEqual(final, [4004, 4010, 4011, 4012, 4013, 4014])
        for code in (1000, 1001, 1006, 4006, 4015):
            self.assertFalse(is_final(code))

    def test_library_gives_up_after_those_alone(self) -> None:
        socket = DiscordWebSocket.__new__(DiscordWebSocket)
        for code in (*CLOSE_CODES, 1006):
            with self.subTest(code):
                socket._close_code = code
                if code != 4012:  # which discord.py never meets
                    self.assertEqual(socket._can_handle_close(), not is_final(code))

    def test_what_ends_the_session(self) -> None:
        ended = [code for code in CLOSE_CODES if ends_session(code, by_client=False)]
        self.assertEqual(ended, [4004, 4007, 4009, 4010, 4011, 4012, 4013, 4014])
        for code, by_client, by_server in ((1000, True, False), (1001, True, False), (1006, False, False)):
            self.assertEqual(ends_session(code, by_client=True), by_client)
            self.assertEqual(ends_session(code, by_client=False), by_server)
        self.assertFalse(ends_session(4004, by_client=True))

    def test_codes_that_a_websocket_can_end_with(self) -> None:
        for code in (1000, 1003, 1006, 1014, 3000, 4000, 4999):
            self.assertTrue(is_close_code(code))
        for bad in (999, 1004, 1005, 1015, 2999, 5000, "4000", None, 4000.0):
            self.assertFalse(is_close_code(bad))
