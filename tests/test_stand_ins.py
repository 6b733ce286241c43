from __future__ import annotations

import unittest
from typing import Any
from unittest.mock import patch

from discordtest.stand_ins import StandIns


def ours() -> str:
    return "ours"


def over(real: Any) -> Any:
    return lambda: f"over {real()}"


class StandInsTests(unittest.TestCase):
    def setUp(self) -> None:
        class Base:
            def inherited() -> str:  # type: ignore[misc]
                return "real"

        class Place(Base):
            def own() -> str:  # type: ignore[misc]
                return "real"

        self.place: Any = Place
        self.before = dict(vars(Place))
        self.stand_ins = StandIns()

    def assertAsBefore(self) -> None:
        self.assertEqual(dict(vars(self.place)), self.before)

    def test_comes_and_goes(self) -> None:
        self.assertEqual(self.stand_ins.put(self.place, "own", ours)(), "real")
        self.assertEqual(self.place.own(), "ours")
        self.stand_ins.take_away()
        self.assertAsBefore()

    def test_what_a_class_inherits_is_inherited_again(self) -> None:
        self.assertEqual(self.stand_ins.put(self.place, "inherited", ours)(), "real")
        self.assertEqual(self.place.inherited(), "ours")
        self.stand_ins.take_away()
        self.assertAsBefore()

    def test_a_name_that_is_not_there(self) -> None:
        with self.assertRaises(AttributeError):
            self.stand_ins.put(self.place, "missing", ours)
        self.stand_ins.take_away()
        self.assertAsBefore()

    def test_made_over_the_real_one_once(self) -> None:
        found = []
        for _ in range(2):
            self.stand_ins.put_over(self.place, "own", over)
            found.append(self.place.own)
            self.assertEqual(self.place.own(), "over real")
            self.stand_ins.take_away()
        self.assertIs(found[0], found[1])
        self.assertAsBefore()

    def test_put_twice(self) -> None:
        for _ in range(2):
            self.stand_ins.put_over(self.place, "own", over)
            self.assertEqual(self.stand_ins.put(self.place, "inherited", ours)(), "real")
        self.assertEqual(self.place.own(), "over real")
        self.stand_ins.take_away()
        self.assertAsBefore()

    def test_a_mock_that_was_there_before_is_stood_in_for(self) -> None:
        with patch.object(self.place, "own", lambda: "mock"):
            self.assertEqual(self.stand_ins.put(self.place, "own", ours)(), "mock")
            self.stand_ins.take_away()
            self.assertEqual(self.place.own(), "mock")
        self.assertAsBefore()

    def test_a_mock_that_lies_over_a_stand_in_is_left_alone(self) -> None:
        self.stand_ins.put(self.place, "own", ours)
        mock = patch.object(self.place, "own", lambda: "mock")
        mock.start()
        self.stand_ins.take_away()
        self.assertEqual(self.place.own(), "mock")
        mock.stop()
        self.assertEqual(self.place.own(), "ours")  # put back too late

    def test_a_stand_in_that_a_mock_put_back_is_known(self) -> None:
        for put in (
            lambda: self.stand_ins.put(self.place, "own", ours),
            lambda: self.stand_ins.put_over(self.place, "own", over),
        ):
            with self.subTest():
                put()
                mock = patch.object(self.place, "own", lambda: "mock")
                mock.start()
                self.stand_ins.take_away()
                mock.stop()
                put()
                self.stand_ins.take_away()
                self.assertAsBefore()
