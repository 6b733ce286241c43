"""The regular expressions of auto moderation: Rust's, as far as Python's ``re`` does the same with them.

``find_all`` never guesses. What Rust refuses is `InvalidRegex`; what it takes and ``re`` cannot do the same is
NotModelled, once a text must be held against it. In both languages the first alternative that fits wins, and
``\\d``, ``\\s``, ``\\w`` know all of Unicode; for a text with characters that are of words to one of them alone (marks,
joiners, fractions), Rust's ``\\w`` and ``\\b`` are spelt out with the characters of that text.
Source: Discord's documentation, Auto Moderation ("Trigger Metadata"), and the documentation of Rust's regex crate,
"Syntax".
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterator

from discordtest.errors import NotModelled

__all__ = ["InvalidRegex", "check_regex", "find_all"]

_FLAGS = re.compile(r"\(\?([A-Za-z]*)(-[A-Za-z]*)?([:)])")
_NAME = re.compile(r"\(\?P?<([^>=!]*)>")
_COUNT = re.compile(r"\{([0-9]+)(?:,([0-9]*))?\}")
_HEX = re.compile(r"(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|[xuU]\{([0-9A-Fa-f]+)\})")
_POSIX_NAME = re.compile(r"\[:(\^?)([a-z]+):\]")
_POSIX = {
    "alnum": "0-9A-Za-z",
    "alpha": "A-Za-z",
    "ascii": r"\x00-\x7f",
    "blank": r"\t ",
    "cntrl": r"\x00-\x1f\x7f",
    "digit": "0-9",
    "graph": "!-~",
    "lower": "a-z",
    "print": " -~",
    "punct": r"!-/:-@\[-`{-~",
    "space": r"\t-\r ",
    "upper": "A-Z",
    "word": "0-9A-Za-z_",
    "xdigit": "0-9A-Fa-f",
}
_PYTHON_FLAGS = {"i": re.IGNORECASE, "m": re.MULTILINE, "s": re.DOTALL}
_WORD = frozenset(("Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "Pc"))
_JOINERS = frozenset("\u200c\u200d")
#: Letters in a circle or square: Unicode calls them alphabetic though their category is that of symbols.
_ENCLOSED = ((0x24B6, 0x24E9), (0x1F130, 0x1F149), (0x1F150, 0x1F169), (0x1F170, 0x1F189))
_SEPARATORS = re.compile(r"[\x1c-\x1f]")  # white space to Python alone
_ASCII_WORD, _ASCII_REST = "0-9A-Za-z_", r"\x00-/:-@\[-^`{-\x7f"


class InvalidRegex(Exception):
    """A pattern that Rust refuses; its text says why."""


class _Unsupported(Exception):
    """A pattern that Rust takes, and that is not modelled."""


def check_regex(pattern: str) -> None:
    """Raise InvalidRegex for what Rust refuses; what is only not modelled passes."""
    try:
        _Translation(pattern)
    except _Unsupported:
        return


def find_all(pattern: str, text: str) -> Iterator[re.Match[str]]:
    """Yield the matches from left to right; NotModelled where it is not certain that Rust finds the same."""
    try:
        compiled, asks_for_space = _compiled(pattern, _told_apart(text))
        if asks_for_space and _SEPARATORS.search(text):
            raise _Unsupported("white space in a text with separators U+001C to U+001F")
    except (_Unsupported, InvalidRegex) as error:
        raise NotModelled(
            f"the regular expression {pattern!r} of a rule of auto moderation: {error}. A simpler one, or the rule "
            "disabled, lets the test go on"
        ) from None
    return compiled.finditer(text)


@functools.lru_cache(maxsize=512)
def _compiled(pattern: str, chars: str) -> tuple[re.Pattern[str], bool]:
    translation = _Translation(pattern, chars)
    try:
        return re.compile("".join(translation.out), translation.flags), translation.asks_for_space
    except (re.error, OverflowError) as error:
        raise _Unsupported(f"Python says {error}") from None


def _is_word(char: str) -> bool:
    if unicodedata.category(char) in _WORD or char in _JOINERS:
        return True
    return any(first <= ord(char) <= last for first, last in _ENCLOSED)


def _told_apart(text: str) -> str:
    """Return the characters beyond ASCII, where one is of words to Rust or to Python alone; nothing where none is."""
    if text.isascii():
        return ""
    chars = sorted({char for char in text if char > "\x7f"})
    return "".join(chars) if any(_is_word(char) != char.isalnum() for char in chars) else ""


class _Translation:
    """One pattern, read once from left to right; ``out`` is the same for Python.

    With ``chars`` it is the same for texts in which no other characters beyond ASCII are.
    """

    def __init__(self, pattern: str, chars: str = "") -> None:
        self.text = pattern
        self.exact = bool(chars)
        self.word = _ASCII_WORD + "".join(re.escape(char) for char in chars if _is_word(char))
        self.rest = _ASCII_REST + "".join(re.escape(char) for char in chars if not _is_word(char))
        self.at = 0
        self.out: list[str] = []
        self.flags = re.RegexFlag(0)
        self.asks_for_space = False
        self._names: set[str] = set()
        self._multiline: list[bool] = [False]  # of each group that is open
        self._last = "start"  # what a repetition would repeat: start, item, assertion or repetition
        while self.at < len(pattern):
            self._read()
        if len(self._multiline) > 1:
            raise InvalidRegex("unclosed group")

    def _read(self) -> None:
        char = self.text[self.at]
        reader = self._READERS.get(char)
        if reader is not None:
            reader(self)
        else:
            self.at += 1
            self._add(re.escape(char))

    def _add(self, text: str, last: str = "item") -> None:
        self.out.append(text)
        self._last = last

    # -- groups

    def _open(self) -> None:
        multiline = self._multiline[-1]
        if not self.text.startswith("(?", self.at):
            self.at += 1
            self._add("(", "start")
        elif (named := _NAME.match(self.text, self.at)) is not None:
            self._open_named(named)
        elif (flags := _FLAGS.match(self.text, self.at)) is not None:
            self.at = flags.end()
            on, off, end = flags[1], (flags[2] or "")[1:], flags[3]
            self._check_flags(on, off, flags[2])
            if end == ")":
                self._set_flags(on, off)
                return
            minus = f"-{off}" if off else ""
            self._add(f"(?{on}{minus}:", "start")
            multiline = (multiline or "m" in on) and "m" not in off
        else:
            raise InvalidRegex("look-around, back-references and conditions are not supported")
        self._multiline.append(multiline)

    def _open_named(self, named: re.Match[str]) -> None:
        name = named[1]
        if name in self._names:
            raise InvalidRegex(f"duplicate capture group name {name!r}")
        if not name or name[0].isdigit():
            raise InvalidRegex(f"invalid capture group name {name!r}")
        if not (name.isascii() and name.isidentifier()):
            raise _Unsupported(f"the capture group name {name!r}")
        self._names.add(name)
        self.at = named.end()
        self._add(f"(?P<{name}>", "start")

    def _check_flags(self, on: str, off: str, minus: str | None) -> None:
        letters = on + off
        if set(letters) - set("imsxuUR") or len(set(letters)) != len(letters) or minus == "-":
            raise InvalidRegex("unrecognized or repeated flag")
        if set(letters) & set("xuUR"):
            raise _Unsupported(f"the flags {letters!r}")

    def _set_flags(self, on: str, off: str) -> None:
        """Set flags for the rest: at the very start that is for all."""
        if not on and not off:
            raise InvalidRegex("missing flags")
        if self.out:
            raise _Unsupported("flags that are set in the middle")
        for letter in on:
            self.flags |= _PYTHON_FLAGS[letter]
        for letter in off:
            self.flags &= ~_PYTHON_FLAGS[letter]
        self._multiline[0] = bool(self.flags & re.MULTILINE)

    def _close(self) -> None:
        if len(self._multiline) == 1:
            raise InvalidRegex("unopened group")
        self._multiline.pop()
        self.at += 1
        self._add(")")

    def _alternate(self) -> None:
        self.at += 1
        self._add("|", "start")

    # -- repetitions

    def _repeat(self) -> None:
        if self._last == "start":
            raise InvalidRegex("repetition operator missing expression")
        if self._last != "item":
            raise _Unsupported(
                f"a repetition of {'a repetition' if self._last == 'repetition' else 'a place'}"
            )
        end = self.at + 1
        if self.text[self.at] == "{":
            count = _COUNT.match(self.text, self.at)
            if count is None:
                if self.text.startswith("{,", self.at):
                    raise _Unsupported("a repetition without a least number")
                raise InvalidRegex("unclosed counted repetition")
            if count[2] and int(count[2]) < int(count[1]):
                raise InvalidRegex("invalid repetition count range")
            end = count.end()
        if self.text.startswith("?", end):
            end += 1
        self._add(self.text[self.at : end], "repetition")
        self.at = end

    # -- places

    def _begin(self) -> None:
        self.at += 1
        self._add("^", "assertion")

    def _end(self) -> None:
        self.at += 1
        self._add("$" if self._multiline[-1] else r"\Z", "assertion")

    def _dot(self) -> None:
        self.at += 1
        self._add(".")

    def _boundary(self, letter: str) -> None:
        if self.text.startswith("{", self.at):
            raise _Unsupported(f"\\{letter}{{…}}")
        if not self.exact:
            self._add(f"\\{letter}", "assertion")
            return
        word = f"[{self.word}]"
        sides = (("<!", "!"), ("<=", "=")) if letter == "B" else (("<=", "!"), ("<!", "="))
        both = "|".join(f"(?{before}{word})(?{after}{word})" for before, after in sides)
        self._add(f"(?:{both})", "assertion")

    # -- characters

    def _escape(self) -> None:
        letter = self._letter()
        if letter in "bB":
            self._boundary(letter)
        elif letter in "Az":
            self._add(r"\A" if letter == "A" else r"\Z", "assertion")
        elif letter in "wW" and self.exact:
            self._add(f"[{self.word if letter == 'w' else self.rest}]")
        else:
            self._add(self._class_escape(letter))

    def _letter(self) -> str:
        """Return what follows the backslash, and stand behind it."""
        if self.at + 1 >= len(self.text):
            raise InvalidRegex("incomplete escape sequence")
        letter = self.text[self.at + 1]
        self.at += 2
        return letter

    def _class_escape(self, letter: str) -> str:
        """Return what an escape that may stand in a set stands for."""
        if letter in "sS":
            self.asks_for_space = True
        if letter in "dDsSwWntrfva":
            return f"\\{letter}"
        if letter in "pP<>":
            raise _Unsupported(f"\\{letter}")
        if letter in "xuU":
            return re.escape(self._hex())
        if letter.isalnum() or not letter.isascii():
            raise InvalidRegex(f"unrecognized escape sequence \\{letter}")
        return re.escape(letter)

    def _hex(self) -> str:
        found = _HEX.match(self.text, self.at - 1)
        number = -1 if found is None else int(next(filter(None, found.groups())), 16)
        if found is None or number > 0x10FFFF or 0xD800 <= number < 0xE000:
            raise InvalidRegex("invalid hexadecimal literal")
        self.at = found.end()
        return chr(number)

    # -- sets

    def _set(self) -> None:
        self.at += 1
        self.out.append("[")
        if self.text.startswith("^", self.at):
            self.at += 1
            self.out.append("^")
        is_first = True
        while is_first or not self.text.startswith("]", self.at):
            if self.at >= len(self.text):
                raise InvalidRegex("unclosed character class")
            self._member()
            is_first = False
        self.at += 1
        self._add("]")

    def _member(self) -> None:
        """Read one character, range or class in a set."""
        if self.text[self.at : self.at + 2] in ("&&", "--", "~~"):
            raise _Unsupported("set operations")
        first = self._one()
        is_range = self.text.startswith("-", self.at) and not self.text.startswith(("-]", "--"), self.at)
        if not is_range:
            self.out.append(first)
            return
        self.at += 1
        if self.at >= len(self.text):
            raise InvalidRegex("unclosed character class")
        last = self._one()
        try:
            ordered = _plain(first) <= _plain(last)
        except ValueError:
            raise InvalidRegex("invalid character class range") from None
        if not ordered:
            raise InvalidRegex("invalid character class range")
        self.out.append(f"{first}-{last}")

    def _one(self) -> str:
        char = self.text[self.at]
        if char == "[":
            posix = _POSIX_NAME.match(self.text, self.at)
            if posix is None or posix[1] or posix[2] not in _POSIX:
                raise _Unsupported("a set within a set")
            self.at = posix.end()
            return _POSIX[posix[2]]
        if char != "\\":
            self.at += 1
            return re.escape(char)
        letter = self._letter()
        if letter in "bBAz":
            raise InvalidRegex(f"\\{letter} in a character class")
        if letter in "wW" and self.exact:
            return self.word if letter == "w" else self.rest
        return self._class_escape(letter)

    _READERS = {
        "(": _open,
        ")": _close,
        "|": _alternate,
        "*": _repeat,
        "+": _repeat,
        "?": _repeat,
        "{": _repeat,
        "^": _begin,
        "$": _end,
        ".": _dot,
        "\\": _escape,
        "[": _set,
    }


_CONTROLS = {"n": "\n", "t": "\t", "r": "\r", "f": "\f", "v": "\v", "a": "\a"}


def _plain(text: str) -> str:
    """Return the one character that a member of a set stands for; ValueError for a class of them."""
    if len(text) == 1:
        return text
    if len(text) == 2 and text[0] == "\\" and (text[1] in _CONTROLS or text[1] not in "dDsSwW"):
        return _CONTROLS.get(text[1], text[1])
    raise ValueError(text)
