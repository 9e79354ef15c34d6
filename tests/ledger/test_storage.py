"""The places where a log can be kept behave alike."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from obstore.store import LocalStore, MemoryStore

from latchstring.ledger.storage import DirectoryStorage, NotStored, ObjectStorage, Storage
from latchstring.testing.storage import MemoryStorage


@pytest.fixture(params=["memory", "directory", "objects", "objects in a folder", "objects below a prefix"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    match request.param:
        case "memory":
            return MemoryStorage()
        case "directory":
            return DirectoryStorage(tmp_path / "ledger")
        case "objects":
            return ObjectStorage(MemoryStore())
        case "objects in a folder":
            return ObjectStorage(LocalStore(tmp_path))
        case _:
            return ObjectStorage(MemoryStore(), "ledger/")


def test_what_was_put_is_there(storage: Storage) -> None:
    """Also at depth, and a later put replaces an earlier one."""
    for path in ("checkpoint", "tile/0/x001/x234/067", "tile/0/000.p/3"):
        storage.put(path, b"old")
        storage.put(path, path.encode())
    assert storage.get("tile/0/x001/x234/067") == b"tile/0/x001/x234/067"
    assert storage.get("checkpoint") == b"checkpoint"


def test_what_was_never_put_is_said_so(storage: Storage) -> None:
    storage.put("tile/0/000.p/3", b"x")
    for path in ("checkpoint", "tile/0/000", "tile/0/000.p/4"):
        with pytest.raises(NotStored, match=path):
            storage.get(path)


def test_prefix_keeps_logs_apart() -> None:
    store = MemoryStore()
    ObjectStorage(store, "a").put("checkpoint", b"a")
    with pytest.raises(NotStored):
        ObjectStorage(store, "b").get("checkpoint")
    assert ObjectStorage(store).get("a/checkpoint") == b"a"


def test_directory_syncs_file_and_new_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before put returns, the file and every folder that gained a name are synced."""
    synced: list[str] = []
    real = os.fsync

    def fsync(fd: int) -> None:
        synced.append(Path(f"/proc/self/fd/{fd}").readlink().name)
        real(fd)

    monkeypatch.setattr(os, "fsync", fsync)
    DirectoryStorage(tmp_path).put("tile/0/000.p/3", b"x")

    assert {tmp_path.name, "tile", "0", "000.p"} <= set(synced)
    assert any(name.startswith(".3.") for name in synced)
