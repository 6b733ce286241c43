from __future__ import annotations

import unittest
from typing import Any
from unittest.mock import patch

from discordtest.stand_ins import StandIns, always


def ours() -> str:
    return "ours"


def over(real: Any) -> Any:
    return lambda: f"over {real()}"


class StandInsTests(unittest.TestCase):
    def setUp(self) -> None:
        class Base:
            def inherited() -> str:  # type: ignore[misc]
                return "of the base"

        class Place(Base):
            def own() -> str:  # type: ignore[misc]
                return "real"

        self.place: Any = Place
        self.before = dict(vars(Place))

    def assertAsBefore(self) -> None:
        self.assertEqual(dict(vars(self.place)), self.before)

    def stand_ins(self, name: str = "own", make: Any = over) -> StandIns:
        return StandIns((self.place, name, make))

    def test_come_and_go(self) -> None:
        stand_ins = StandIns((self.place, "own", over), (self.place, "inherited", over))
        stand_ins.put()
        self.assertEqual(self.place.own(), "over real")
        self.assertEqual(self.place.inherited(), "over of the base")
        stand_ins.take_away()
        self.assertAsBefore()

    def test_pass_calls_on(self) -> None:
        for name, real in (("own", "real"), ("inherited", "of the base")):
            stand_ins = self.stand_ins(name, always(ours))
            stand_ins.put()
            self.assertEqual(getattr(self.place, name)(), "ours")
            self.assertEqual(stand_ins.behind(ours)(), real)
            stand_ins.take_away()
        self.assertAsBefore()

    def test_a_name_that_is_not_there(self) -> None:
        stand_ins = self.stand_ins("missing")
        with self.assertRaises(AttributeError):
            stand_ins.put()
        stand_ins.take_away()
        self.assertAsBefore()

    def test_taken_away_without_having_been_put(self) -> None:
        self.stand_ins().take_away()
        self.assertAsBefore()

    def test_made_once_for_the_same_function(self) -> None:
        stand_ins, found = self.stand_ins(), []
        for _ in range(2):
            stand_ins.put()
            found.append(self.place.own)
            stand_ins.take_away()
        self.assertIs(found[0], found[1])
        self.place.own = lambda: "another"
        stand_ins.put()
        self.assertEqual(self.place.own(), "over another")

    def test_put_twice(self) -> None:
        stand_ins = self.stand_ins()
        stand_ins.put()
        stand_ins.put()
        self.assertEqual(self.place.own(), "over real")
        stand_ins.take_away()
        self.assertAsBefore()

    def test_a_mock_that_was_there_before_is_stood_in_for(self) -> None:
        stand_ins = self.stand_ins()
        with patch.object(self.place, "own", lambda: "mock"):
            stand_ins.put()
            self.assertEqual(self.place.own(), "over mock")
            stand_ins.take_away()
            self.assertEqual(self.place.own(), "mock")
        self.assertAsBefore()

    def test_a_mock_that_lies_over_a_stand_in_is_left_alone(self) -> None:
        stand_ins = self.stand_ins()
        stand_ins.put()
        mock = patch.object(self.place, "own", lambda: "mock")
        mock.start()
        stand_ins.take_away()
        self.assertEqual(self.place.own(), "mock")
        mock.stop()
        self.assertEqual(self.place.own(), "over real")  # the mock has put it back

    def test_a_stand_in_that_a_mock_put_back_is_known(self) -> None:
        for make, expected in ((over, "over real"), (always(ours), "ours")):
            stand_ins = self.stand_ins(make=make)
            stand_ins.put()
            mock = patch.object(self.place, "own", lambda: "mock")
            mock.start()
            stand_ins.take_away()
            mock.stop()
            stand_ins.put()
            self.assertEqual(self.place.own(), expected)
            stand_ins.take_away()
            self.assertAsBefore()
