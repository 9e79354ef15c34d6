"""The searcher finds what it is there to find, and is not led astray by noise."""

from __future__ import annotations

import base64
import gc
import io
import json
import math
import os
import random
import struct
import subprocess
import sys

import av
import numpy as np
import pyrage
import pytest
from PIL import Image

from latchstring.base.errors import BadInput
from latchstring.base.geo import Point
from latchstring.testing import memory
from latchstring.testing.seized import Finding, search
from latchstring.testing.seized.keys import bech32

HOME = (52.090737, -5.121420)
NOISE = random.Random(20260115).randbytes(1 << 20)


def _planted(data: bytes, at: int = 800_001) -> bytes:
    return NOISE[:at] + data + NOISE[at:]


def _search(data: bytes, **given) -> list[Finding]:
    return search([("dump", data)], **{"secrets": {}, **given})


@pytest.fixture(scope="module")
def picture():
    """A picture of a door, more or less."""
    y, x = np.mgrid[0:240, 0:320]
    return Image.fromarray(np.stack([x % 256, y % 256, (x * y) % 256], -1).astype(np.uint8))


@pytest.fixture(scope="module")
def films(picture):
    """The same few frames as H.264 in MP4, in fragments, and as a bare stream."""
    made = {}
    for name, container, options in (
        ("mp4", "mp4", {}),
        ("fragments", "mp4", {"movflags": "frag_keyframe+empty_moov"}),
        ("annex b", "h264", {}),
    ):
        out = io.BytesIO()
        with av.open(out, "w", format=container, options=options) as film:
            stream = film.add_stream("libx264", rate=10, options={"bf": "0"})
            stream.width, stream.height, stream.pix_fmt = 320, 240, "yuv420p"
            for _ in range(3):
                film.mux(stream.encode(av.VideoFrame.from_image(picture)))
            film.mux(stream.encode())
        made[name] = out.getvalue()
    made["configuration"] = made["mp4"].partition(b"avcC")[2][:100]
    return made


def test_noise_holds_nothing():
    """Sixteen megabytes of random bytes, of zeros and of small numbers: no trace of anything."""
    noise = random.Random(1).randbytes(16 << 20)
    zeros = bytes(4 << 20)
    numbers = np.arange(1 << 20, dtype="<u4").tobytes()
    found = search(
        [("noise", noise), ("zeros", zeros), ("numbers", numbers), ("empty", b"")],
        secrets={"key": b"k" * 32},
        coordinates=[HOME],
        names=["Alma Vogel"],
    )
    assert found == []


@pytest.mark.parametrize("form", ["JPEG", "MPO", "PNG"])
@pytest.mark.parametrize("at", [0, 1, 4_194_301, 800_001])
def test_picture_is_found_wherever_it_lies(picture, form, at):
    """At the start, at an odd place, across the border of what is read at once."""
    out = io.BytesIO()
    picture.save(out, form)
    noise = NOISE * 5
    [*found] = _search(noise[:at] + out.getvalue() + noise[at:])
    assert found[0].offset == at
    assert {f.kind for f in found} == {"picture"}


@pytest.mark.parametrize("form", ["JPEG", "PNG"])
def test_picture_in_base64_is_found(picture, form):
    """As a page or a log line would carry it."""
    out = io.BytesIO()
    picture.save(out, form)
    [found] = _search(_planted(b'"data:image/x;base64,' + base64.b64encode(out.getvalue()) + b'"'))
    assert found.what == f"{form} in base64"


def test_start_of_a_picture_alone_is_not_one():
    """Three bytes that a program compares with are no frame."""
    assert _search(_planted(b"\xff\xd8\xff\xe0")) == []
    assert _search(_planted(b"\x89PNG\r\n\x1a\n")) == []
    assert _search(_planted(b"ftyp moov moof mdat avc1 avcC")) == []


def test_film_is_found_in_each_of_its_forms(films):
    """Whole, in fragments, as a bare stream, and its configuration alone."""
    whats = {name: {f.what for f in _search(_planted(data))} for name, data in films.items()}
    assert {"MP4 ftyp box", "MP4 moov box", "MP4 mdat box", "MP4 avc1 sample entry"} <= whats["mp4"]
    assert {"MP4 moof box", "MP4 mdat box"} <= whats["fragments"]
    assert {"H.264 parameter set, 320 x 240", "H.264 slice"} <= whats["annex b"]
    assert whats["configuration"] == {"H.264 configuration (avcC)"}


def test_one_fragment_alone_is_found(films):
    """A part as it goes to disk and wire: no start of the file, one frame."""
    data = films["fragments"]
    start = data.index(b"moof") - 4
    whats = {f.what for f in _search(_planted(data[start:]))}
    assert {"MP4 moof box", "MP4 mdat box"} <= whats


def test_one_picture_of_a_bare_stream_is_found(films):
    """A single slice without its parameter sets, of either kind."""
    stream = films["annex b"]
    for name in (b"\x65", b"\x41"):
        start = stream.index(b"\x00\x00\x01" + name)
        assert "H.264 slice" in {f.what for f in _search(_planted(stream[start : start + 400]))}


@pytest.mark.parametrize(
    "head",
    [b"\x65\x88\x90", b"\x65\xb9\x10", b"\x65\xb8\x90", b"\x61\x9a\x10"],
    ids=[
        "IDR picture that is not number 0",
        "number 1 of type 2",
        "number 1 again",
        "P slice without an end",
    ],
)
def test_what_only_begins_like_a_slice_is_none(head):
    """In gigabytes of sealed bytes some do."""
    assert _search(_planted(b"\x00\x00\x01" + head, at=500_000)) == []


LATITUDE, LONGITUDE = HOME


@pytest.mark.parametrize(
    "written",
    [
        json.dumps({"lat": LATITUDE, "lon": LONGITUDE}).encode(),
        f"{LATITUDE:.3f}, {LONGITUDE:.3f}".encode(),
        f"{LATITUDE:.4f};{LONGITUDE:.4f}".encode(),
        b"POINT(-5.1214 52.0907)",
        f" {LATITUDE:.5f} ".encode(),
        f"lon={LONGITUDE:.6f}".encode(),
        b"52090737 -5121420",
        b"520907370",
        struct.pack("<d", LATITUDE),
        struct.pack(">d", LONGITUDE),
        struct.pack("<d", round(LATITUDE, 5)),
        struct.pack("<d", math.radians(LATITUDE)),
        struct.pack("<ff", LATITUDE, LONGITUDE),
        struct.pack(">ff", LONGITUDE, LATITUDE),
        struct.pack("<ii", 52_090_737, -5_121_420),
        struct.pack(">ii", 520_907_370, -51_214_200),
        Point(*HOME).cell(12).encode(),
        struct.pack("<Q", int(Point(*HOME).cell(10), 16)),
    ],
    ids=[
        "json", "3 decimals", "4 decimals", "WKT", "latitude alone, 5 decimals", "longitude alone", "micro-degrees",
        "1e-7 degrees", "double LE", "double BE", "rounded double", "radians", "floats LE", "floats BE", "micro ints",
        "1e-7 ints BE", "H3 text", "H3 number",
    ],
)  # fmt: skip
def test_place_is_found_in_each_form_that_programs_use(written):
    """Text, packed numbers and cells."""
    assert {f.kind for f in _search(_planted(written), coordinates=[(0.0, 0.0), HOME])} == {"coordinate"}


@pytest.mark.parametrize(
    "written",
    [
        b"52.091",
        b"version 52.0907",
        b"152.09074 and 25.12142",
        struct.pack("<f", LATITUDE),
        struct.pack("<i", 52_090_737),
        Point(*HOME).cell(9).encode(),
        b"52.091" + bytes(300) + b"-5.121",
    ],
    ids=[
        "half",
        "coarse half",
        "within another number",
        "half a float pair",
        "half an int pair",
        "public cell",
        "far apart",
    ],
)
def test_what_names_no_home_is_no_finding(written):
    """One coarse number, or a public cell, is not a place."""
    assert _search(_planted(written), coordinates=[HOME]) == []


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("written", ["Zoë Vogel", "ZOË VOGEL", "zoe\u0308 vogel"])
def test_name_is_found_however_it_is_written(written, encoding):
    """Case, encoding and composed letters do not hide a name."""
    [found] = _search(_planted(written.encode(encoding)), names=["Zoë Vogel"])
    assert (found.kind, found.offset) == ("name", 800_001)


def test_too_short_a_name_is_refused():
    """Three letters stand everywhere; a search for them would say nothing."""
    with pytest.raises(BadInput, match="too short"):
        _search(b"", names=["Al"])


def test_sealed_file_is_opened_by_a_secret_that_fits_and_by_no_other():
    """An identity as text, as raw bytes, as base64 or hex, or a passphrase: each is tried on each file."""
    fits, other = pyrage.x25519.Identity.generate(), pyrage.x25519.Identity.generate()
    dump = _planted(pyrage.encrypt(b"a face", [fits.to_public()]))
    assert _search(dump, secrets={"cookie": b"s3cret", "another": str(other).encode()}) == []
    [found] = _search(dump, secrets={"cookie": b"s3cret", "config": b"key = " + str(fits).encode()})
    assert (found.kind, found.offset) == ("opened", 800_001)
    assert "config" in found.what


def test_raw_key_of_another_kind_is_tried_as_an_identity():
    """Thirty-two bytes are thirty-two bytes, whatever they were meant for."""
    raw = bytes(range(32))
    identity = pyrage.x25519.Identity.from_str(bech32("age-secret-key-", raw).upper())
    dump = pyrage.encrypt(b"a face", [identity.to_public()])
    for secret in (raw, base64.b64encode(raw), raw.hex().encode(), base64.b64encode(b"\x01" + raw)):
        assert [f.kind for f in _search(dump, secrets={"seed": secret})] == ["opened"]


@pytest.mark.slow
def test_passphrase_is_tried():
    """A household key under a password that the server knows is as good as open."""
    dump = pyrage.passphrase.encrypt(b"identity", "correct horse")
    assert _search(dump, secrets={"password": b"wrong"}) == []
    [found] = _search(dump, secrets={"password": b"correct horse\n"})
    assert found.kind == "opened"


def test_cut_off_sealed_file_counts_as_opened_when_its_header_does():
    """In a memory dump the end of a file is often gone; whoever has the key reads what is there."""
    identity = pyrage.x25519.Identity.generate()
    sealed = pyrage.encrypt(bytes(300_000), [identity.to_public()])
    [found] = _search(sealed[:150_000] + NOISE, secrets={"key": str(identity).encode()})
    assert found.kind == "opened"


def test_identity_in_the_dump_is_a_finding_and_opens_files_of_other_dumps():
    """Keys that lie about are used, as a thief would."""
    identity = pyrage.x25519.Identity.generate()
    blobs = [
        ("store", pyrage.encrypt(b"a face", [identity.to_public()])),
        ("memory", _planted(str(identity).encode())),
    ]
    found = search(blobs, secrets={})
    assert [(f.blob, f.kind) for f in found] == [("memory", "key"), ("store", "opened")]
    assert _search(_planted(b"AGE-SECRET-KEY-1" + b"Q" * 58)) == []


def test_public_pictures_may_be_passed_over(picture):
    """The web app's own icons lie in the network's memory; they are no frames."""
    out = io.BytesIO()
    picture.save(out, "PNG")
    other = io.BytesIO()
    picture.resize((64, 64)).save(other, "PNG")
    dump = _planted(out.getvalue() + other.getvalue())
    [found] = _search(dump, known=[out.getvalue()])
    assert found.offset == 800_001 + len(out.getvalue())


def test_files_are_searched_without_being_read_whole(tmp_path, picture):
    """A dump of gigabytes is mapped."""
    out = io.BytesIO()
    picture.save(out, "JPEG")
    with (tmp_path / "dump").open("wb") as f:
        f.truncate(48 << 20)
        f.seek(40 << 20)
        f.write(out.getvalue())
    [found] = search([("file", tmp_path / "dump")], secrets={})
    assert (found.blob, found.offset) == ("file", 40 << 20)
    gc.collect()


@pytest.mark.slow
def test_memory_of_a_process_of_ours_without_footage_holds_no_trace(tmp_path):
    """Real memory, with the libraries of the network in it: the rules are strict enough for it."""
    code = (
        "import fastapi, psycopg, numpy, shapely, h3, cryptography, pyrage, uvicorn, obstore, sys\n"
        "import latchstring.protocol.record, latchstring.sealing.seal\n"
        "print('ready', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=os.environ
    ) as process:
        assert process.stdout.readline() == b"ready\n"
        memory.dump(process.pid, tmp_path / "memory")
        process.stdin.close()
    found = search([("memory", tmp_path / "memory")], secrets={}, coordinates=[HOME], names=["Alma Vogel"])
    assert found == []
