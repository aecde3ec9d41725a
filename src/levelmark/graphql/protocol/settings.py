"""The bounds of the wire: what one request, one frame and one connection may take."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ProtocolSettings:
    """Bounds of the GraphQL endpoint; sizes in bytes, times in seconds.

    The web server should carry `frame_bytes` too (uvicorn's `ws_max_size`), since it reads frames first.
    """

    body_bytes: int = 4 * 1024 * 1024
    body_seconds: float = 30.0
    frame_bytes: int = 1024 * 1024
    init_seconds: float = 5.0
    keep_alive_seconds: float = 10.0
    operations_per_socket: int = 100
    allowed_origins: Sequence[str] = ()
    graphiql: bool = False


@dataclass(frozen=True, slots=True)
class Limits:
    """How large one GraphQL document may be; counts are after expansion of fragments.

    `depth` counts nested fields; what introspection nests is exempt. The others are per operation or
    fragment, except `characters`, `tokens`, `operations` and `fragments`, which are per document.
    """

    characters: int = 100_000
    tokens: int = 10_000
    operations: int = 20
    fragments: int = 50
    variables: int = 100
    depth: int = 15
    fields: int = 2_000
    aliases: int = 100
    directives: int = 100
