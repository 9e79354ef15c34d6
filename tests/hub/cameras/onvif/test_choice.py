"""Which streams are taken, and what the owner is told."""

from pathlib import Path

import pytest

from latchstring.hub.cameras.onvif.choice import choose, how_long
from latchstring.hub.cameras.onvif.families import FAMILIES, STANDARD, family_of
from latchstring.hub.cameras.onvif.models import Description, Profile


def profile(token, width, height, *, codec="H264", fps=20.0, gop=40, source="lens"):
    return Profile(
        token=token,
        encoder=f"enc-{token}",
        source=source,
        codec=codec,
        width=width,
        height=height,
        fps=fps,
        gop_frames=gop,
        kbps=2000,
    )


def camera(*profiles, ahead=0.0):
    return Description(
        maker="Nobody",
        model="One",
        firmware="1",
        clock_ahead_seconds=ahead,
        profiles=profiles,
        tells_events=True,
        hides=False,
        has_speaker=False,
    )


MAIN, MIDDLE, SUB = profile("m", 2560, 1440), profile("x", 1280, 720), profile("s", 640, 360)


def kinds(choice):
    return [advice.kind for advice in choice.advice]


def test_the_largest_is_recorded_and_a_small_one_watched():
    """Whatever order they are told in; and a good camera needs no words."""
    choice = choose(camera(SUB, MAIN, MIDDLE), STANDARD)
    assert (choice.main, choice.sub, choice.advice) == (MAIN, SUB, ())


def test_the_owners_own_choice_comes_first():
    """Of what can be recorded."""
    choice = choose(camera(MAIN, MIDDLE, SUB), STANDARD, main="x", sub="s")
    assert (choice.main, choice.sub) == (MIDDLE, SUB)


def test_a_large_stream_in_hevc_is_said_plainly():
    """Its H.264 stream is taken, and how to get the large one is told."""
    choice = choose(camera(profile("h", 3840, 2160, codec="H265"), SUB), STANDARD)
    assert choice.main == SUB
    assert kinds(choice) == ["hevc", "no-sub"]
    assert "3840 × 2160" in choice.advice[0].words
    assert "640 × 360" in choice.advice[0].words


def test_a_camera_without_h264_is_refused_with_what_to_do():
    """Nothing is recorded that could not be played."""
    choice = choose(
        camera(profile("h", 3840, 2160, codec="H265"), profile("j", 640, 360, codec="JPEG")), STANDARD
    )
    assert choice.main is None
    assert kinds(choice) == ["no-h264"]
    assert "Set one of its streams to H.264" in choice.advice[0].words


def test_the_small_stream_shows_the_same_lens():
    """A camera with two lenses is not watched through the other one."""
    assert choose(camera(MAIN, profile("o", 640, 360, source="other")), STANDARD).sub is None


@pytest.mark.parametrize(("gop", "told"), [(40, []), (80, []), (100, ["gop-long"]), (0, ["gop-unknown"])])
def test_rare_keyframes_are_explained(gop, told):
    """Clips begin at keyframes; more than four seconds between them is worth a word and an offer."""
    choice = choose(camera(profile("m", 1920, 1080, gop=gop), SUB), STANDARD)
    assert kinds(choice) == told
    assert [advice.can_mend for advice in choice.advice] == [gop == 100 for _ in told]


@pytest.mark.parametrize(("ahead", "told"), [(None, False), (4, False), (-3720, True), (86_400.0, True)])
def test_a_wrong_clock_is_told(ahead, told):
    """By how much, and that recordings are right all the same."""
    choice = choose(camera(MAIN, SUB, ahead=ahead), STANDARD)
    assert ("clock" in kinds(choice)) is told


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(9, "9 seconds"), (60, "1 minute"), (3720, "62 minutes"), (7200, "2 hours"), (200_000, "2 days")],
)
def test_times_are_told_as_people_do(seconds, words):
    assert how_long(seconds) == words


def test_a_family_is_known_by_its_name():
    """And one that nobody knows is treated as all are."""
    assert family_of("HIKVISION", "DS-2CD").name == "Hikvision"
    assert family_of("Acme", "Reolink Video Doorbell PoE").name == "Reolink"
    assert family_of("Acme", "One") is STANDARD
    assert kinds(choose(camera(MAIN, SUB), family_of("Hikvision", ""))) == ["smart-codec"]


def test_every_family_stands_in_the_reference():
    """Each with its reason, word for word."""
    page = Path(__file__).parents[4] / "docs" / "reference" / "camera-families.md"
    text = " ".join(page.read_text("utf-8").split())
    for family in (*FAMILIES, STANDARD):
        assert f"| {family.name} | {family.reason} |" in text
