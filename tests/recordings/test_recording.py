"""The file of a recording: what is written is read again, what is damaged is refused with its line."""

from __future__ import annotations

import json
import random
import tempfile
import unittest
from datetime import UTC, datetime
from pathlib import Path

from discordtest import Recording
from discordtest.errors import RecordingError
from discordtest.recordings.lines import Closed, Exchange, Frame
from discordtest.recordings.recording import MAX_DEPTH, write

START = datetime(2026, 1, 1, tzinfo=UTC)
LINES = (
    Exchange(0, "GET /users/@me", 200, headers={"via": "1.1"}, answer={"id": "1", "username": "bot"}),
    Frame(0.5, 0, "received", {"op": 10, "d": {"heartbeat_interval": 41250}}),
    Frame(0.5, 0, "sent", {"op": 2, "d": {"token": "bot-token-1"}}),
    Frame(1, "voice", "received", b"\x00\xff"),
    Frame(1, "voice", "sent", "plain text: né"),
    Exchange(
        1.25, "POST /channels/1/messages", 403, query={"a": "b", "c": ["d", "e"]}, json={"content": "hi"},
        files=["a.png"], reason="why", answer={"code": 50013, "message": "Missing Permissions"}, took=0.125,
    ),
    Exchange(2, "GET https://cdn.discordapp.com/a.png", 200, data=b"\x89PNG"),
    Exchange(2, "DELETE /channels/1", error="reset"),
    Exchange(2, "GET /gateway", 502, text="<html>"),
    Closed(3, 0, 4000, "client"),
    Closed(3, "voice", None),
)  # fmt: skip


def text() -> str:
    return Recording(LINES, start_time=START).to_json()


class RoundTripTests(unittest.TestCase):
    def test_what_is_written_is_read_again(self) -> None:
        read = Recording.from_json(text())
        self.assertEqual(read.to_json(), text())
        self.assertEqual(read.start_time, START)
        self.assertEqual([line.number for line in read.lines], list(range(2, 13)))

    def test_file_is_json_with_one_line_for_each_line(self) -> None:
        document = json.loads(text())
        self.assertEqual(len(document["lines"]), len(LINES))
        rows = text().splitlines()
        self.assertEqual(len(rows), len(LINES) + 2)
        self.assertEqual([json.loads(row.rstrip(",")) for row in rows[1:-1]], document["lines"])

    def test_file_is_saved_and_loaded(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Recording(LINES, start_time=START).save(Path(folder, "deep", "bug.json"))
            loaded = Recording.load(path)
        self.assertEqual(loaded.to_json(), text())
        self.assertEqual(loaded.place(loaded.lines[2]), "bug.json, line 4")
        self.assertEqual(repr(loaded), "<Recording bug.json: 11 lines, 4 of them frames>")

    def test_empty_one_is_one(self) -> None:
        empty = Recording((), start_time=START, dropped=3)
        read = Recording.from_json(empty.to_json())
        self.assertEqual((list(read.lines), read.dropped), ([], 3))

    def test_line_ends_of_windows_are_read(self) -> None:
        self.assertEqual(Recording.from_json(text().replace("\n", "\r\n")).to_json(), text())

    def test_sockets_are_told_apart(self) -> None:
        sockets = Recording.from_json(text()).sockets
        self.assertEqual({name: len(lines) for name, lines in sockets.items()}, {0: 3, "voice": 3})

    def test_text_of_a_frame_is_its_payload_however_it_is_laid_out(self) -> None:
        payload = {"op": 0, "t": "X", "d": {"received": 'a "b", "received": {', "s": "é"}}
        for row in (
            {"at": 1, "socket": 0, "received": payload},
            {"received": payload, "socket": 'a"b', "at": 1.5e0},
        ):
            (line,) = Recording.from_json(write(START, [row])).lines
            assert isinstance(line, Frame)
            self.assertEqual(json.loads(line.text), payload)
            self.assertEqual((line.op, line.event, line.data), (0, "X", payload["d"]))


class DamageTests(unittest.TestCase):
    def assertRefused(self, damaged: str, *parts: str) -> None:
        with self.assertRaises(RecordingError) as caught:
            Recording.from_json(damaged)
        for part in parts:
            self.assertIn(part, str(caught.exception))

    def line(self, **record: object) -> str:
        return write(START, [record])

    def test_what_is_not_ours(self) -> None:
        for other in (
            "",
            "[]",
            "{}",
            "null",
            "\n\n",
            '{"lines": [',
            "PK\x03\x04",
            '{"log": {"version": "1.2"}}',
        ):
            with self.subTest(other):
                self.assertRefused(other, "the recording, line 1: ", "no recording")
        self.assertRefused(
            text().replace('"recording"', '"world"', 1), "line 1: this is no recording: it has no"
        )

    def test_file_that_was_laid_out_anew(self) -> None:
        self.assertRefused(
            json.dumps(json.loads(text()), indent=2), "line 1: ", "has something laid it out anew?"
        )

    def test_another_version(self) -> None:
        self.assertRefused(
            text().replace('"version": 1', '"version": 2'),
            "line 1: its version is 2, this discordtest reads 1",
        )

    def test_head_with_something_else(self) -> None:
        for old, new, problem in (
            ("2026-01-01T00:00:00+00:00", "yesterday", '"start_time" is no moment'),
            ("2026-01-01T00:00:00+00:00", "2026-01-01T00:00:00", "it has no time zone"),
            ('"version": 1', '"version": 1, "colour": 1', 'unknown "colour"'),
            ('"version": 1', '"version": 1, "dropped": -1', '"dropped" is -1'),
            ('"version": 1', '"version": 1, "version": 1', '"version" twice'),
        ):
            with self.subTest(new):
                self.assertRefused(text().replace(old, new, 1), "line 1: ", problem)

    def test_file_that_is_cut_off_anywhere(self) -> None:
        whole = text()
        for end in range(len(whole) - 1):
            with self.assertRaises(RecordingError, msg=whole[:end]):
                Recording.from_json(whole[:end])

    def test_file_that_lacks_a_line_at_its_end(self) -> None:
        rows = text().splitlines()
        self.assertRefused("\n".join(rows[:-1]), "line 12: it ends here, without its last line ']}'")
        self.assertRefused("\n".join([*rows[:-2], rows[-1]]), "line 11: a comma ends the last line")
        self.assertRefused(
            text().replace("},\n", "}\n", 1), "line 2: no comma ends it, and more lines follow"
        )

    def test_wrong_types(self) -> None:
        for record, problem in (
            ({"at": "1", "request": "GET /a", "status": 200}, "its \"at\" is '1'"),
            ({"at": -1, "request": "GET /a", "status": 200}, 'its "at" is -1'),
            ({"at": True, "request": "GET /a", "status": 200}, 'its "at" is True'),
            ({"at": 0, "request": "GET", "status": 200}, "its \"request\" is 'GET'"),
            ({"at": 0, "request": "GET /a", "status": "200"}, "its \"status\" is '200'"),
            ({"at": 0, "request": "GET /a", "status": 600}, 'its "status" is 600'),
            ({"at": 0, "request": "GET /a", "status": 0}, '"status" is 0 where there is an "error"'),
            ({"at": 0, "request": "GET /a", "status": 200, "error": "reset"}, '"status" is 0 where'),
            ({"at": 0, "request": "GET /a"}, 'it has no "status"'),
            ({"at": 0, "request": "GET /a", "status": 200, "took": -1}, 'its "took" is -1'),
            ({"at": 0, "request": "GET /a", "status": 200, "query": {"a": 1}}, 'its "query" is'),
            ({"at": 0, "request": "GET /a", "status": 200, "query": {"a": ["b", 1]}}, 'its "query" is'),
            ({"at": 0, "request": "GET /a", "status": 200, "files": "a"}, "its \"files\" is 'a'"),
            ({"at": 0, "request": "GET /a", "status": 200, "text": "", "answer": 1}, 'it has "answer" and "text"'),
            ({"at": 0, "request": "GET /a", "status": 200, "data": "a"}, 'its "data" is no Base64'),
            ({"at": 0, "request": "GET /a", "status": 200, "colour": 1}, 'it has an unknown "colour"'),
            ({"at": 0, "socket": 0, "received": 1, "sent": 1}, 'it has an unknown "sent"'),
            ({"at": 0, "socket": None, "received": 1}, 'its "socket" is None'),
            ({"at": 0, "received": 1}, 'it has no "socket"'),
            ({"at": 0, "socket": 0, "sent": 1, "bytes": True}, 'its "sent" is no Base64'),
            ({"at": 0, "socket": 0, "closed": 12}, 'its "closed" is 12'),
            ({"at": 0, "socket": 0, "closed": 1000, "by": "me"}, "its \"by\" is 'me'"),
            ({"at": 0, "socket": 0}, 'it has none of "request", "received", "sent" and "closed"'),
        ):  # fmt: skip
            with self.subTest(problem):
                self.assertRefused(self.line(**record), f"the recording, line 2: {problem}")
        self.assertRefused(write(START, [[1]]), "line 2: it is no object but [1]")

    def test_time_that_goes_back(self) -> None:
        later, earlier = ({"at": at, "socket": 0, "received": 1} for at in (2, 1))
        self.assertRefused(write(START, [later, earlier]), "line 3: time goes back: 1 comes after 2")

    def test_key_that_is_there_twice_at_any_depth(self) -> None:
        for row in (
            '{"at": 0, "at": 0, "socket": 0, "sent": 1}',
            '{"at": 0, "socket": 0, "sent": {"a": [{"b": 1, "b": 1}]}}',
        ):
            self.assertRefused(write(START, [0]).replace("\n0\n", f"\n{row}\n"), "line 2: it has ", "twice")

    def test_no_json(self) -> None:
        for row, problem in (
            ("{", "it is no JSON: Expecting"),
            ('{"at": NaN, "socket": 0, "sent": 1}', "NaN is no JSON"),
            ('{"at": 0, "socket": 0, "sent": -Infinity}', "-Infinity is no JSON"),
            ('{"at": 1e999, "socket": 0, "sent": 1}', 'its "at" is inf'),
            ('{"at": 0, "socket": 0, "sent": "\\ud800"}', "half of a character is missing"),
            ('{"at": 0, "socket": 0, "sent": "\t"}', "it is no JSON: Invalid control character"),
            ('{"at": 0, "socket": 0, "sent": 1} {}', "it is no JSON: Extra data"),
            (f'{{"at": {"9" * 5000}, "socket": 0, "sent": 1}}', "Exceeds the limit"),
        ):
            with self.subTest(row[:40]):
                self.assertRefused(write(START, [0]).replace("\n0\n", f"\n{row}\n"), "line 2: ", problem)

    def test_huge_nesting(self) -> None:
        for depth in (MAX_DEPTH, 5_000, 100_000):
            nested = "[" * depth + "]" * depth
            row = f'{{"at": 0, "socket": 0, "sent": {nested}}}'
            self.assertRefused(
                write(START, [0]).replace("\n0\n", f"\n{row}\n"),
                f"line 2: it is nested more than {MAX_DEPTH} deep",
            )
        nested = "[" * (MAX_DEPTH - 1) + "]" * (MAX_DEPTH - 1)
        row = f'{{"at": 0, "socket": 0, "sent": {nested}}}'
        self.assertEqual(len(Recording.from_json(write(START, [0]).replace("\n0\n", f"\n{row}\n")).lines), 1)

    def test_brackets_in_texts_do_not_nest(self) -> None:
        self.assertEqual(len(Recording.from_json(self.line(at=0, socket=0, sent='\\"[{' * 200)).lines), 1)

    def test_file_that_is_no_utf_8_or_not_there(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "bug.json")
            with self.assertRaisesRegex(RecordingError, r"there is no recording .*bug\.json"):
                Recording.load(path)
            path.write_bytes(text().encode().replace("né".encode(), b"n\xe9"))
            with self.assertRaisesRegex(RecordingError, r"bug\.json, line 6: it is no UTF-8"):
                Recording.load(path)


class FuzzTests(unittest.TestCase):
    """Whatever is done to a line, the file is read as something that it can be, or refused with a line."""

    def check(self, damaged: str) -> None:
        try:
            read = Recording.from_json(damaged)
        except RecordingError as error:
            self.assertRegex(str(error), r"^the recording, line \d+: .")
        else:
            self.assertEqual(Recording.from_json(read.to_json()).to_json(), read.to_json())

    def test_each_line_is_changed(self) -> None:
        chance = random.Random(5)
        rows = text().split("\n")
        signs = [*'{}[]",:0-e\\ \n\x00é', "\ud800", "null", "1e999", '"at": ', "\\u", "[" * 300]
        for number, row in enumerate(rows):
            for _ in range(150):
                place = chance.randrange(len(row) + 1)
                end = place + chance.choice((0, 0, 1, 1, 5, 40))
                changed = row[:place] + chance.choice(signs) * chance.choice((0, 1, 1)) + row[end:]
                self.check("\n".join([*rows[:number], changed, *rows[number + 1 :]]))

    def test_lines_are_swapped_doubled_and_left_out(self) -> None:
        chance = random.Random(6)
        rows = text().split("\n")
        for number in range(len(rows)):
            self.check("\n".join([*rows[:number], *rows[number + 1 :]]))
            self.check("\n".join([*rows[: number + 1], *rows[number:]]))
            shuffled = rows[:]
            other = chance.randrange(len(rows))
            shuffled[number], shuffled[other] = shuffled[other], shuffled[number]
            self.check("\n".join(shuffled))

    def test_values_are_replaced_by_others(self) -> None:
        values = (None, True, 0, -1, 1.5, "", "x", [], [1], {}, {"a": 1}, 10**30)
        rows = [json.loads(row.rstrip(",")) for row in text().splitlines()[1:-1]]
        for number, row in enumerate(rows):
            for key in row:
                for value in values:
                    self.check(write(START, [*rows[:number], {**row, key: value}, *rows[number + 1 :]]))
