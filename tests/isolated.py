"""An asynchronous test case of unittest that runners can send to another process."""

from __future__ import annotations

import unittest

__all__ = ["IsolatedTestCase"]


class IsolatedTestCase(unittest.IsolatedAsyncioTestCase):
    """``IsolatedAsyncioTestCase`` holds a context, which does not pickle; its class and method name do."""

    def __reduce__(self) -> tuple[type, tuple[str]]:
        return type(self), (self._testMethodName,)
