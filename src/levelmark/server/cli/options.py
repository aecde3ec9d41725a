"""Options that several commands share; each can also be set as LEVELMARK_… or in the settings file."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar

import click
import yaml
from msgspec import ValidationError, convert

from levelmark.server.errors import CommandError
from levelmark.server.settings import DEFAULT_PORT, Settings
from levelmark.services.notifications import Target

Command = TypeVar("Command", bound=Callable[..., Any])

_FOLDER: Final = click.Path(file_okay=True, path_type=Path)


def _read_settings(context: click.Context, _: click.Parameter, path: Path | None) -> Path | None:
    if path is None:
        return None
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except (OSError, yaml.YAMLError) as error:
        raise click.BadParameter(f"{path} cannot be read: {error}") from error
    if not isinstance(found, dict):
        raise click.BadParameter(f"{path} must hold settings by name, as in `port: 4000`")
    names = {_plain(option.opts[0]): option.name for option in context.command.params}
    unknown = sorted(str(name) for name in found if _plain(name) not in names)
    if unknown:
        raise click.BadParameter(f"{path} has unknown settings: {', '.join(unknown)}")
    values = {names[_plain(name)]: value for name, value in found.items()}
    context.default_map = {**(context.default_map or {}), **values}
    return path


def _plain(name: object) -> str:
    """A setting's name with a hyphen or an underscore, with the dashes of a flag or without."""
    return str(name).lstrip("-").replace("-", "_")


def server_options(command: Command) -> Command:
    """Adds the options of a server process."""
    for option in reversed(_SERVER_OPTIONS):
        command = option(command)
    return command


_SERVER_OPTIONS: Final = (
    click.option(
        "--config",
        envvar="LEVELMARK_CONFIG",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        callback=_read_settings,
        is_eager=True,
        expose_value=False,
        help="A YAML file of settings, named like these options.",
    ),
    click.option("--host", envvar="LEVELMARK_HOST", default="127.0.0.1", show_default=True,
                 help="The address to listen on."),
    click.option("--port", envvar="LEVELMARK_PORT", type=click.IntRange(0, 65535), default=DEFAULT_PORT,
                 show_default=True, help="The port to listen on; 0 takes any that is free."),
    click.option("--mongodb-url", envvar="LEVELMARK_MONGODB_URL", default=None,
                 help="The MongoDB to use (a replica set). Without one, the server runs its own."),
    click.option("--database", envvar="LEVELMARK_DATABASE", default="levelmark", show_default=True,
                 help="The name of the database."),
    click.option("--data", envvar="LEVELMARK_DATA", type=_FOLDER, default=Path(".levelmark"),
                 show_default=True, help="The folder in which the embedded MongoDB keeps its files."),
    click.option("--mongod", envvar="LEVELMARK_MONGOD", type=click.Path(path_type=Path), default=None,
                 help="The embedded MongoDB's program; else `mongod` on PATH, else the extra `embedded`."),
    click.option("--notifications", envvar="LEVELMARK_NOTIFICATIONS", default=None,
                 help="Where level changes go, as YAML or JSON: [{notifier, configuration, scorecards}]."),
    click.option("--allow-origin", "allowed_origins", envvar="LEVELMARK_ALLOWED_ORIGINS", multiple=True,
                 help="An origin whose pages may open WebSockets; may be repeated."),
    click.option("--shutdown-seconds", envvar="LEVELMARK_SHUTDOWN_SECONDS", type=click.IntRange(0, 3600),
                 default=5, show_default=True, help="How long open requests get when the server stops."),
    click.option("--metrics-series", envvar="LEVELMARK_METRICS_SERIES", type=click.IntRange(1, 1_000_000),
                 default=10_000, show_default=True, help="How many series one metric has at most."),
    click.option("--metrics-seconds", envvar="LEVELMARK_METRICS_SECONDS", type=click.IntRange(0, 3600),
                 default=15, show_default=True, help="How long the figures of metrics are used again."),
)  # fmt: skip


def settings_of(options: dict[str, Any]) -> Settings:
    """The settings that these options make."""
    targets = options.pop("notifications")
    return Settings(notifications=_targets(targets), **options)


def _targets(given: Any) -> tuple[Target, ...]:
    try:
        listed = yaml.safe_load(given) if isinstance(given, str) else given
        return convert(listed or (), tuple[Target, ...])
    except (yaml.YAMLError, ValidationError) as error:
        raise CommandError(f"notifications: {error}") from error
