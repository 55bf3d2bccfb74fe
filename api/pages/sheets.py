"""Lembar pemantauan: Table 7 of PermenPAN-RB 35/2012 for one SOP and half-year, to be printed."""

from flask import Response
from pydantic import Field

from api.pages.declaring import Pages
from api.pages.language import gettext
from api.pages.persons import introduce, person
from api.pages.queries import read_query
from api.pages.rendering import minutes, render
from api.pages.spreadsheets import saved_as
from api.report_tables import Table, percent
from api.rest.schemas import Query
from engine import reports
from engine.database import Transaction
from engine.permissions import Actor
from engine.reports import HalfYear, Reason, Sheet, SheetRow

pages = Pages("sheets")


class SheetQuery(Query):
    """Which half-year is wanted; without one, the last that has ended."""

    tahun: int | None = Field(None, ge=1971, le=2198)
    semester: int | None = Field(None, ge=1, le=2)
    ambang: int = Field(round(reports.THRESHOLD * 100), ge=0, le=100)
    """In per cent."""
    penilai: str | None = Field(None, max_length=200)

    def half_year(self, tx: Transaction) -> HalfYear:
        """Return the half-year."""
        ended = HalfYear.of(tx.today).before
        return HalfYear(year=self.tahun or ended.year, half=self.semester or ended.half)


@pages.get("/pantauan/sop/<key>/lembar")
def show_sheet(tx: Transaction, by: Actor, key: str) -> str:
    """Show the monitoring sheet, ready to be printed."""
    query = read_query(SheetQuery)
    sheet = _sheet(tx, by, key, query)
    return render(
        "sheet.html",
        query=query,
        sheet=sheet,
        rows=[(row, remark(row, sheet), action(row)) for row in sheet.rows],
        assessor=_assessor(tx, by, query),
    )


@pages.get("/pantauan/sop/<key>/lembar/unduh")
def download_sheet(tx: Transaction, by: Actor, key: str) -> Response:
    """Send the monitoring sheet as a CSV file."""
    query = read_query(SheetQuery)
    sheet = _sheet(tx, by, key, query)
    assessor = _assessor(tx, by, query)
    table = Table(
        columns=[
            gettext("No"),
            gettext("Prosedur"),
            gettext("Berjalan baik"),
            gettext("Tidak berjalan baik"),
            gettext("Catatan"),
            gettext("Tindakan"),
            gettext("Penilai"),
        ],
        rows=[
            (
                row.step.number,
                row.step.name,
                "v" if row.runs_well else "",
                "v" if row.runs_well is False else "",
                remark(row, sheet),
                action(row),
                assessor,
            )
            for row in sheet.rows
        ],
    )
    half_year = sheet.half_year
    return saved_as(f"lembar-pemantauan-{key}-{half_year.year}-{half_year.half}", table)


def _sheet(tx: Transaction, by: Actor, key: str, query: SheetQuery) -> Sheet:
    half_year = query.half_year(tx)
    return reports.monitoring_sheet(tx, key, half_year, by=by, threshold=query.ambang / 100)


def _assessor(tx: Transaction, by: Actor, query: SheetQuery) -> str:
    """Return who signs: who was named, else whoever looks."""
    introduce(tx, [by.username])
    return query.penilai or person(by.username)


def remark(row: SheetRow, sheet: Sheet) -> str:
    """Return what the history says of a step, and why it does not run well if it does not."""
    completed = row.counts.completed
    said = [
        gettext("Dilaksanakan %(count)s kali.") % {"count": completed}
        if completed
        else gettext("Tidak dilaksanakan.")
    ]
    if row.on_time is not None:
        shares = {
            "share": percent(row.on_time),
            "count": row.counts.timed + row.outstanding,
            "threshold": percent(sheet.threshold),
        }
        sentence = (
            gettext("Tepat waktu %(share)s%% dari %(count)s tenggat, di bawah %(threshold)s%%.")
            if Reason.LATE in row.reasons
            else gettext("Tepat waktu %(share)s%% dari %(count)s tenggat.")
        )
        said.append(sentence % shares)
    if row.outstanding:
        lapsed = gettext("%(count)s di antaranya lewat tenggat dan belum selesai.")
        said.append(lapsed % {"count": row.outstanding})
    if row.counts.average_minutes is not None and row.counts.average_standard_minutes is not None:
        lengths = {
            "average": minutes(row.counts.average_minutes, row.step.calendar),
            "standard": minutes(row.counts.average_standard_minutes, row.step.calendar),
        }
        sentence = (
            gettext("Rata-rata %(average)s, melebihi waktu baku %(standard)s.")
            if Reason.SLOW in row.reasons
            else gettext("Rata-rata %(average)s dari waktu baku %(standard)s.")
        )
        said.append(sentence % lengths)
    return " ".join(said)


def action(row: SheetRow) -> str:
    """Return what may be done about a step that does not run well; empty otherwise."""
    proposed = {
        Reason.LATE: gettext("Cari sebab keterlambatan bersama pelaksana."),
        Reason.SLOW: gettext("Tinjau waktu baku atau beban kerja pelaksana."),
    }
    return " ".join(proposed[reason] for reason in row.reasons)
