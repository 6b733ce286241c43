from __future__ import annotations

import unittest

from discordtest.code_names import function_name, line_at, where_begins


class FunctionNames(unittest.TestCase):
    def test_the_function_that_it_stands_in_is_left_out_and_its_class_is_not(self) -> None:
        def inner() -> None: ...

        self.assertEqual(function_name(inner.__qualname__), "inner")
        self.assertEqual(function_name(type(self).setUp.__qualname__), "TestCase.setUp")


class Lines(unittest.TestCase):
    def test_folders_are_left_out(self) -> None:
        self.assertEqual(line_at("/somewhere/bot.py", 12), "bot.py:12")

    def test_a_function_begins_at_its_definition(self) -> None:
        code = compile("\n\ndef ping(): ...", "/somewhere/bot.py", "exec").co_consts[0]
        self.assertEqual(where_begins(code), "bot.py:3")
