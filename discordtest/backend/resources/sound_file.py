"""Sound files: how long an MP3 or Ogg file plays, read from its bytes.

An MP3 file is walked frame by frame; an Ogg file says at its last page how far it goes, in samples of Vorbis or Opus.
Nothing is decoded: whether the samples are sound is not looked at.
Source: ISO/IEC 11172-3 and 13818-3 (frame headers), RFC 3533 (Ogg), the Vorbis I specification, RFC 7845 (Opus).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from discordtest.errors import NotModelled

__all__ = ["MP3", "OGG", "duration_of", "sound_type_of"]

MP3, OGG = "audio/mpeg", "audio/ogg"
_MPEG_1, _MPEG_2, _MPEG_2_5 = 3, 2, 0  # as the header of a frame says it
_LAYER_3 = 1
_KBITS = {  # per second, by the number in the header
    _MPEG_1: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    _MPEG_2: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_KBITS[_MPEG_2_5] = _KBITS[_MPEG_2]
_RATES = {_MPEG_1: (44100, 48000, 32000), _MPEG_2: (22050, 24000, 16000), _MPEG_2_5: (11025, 12000, 8000)}
_OPUS_RATE = 48_000  # whatever the rate of what was encoded
_NOTHING_ENDS_HERE = -1


def sound_type_of(data: bytes) -> str | None:
    """Return whether the content is MP3 or Ogg by its first bytes, None for neither."""
    if data.startswith(b"OggS"):
        return OGG
    if data.startswith(b"ID3") or (len(data) > 1 and data[0] == 0xFF and data[1] & 0xE6 == 0xE2):
        return MP3
    return None


def duration_of(data: bytes) -> float:
    """Return how long a sound plays, in seconds; 0.0 for a file that has none that could be read."""
    return _ogg_duration(data) if sound_type_of(data) == OGG else sum(_frame_durations(data))


# -- MP3


def _frame_durations(data: bytes) -> Iterator[float]:
    at, is_first = _after_tag(data), True
    while (frame := _frame(data, at)) is not None:
        size, seconds = frame
        if not is_first or not {b"Xing", b"Info"} & {data[at + n : at + n + 4] for n in (13, 21, 36)}:
            yield seconds  # else it only describes the others
        at, is_first = at + size, False


def _after_tag(data: bytes) -> int:
    """Return where an ID3v2 tag ends; its size is written in groups of seven bits."""
    if not data.startswith(b"ID3") or len(data) < 10:
        return 0
    size = 0
    for byte in data[6:10]:
        size = size << 7 | byte & 0x7F
    return 10 + size + (10 if data[5] & 0x10 else 0)


def _frame(data: bytes, at: int) -> tuple[int, float] | None:
    """Return (bytes, seconds) of the whole frame that begins here, None where none does."""
    header = data[at : at + 4]
    if len(header) < 4 or header[0] != 0xFF or header[1] & 0xE0 != 0xE0:
        return None
    version, layer = header[1] >> 3 & 3, header[1] >> 1 & 3
    kbits, rate, padding = header[2] >> 4, header[2] >> 2 & 3, header[2] >> 1 & 1
    if version not in _RATES or layer != _LAYER_3 or kbits in (0, 15) or rate == 3:
        return None
    samples, rate = (1152 if version == _MPEG_1 else 576), _RATES[version][rate]
    size = samples // 8 * _KBITS[version][kbits] * 1000 // rate + padding
    return (size, samples / rate) if at + size <= len(data) else None


# -- Ogg


def _ogg_duration(data: bytes) -> float:
    rate = skipped = samples = 0
    for granule, page in _pages(data):
        if not rate:
            rate, skipped = _ogg_rate(page)
        if granule != _NOTHING_ENDS_HERE:
            samples = granule
    return max(samples - skipped, 0) / rate if rate else 0.0


def _pages(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield (the sample at which it ends, content) of each page."""
    at = 0
    while data[at : at + 4] == b"OggS" and len(data) >= at + 27:
        granule, count = struct.unpack_from("<q", data, at + 6)[0], data[at + 26]
        start = at + 27 + count
        end = start + sum(data[at + 27 : start])
        yield granule, data[start:end]
        at = end


def _ogg_rate(page: bytes) -> tuple[int, int]:
    """Return (samples per second, samples that are skipped) from the first page."""
    if page.startswith(b"\x01vorbis") and len(page) >= 16:
        return struct.unpack_from("<I", page, 12)[0], 0
    if page.startswith(b"OpusHead") and len(page) >= 12:
        return _OPUS_RATE, struct.unpack_from("<H", page, 10)[0]
    raise NotModelled("an Ogg file that is neither Vorbis nor Opus: how long it plays is not known")
