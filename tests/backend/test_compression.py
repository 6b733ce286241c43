"""Frames as one compressed stream, for clients that ask and tests that want it."""

from __future__ import annotations

import importlib.util
import unittest
import zlib

from discordtest.backend.compression import compressor
from tests.backend.test_gateway import GatewayTestCase

HAS_ZSTD = importlib.util.find_spec("zstandard") is not None


class Compression(GatewayTestCase):
    def test_only_where_the_test_wants_it(self):
        self.assertIsInstance(self.open(compress="zlib-stream").frames[0], str)
        self.small.backend.gateway.compresses = True
        self.assertIsInstance(self.open(compress="zlib-stream").frames[0], bytes)
        self.assertIsInstance(self.open().frames[0], str)
        self.assertIsInstance(self.open(compress="gzip").frames[0], str)

    def test_one_stream_over_all_frames(self):
        self.small.backend.gateway.compresses = True
        session = self.open(compress="zlib-stream")
        self.send(session, 1)
        stream = zlib.decompressobj()
        texts = []
        for frame in session.frames:
            self.assertTrue(frame.endswith(b"\x00\x00\xff\xff"))
            texts.append(stream.decompress(frame).decode())
        self.assertIn('"op":10', texts[0])
        self.assertIn('"op":11', texts[1])

    def test_half_a_frame_of_a_connection_that_breaks(self):
        self.small.backend.gateway.compresses = True
        session = self.open(compress="zlib-stream")
        whole = session.frames[0]
        session.close(1006)
        self.assertEqual(session.frames[0], whole[: len(whole) // 2])

    @unittest.skipUnless(HAS_ZSTD, "needs zstandard")
    def test_zstd(self):
        import zstandard

        compress = compressor("zstd-stream")
        stream = zstandard.ZstdDecompressor().decompressobj()
        texts = [stream.decompress(compress(text)).decode() for text in ("one", "two")]
        self.assertEqual(texts, ["one", "two"])
