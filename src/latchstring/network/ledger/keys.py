"""The ledger's signing key and its name, kept in the data folder."""

from __future__ import annotations

from pathlib import Path

from latchstring.base.errors import Conflict
from latchstring.base.files import write_whole
from latchstring.base.signing import SigningKey
from latchstring.ledger.note import Signer, Verifier


class OtherOrigin(Conflict):
    """The ledger of this data folder has another origin; an origin never changes."""


def signer(folder: Path, *, origin: str, first_origin: str) -> Signer:
    """The signer of the ledger: made at the first start under `first_origin`, readable by its owner alone.

    An `origin` that is given has to be the one it was made under.
    """
    key_file, vkey_file = folder / "ledger.key", folder / "ledger.vkey"
    if not vkey_file.exists():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not key_file.exists():
            write_whole(key_file, SigningKey.generate().seed, mode=0o600)
        new = Signer(first_origin, SigningKey(key_file.read_bytes()))
        write_whole(vkey_file, f"{new.vkey}\n".encode())
    name = Verifier.from_vkey(vkey_file.read_text()).name
    if origin and origin != name:
        raise OtherOrigin(f"{OtherOrigin.__doc__} It is {name!r}, not {origin!r}.")
    return Signer(name, SigningKey(key_file.read_bytes()))
