"""Interactions as a person meets them: what a client offers, and what became of an interaction."""

from __future__ import annotations

from discordtest.interactions.result import InteractionResult

__all__ = ["InteractionResult"]
