"""A package as it lies on disk: a folder, or a tar of one. Only plain files with plain names are let in."""

from __future__ import annotations

import os
import shutil
import stat
import tarfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from latchstring.sealing.bag import Files, UnsafeName, is_safe
from latchstring.sealing.errors import PackageError

MAX_FILES = 10_000
MAX_BYTES = 32 * 1024**3
"""What is unpacked at most, whatever a tar announces."""


class NotAPackage(PackageError):
    """This is neither a package's folder nor a tar of one."""


class PackageTooLarge(PackageError):
    """The package holds more files or bytes than are unpacked."""


class FolderFiles:
    """The files below a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._names = sorted(self._walk())

    def names(self) -> Sequence[str]:
        return self._names

    def open(self, name: str) -> BinaryIO:
        return (self._folder / name).open("rb")

    def _walk(self) -> Iterator[str]:
        for parent, folders, files in os.walk(self._folder):
            for name in [*folders, *files]:
                path = Path(parent, name)
                relative = path.relative_to(self._folder).as_posix()
                mode = path.lstat().st_mode
                if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
                    raise UnsafeName("it is a link or a device, not a plain file", file=relative)
                if stat.S_ISREG(mode):
                    yield relative


class TarFiles:
    """The files of a tar, below its one top folder where it has one."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        members = _plain_members(tar)
        top = _top_folder(list(members))
        self._members = {name.removeprefix(top): member for name, member in members.items()}

    def names(self) -> Sequence[str]:
        return sorted(self._members)

    def open(self, name: str) -> BinaryIO:
        return _reader(self._tar, self._members[name])


@contextmanager
def open_files(path: Path) -> Iterator[Files]:
    """The files of the package at `path`."""
    if path.is_dir():
        yield FolderFiles(path)
        return
    with _open_tar(path) as tar:
        yield TarFiles(tar)


def unpack(source: Path, folder: Path) -> None:
    """Unpack a tar into a new folder. Links, devices, odd names and doubles are refused before that."""
    with _open_tar(source) as tar:
        members = _plain_members(tar)
        folder.mkdir()
        for name, member in members.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            with _reader(tar, member) as f, path.open("xb") as out:
                shutil.copyfileobj(f, out, 1 << 20)
                out.flush()
                os.fsync(out.fileno())


def _open_tar(path: Path) -> tarfile.TarFile:
    try:
        return tarfile.open(path, "r:")
    except FileNotFoundError:
        raise NotAPackage(f"there is nothing at {path}") from None
    except (tarfile.TarError, OSError, EOFError) as e:
        raise NotAPackage(f"{path.name} is neither a package's folder nor a tar of one") from e


def _plain_members(tar: tarfile.TarFile) -> dict[str, tarfile.TarInfo]:
    plain: dict[str, tarfile.TarInfo] = {}
    total = 0
    try:
        for member in tar:
            name = member.name.removeprefix("./")
            if member.isdir() and (name in ("", ".") or is_safe(name)):
                continue
            if not member.isreg() or member.issparse():
                raise UnsafeName("it is a link or a device, not a plain file", file=name)
            if not is_safe(name):
                raise UnsafeName(file=name)
            if name in plain:
                raise UnsafeName("the tar holds it twice", file=name)
            total += member.size
            plain[name] = member
            if len(plain) > MAX_FILES or total > MAX_BYTES:
                raise PackageTooLarge
    except (tarfile.TarError, OSError, EOFError, ValueError) as e:
        raise NotAPackage("the tar is damaged") from e
    return plain


def _top_folder(names: Sequence[str]) -> str:
    """`name/` where everything lies in one folder that holds a bag, or nothing."""
    tops = {name.partition("/")[0] for name in names}
    if len(tops) == 1 and f"{min(tops)}/bagit.txt" in names:
        return f"{min(tops)}/"
    return ""


def _reader(tar: tarfile.TarFile, member: tarfile.TarInfo) -> BinaryIO:
    return cast(BinaryIO, tar.extractfile(member))
