"""Other programs that may watch live, over HTTP: letting them in, and taking their keys back."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel, Field

from latchstring.hub.daemon import Hub
from latchstring.hub.events.bulletin import Happening
from latchstring.hub.owner import programs
from latchstring.hub.owner.models import Program
from latchstring.web.hub.auth import Asking
from latchstring.web.hub.household import GivenCameras, given


class ShownProgram(BaseModel):
    """`person` let it in. `cameras`: which it may watch; null: all, also those that come later.

    `used_at`: when it last began to watch, to the hour; null: never.
    """

    id: str
    name: str
    person: str
    cameras: list[str] | None
    made_at: datetime
    used_at: datetime | None

    @classmethod
    def of(cls, program: Program) -> ShownProgram:
        return cls(
            id=program.id,
            name=program.name,
            person=program.person,
            cameras=None if program.cameras is None else sorted(program.cameras),
            made_at=program.made_at,
            used_at=program.used_at,
        )


class ProgramForm(BaseModel):
    name: str = Field(max_length=200)
    cameras: GivenCameras


class LetIn(BaseModel):
    """`key` is the password in the address of a stream. Shown once and kept nowhere."""

    program: ShownProgram
    key: str


def router(hub: Hub) -> APIRouter:
    router = APIRouter(prefix="/api/programs", tags=["household"])

    @router.get("")
    def list_programs() -> list[ShownProgram]:
        """Every program that has a stream key."""
        return [ShownProgram.of(program) for program in programs.programs(hub.store)]

    @router.post("")
    def let_program_in(form: ProgramForm, session: Asking) -> LetIn:
        """Make a stream key for a program. Everybody of the household is told of it for a week."""
        program, key = programs.let_in(
            hub.store, form.name, given(hub, form.cameras), by=session, now=hub.clock.now()
        )
        hub.bulletin.tell(
            Happening(kind="device", at=program.made_at, about=f"{program.name}, {program.person}")
        )
        return LetIn(program=ShownProgram.of(program), key=key)

    @router.delete("/{program_id}", status_code=204)
    def end_program(program_id: str) -> None:
        """Take a program's key back. What it watches ends within seconds."""
        programs.end(hub.store, program_id)

    return router
