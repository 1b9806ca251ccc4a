"""The portal's state: named tables of JSON-able rows with sequences, in memory, optionally kept in a file.

Rows are read as they are (do not change them in place: use `Table.update`), so that every write is known and the
file is cheap: changed rows go down in one SQLite transaction after each request, without waiting for the disk.
"""

import json
import sqlite3
from bisect import bisect_left
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Self

Row = dict[str, Any]
Key = int | str
# An upsert keeps the row's place, so that tables come back in the order of making.
UPSERT = "INSERT INTO row VALUES (?, ?, ?) ON CONFLICT (tbl, key) DO UPDATE SET body = excluded.body"


class Table:
    """Rows of one kind by key, in the order of their making."""

    def __init__(self, store: "Store", name: str) -> None:
        self._store, self.name = store, name
        self._rows: dict[Key, Row] = {}
        self._numbers: list[int] | None = None
        self.last_id = 0

    def __len__(self) -> int:
        return len(self._rows)

    def __contains__(self, key: Key) -> bool:
        return key in self._rows

    def __iter__(self) -> Iterator[Row]:
        return iter(list(self._rows.values()))

    def keys(self) -> list[Key]:
        """All keys, oldest row first."""
        return list(self._rows)

    def numbers(self) -> list[int]:
        """All keys as ascending numbers, kept ready for lists by keyset; read only."""
        if self._numbers is None:
            self._numbers = sorted(int(key) for key in self._rows)
        return self._numbers

    def get(self, key: Key | None) -> Row | None:
        """The row, or None."""
        return None if key is None else self._rows.get(key)

    def next_id(self) -> int:
        """Take the next number of the sequence."""
        self.last_id += 1
        self._store.sequence_moved(self.name, self.last_id)
        return self.last_id

    def add(self, row: Row, id_field: str = "ID") -> Row:
        """Insert under the next number, which is written to `id_field`."""
        number = self.next_id()
        return self.put(number, {id_field: number, **{k: v for k, v in row.items() if k != id_field}})

    def put(self, key: Key, row: Row) -> Row:
        """Insert or replace under a key of the caller's."""
        if isinstance(key, int) and key > self.last_id:
            self.last_id = key
            self._store.sequence_moved(self.name, key)
        self._note_number(key)
        self._rows[key] = row
        self._store.touched(self.name, key)
        return row

    def update(self, key: Key, **changes: Any) -> Row:
        """Change fields of an existing row."""
        row = self._rows[key]
        row.update(changes)
        self._store.touched(self.name, key)
        return row

    def delete(self, key: Key) -> Row | None:
        """Remove a row; tells what it was."""
        row = self._rows.pop(key, None)
        if row is not None:
            self._store.touched(self.name, key)
            if self._numbers is not None:
                del self._numbers[bisect_left(self._numbers, int(key))]
        return row

    def _note_number(self, key: Key) -> None:
        if self._numbers is None or key in self._rows:
            return
        if self._numbers and int(key) < self._numbers[-1]:
            self._numbers = None
        else:
            self._numbers.append(int(key))

    def where(self, test: Callable[[Row], bool] | None = None, /, **equal: Any) -> list[Row]:
        """Rows with these values that also pass `test`."""
        rows = (row for row in self._rows.values() if all(row.get(k) == v for k, v in equal.items()))
        return [row for row in rows if test is None or test(row)]

    def first(self, **equal: Any) -> Row | None:
        """The oldest row with these values."""
        for row in self._rows.values():
            if all(row.get(k) == v for k, v in equal.items()):
                return row
        return None

    def load(self, key: Key, row: Row) -> None:
        """Put a row read from the file (nothing to write back)."""
        self._rows[key], self._numbers = row, None


class Store:
    """All tables; `flush` writes what changed to the file, if there is one."""

    def __init__(self, path: Path | None = None) -> None:
        self._tables: dict[str, Table] = {}
        self._dirty: dict[tuple[str, Key], None] = {}
        self._sequences: dict[str, int] = {}
        self._file = _open(path) if path else None
        self.before_flush: Callable[[], None] = lambda: None  # what must go down together with any change
        if self._file:
            self._read(self._file)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def table(self, name: str) -> Table:
        """The table of this name, made on first use."""
        if name not in self._tables:
            self._tables[name] = Table(self, name)
        return self._tables[name]

    def names(self) -> list[str]:
        """Names of all tables in use."""
        return sorted(self._tables)

    def is_empty(self) -> bool:
        """Whether nothing was ever stored."""
        return not any(len(table) for table in self._tables.values())

    def touched(self, table: str, key: Key) -> None:
        """Remember that a row must be written."""
        if self._file:
            self._dirty[(table, key)] = None

    def sequence_moved(self, table: str, value: int) -> None:
        """Remember that a sequence must be written."""
        if self._file:
            self._sequences[table] = value

    def flush(self) -> None:
        """Write all changes in one transaction."""
        if not self._file or not (self._dirty or self._sequences):
            return
        self.before_flush()
        dirty, self._dirty = self._dirty, {}
        sequences, self._sequences = self._sequences, {}
        with self._file as file:
            for name, key in dirty:
                self._write(file, name, key)
            file.executemany("INSERT OR REPLACE INTO sequence VALUES (?, ?)", list(sequences.items()))

    def close(self) -> None:
        """Write what is left and close the file."""
        if self._file:
            self.before_flush()
            self.flush()
            self._file.close()
            self._file = None

    def _write(self, file: sqlite3.Connection, name: str, key: Key) -> None:
        row = self._tables[name].get(key)
        if row is None:
            file.execute("DELETE FROM row WHERE tbl = ? AND key = ?", (name, json.dumps(key)))
        else:
            body = json.dumps(row, ensure_ascii=False)
            file.execute(UPSERT, (name, json.dumps(key), body))

    def _read(self, file: sqlite3.Connection) -> None:
        for name, key, body in file.execute("SELECT tbl, key, body FROM row ORDER BY rowid"):
            self.table(name).load(json.loads(key), json.loads(body))
        for name, value in file.execute("SELECT tbl, last FROM sequence"):
            self.table(name).last_id = value


def _open(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True)
    file = sqlite3.connect(path, check_same_thread=False)
    file.executescript("""
        PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF;
        CREATE TABLE IF NOT EXISTS row (tbl TEXT, key TEXT, body TEXT, PRIMARY KEY (tbl, key));
        CREATE TABLE IF NOT EXISTS sequence (tbl TEXT PRIMARY KEY, last INTEGER);
    """)
    return file
