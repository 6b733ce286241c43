"""What triggers a rule of auto moderation: keywords with wildcards, regular expressions, mentions, flagged words.

Discord's own word lists, and what it takes for spam, are not known: such a rule finds what the test has said is in
them (``flag_words``), and nothing by itself. Raids of mentions are not looked for.
Source: Discord's documentation, Auto Moderation ("Trigger Types", "Trigger Metadata", "Keyword Matching Strategies").
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from discordtest.backend.resources.auto_moderation_form import (
    KEYWORD_PRESET,
    MENTION_SPAM,
    SPAM,
)
from discordtest.backend.resources.auto_moderation_regex import find_all
from discordtest.backend.world import Record

__all__ = ["Match", "find_match"]


@dataclass(frozen=True, slots=True)
class Match:
    """That a text triggers a rule: by which keyword or expression, and with which part, where there is one."""

    rule: Record
    keyword: str | None = None
    content: str | None = None


def find_match(
    rule: Record, content: str, flagged: Iterable[str], count_mentions: Callable[[], int]
) -> Match | None:
    """Return how ``content`` triggers the rule; None if it does not. ``flagged`` is what Discord's lists hold."""
    trigger, metadata = rule["trigger_type"], rule["trigger_metadata"]
    if trigger == MENTION_SPAM:
        return Match(rule) if count_mentions() > metadata["mention_total_limit"] else None
    if trigger == SPAM:
        return Match(rule) if _first(flagged, (), content) else None
    if trigger == KEYWORD_PRESET:
        found = _first(flagged, (), content, metadata["allow_list"])
    else:
        found = _first(
            metadata["keyword_filter"], metadata["regex_patterns"], content, metadata["allow_list"]
        )
    return None if found is None else Match(rule, *found)


def _first(
    keywords: Iterable[str], expressions: Iterable[str], content: str, allowed: Iterable[str] = ()
) -> tuple[str, str] | None:
    """Return (keyword or expression, what it found) of the first one that finds what is not allowed."""
    spans: list[tuple[int, int]] | None = None
    for keyword, matches in _finders(keywords, expressions, content):
        for match in matches:
            if spans is None:
                spans = [one.span() for word in allowed for one in _allowed_pattern(word).finditer(content)]
            if not any(start <= match.start() and match.end() <= end for start, end in spans):
                return keyword, match[0]
    return None


def _finders(
    keywords: Iterable[str], expressions: Iterable[str], content: str
) -> Iterator[tuple[str, Iterable[re.Match[str]]]]:
    for keyword in keywords:
        yield keyword, _keyword_pattern(keyword).finditer(content)
    for expression in expressions:
        yield expression, find_all(expression, content)


@functools.lru_cache(maxsize=4096)
def _keyword_pattern(keyword: str) -> re.Pattern[str]:
    """Return what finds a keyword: whole words, but where a ``*`` begins or ends it."""
    return _wildcards(keyword, "", "")


@functools.lru_cache(maxsize=4096)
def _allowed_pattern(keyword: str) -> re.Pattern[str]:
    """Return what finds the words that an allowed keyword stands for, whole: ``*cation*`` allows ``location``."""
    return _wildcards(keyword, r"\S*", r"\S*")


def _wildcards(keyword: str, before: str, after: str) -> re.Pattern[str]:
    open_start, open_end = keyword.startswith("*"), keyword.endswith("*") and len(keyword) > 1
    text = re.escape(keyword[open_start : len(keyword) - open_end])
    start = before if open_start else r"(?<!\S)"
    end = after if open_end else r"(?!\S)"
    return re.compile(f"{start}{text}{end}", re.IGNORECASE)
