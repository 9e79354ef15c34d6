"""Privacy masks in the camera itself."""

import itertools

import pytest

from hub.cameras.onvif.asking import asked, streams
from latchstring.hub.cameras.onvif.errors import NotSupported, OnvifFault
from latchstring.hub.cameras.onvif.hiding import MaskOptions, TooManyForCamera, fitted, hide
from latchstring.hub.cameras.regions import Region
from latchstring.testing import onvif_answers as answers
from latchstring.testing.onvif_device import OnvifDevice

WINDOW = Region(name="window", corners=((0.0, 0.0), (0.5, 0.0), (0.25, 0.5)))
GARDEN = Region(name="garden", corners=((0.5, 0.5), (1.0, 0.5), (1.0, 1.0), (0.5, 1.0)))


def hidden(device, wanted, ours=(), kept=None):
    """`kept` takes what is ours, as the store does."""

    async def made(tokens):
        if kept is not None:
            kept[:] = tokens

    return asked(device, lambda reached: hide(reached, "vsc", wanted, ours, made=made))


def test_masks_stand_in_the_camera(device):
    """Corners are told as the standard counts them: from the middle, upwards."""
    done = hidden(device, [WINDOW])
    [mask] = device.masks.values()
    assert list(done.tokens) == list(device.masks)
    assert done.grown == 0
    points = [(p[0], p[1]) for p in _points(mask)]
    assert points == [("-1.0000", "1.0000"), ("0.0000", "1.0000"), ("-0.5000", "0.0000")]


def test_a_change_is_made_in_place_and_what_is_no_longer_wanted_goes(device):
    """The camera's mask is moved, never taken away and drawn anew: nothing is bared in between."""
    first = hidden(device, [WINDOW, GARDEN])
    second = hidden(device, [GARDEN], first.tokens)
    assert second.tokens == first.tokens[:1]
    assert list(device.masks) == list(second.tokens)
    assert device.calls.count("DeleteMask") == 1
    assert hidden(device, [], second.tokens).tokens == ()
    assert device.masks == {}


def test_a_mask_that_somebody_drew_in_the_camera_stays(device):
    """The hub takes back only what it made."""
    theirs = hidden(device, [WINDOW]).tokens[0]
    ours = hidden(device, [GARDEN])
    hidden(device, [], ours.tokens)
    assert list(device.masks) == [theirs]


def test_a_mask_that_the_camera_lost_is_made_again(device):
    """As after somebody reset it."""
    tokens = hidden(device, [WINDOW]).tokens
    device.masks.clear()
    done = hidden(device, [WINDOW], tokens)
    assert list(device.masks) == list(done.tokens)


def test_a_camera_that_refuses_the_second_mask_is_not_given_the_first_one_again(device, monkeypatch):
    """Each time it is asked again; or its room would be filled with the same mask."""
    create, kept, tries = OnvifDevice._create_mask, [], itertools.count(1)

    def create_one(device, call):
        return (
            create(device, call) if next(tries) == 1 else answers.fault("ter:InvalidPolygon", "Not this one")
        )

    monkeypatch.setattr(OnvifDevice, "_create_mask", create_one)
    for _ in range(3):
        with pytest.raises(OnvifFault):
            hidden(device, [WINDOW, GARDEN], tuple(kept), kept)
    assert list(device.masks) == kept
    assert len(kept) == 1


def test_a_camera_that_knows_rectangles_hides_more_never_less(device):
    """The rectangle around the area, and it is told that it grew."""
    device.rectangles_only = True
    done = hidden(device, [WINDOW, GARDEN])
    assert done.grown == 1
    assert ("0.0000", "0.0000") in _points(device.masks[done.tokens[0]])


def test_more_than_the_camera_has_room_for_is_refused_before_anything_changes(device):
    """A few masks of many would look like all of them."""
    with pytest.raises(TooManyForCamera):
        hidden(device, [WINDOW] * 5)
    assert device.masks == {}


def test_a_camera_without_media2_says_so():
    """It has no masks that could be set from outside."""
    with OnvifDevice(streams(), quirks={"no-media2"}) as device, pytest.raises(NotSupported):
        hidden(device, [WINDOW])


def test_too_many_corners_become_a_rectangle():
    """Where the camera counts fewer corners than the area has."""
    options = MaskOptions(most=4, most_corners=4, rectangles_only=False, type="Color", colour="")
    round_one = Region(name="", corners=((0.2, 0.1), (0.4, 0.1), (0.5, 0.3), (0.4, 0.5), (0.2, 0.5)))
    assert fitted(GARDEN, options) == GARDEN.corners
    assert fitted(round_one, options) == ((0.2, 0.1), (0.5, 0.1), (0.5, 0.5), (0.2, 0.5))


def _points(mask):
    from xml.etree import ElementTree

    wrapped = ElementTree.fromstring(f"<all>{mask}</all>")
    return [(p.get("x"), p.get("y")) for p in wrapped.iter() if p.tag.endswith("}Point")]
