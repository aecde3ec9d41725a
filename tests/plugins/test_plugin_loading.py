"""Loading plugins from distributions on disk: what is wrong with one is told, and stops nobody else."""

import logging
import sys
from collections.abc import Callable, Iterator
from importlib.metadata import entry_points
from pathlib import Path
from textwrap import dedent

import pytest

from levelmark.operators import levelmark_operators
from levelmark.plugins import Plugin, PluginConflictError, Registry
from levelmark.plugins.loading import load_registry

Install = Callable[..., None]
"""Puts a distribution on `sys.path`: `install("acme", source)` is acme 1.2 with the plugin `acme`."""

BUILTIN = {operator.name for operator in levelmark_operators()}
OPERATOR = """
    from levelmark.plugins import Example, Json, JsonType, Operator, Test, hookimpl

    def operator(name="isEven", **changes):
        given = {
            "description": "An even integer.",
            "types": frozenset({JsonType.NUMBER}),
            "value_schema": None,
            "prepare": lambda _: lambda actual: actual % 2 == 0,
            "examples": (Example(2, None, True),),
        }
        return Operator(name=name, **given | changes)
"""
EVEN = f"""{OPERATOR}
    @hookimpl
    def levelmark_operators():
        yield operator()
"""


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    modules = set(sys.modules)

    def install(name: str, source: str, *, version: str = "1.2", plugin: str | None = None) -> None:
        folder = tmp_path / f"{name}-{version}"
        metadata = folder / f"{name}-{version}.dist-info"
        metadata.mkdir(parents=True)
        (folder / f"{name}_plugin.py").write_text(dedent(source), "utf-8")
        (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        (metadata / "entry_points.txt").write_text(f"[levelmark]\n{plugin or name} = {name}_plugin\n")
        monkeypatch.syspath_prepend(folder)

    yield install
    for module in set(sys.modules) - modules:
        if module.endswith("_plugin"):
            del sys.modules[module]


def loaded(name: str) -> tuple[Registry, Plugin]:
    """The registry of all that is installed, and the plugin of that name in it."""
    registry = load_registry()
    [plugin] = [plugin for plugin in registry.plugins if plugin.name == name]
    return registry, plugin


def test_the_builtin_operators_come_in_by_the_same_door() -> None:
    registry, plugin = loaded("builtin")
    assert set(plugin.operators) == BUILTIN <= set(registry.operators)
    assert (plugin.distribution, plugin.error) == ("levelmark", None)
    assert registry.provider("=") == plugin


def test_an_installed_plugin_adds_its_operators(install: Install) -> None:
    install("acme", EVEN)
    registry, plugin = loaded("acme")
    assert plugin == Plugin("acme", "acme", "1.2", operators=("isEven",))
    assert registry.operators["isEven"].prepare(None)(4) is True
    assert registry.provider("isEven") == plugin
    assert registry.provider("isOdd") is None


def test_an_installed_plugin_adds_its_notifiers(install: Install) -> None:
    install(
        "acme",
        """
        from levelmark.plugins import Notifier, hookimpl

        async def notify(notification, configuration):
            pass

        @hookimpl
        def levelmark_notifiers():
            return [Notifier(name="acme", description="Tells Acme.", configuration_schema={}, notify=notify)]
        """,
    )
    registry, plugin = loaded("acme")
    assert plugin == Plugin("acme", "acme", "1.2", notifiers=("acme",))
    assert registry.notifier_provider("acme") == plugin
    assert registry.notifier_provider("pager") is None
    assert registry.notifiers["acme"].description == "Tells Acme."


def test_nobody_else_is_trusted_or_inlined(install: Install) -> None:
    install(
        "acme",
        f"""{OPERATOR}
    @hookimpl
    def levelmark_operators():
        yield operator(trusted=True, source=lambda _: "__import__('os')")
    """,
    )
    operator = loaded("acme")[0].operators["isEven"]
    assert (operator.trusted, operator.source) == (False, None)


def test_a_registry_is_read_only() -> None:
    registry = load_registry()
    with pytest.raises(TypeError):
        registry.operators["mine"] = registry.operators["="]  # type: ignore[index]  # that is the point


BROKEN = {
    "import": ("import nowhere_to_be_found", "ModuleNotFoundError: No module named 'nowhere_to_be_found'"),
    "syntax": ("def (", "SyntaxError: "),
    "exit": ("raise SystemExit('good bye')", "SystemExit: good bye"),
    "interrupt": ("raise KeyboardInterrupt", "KeyboardInterrupt: "),
    "unspeakable": (
        """
        class UnspeakableError(Exception):
            def __str__(self):
                raise ValueError("no text")
        raise UnspeakableError
        """,
        "UnspeakableError",
    ),
    "misspelt-hook": (
        f"""{OPERATOR}
    @hookimpl
    def levelmark_operator():
        yield operator()
    """,
        "UnusablePluginError: there is no hook `levelmark_operator`; the hooks are levelmark_notifiers, ",
    ),
    "unmarked-hook": (
        "def levelmark_operators(): return []",
        "UnusablePluginError: `levelmark_operators` is not marked with `@hookimpl`",
    ),
    "hook-with-arguments": (
        f"""{OPERATOR}
    @hookimpl
    def levelmark_operators(registry):
        return []
    """,
        "PluginValidationError: ",
    ),
    "raising-hook": (
        f"""{OPERATOR}
    @hookimpl
    def levelmark_operators():
        yield operator()
        raise LookupError("no licence")
    """,
        "LookupError: no licence",
    ),
}
YIELDED = {
    "no-operator": ("'isEven'", "levelmark_operators must yield Operator values, not 'isEven'"),
    "no-name": ("operator('')", "'' cannot be the name of what levelmark_operators yields"),
    "number-for-a-name": ("operator(7)", "7 cannot be the name of what levelmark_operators yields"),
    "blank-name": ("operator(' x')", "' x' cannot be the name of what levelmark_operators yields"),
    "no-description": ("operator(description=None)", "the description of `isEven` cannot be used"),
    "no-types": ("operator(types=frozenset())", "the types of `isEven` cannot be used"),
    "types-as-text": ("operator(types=frozenset({'Number'}))", "the types of `isEven` cannot be used"),
    "no-prepare": ("operator(prepare=None)", "the prepare of `isEven` cannot be used"),
    "odd-missing": ("operator(missing=None)", "the missing of `isEven` cannot be used"),
    "odd-examples": ("operator(examples=({},))", "the examples of `isEven` cannot be used"),
    "invalid-schema": (
        "operator(value_schema={'type': 'strng'})",
        "the JSON Schema of `isEven` is not valid: ",
    ),
    "schema-elsewhere": (
        "operator(value_schema={'$ref': 'http://127.0.0.1:9/x'})",
        "the JSON Schema of `isEven` is not valid: ",
    ),
    "schema-of-text": (
        "operator(value_schema='string')",
        "the JSON Schema of `isEven` is not valid: it must be an object",
    ),
    "same-name-twice": ("operator(); yield operator()", "levelmark_operators yields `isEven` more than once"),
}
BROKEN |= {
    name: (
        f"{OPERATOR}\n    @hookimpl\n    def levelmark_operators():\n        yield {value}\n",
        f"UnusablePluginError: {error}",
    )
    for name, (value, error) in YIELDED.items()
}


@pytest.mark.parametrize(("source", "error"), BROKEN.values(), ids=BROKEN)
def test_a_broken_plugin_is_reported_and_left_out(
    install: Install, caplog: pytest.LogCaptureFixture, source: str, error: str
) -> None:
    install("broken", source, version="0.9")
    install("acme", EVEN.replace('"isEven"', '"isEvenNow"'))
    with caplog.at_level(logging.WARNING, logger="levelmark.plugins.loading"):
        registry, plugin = loaded("broken")
    assert (plugin.distribution, plugin.version) == ("broken", "0.9")
    assert plugin.error is not None
    assert plugin.error.startswith(error.rstrip())
    assert (plugin.operators, plugin.notifiers) == ((), ())
    assert "isEven" not in registry.operators
    assert {*BUILTIN, "isEvenNow"} <= set(registry.operators)
    assert "plugin `broken` (broken 0.9) is left out: " in caplog.text


def test_a_hook_that_returns_none_adds_nothing(install: Install) -> None:
    install("acme", f"{OPERATOR}\n    @hookimpl\n    def levelmark_operators():\n        pass\n")
    assert loaded("acme")[1] == Plugin("acme", "acme", "1.2")


def test_a_hook_may_have_another_name_where_it_says_so(install: Install) -> None:
    renamed = EVEN.replace("def levelmark_operators", "def mine")
    install("acme", renamed.replace("@hookimpl", '@hookimpl(specname="levelmark_operators")'))
    assert loaded("acme")[1].operators == ("isEven",)


def test_two_plugins_with_one_name_stop_the_start_and_are_named(install: Install) -> None:
    install("acme", EVEN, plugin="even")
    install("zenith", EVEN.replace('"isEven"', '"isEvenToo"'), version="3.0", plugin="even")
    with pytest.raises(PluginConflictError) as caught:
        load_registry()
    for words in ("two plugins are named `even`", "acme 1.2", "zenith 3.0", "uninstall one"):
        assert words in str(caught.value)


def test_two_operators_with_one_name_stop_the_start_and_are_named(install: Install) -> None:
    install("acme", EVEN)
    install("zenith", EVEN, version="3.0")
    with pytest.raises(PluginConflictError) as caught:
        load_registry()
    for words in ("the operator `isEven`", "`acme` (acme 1.2)", "`zenith` (zenith 3.0)", "uninstall one"):
        assert words in str(caught.value)


def test_nobody_takes_the_name_of_a_builtin_operator(install: Install) -> None:
    install("acme", EVEN.replace('"isEven"', '"contains"'))
    with pytest.raises(PluginConflictError, match=r"`builtin` \(levelmark .*`acme` \(acme 1\.2\)"):
        load_registry()


def test_a_damaged_installation_is_still_named(install: Install, tmp_path: Path) -> None:
    install("acme", "import nowhere_to_be_found")
    (tmp_path / "acme-1.2" / "acme-1.2.dist-info" / "METADATA").unlink()
    plugin = loaded("acme")[1]
    assert (plugin.distribution, plugin.version) == ("unknown", "?")
    assert plugin.error is not None


def test_registries_share_nothing(install: Install) -> None:
    install("acme", EVEN)
    with_acme = load_registry()
    without = load_registry(point for point in entry_points(group="levelmark") if point.name != "acme")
    assert "isEven" in with_acme.operators
    assert "isEven" not in without.operators
