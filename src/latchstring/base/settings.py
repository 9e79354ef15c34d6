"""Settings: a TOML file, then `LATCHSTRING_*` in the environment, into a frozen dataclass."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any, TypeVar, get_type_hints

from latchstring.base.errors import BadInput

Settings = TypeVar("Settings")


class BadSettings(BadInput):
    """The settings cannot be used."""


def load(
    kind: type[Settings], path: Path | None, *, environment: Mapping[str, str] = os.environ, **given: Any
) -> Settings:
    """Settings of `kind`: the file's values, over them the environment's, over them those `given`."""
    names = {f.name: f for f in fields(kind)}  # type: ignore[arg-type]
    types = get_type_hints(kind)
    values: dict[str, Any] = {}
    if path is not None:
        values.update(_read(path))
    for name in names:
        if (text := environment.get(f"LATCHSTRING_{name.upper()}")) is not None:
            values[name] = text
    values.update({name: value for name, value in given.items() if value is not None})
    if unknown := sorted(values.keys() - names.keys()):
        raise BadSettings(f"unknown setting {unknown[0]!r}; known are {', '.join(sorted(names))}")
    missing = [
        n
        for n, f in names.items()
        if n not in values and f.default is MISSING and f.default_factory is MISSING
    ]
    if missing:
        raise BadSettings(f"the setting {missing[0]!r} is missing")
    return kind(**{name: _as(types[name], name, value) for name, value in values.items()})


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8-sig"))
    except FileNotFoundError as e:
        raise BadSettings(f"there is no settings file {path}") from e
    except UnicodeDecodeError as e:
        raise BadSettings(f"{path} is not UTF-8 text; save it as UTF-8") from e
    except tomllib.TOMLDecodeError as e:
        raise BadSettings(f"{path}: {e}") from e


def _as(kind: Any, name: str, value: Any) -> Any:
    if kind in (str, str | None) and value is not None and not isinstance(value, str):
        raise BadSettings(f"the setting {name!r} is a text; write it in quotation marks")
    try:
        if kind is Path or kind == (Path | None):
            return Path(value) if value is not None else None
        if kind is int:
            return int(value)
        if kind is float:
            return float(value)
        if kind is bool and isinstance(value, str):
            return {"true": True, "1": True, "false": False, "0": False}[value.lower()]
    except (KeyError, OverflowError, TypeError, ValueError) as e:
        raise BadSettings(f"the setting {name!r} cannot be {value!r}") from e
    return value
