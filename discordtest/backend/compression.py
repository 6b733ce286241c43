"""Transport compression: one stream over all frames of a connection.

Source: Discord's documentation, Gateway ("Encoding and Compression").
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import Any

__all__ = ["KINDS", "Compress", "compressor"]

Compress = Callable[[str], bytes]


def _zlib_stream() -> Compress:
    stream = zlib.compressobj()
    return lambda text: stream.compress(text.encode()) + stream.flush(zlib.Z_SYNC_FLUSH)


def _zstd_stream() -> Compress:
    try:
        from compression import zstd  # type: ignore[import-not-found,unused-ignore]  # from Python 3.14 on
    except ImportError:
        return _third_party_zstd()
    stream = zstd.ZstdCompressor()
    return lambda text: bytes(stream.compress(text.encode(), zstd.ZstdCompressor.FLUSH_BLOCK))


def _third_party_zstd() -> Compress:
    import zstandard  # type: ignore[import-not-found,unused-ignore]  # a client that asks for this kind has it

    stream: Any = zstandard.ZstdCompressor().compressobj()
    block = zstandard.COMPRESSOBJ_FLUSH_BLOCK
    return lambda text: bytes(stream.compress(text.encode()) + stream.flush(block))


KINDS: dict[str, Callable[[], Compress]] = {"zlib-stream": _zlib_stream, "zstd-stream": _zstd_stream}


def compressor(kind: str | None) -> Compress | None:
    """Return what compresses the frames of one connection; None for a client that wants no kind that is known."""
    make = KINDS.get(kind or "")
    return None if make is None else make()
