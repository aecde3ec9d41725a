import pytest

from levelmark.graphql.protocol.media import Media, negotiate

EVERYTHING_FIRST = "*/*, text/event-stream"


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        (None, Media.JSON),
        (" ", Media.JSON),
        ("application/*", Media.JSON),
        ("APPLICATION/JSON", Media.JSON),
        ("application/graphql-response+json; charset=utf-8", Media.GRAPHQL),
        ("application/json;q=0.8, application/graphql-response+json;q=0.9", Media.GRAPHQL),
        ("application/json;q=0, */*", Media.GRAPHQL),
        ("*/*;q=0.1, application/graphql-response+json", Media.GRAPHQL),
        ("text/event-stream", Media.EVENTS),
        ("text/event-stream, */*", Media.EVENTS),
        ("application/json;q=0.5, text/event-stream", Media.EVENTS),
        ("text/event-stream;q=0.5, application/json", Media.JSON),
        ("application/json, text/event-stream", Media.JSON),
        (EVERYTHING_FIRST, Media.JSON),
        ("text/event-stream, application/json", Media.EVENTS),
        ("text/*", None),
        ("text/html", None),
        ("application/json;q=0", None),
        (",;q=,;;", None),
    ],
)
def test_the_best_media_type_wins(accept: str | None, media: Media | None) -> None:
    assert negotiate(accept) is media
