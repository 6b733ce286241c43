from .case import StewardTestCase


class WordsTests(StewardTestCase):
    async def upload(self, name: str, content: bytes) -> None:
        await self.send(self.alice, self.hall, "!words", files=[(name, content)])

    async def test_words_are_counted_in_a_file(self) -> None:
        await self.upload("poem.txt", b"to be or not to be")
        table = b"to,2\nbe,2\nor,1\nnot,1\n"
        self.assertSent("6 words, 4 different ones", files={"words.csv": table}, channel=self.hall)

    async def test_picture_is_no_text(self) -> None:
        await self.upload("cat.png", b"\x89PNG")
        self.assertSent("cat.png is not a text file.", channel=self.hall)

    async def test_too_large_a_file_is_not_read(self) -> None:
        await self.upload("novel.txt", b"." * 100_000)
        self.assertSent(contains="1 words", channel=self.hall)
        await self.upload("novel.txt", b"." * 100_001)
        self.assertSent("novel.txt is too large: I read at most 100 kB.", channel=self.hall)

    async def test_missing_file_is_asked_for(self) -> None:
        await self.send(self.alice, self.hall, "!words")
        self.assertSent("Usage: `!words <file (upload a file)>`", channel=self.hall)
