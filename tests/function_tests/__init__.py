"""Tests of function tests."""
