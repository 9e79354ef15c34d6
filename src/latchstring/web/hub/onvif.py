"""Cameras found, asked and heard through ONVIF, over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from latchstring.base.ids import CameraId
from latchstring.hub.cameras.onvif import choice, families, places
from latchstring.hub.cameras.onvif.choice import Choice
from latchstring.hub.cameras.onvif.errors import NoStreams
from latchstring.hub.cameras.onvif.finder import Search
from latchstring.hub.cameras.onvif.models import Connection, Description, Login, Profile
from latchstring.hub.cameras.onvif.service import Hiding
from latchstring.hub.daemon import Hub
from latchstring.web.hub.cameras import ShownCamera, TestAnswer, answer_of, shown


class FoundDevice(BaseModel):
    """`known`: a camera of this hub is reached on the same host."""

    address: str
    host: str
    name: str
    model: str
    known: bool


class ShownSearch(BaseModel):
    """`share` of the search's time has passed."""

    running: bool
    share: float
    found: list[FoundDevice]


class Access(BaseModel):
    """Where a camera is, and the login that it gave its owner."""

    address: str = Field(max_length=300)
    user: str = Field(default="", max_length=100)
    password: str = Field(default="", max_length=200)

    @property
    def login(self) -> Login:
        return Login(user=self.user, password=self.password)


class AskForm(Access):
    """`main` and `sub`: the owner's own choice of streams, by their tokens."""

    main: str | None = None
    sub: str | None = None


class PictureForm(Access):
    stream: str = Field(max_length=200)


class AddForm(AskForm):
    """`set_gop`: let the camera send a keyframe every two seconds."""

    name: str = Field(max_length=60)
    set_gop: bool = False


class ShownStream(BaseModel):
    token: str
    codec: str
    width: int
    height: int
    fps: float
    gop_seconds: float | None
    kbps: int

    @classmethod
    def of(cls, profile: Profile) -> ShownStream:
        return cls(
            token=profile.token,
            codec=profile.codec,
            width=profile.width,
            height=profile.height,
            fps=profile.fps,
            gop_seconds=profile.gop_seconds,
            kbps=profile.kbps,
        )


class ShownAdvice(BaseModel):
    """`can_mend`: the hub can set it right when the camera is added."""

    kind: choice.Kind
    words: str
    can_mend: bool


class AskedCamera(BaseModel):
    """What a camera told. `main` and `sub` are the streams that would be taken; without `main` none is."""

    address: str
    maker: str
    model: str
    clock_ahead_seconds: float | None
    streams: list[ShownStream]
    main: str | None
    sub: str | None
    advice: list[ShownAdvice]
    tells_events: bool
    hides: bool
    has_speaker: bool


class MasksInCamera(BaseModel):
    """Privacy masks in the camera itself. `grown` of the `hidden` cover more than was drawn."""

    can: bool
    on: bool
    hidden: int
    grown: int
    problem: str


class ShownOnvif(BaseModel):
    """How a camera is heard; `connected` is false when it is reached by its stream alone."""

    connected: bool
    address: str
    maker: str
    model: str
    state: Literal["connecting", "listening", "failed"] | None
    message: str
    clock: str
    heard_at: datetime | None
    hiding: MasksInCamera


class MasksInCameraForm(BaseModel):
    on: bool


def router(hub: Hub) -> APIRouter:
    router = APIRouter(prefix="/api/cameras", tags=["onvif"])

    def asked(form: AskForm) -> tuple[str, Description, Choice]:
        address, described = hub.onvif.ask(form.address, form.login)
        family = families.family_of(described.maker, described.model)
        return address, described, choice.choose(described, family, main=form.main, sub=form.sub)

    @router.post("/search")
    def begin_search() -> ShownSearch:
        """Look for cameras on the home network; ask for its state until it has ended."""
        return _search(hub, hub.onvif.finder.begin())

    @router.get("/search")
    def search() -> ShownSearch:
        """Who has answered so far."""
        return _search(hub, hub.onvif.finder.state())

    @router.post("/ask")
    def ask_camera(form: AskForm) -> AskedCamera:
        """Log in to a camera, and hear what it is and which of its streams would be taken."""
        address, described, chosen = asked(form)
        return AskedCamera(
            address=address,
            maker=described.maker,
            model=described.model,
            clock_ahead_seconds=described.clock_ahead_seconds,
            streams=[ShownStream.of(profile) for profile in described.profiles],
            main=chosen.main.token if chosen.main else None,
            sub=chosen.sub.token if chosen.sub else None,
            advice=[ShownAdvice(kind=a.kind, words=a.words, can_mend=a.can_mend) for a in chosen.advice],
            tells_events=described.tells_events,
            hides=described.hides,
            has_speaker=described.has_speaker,
        )

    @router.post("/ask/picture")
    def ask_picture(form: PictureForm) -> TestAnswer:
        """A picture from one of its streams, before the camera is added."""
        [url] = hub.onvif.stream_addresses(form.address, form.login, [form.stream])
        return answer_of(hub.video.test_camera(url))

    @router.post("/found", status_code=201)
    def add_found_camera(form: AddForm) -> ShownCamera:
        """Enter a camera that was found: record it, and hear what it says by itself."""
        address, described, chosen = asked(form)
        if chosen.main is None:
            raise NoStreams(chosen.advice[0].words)
        taken = [each for each in (chosen.main, chosen.sub) if each]
        if form.set_gop:
            rare = [each for each in taken if choice.keyframes_are_rare(each)]
            hub.onvif.set_gop(address, form.login, rare)
        url, *sub_url = hub.onvif.stream_addresses(address, form.login, [each.token for each in taken])
        camera = hub.video.add_camera(form.name, url, next(iter(sub_url), None))
        hub.onvif.enter(_connection(camera.id, address, form.login, described, chosen.main.source))
        return shown(hub, camera)

    @router.get("/{camera_id}/onvif")
    def get_onvif(camera_id: str) -> ShownOnvif:
        """Whether and how the camera is heard."""
        return _onvif(hub, hub.video.camera(CameraId(camera_id)).id)

    @router.put("/{camera_id}/onvif")
    def connect_onvif(camera_id: str, form: Access) -> ShownOnvif:
        """Hear a camera that was typed in, or hear it with another login."""
        camera = hub.video.camera(CameraId(camera_id)).id
        address, described = hub.onvif.ask(form.address, form.login)
        source = described.profiles[0].source
        hub.onvif.enter(_connection(camera, address, form.login, described, source))
        return _onvif(hub, camera)

    @router.delete("/{camera_id}/onvif", status_code=204)
    def disconnect_onvif(camera_id: str) -> None:
        """Hear it no more; its pictures are recorded as before."""
        hub.onvif.leave(hub.video.camera(CameraId(camera_id)).id)

    @router.put("/{camera_id}/onvif/hiding")
    def set_hiding(camera_id: str, form: MasksInCameraForm) -> ShownOnvif:
        """Whether its privacy masks stand in the camera itself too: what they cover is never recorded."""
        camera = hub.video.camera(CameraId(camera_id)).id
        hub.onvif.hide_in_camera(camera, on=form.on)
        return _onvif(hub, camera)

    return router


def _connection(
    camera: CameraId, address: str, login: Login, described: Description, source: str
) -> Connection:
    return Connection(
        camera=camera,
        address=address,
        login=login,
        maker=described.maker,
        model=described.model,
        source=source,
        tells_events=described.tells_events,
        can_hide=described.hides,
    )


def _search(hub: Hub, search: Search) -> ShownSearch:
    known = hub.onvif.known_hosts([camera.url for camera in hub.video.cameras()])
    return ShownSearch(
        running=search.running,
        share=search.share,
        found=[
            FoundDevice(
                address=each.address,
                host=places.shown(each.address),
                name=each.name,
                model=each.model,
                known=places.host_of(each.address) in known,
            )
            for each in search.found
        ],
    )


def _onvif(hub: Hub, camera: CameraId) -> ShownOnvif:
    known, hearing, hiding = hub.onvif.connection(camera), hub.onvif.hearing(camera), hub.onvif.hiding(camera)
    ahead = hearing.clock_ahead_seconds if hearing else None
    return ShownOnvif(
        connected=known is not None,
        address=places.shown(known.address) if known else "",
        maker=known.maker if known else "",
        model=known.model if known else "",
        state=hearing.state if hearing else None,
        message=hearing.message if hearing else "",
        clock=choice.clock_words(ahead),
        heard_at=hearing.heard_at if hearing else None,
        hiding=_hiding(hiding),
    )


def _hiding(hiding: Hiding) -> MasksInCamera:
    return MasksInCamera(
        can=hiding.can, on=hiding.on, hidden=hiding.hidden, grown=hiding.grown, problem=hiding.problem
    )
