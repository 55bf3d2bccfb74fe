"""CSV files that open rightly where they are opened: in a spreadsheet.

* UTF-8 with a byte order mark: without it Excel takes the file for an old Windows code page and
  spoils every letter that is not ASCII. Programs skip the mark by reading it as `utf-8-sig`.
* Comma for programs and English readers; semicolon for Indonesian ones, because a spreadsheet with
  Indonesian settings splits at semicolons. Numbers are whole, so that no decimal sign is needed.
* No cell is a formula: names of cases and steps come from people, and `=HYPERLINK(…)` in one would
  run on the machine of whoever opens the file. A text that begins like a formula gets an
  apostrophe before it, as OWASP advises for CSV injection.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Final, Literal

from flask import Response

from api.responses import keep_as

Cell = str | int | None
MEDIA_TYPE: Final = "text/csv"
_FORMULA: Final = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")


def csv_response(
    name: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    *,
    delimiter: Literal[",", ";"] = ",",
) -> Response:
    """Return the answer that saves a table as a file of that name, which has no ending."""
    response = Response(written(columns, rows, delimiter=delimiter), mimetype=MEDIA_TYPE)
    keep_as(response, f"{name}.csv")
    return response


def written(
    columns: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    *,
    delimiter: Literal[",", ";"] = ",",
) -> bytes:
    """Return the file."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerow(map(harmless, columns))
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def harmless(cell: Cell) -> Cell:
    """Return the cell such that no spreadsheet takes it for a formula; a number stays one."""
    if isinstance(cell, str) and cell.lstrip(" ").startswith(_FORMULA):
        return f"'{cell}"
    return cell
