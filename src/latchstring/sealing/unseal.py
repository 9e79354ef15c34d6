"""Open a package with a case key. The one part that can, and that the network cannot import."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import BinaryIO

import pyrage

from latchstring.base.errors import Conflict
from latchstring.base.files import sync_folder
from latchstring.base.signing import Envelope
from latchstring.sealing import bag, container, inner, outer
from latchstring.sealing.container import FolderFiles, open_files
from latchstring.sealing.errors import PackageError
from latchstring.sealing.keys import CaseKey
from latchstring.sealing.manifest import peek_disclosure
from latchstring.sealing.receipt import peek_receipt


class WrongCaseKey(PackageError):
    """This case key does not open the package; it was sealed to another key."""

    step = 6


class SealedDamaged(PackageError):
    """The sealed file is cut short or changed; nothing was written."""

    step = 6


class InnerBagWrong(PackageError):
    """What was sealed is not a whole bag."""

    step = 6


class AlreadyThere(Conflict):
    """There is something at the place to open to; name a new folder."""


def decrypt(ciphertext: BinaryIO, identity: str, target: Path) -> None:
    """Decrypt to `target`, which holds everything or does not appear.

    Up to the last chunk age gives out plaintext before it knows that the rest is whole, so the bytes go to a
    file beside the target that is renamed once the end has been reached.
    """
    key = pyrage.x25519.Identity.from_str(CaseKey.read(identity).identity)
    fd, name = tempfile.mkstemp(dir=target.parent, prefix=".opening-")
    part = Path(name)
    try:
        with os.fdopen(fd, "wb") as out:
            pyrage.decrypt_io(ciphertext, out, [key])
            out.flush()
            os.fsync(out.fileno())
        part.replace(target)
    except pyrage.DecryptError as e:
        part.unlink(missing_ok=True)
        if "No matching keys" in str(e):
            raise WrongCaseKey(file=outer.SEALED) from e
        raise SealedDamaged(file=outer.SEALED) from e
    except OSError as e:
        part.unlink(missing_ok=True)
        if e.errno is not None:  # the disk's own trouble, not the file's
            raise
        raise SealedDamaged(file=outer.SEALED) from e
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    sync_folder(target.parent)


def open_package(package: Path, identity: str, out: Path) -> Path:
    """Open into the new folder `out`: decrypt, unpack, check against the receipt; whole or not at all.

    Who sealed it and whether it is logged is not looked at here: `sealing.verify` comes first.
    """
    if out.exists():
        raise AlreadyThere(f"{out} is there already; name a new folder")
    out.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(dir=out.parent, prefix=".opening-"))
    try:
        with open_files(package) as files:
            disclosure = peek_disclosure(_envelope(files, "disclosure"))
            receipt = peek_receipt(_envelope(files, "receipt"))
            with files.open(outer.SEALED) as sealed:
                decrypt(sealed, identity, work / "inner.tar")
        opened = work / "bag"
        try:
            container.unpack(work / "inner.tar", opened)
            inside = FolderFiles(opened)
            digests = bag.check(inside)
        except PackageError as e:
            raise InnerBagWrong(e.message, file=e.file) from e
        inner.check_clips(inside, digests, disclosure, receipt)
        inner.check_custody(inside, disclosure, receipt)
        opened.rename(out)
        sync_folder(out.parent)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return out


def _envelope(files: bag.Files, name: str) -> Envelope:
    return Envelope.decode(bag.read_tag(files, f"public/{name}.dsse.json"))
