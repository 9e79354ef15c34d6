"""Tables from CSV and Parquet files; what cannot be used is named by its line."""

from __future__ import annotations

import csv
import re
import sys
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq
from numpy.typing import NDArray

from latchstring.base.errors import BadInput
from latchstring.studies import dates

MOST_ROWS = 50_000_000
"""More than this is studied by batches, or not at all."""
_NUMBER = re.compile(r"\s*[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?\s*", re.ASCII)
_WITH_COMMAS = re.compile(r"\s*[-+]?\d+([.,]\d+)*,\d+([.,]\d+)*\s*", re.ASCII)
_SNIFFED_BYTES = 65_536
_LONGEST_HEAD = 1_000_000
_BLOCK_BYTES = 1 << 20
_DELIMITERS = (",", ";", "\t")


class NoTable(BadInput):
    """There is no such file."""


class BadTable(BadInput):
    """The file cannot be read as a table."""


class NoColumn(BadInput):
    """The table has no such column."""


class Twice(BadInput):
    """What may stand in a table once stands there twice."""


class BadCell(BadInput):
    """A cell of the table cannot be used."""


@dataclass(frozen=True)
class Layout:
    """What a file's head says: its columns, and for CSV how they stand in it."""

    path: Path
    names: tuple[str, ...]
    delimiter: str | None  # None: Parquet
    has_header: bool = True
    empty_lines: int = 0  # before its head

    def column(self, wanted: str | None, guesses: Sequence[str], what: str, option: str) -> str:
        """The column that was named, or the first guess there is; letters' case matters only between two."""
        if wanted in self.names:
            return str(wanted)
        by_lower = {name.lower(): name for name in reversed(self.names)}
        if wanted is not None:
            if (found := by_lower.get(wanted.lower())) is None:
                raise NoColumn(f"{self.path.name} has no column {wanted!r}; it has {_listed(self.names)}")
            return found
        found = next((by_lower[each] for each in guesses if each in by_lower), None)
        if found is None:
            raise NoColumn(
                f"which column of {self.path.name} holds {what}? "
                f"Say so with {option}; it has {_listed(self.names)}"
            )
        return found


@dataclass(frozen=True)
class Table:
    """Some columns of a file, each converted when it is asked for. Rows count from 0."""

    layout: Layout
    data: pa.Table

    def __len__(self) -> int:
        return int(self.data.num_rows)

    def texts(self, name: str) -> list[str]:
        """Trimmed; an empty cell is refused."""
        cells = self.data[name]
        if not _is_text(cells):
            self._refuse_missing(cells, name)
            if pa.types.is_floating(cells.type):  # how a table with gaps keeps whole numbers
                return [f"{each:.0f}" if each.is_integer() else str(each) for each in cells.to_pylist()]
            return [str(each) for each in cells.to_pylist()]
        trimmed = pc.utf8_trim_whitespace(cells)
        self._refuse_missing(trimmed, name)
        found: list[str] = trimmed.to_pylist()
        return found

    def numbers(self, name: str, *, may_miss: bool = False) -> NDArray[np.float64]:
        """Finite numbers; where `may_miss`, an empty cell, `NA` and `nan` are nan."""
        cells = self.data[name]
        if _is_text(cells):
            cells = pc.utf8_trim_whitespace(cells)
            missing = pc.is_in(pc.utf8_lower(cells), value_set=pa.array(["", "na", "nan", "null", "none"]))
            cells = pc.if_else(missing, pa.scalar(None, pa.string()), cells)
        if not may_miss:
            self._refuse_missing(cells, name)
        try:
            numbers = pc.cast(cells, pa.float64())
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
            self._refuse_non_numbers(cells, name)
            raise BadCell(f"column {name!r} of {self.layout.path.name} does not hold numbers") from None
        found = np.array(numbers.to_numpy(), dtype=np.float64)
        bad = np.isinf(found) if may_miss else ~np.isfinite(found)
        if bad.any():
            raise self._bad_cell(int(np.flatnonzero(bad)[0]), name, "is not a finite number")
        return found

    def days(self, name: str, order: dates.Order | None = None) -> NDArray[np.int64]:
        """Days since 1970-01-01, or the whole numbers that stand there."""
        cells = self.data[name]
        if pa.types.is_date(cells.type) or pa.types.is_timestamp(cells.type):
            self._refuse_missing(cells, name)
            since_epoch = pc.cast(_local_day(cells), pa.date32()).cast(pa.int32())
            return np.array(since_epoch.to_numpy(), dtype=np.int64)
        if not _is_text(cells):
            return self._basic(self._whole(self.numbers(name), name), name)
        trimmed = pc.utf8_trim_whitespace(cells)
        self._refuse_missing(trimmed, name)
        distinct = pc.unique(trimmed)
        texts: list[str] = distinct.to_pylist()
        try:
            numbers = dates.read(texts, order)
        except dates.BadDate as e:
            row = pc.index(trimmed, e.text).as_py() if e.text else None
            where = f"{self.where(row)}: " if row is not None else f"column {name!r}: "
            raise BadCell(f"{where}{e.message}") from None
        places = pc.index_in(trimmed, value_set=distinct).to_numpy()
        found: NDArray[np.int64] = np.array(numbers, dtype=np.int64)[places]
        return found

    def hours(self, name: str) -> NDArray[np.float64]:
        """Hours since a Monday's midnight, as the clock on the wall shows them."""
        cells = self.data[name]
        if pa.types.is_timestamp(cells.type):
            self._refuse_missing(cells, name)
            seconds = pc.cast(_local_day(cells), pa.timestamp("us")).cast(pa.int64()).to_numpy() / 1e6
            return np.array(seconds / 3600 - dates.MONDAY * 24, dtype=np.float64)
        if not _is_text(cells):
            return self.numbers(name)
        texts = self.texts(name)
        try:
            return np.array(dates.read_hours(texts), dtype=np.float64)
        except dates.BadDate as e:
            row = texts.index(e.text) if e.text else 0
            raise BadCell(f"{self.where(row)}: {e.message}") from None

    def holds_dates(self, name: str) -> bool:
        """Whether a column of days holds dates rather than plain numbers."""
        cells = self.data[name]
        if _is_text(cells):
            return dates.looks_like_one(str(cells[0].as_py()).strip())
        return bool(pa.types.is_date(cells.type) or pa.types.is_timestamp(cells.type))

    def where(self, row: int) -> str:
        """How a reader finds a row: by its line in a CSV file, by its number in Parquet."""
        if self.layout.delimiter is None:
            return f"row {row + 1} of {self.layout.path.name}"
        return f"line {_line_of(self.layout, row)} of {self.layout.path.name}"

    def _whole(self, numbers: NDArray[np.float64], name: str) -> NDArray[np.int64]:
        bad = np.flatnonzero(numbers != np.floor(numbers))
        if bad.size:
            raise self._bad_cell(int(bad[0]), name, "is not a whole day")
        return numbers.astype(np.int64)

    def _basic(self, numbers: NDArray[np.int64], name: str) -> NDArray[np.int64]:
        """Dates that stand there as numbers, like 20160131."""
        if not dates.are_basic(numbers.min(), numbers.max()):
            return numbers
        distinct, places = np.unique(numbers, return_inverse=True)
        try:
            return np.array(dates.of_numbers(distinct.tolist()), dtype=np.int64)[places]
        except dates.BadDate as e:
            raise self._bad_cell(int((numbers == int(e.text or 0)).argmax()), name, "is no date") from None

    def _refuse_missing(self, cells: pa.ChunkedArray, name: str) -> None:
        empty = pc.is_null(cells)
        if _is_text(cells):
            empty = pc.or_(empty, pc.equal(pc.fill_null(cells, ""), ""))
        first = pc.index(empty, True).as_py()
        if first >= 0:
            raise BadCell(f"{self.where(first)}: column {name!r} has no value")

    def _refuse_non_numbers(self, cells: pa.ChunkedArray, name: str) -> None:
        if not _is_text(cells):
            return
        for row, text in enumerate(cells.to_pylist()):
            if text is not None and not _NUMBER.fullmatch(text):
                comma = "; write it with a point, and no other mark" if _WITH_COMMAS.fullmatch(text) else ""
                raise self._bad_cell(row, name, f"is not a number{comma}")

    def _bad_cell(self, row: int, name: str, why: str) -> BadCell:
        value = str(self.data[name][row].as_py())
        return BadCell(f"{self.where(row)}: {value[:40]!r} in column {name!r} {why}")


def refuse_twice(rows: Table, keys: Sequence[Hashable], what: str) -> None:
    """One key for each row; the second row with the same one is named with the first."""
    seen: dict[Hashable, int] = {}
    for row, key in enumerate(keys):
        if (first := seen.setdefault(key, row)) != row:
            named = f" {key[:40]!r}" if isinstance(key, str) else ""
            raise Twice(f"{rows.where(row)}: {what}{named} stands in {rows.where(first)} already")


def look(path: Path, *, header: bool | None = None) -> Layout:
    """Read a file's head. `header` None: the first line is one unless all of it is numbers and dates."""
    if not path.is_file():
        if path.is_dir():
            raise NoTable(f"{path} is a folder, not a file")
        if path.exists():
            raise NoTable(f"{path} is a pipe or a device, and tables are read twice; save it as a file first")
        raise NoTable(f"there is no file {path}")
    with path.open("rb") as f:
        magic = f.read(4)
    if magic == b"PAR1":
        try:
            return Layout(path, tuple(pq.read_schema(path).names), None)
        except (pa.ArrowInvalid, OSError) as e:
            raise BadTable(f"{path.name} begins as Parquet but cannot be read; is it whole?") from e
    return _look_at_text(path, header)


def read(layout: Layout, columns: Sequence[str]) -> Table:
    """The named columns of the whole file."""
    wanted = list(dict.fromkeys(columns))
    data = _read_parquet(layout, wanted) if layout.delimiter is None else _read_csv(layout, wanted)
    if data.num_rows == 0:
        raise BadTable(f"{layout.path.name} has no rows")
    return Table(layout, data)


def _read_parquet(layout: Layout, wanted: list[str]) -> pa.Table:
    try:
        with pq.ParquetFile(layout.path) as file:
            if file.metadata.num_rows > MOST_ROWS:
                raise BadTable(
                    f"{layout.path.name} promises {file.metadata.num_rows:,} rows; "
                    f"at most {MOST_ROWS:,} are read at once"
                )
            return _plain_text(file.read(columns=wanted))
    except (pa.ArrowException, OSError) as e:
        raise BadTable(f"{layout.path.name} is damaged: its rows cannot be read") from e


def _plain_text(data: pa.Table) -> pa.Table:
    """Texts that stand in the file once each and are pointed at become texts like others."""
    for place, field in enumerate(data.schema):
        if pa.types.is_dictionary(field.type):
            data = data.set_column(place, field.name, pc.cast(data[place], field.type.value_type))
    return data


def _read_csv(layout: Layout, wanted: list[str]) -> pa.Table:
    try:
        data = pa.csv.read_csv(
            layout.path,
            read_options=pa.csv.ReadOptions(
                column_names=list(layout.names), skip_rows=layout.empty_lines + int(layout.has_header)
            ),
            parse_options=pa.csv.ParseOptions(delimiter=layout.delimiter, newlines_in_values=True),
            convert_options=pa.csv.ConvertOptions(
                column_types={name: pa.string() for name in layout.names},
                include_columns=wanted,
                strings_can_be_null=False,
            ),
        )
    except pa.ArrowInvalid as e:
        if "utf" in str(e).lower():
            raise BadTable(_other_text(layout.path)) from None
        raise BadTable(_other_width(layout)) from None
    _refuse_lost_rows(layout, data.num_rows)
    return data


def _refuse_lost_rows(layout: Layout, rows: int) -> None:
    """A quote that stands alone makes one cell of all that follows, up to the next quote or the end.

    No reader of CSV complains; where a file with quotes has fewer rows than lines, they are looked at anew.
    """
    quotes = lines = 0
    with layout.path.open("rb") as f:
        while block := f.read(_BLOCK_BYTES):
            quotes += block.count(b'"')
            lines += block.count(b"\n")
    if not quotes or lines <= rows + layout.empty_lines + layout.has_header:
        return
    for _ in _records(layout, strict=True):
        pass


def _look_at_text(path: Path, header: bool | None) -> Layout:
    try:
        with path.open(encoding="utf-8-sig", newline="") as f:
            head = f.read(_SNIFFED_BYTES)
            if not head.splitlines()[1:]:
                head += f.readline(_LONGEST_HEAD)
    except UnicodeDecodeError as e:
        raise BadTable(_other_text(path)) from e
    lines = head.splitlines()
    empty = next((n for n, each in enumerate(lines) if each.strip()), None)
    if empty is None:
        raise BadTable(f"{path.name} is empty")
    line = lines[empty]
    delimiter = max(_DELIMITERS, key=line.count)
    fields = [field.strip() for field in next(csv.reader([line], delimiter=delimiter))]
    has_header = header if header is not None else not all(_is_value(field) for field in fields)
    if not has_header:
        return Layout(path, tuple(str(n + 1) for n in range(len(fields))), delimiter, False, empty)
    twice = next((name for name, times in Counter(fields).items() if times > 1), None)
    if twice is not None:
        raise BadTable(f"{path.name} has two columns named {twice!r}; rename one")
    return Layout(path, tuple(fields), delimiter, True, empty)


def _other_text(path: Path) -> str:
    return f"{path.name} is neither Parquet nor UTF-8 text; save it as CSV in UTF-8"


def _is_value(field: str) -> bool:
    return bool(_NUMBER.fullmatch(field)) or dates.looks_like_one(field)


def _records(layout: Layout, *, strict: bool = False) -> Iterator[tuple[int, list[str]]]:
    """Each record of a CSV file below its head, and the line on which it begins; empty lines are none.

    `strict`: a quote that stands alone is refused.
    """
    csv.field_size_limit(sys.maxsize)
    with layout.path.open(encoding="utf-8-sig", errors="replace", newline="") as f:
        reader = csv.reader(f, delimiter=layout.delimiter or ",", strict=strict)
        skip, begins = layout.has_header, 1
        try:
            for record in reader:
                if record and not skip:
                    yield begins, record
                skip = skip and not record
                begins = reader.line_num + 1
        except csv.Error:
            raise BadTable(
                f"line {begins} of {layout.path.name} has a quote that stands alone; "
                "close it, or write it twice"
            ) from None


def _line_of(layout: Layout, row: int) -> int:
    return next(line for number, (line, _) in enumerate(_records(layout)) if number == row)


def _other_width(layout: Layout) -> str:
    expected = len(layout.names)
    for line, record in _records(layout):
        if len(record) != expected:
            return f"line {line} of {layout.path.name} has {len(record)} columns instead of {expected}"
    return f"{layout.path.name} cannot be read as CSV: its quotes do not match"


def _local_day(cells: pa.ChunkedArray) -> pa.ChunkedArray:
    """A time with a zone becomes the day that its own clock showed."""
    zoned = pa.types.is_timestamp(cells.type) and cells.type.tz is not None
    return pc.local_timestamp(cells) if zoned else cells


def _is_text(cells: pa.ChunkedArray) -> bool:
    return bool(pa.types.is_string(cells.type) or pa.types.is_large_string(cells.type))


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:20])
    return shown if len(names) <= 20 else f"{shown} and {len(names) - 20} more"
