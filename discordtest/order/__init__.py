"""Order and time, forced: futures that complete one after another, and timers that are due when a test says so."""
