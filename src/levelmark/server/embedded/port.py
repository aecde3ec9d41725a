"""The port that mongod listens on: the one it had before while that is free, else any that is."""

import socket
from contextlib import closing

from levelmark.server.embedded.command import HOST


def free_port(preferred: int | None = None) -> int:
    """A port that nothing listens on now; somebody may still take it before mongod does."""
    return (preferred and _bound(preferred)) or _bound(0)


def _bound(port: int) -> int:
    """The port that a socket asking for `port` gets (0 asks for any); 0 where it is taken."""
    with closing(socket.socket()) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as mongod does
        try:
            probe.bind((HOST, port))
        except OSError:
            return 0
        bound: int = probe.getsockname()[1]
        return bound
