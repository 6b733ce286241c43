from __future__ import annotations

import unittest

from tests.random_order import shuffled


def suite(*names: str) -> unittest.TestSuite:
    class Cases(unittest.TestCase):
        pass

    for name in names:
        setattr(Cases, name, lambda self: None)
    inner = unittest.TestSuite(Cases(name) for name in names[1:])
    return unittest.TestSuite([Cases(names[0]), unittest.TestSuite([inner])])


class ShuffledTests(unittest.TestCase):
    names = tuple(f"test_{letter}" for letter in "abcdefgh")

    def order(self, seed: int, *names: str) -> list[str]:
        return [test.id().rpartition(".")[2] for test in shuffled(suite(*names), seed)]

    def test_every_test_is_kept(self) -> None:
        self.assertEqual(sorted(self.order(1, *self.names)), sorted(self.names))

    def test_seed_decides_whatever_was_found_first(self) -> None:
        self.assertEqual(self.order(1, *self.names), self.order(1, *reversed(self.names)))

    def test_another_seed_is_another_order(self) -> None:
        self.assertNotEqual(self.order(1, *self.names), self.order(2, *self.names))
