"""A notifier that posts every level change as JSON to a URL.

One call is one attempt: it succeeds with a status from 200 to 299, and raises `WebhookError` with anything
else. A failure is told by the receiver's host alone, since the rest of a URL is often a secret.
"""

import asyncio
import ssl
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.metadata import version
from typing import Final

import httpx

from levelmark.plugins import Json, Notification, Notifier, hookimpl

SECONDS: Final = 5
"""How long the receiver has to answer, where the configuration does not say."""

SCHEMA: Final = {
    "type": "object",
    "required": ["url"],
    "additionalProperties": False,
    "properties": {
        "url": {
            "type": "string",
            "pattern": r"^https?://[^\s/?#]",
            "description": "Where level changes are posted.",
        },
        "headers": {
            "type": "object",
            "description": "Headers to send along.",
            "propertyNames": {"pattern": r"^[A-Za-z0-9!#$%&'*+.^_`|~-]+$"},
            "additionalProperties": {"type": "string", "pattern": r"^([!-~]([ -~]*[!-~])?)?$"},
        },
        "timeout": {
            "type": "number",
            "exclusiveMinimum": 0,
            "maximum": 9,
            "default": SECONDS,
            "description": "Seconds until the receiver must have answered; the server gives up after ten.",
        },
    },
}
"""The JSON Schema of the configuration."""

_AGENT: Final = f"levelmark-notifier-webhook/{version('levelmark-notifier-webhook')}"


class WebhookError(Exception):
    """The receiver was not reached, or did not accept the level change; the text says which, and whose."""


def body(notification: Notification) -> dict[str, Json]:
    """What is posted, as the README documents it."""
    return {
        "type": "levelChange",
        "id": notification.id,
        "blueprint": notification.blueprint,
        "entity": notification.entity,
        "teams": list(notification.teams),
        "scorecard": notification.scorecard,
        "before": notification.before,
        "after": notification.after,
        "cause": notification.cause,
        "at": notification.at,
    }


async def notify(notification: Notification, configuration: Mapping[str, Json]) -> None:
    """Posts the level change once; raises WebhookError unless the receiver accepts it."""
    url, seconds = _url(configuration["url"]), configuration.get("timeout", SECONDS)
    try:
        async with asyncio.timeout(seconds):  # httpx's own limit is for each step, not for all of them
            status = await _post(url, configuration.get("headers", {}), body(notification), seconds)
    except (TimeoutError, httpx.TimeoutException) as error:
        raise WebhookError(f"{url.host} did not answer within {seconds:g} s") from error
    except httpx.HTTPError as error:
        told = str(error) or type(error).__name__
        raise WebhookError(f"{url.host} could not be reached: {told}") from error
    if httpx.codes.is_redirect(status):
        raise WebhookError(f"{url.host} redirects ({status}), which is not followed: configure the final URL")
    if not httpx.codes.is_success(status):
        raise WebhookError(f"{url.host} answered with status {status}")


def _url(text: str) -> httpx.URL:
    try:
        return httpx.URL(text)
    except httpx.InvalidURL:
        raise WebhookError("the configured URL is not valid: correct it") from None  # it may be a secret


async def _post(
    url: httpx.URL, headers: Mapping[str, str], content: Mapping[str, Json], seconds: float
) -> int:
    sent = httpx.Headers({"User-Agent": _AGENT})
    sent.update(headers)
    async with (
        httpx.AsyncClient(verify=_tls(), timeout=seconds, follow_redirects=False) as client,
        client.stream("POST", url, json=content, headers=sent) as response,  # its body is left unread
    ):
        return response.status_code


@cache
def _tls() -> ssl.SSLContext:
    return httpx.create_ssl_context()  # reads the certificate store, which takes longer than a request


WEBHOOK: Final = Notifier(
    name="webhook",
    description="Posts every level change as JSON to a URL.",
    configuration_schema=SCHEMA,
    notify=notify,
)


@hookimpl
def levelmark_notifiers() -> Iterable[Notifier]:
    """The one notifier, `webhook`."""
    yield WEBHOOK
