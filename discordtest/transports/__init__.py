"""How a client reaches the backend: in memory, or over real sockets on loopback."""
