"""Tests of forced order and time."""
