"""What SQLite's planner is to believe about the tables, so that no plan depends on luck.

Without statistics it takes the first column of a key, here the tenant and the same in every row,
for a selective one, and reads whole tables. PostgreSQL keeps its own; for SQLite they are written
once, as its manual advises where plans must never change: statistics of a large office.
"""

from collections.abc import Iterator

from sqlalchemy import Connection, Table, text

from engine.model import Base

_ROWS = 1_000_000
_ROWS_OF_PARTIAL = 50_000
"""What is open, waiting or failing is a small part of all there ever was."""
_PER_COLUMN = 100
"""Each further column of a key leaves this part of the rows, one in so many…"""
_FEW = 10
"""…but all columns of a key that is not unique leave so many."""


def write(connection: Connection) -> None:
    """Write the statistics of every index, in place of any that are there; SQLite only."""
    connection.execute(text("ANALYZE"))  # makes the table
    connection.execute(text("DELETE FROM sqlite_stat1"))
    insert = text("INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES (:table, :index, :stat)")
    for table in Base.metadata.sorted_tables:
        for index, stat in _estimates(connection, table):
            connection.execute(insert, {"table": table.name, "index": index, "stat": stat})
    connection.execute(text("ANALYZE sqlite_schema"))  # reads the table again


def _estimates(connection: Connection, table: Table) -> Iterator[tuple[str, str]]:
    """Yield for each index its name and the rows that each more of its columns leaves."""
    clustered = table.dialect_options["sqlite"]["with_rowid"] is False
    for _, name, is_unique, origin, is_partial in connection.exec_driver_sql(
        f'PRAGMA index_list("{table.name}")'
    ):
        columns = len(connection.exec_driver_sql(f'PRAGMA index_info("{name}")').all())
        rows = _ROWS_OF_PARTIAL if is_partial else _ROWS
        left = [max(rows // _PER_COLUMN**column, _FEW) for column in range(columns)]
        left[-1] = 1 if is_unique else _FEW
        # The primary key of a table without row ids goes by the name of the table.
        index = table.name if clustered and origin == "pk" else name
        yield index, " ".join(map(str, [rows, *left]))
