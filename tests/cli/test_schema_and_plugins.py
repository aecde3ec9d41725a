"""`levelmark schema` and `levelmark plugins`."""

from pathlib import Path

from levelmark import __version__
from levelmark.graphql.schema import printed_schema
from tests.cli.commands import levelmark, write

PLUGIN = """\
from levelmark.plugins import JsonType, Operator, hookimpl

@hookimpl
def levelmark_operators():
    yield Operator(
        name="{operator}",
        description="Never true.",
        types=frozenset({{JsonType.STRING}}),
        value_schema=None,
        prepare=lambda _: lambda actual: False,
    )
"""


def installed(folder: Path, distribution: str, name: str, module: str) -> None:
    """Puts an installed distribution with one plugin into a folder."""
    info = folder / f"{distribution.replace('-', '_')}-1.2.dist-info"
    write(info / "METADATA", f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.2\n")
    write(info / "entry_points.txt", f"[levelmark]\n{name} = {distribution.replace('-', '_')}\n")
    write(folder / f"{distribution.replace('-', '_')}.py", module)


def test_the_schema_is_printed() -> None:
    ended = levelmark("schema")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout == printed_schema()


def test_plugins_are_listed_with_what_they_add_or_why_they_fail(tmp_path: Path) -> None:
    installed(tmp_path, "first-plugin", "never", PLUGIN.format(operator="never"))
    installed(tmp_path, "second-plugin", "broken", "import nothing_of_this_name\n")
    installed(tmp_path, "third-plugin", "idle", "")
    ended = levelmark("plugins", PYTHONPATH=str(tmp_path))
    assert (ended.returncode, ended.stderr) == (0, "")
    listed = ended.stdout.splitlines()
    assert listed[0] == f"builtin (levelmark {__version__})"
    assert "isNotEmpty" in listed[1].split()
    for name, line in (
        ("never (first-plugin 1.2)", "  operators: never"),
        ("broken (second-plugin 1.2)",
         "  could not be loaded: ModuleNotFoundError: No module named 'nothing_of_this_name'"),
        ("idle (third-plugin 1.2)", "  adds nothing"),
    ):  # fmt: skip
        assert listed[listed.index(name) + 1] == line


def test_plugins_of_one_name_are_one_clear_line(tmp_path: Path) -> None:
    installed(tmp_path, "first-plugin", "never", PLUGIN.format(operator="never"))
    installed(tmp_path, "second-plugin", "never", PLUGIN.format(operator="always"))
    ended = levelmark("plugins", PYTHONPATH=str(tmp_path))
    assert (ended.returncode, ended.stdout) == (1, "")
    (line,) = ended.stderr.splitlines()
    assert line.startswith("levelmark: two plugins are named `never`: ")
    assert "first-plugin 1.2" in line
    assert "second-plugin 1.2" in line
