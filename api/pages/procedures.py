"""The flow chart of an SOP as its page draws it: columns, symbols, lines, and their words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from string import ascii_lowercase
from typing import Final

from api.pages.flowchart import Chart, Port, Side, lay_out
from api.pages.language import gettext as _
from api.pages.symbols import Label, Line, Symbol, head, label, line, symbol
from engine.bpmn.procedure import Lead, Procedure, Row, Shape
from engine.bpmn.sop import Lane, Process
from engine.bpmn.unpictured import Unpictured

_MOST_WIDE_COLUMNS: Final = 6
_LONGEST_LABEL: Final = {False: 7, True: 5}
"""In a crowded chart or not; for what is longer and does not fit beside a line stands a letter."""


@dataclass(frozen=True, kw_only=True)
class Cell:
    """A cell of the flow chart."""

    lines: Sequence[Line]
    symbol: Symbol | None = None
    words: str = ""
    """What the symbol is, who does it and where it leads."""
    arrows: Sequence[str] = ()
    """The corners of each head, in pixels from the middle of the cell."""
    labels: Sequence[Label] = ()


@dataclass(frozen=True, kw_only=True)
class DrawnRow:
    """A row of the table."""

    row: Row
    name: str
    key: Sequence[tuple[str, str]]
    """Letters on lines, and what they stand for."""
    cells: Sequence[Cell]


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """The flow chart."""

    actors: Sequence[str]
    """The heads of the columns."""
    is_crowded: bool
    """Whether there are so many that the symbols have to be small."""
    left: int
    right: int
    """Width of what runs beside the columns in pixels; 0 is no column."""
    rows: Sequence[DrawnRow]
    notes: Sequence[str]
    """What has no symbol and how to read it here."""


def draw(procedure: Procedure, process: Process) -> Drawing:
    """Return the flow chart of an SOP, in the language of the reader."""
    return _Pen(procedure, process).drawing()


def _heads(lanes: Sequence[Lane], groups: Sequence[str | None]) -> list[str]:
    """Return the heads of the columns: of lanes, then of those who do the rest."""
    named = [
        lane.name or lane.candidate_group or _("Pelaksana %(number)s") % {"number": number}
        for number, lane in enumerate(lanes, 1)
    ]
    return [*named, *(group or _("Belum ditentukan") for group in groups)]


class _Pen:
    def __init__(self, procedure: Procedure, process: Process) -> None:
        self._rows = procedure.rows
        self._notes = procedure.unpictured
        lane_ids = [lane.element_id for lane in process.lanes]
        outside = [row for row in self._rows if row.lane_id not in lane_ids]
        groups = list(dict.fromkeys(row.candidate_group for row in outside))
        self._heads = _heads(process.lanes, groups)
        self._is_crowded = len(self._heads) > _MOST_WIDE_COLUMNS
        self._place = [
            lane_ids.index(row.lane_id)
            if row.lane_id in lane_ids
            else len(lane_ids) + groups.index(row.candidate_group)
            for row in self._rows
        ]
        self._from: dict[int, list[Lead]] = {number: [] for number in range(len(self._rows))}
        for lead in procedure.leads:
            self._from[lead.source].append(lead)
        pairs = [(lead.source, lead.target) for lead in procedure.leads]
        self._chart: Chart = lay_out(self._place, len(self._heads), pairs)

    def drawing(self) -> Drawing:
        """Return all of it."""
        left, right = (self._chart.beside[side] for side in (Side.LEFT, Side.RIGHT))
        return Drawing(
            actors=self._heads,
            is_crowded=self._is_crowded,
            left=left,
            right=right,
            rows=[self._row(number, row) for number, row in enumerate(self._rows)],
            notes=[text for reason, text in _notes().items() if reason in self._notes],
        )

    def _row(self, number: int, row: Row) -> DrawnRow:
        cases = [_case(lead, _("lainnya")) for lead in self._from[number]]
        long = dict.fromkeys(case for case in cases if len(case) > _LONGEST_LABEL[self._is_crowded])
        letter = dict(zip(long, _letters(), strict=False))
        first = -1 if self._chart.beside[Side.LEFT] else 0
        last = len(self._heads) + (1 if self._chart.beside[Side.RIGHT] else 0)
        return DrawnRow(
            row=row,
            name=_name(row),
            key=[(short, case) for case, short in letter.items()],
            cells=[
                self._cell(number, [letter.get(case, case) for case in cases])
                if column == self._place[number]
                else Cell(lines=self._lines(number, column))
                for column in range(first, last)
            ],
        )

    def _cell(self, number: int, cases: Sequence[str]) -> Cell:
        """Return the cell of a row that has its symbol."""
        mark = self._symbol(number)
        beside = zip(self._ports(number), cases, strict=True)
        return Cell(
            lines=self._lines(number, self._place[number]),
            symbol=mark,
            words=self._words(number, self._rows[number]),
            arrows=[head(mark, port) for port in self._chart.arrows.get(number, ())],
            labels=[label(mark, port, case) for port, case in beside if case],
        )

    def _lines(self, number: int, column: int) -> list[Line]:
        pieces = self._chart.pieces.get((number, column), ())
        return list(dict.fromkeys(map(line, pieces)))

    def _symbol(self, number: int) -> Symbol:
        ports = (*self._ports(number), *self._chart.arrows.get(number, ()))
        return symbol(
            self._rows[number].shape,
            is_narrow=self._is_crowded,
            farthest=max((abs(port.y) for port in ports), default=0),
        )

    def _ports(self, number: int) -> list[Port]:
        """Return where the lines out of a row leave its symbol."""
        return [self._chart.exits[number, lead.target] for lead in self._from[number]]

    def _words(self, number: int, row: Row) -> str:
        """Return what a symbol says, for those who do not see it."""
        who = f"{_what(row)}, {self._heads[self._place[number]]}"
        leads = self._from[number]
        always = [_reference(self._rows[lead.target]) for lead in leads if not lead.labels]
        parts = [who, row.question]
        if len(always) > 1:
            parts.append(_("lalu serentak %(targets)s") % {"targets": ", ".join(always)})
            leads = [lead for lead in leads if lead.labels]
        return "; ".join(filter(None, (*parts, *map(self._way, leads))))

    def _way(self, lead: Lead) -> str:
        target = _reference(self._rows[lead.target])
        case = _case(lead, _("tidak ada yang cocok"))
        is_back = lead.target <= lead.source
        if case and is_back:
            way = _("jika %(case)s kembali ke %(target)s")
        elif case:
            way = _("jika %(case)s lalu %(target)s")
        else:
            way = _("kembali ke %(target)s") if is_back else _("lalu %(target)s")
        return way % {"case": case, "target": target}


def _letters() -> Iterator[str]:
    yield from ascii_lowercase
    number = 1
    while True:
        yield f"z{number}"
        number += 1


def _case(lead: Lead, otherwise: str) -> str:
    """Return in which case a line is taken; "" is always."""
    rest = _("ada peristiwa") if lead.by_event else otherwise
    return " / ".join(label or rest for label in lead.labels)


def _name(row: Row) -> str:
    if row.name or row.step:
        return row.name
    if row.shape is Shape.DIAMOND:
        return _("Keputusan")
    return _("Mulai") if row.starts else _("Selesai")


def _what(row: Row) -> str:
    if row.shape is Shape.DIAMOND:
        return _("Keputusan")
    if row.starts and row.ends:
        return _("Mulai dan selesai")
    if row.starts or row.ends:
        return _("Mulai") if row.starts else _("Selesai")
    return _("Kegiatan")


def _reference(row: Row) -> str:
    """Return how other rows speak of this one."""
    if row.step is not None:
        return _("langkah %(number)s") % {"number": row.step.number}
    what = _("selesai") if row.ends else _("keputusan")
    return f"{what} ({row.name})" if row.name else what


def _notes() -> dict[Unpictured, str]:
    """Return how to read what the regulation has no symbol for."""
    return {
        Unpictured.PARALLEL: _(
            "Beberapa garis yang keluar dari satu kotak dikerjakan serentak; langkah tempat "
            "garis-garis itu bertemu kembali menunggu semuanya."
        ),
        Unpictured.INCLUSIVE: _("Belah ketupat dapat membuka lebih dari satu jalan sekaligus."),
        Unpictured.EVENTS: _(
            "Menunggu waktu atau pesan tidak mempunyai lambang; garisnya melewati peristiwa itu. "
            "Peristiwa yang memotong suatu langkah ditulis pada garisnya; langkah tanpa garis "
            "masuk dimulai oleh suatu peristiwa."
        ),
        Unpictured.SUB_PROCESSES: _("Langkah di dalam subproses ditulis sebagai baris biasa."),
        Unpictured.SERVICES: _(
            "Pekerjaan yang dilakukan sistem tidak mempunyai baris; garisnya melewati pekerjaan "
            "itu."
        ),
        Unpictured.REPETITION: _(
            "Langkah yang diulang untuk beberapa berkas atau orang digambar satu kali."
        ),
        Unpictured.TOO_MANY: _("Langkahnya terlalu banyak untuk dihubungkan dengan garis."),
    }
