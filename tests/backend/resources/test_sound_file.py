"""How long sound files play, from their bytes."""

from __future__ import annotations

import struct
import unittest

from discordtest.backend.resources.sound_file import MP3, OGG, duration_of, sound_type_of
from discordtest.errors import NotModelled

VORBIS = b"\x01vorbis\0\0\0\0\x02" + struct.pack("<I", 44_100)


def mp3(frames: int = 1, version: int = 0xFB, how: int = 0x14) -> bytes:
    """Return silence: MPEG 1 by default, 32 kbit/s and 48 kHz, 96 bytes and 24 ms a frame."""
    size = {0x14: 96, 0x16: 97, 0x10: 104}[how] if version == 0xFB else 24
    return (bytes((0xFF, version, how, 0xC0)) + bytes(size - 4)) * frames


def page(content: bytes, granule: int = -1) -> bytes:
    """Return one page of an Ogg file."""
    whole, rest = divmod(len(content), 255)
    sizes = bytes([255] * whole + [rest])
    return b"OggS\0\0" + struct.pack("<q", granule) + bytes(12) + bytes([len(sizes)]) + sizes + content


def opus(samples: int, skipped: int = 0) -> bytes:
    """Return an Ogg file of Opus of so many samples, 48,000 a second."""
    head = b"OpusHead\x01\x01" + struct.pack("<H", skipped) + bytes(7)
    return page(head, 0) + page(b"OpusTags", 0) + page(b"a" * 300) + page(b"b", samples + skipped)


class Types(unittest.TestCase):
    def test_first_bytes_tell(self) -> None:
        for data, kind in (
            (mp3(), MP3),
            (mp3(version=0xF3), MP3),
            (b"ID3\x04", MP3),
            (opus(1), OGG),
            (b"RIFF", None),
            (b"\xff\xd8\xff", None),
            (b"\xff", None),
            (b"", None),
        ):
            with self.subTest(data=data[:4]):
                self.assertEqual(sound_type_of(data), kind)


class Mp3(unittest.TestCase):
    def test_frames_add_up(self) -> None:
        self.assertAlmostEqual(duration_of(mp3()), 0.024)
        self.assertAlmostEqual(duration_of(mp3(10)), 0.24)

    def test_other_rates(self) -> None:
        self.assertAlmostEqual(duration_of(mp3(2, version=0xF3)), 0.048)  # MPEG 2, 8 kbit/s, 24 kHz
        self.assertAlmostEqual(duration_of(mp3(2, how=0x10)), 2304 / 44_100)
        self.assertAlmostEqual(duration_of(mp3(2, how=0x16)), 0.048)  # a byte more

    def test_tag_before_and_after(self) -> None:
        tag = b"ID3\x04\0\0\0\0\x01\x02" + bytes(130)
        self.assertAlmostEqual(duration_of(tag + mp3(3) + b"TAG" + bytes(125)), 0.072)
        with_footer = b"ID3\x04\0\x10\0\0\0\x02" + bytes(2) + b"3DI" + bytes(7)
        self.assertAlmostEqual(duration_of(with_footer + mp3()), 0.024)

    def test_frame_that_describes_the_others_does_not_play(self) -> None:
        for offset in (13, 21, 36):
            head = bytearray(mp3())
            head[offset : offset + 4] = b"Xing"
            with self.subTest(offset=offset):
                self.assertAlmostEqual(duration_of(bytes(head) + mp3(2)), 0.048)

    def test_half_a_frame_does_not_count(self) -> None:
        self.assertAlmostEqual(duration_of(mp3(2)[:-1]), 0.024)

    def test_no_frame_at_all(self) -> None:
        for data in (
            b"ID3",
            b"ID3\x04\0\0\0\0\0\0",
            b"\xff\xfb",
            b"\xff\xfb\xff\xff",
            b"\xff\xfb\x00\x00",
            b"\xff\xfb\x1c",
        ):
            with self.subTest(data=data):
                self.assertEqual(duration_of(data), 0)
        self.assertEqual(duration_of(b"\xff\xfb\x1c\xc0" + bytes(92)), 0)  # a rate that is reserved
        self.assertEqual(duration_of(b"\xff\xfd\x14\xc0" + bytes(92)), 0)  # layer II
        self.assertEqual(duration_of(b"\xff\xeb\x14\xc0" + bytes(92)), 0)  # a version that is reserved


class Ogg(unittest.TestCase):
    def test_opus(self) -> None:
        self.assertEqual(duration_of(opus(48_000)), 1)
        self.assertEqual(duration_of(opus(24_000, skipped=312)), 0.5)

    def test_vorbis(self) -> None:
        self.assertEqual(duration_of(page(VORBIS, 0) + page(b"x", 88_200)), 2)

    def test_nothing_plays(self) -> None:
        self.assertEqual(duration_of(opus(0, skipped=312)), 0)
        self.assertEqual(duration_of(b"OggS"), 0)

    def test_other_codec_is_loud(self) -> None:
        with self.assertRaisesRegex(NotModelled, "neither Vorbis nor Opus"):
            duration_of(page(b"\x7fFLAC", 0))
