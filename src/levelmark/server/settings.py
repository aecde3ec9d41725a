"""The settings of a server process, as flags, environment variables or a file give them."""

from pathlib import Path
from typing import Final

from msgspec import Struct

from levelmark.services.notifications import Target

DEFAULT_PORT: Final = 4000
"""The HTTP port unless told otherwise."""


class Settings(Struct, frozen=True, kw_only=True):
    """What a server process is told.

    Without `mongodb_url`, the process starts a MongoDB of its own with its files in `data`, from `mongod` or
    wherever one is found. `shutdown_seconds` is how long open requests get when the server stops.
    A metric has at most `metrics_series` series, and its figures are taken anew after `metrics_seconds`.
    """

    host: str = "127.0.0.1"
    port: int = DEFAULT_PORT
    mongodb_url: str | None = None
    database: str = "levelmark"
    data: Path = Path(".levelmark")
    mongod: Path | None = None
    notifications: tuple[Target, ...] = ()
    allowed_origins: tuple[str, ...] = ()
    shutdown_seconds: int = 5
    metrics_series: int = 10_000
    metrics_seconds: int = 15
