"""Tables of the pages as files for the spreadsheet programs of the language."""

from typing import Literal

from flask import Response

from api.csv_files import csv_response
from api.pages.language import gettext, language
from api.report_tables import Table
from engine.database import Transaction


def saved(tx: Transaction, name: str, table: Table) -> Response:
    """Return a table as a CSV file of this day, with the headings of the language."""
    headed = Table(columns=[heading(column) for column in table.columns], rows=table.rows)
    return saved_as(f"{name}-{tx.today}", headed)


def saved_as(name: str, table: Table) -> Response:
    """Return a table as a CSV file of that name, as spreadsheets in the language want it."""
    delimiter: Literal[",", ";"] = ";" if language() == "id" else ","
    return csv_response(name, table.columns, table.rows, delimiter=delimiter)


def heading(column: str) -> str:
    """Return the name of a column for people."""
    headings = {
        "process_definition_key": gettext("Kode SOP"),
        "element_id": gettext("Kode langkah"),
        "candidate_group": gettext("Kode jabatan"),
        "name": gettext("Nama"),
        "number": gettext("No"),
        "actor": gettext("Pelaksana"),
        "time_standard": gettext("Waktu baku"),
        "cases": gettext("Kasus berjalan"),
        "open": gettext("Tugas terbuka"),
        "at_risk": gettext("Mendekati tenggat"),
        "overdue": gettext("Terlambat sekarang"),
        "worst_minutes": gettext("Keterlambatan terlama (menit kerja)"),
        "first": gettext("Dari"),
        "last": gettext("Sampai"),
        "cases_started": gettext("Kasus dimulai"),
        "cases_completed": gettext("Kasus selesai"),
        "completed": gettext("Langkah selesai"),
        "with_deadline": gettext("Selesai, dengan tenggat"),
        "late": gettext("Selesai terlambat"),
        "on_time_percent": gettext("Tepat waktu (%)"),
        "average_minutes": gettext("Rata-rata waktu (menit kerja)"),
        "average_standard_minutes": gettext("Waktu baku (menit kerja)"),
    }
    return headings[column]
