"""What can be wrong with a package. Each error knows its file and the numbered check that found it."""

from __future__ import annotations

from typing import ClassVar

from latchstring.base.errors import VerificationError


class PackageError(VerificationError):
    """The package does not hold."""

    step: ClassVar[int] = 1

    def __init__(self, message: str | None = None, *, file: str = "") -> None:
        super().__init__(message, step=self.step, **({"file": file} if file else {}))
        self.file = file
        if file and file not in self.message:
            self.message = f"{file}: {self.message}"
            self.args = (self.message,)
