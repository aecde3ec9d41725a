"""Where an export goes: a stream, a file, or a folder with a file for the entities of each blueprint.

A file is put in place when it is whole: an export that fails leaves what was there.
"""

import os
from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path
from typing import BinaryIO, Final
from urllib.parse import quote

from levelmark.server.documents import Format, Kind, write_sections
from levelmark.server.documents.files import files_of
from levelmark.server.exporting.catalogue import Catalogue
from levelmark.server.replacing import replacing

_LONGEST_NAME: Final = 150


def to_stream(catalogue: Catalogue, out: BinaryIO, form: Format) -> None:
    """Writes the whole catalogue as one object of sections."""
    sections = {
        Kind.BLUEPRINT.value: catalogue.blueprints(),
        Kind.SCORECARD.value: catalogue.scorecards(),
        Kind.ENTITY.value: catalogue.entities(catalogue.names),
    }
    write_sections(out, sections, form)


def to_file(catalogue: Catalogue, path: Path, form: Format) -> None:
    """Writes the whole catalogue into a file."""
    with replacing(path) as out:
        to_stream(catalogue, out, form)


def to_folder(catalogue: Catalogue, folder: Path, form: Format) -> list[str]:
    """Writes the catalogue into the files of a folder; what `apply` would read there and is not from now."""
    written: list[Path] = []

    def write(name: str, kind: Kind, documents: Iterator[dict[str, object]]) -> None:
        path = folder / f"{name}.{form.value}"
        with replacing(path) as out:
            write_sections(out, {kind.value: documents}, form)
        written.append(path)

    write("blueprints", Kind.BLUEPRINT, catalogue.blueprints())
    write("scorecards", Kind.SCORECARD, catalogue.scorecards())
    for blueprint, name in _file_names(catalogue.names):
        write(f"entities/{name}", Kind.ENTITY, catalogue.entities([blueprint]))
    current = {os.path.realpath(path) for path in written}
    return [file for file in files_of([str(folder)]) if os.path.realpath(file) not in current]


def _file_names(identifiers: list[str]) -> Iterator[tuple[str, str]]:
    """A name for each that every file system takes and tells from the others, whatever people chose."""
    taken: set[str] = set()
    for identifier in identifiers:
        name = quote(identifier, safe=" ")
        name = f"%2E{name[1:]}" if name.startswith(".") else name
        if len(name) > _LONGEST_NAME or name.casefold() in taken:
            name = f"{name[:_LONGEST_NAME]}-{blake2b(identifier.encode(), digest_size=6).hexdigest()}"
        taken.add(name.casefold())
        yield identifier, name
