"""The pretended doorbell, asked by a client that somebody else wrote: onvif-zeep-async with the standard's WSDL."""

from __future__ import annotations

import asyncio
import warnings
from datetime import timedelta

import pytest

from latchstring.testing.onvif_answers import Stream
from latchstring.testing.onvif_device import OnvifDevice

STREAMS = [
    Stream("main", "rtsp://127.0.0.1:8554/main", 1920, 1080),
    Stream("sub", "rtsp://127.0.0.1:8554/sub", 640, 360, fps=10, gop_frames=20),
]


@pytest.fixture
def device():
    with OnvifDevice(STREAMS, backchannel=True) as device:
        yield device


def asked(device, question):
    """What the client makes of it. It leaves warnings of its own behind, which are not ours to mend."""

    async def ask():
        camera = onvif.ONVIFCamera("127.0.0.1", device.port, device.user, device.password)
        try:
            await camera.update_xaddrs()
            return await question(camera)
        finally:
            await camera.close()

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import onvif

        return asyncio.run(ask())


@pytest.mark.slow
def test_a_stranger_reads_its_profiles_and_streams(device):
    """Every answer keeps to the standard's schema, or the client would refuse it."""

    async def question(camera):
        management = await camera.create_devicemgmt_service()
        media = await camera.create_media_service()
        told = await management.GetDeviceInformation()
        profiles = await media.GetProfiles()
        setup = {"Stream": "RTP-Unicast", "Transport": {"Protocol": "RTSP"}}
        uri = await media.GetStreamUri({"ProfileToken": profiles[1].token, "StreamSetup": setup})
        outputs = await media.GetAudioOutputs()
        return told.Model, [p.VideoEncoderConfiguration.Resolution.Width for p in profiles], uri.Uri, outputs

    model, widths, uri, outputs = asked(device, question)
    assert (model, widths, uri) == ("Pretended doorbell", [1920, 640], "rtsp://127.0.0.1:8554/sub")
    assert [each.token for each in outputs] == ["speaker"]


@pytest.mark.slow
def test_a_stranger_hears_the_bell(device):
    """A pull-point of that client gets the press."""

    async def question(camera):
        manager = await camera.create_pullpoint_manager(
            interval=timedelta(seconds=60), subscription_lost_callback=lambda: None
        )
        service = manager.get_service()
        await service.PullMessages({"Timeout": timedelta(seconds=1), "MessageLimit": 100})
        device.press()
        pulled = await service.PullMessages({"Timeout": timedelta(seconds=5), "MessageLimit": 100})
        await manager.shutdown()
        return [message.Topic._value_1 for message in pulled.NotificationMessage]

    assert set(asked(device, question)) == {"tns1:RuleEngine/MyRuleDetector/Visitor"}
