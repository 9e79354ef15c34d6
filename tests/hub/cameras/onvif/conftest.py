"""A pretended ONVIF doorbell with two streams."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hub.cameras.onvif.asking import streams
from latchstring.testing.onvif_device import OnvifDevice


@pytest.fixture
def device() -> Iterator[OnvifDevice]:
    with OnvifDevice(streams(), backchannel=True) as device:
        yield device
