"""What a camera's messages mean."""

from datetime import UTC, datetime
from xml.etree import ElementTree

import pytest

from latchstring.hub.cameras.onvif.events import Said, said
from latchstring.testing import onvif_answers as answers

AT = datetime(2026, 11, 25, 9, tzinfo=UTC)
VISITOR = "tns1:RuleEngine/MyRuleDetector/Visitor"
MOTION, STILL = Said("motion", active=True), Said("motion", active=False)
PRESS = Said("press", active=True, at=AT)


def heard(topic, name, value, operation="Changed"):
    told = answers.message(topic, name, value, at=AT, operation=operation)
    envelope = ElementTree.fromstring(answers.envelope(told))
    return list(said([each for each in envelope.iter() if each.tag.endswith("}NotificationMessage")]))


@pytest.mark.parametrize(
    ("told", "means"),
    [
        ((VISITOR, "State", "true"), [PRESS]),
        ((VISITOR, "State", "1"), [PRESS]),
        ((VISITOR, "State", "true", None), [PRESS]),
        (("tns1:RuleEngine/tnsvendor:MyRuleDetector/Visitor", "State", "true"), [PRESS]),
        (("tns1:VideoSource/Alarm", "State", "Ring"), [PRESS]),
        (("tns1:VideoSource/Alarm", "State", "CameraBellButton"), [PRESS]),
        ((VISITOR, "State", "false"), []),
        ((VISITOR, "State", "true", "Initialized"), []),
        ((VISITOR, "State", "true", "Deleted"), []),
        (("tns1:VideoSource/Alarm", "State", "Temperature"), []),
    ],
)
def test_a_press_is_the_button_going_down(told, means):
    """Under the names that each make has for it; how things stand at the beginning is no press."""
    assert heard(*told) == means


@pytest.mark.parametrize(
    ("told", "means"),
    [
        (("tns1:VideoSource/MotionAlarm", "State", "true"), [MOTION]),
        (("tns1:VideoSource/MotionAlarm", "State", "true", "Initialized"), [MOTION]),
        (("tns1:VideoSource/MotionAlarm", "State", "false"), [STILL]),
        (("tns1:VideoSource/MotionAlarm", "State", "true", "Deleted"), [STILL]),
        (("tns1:RuleEngine/CellMotionDetector/Motion", "IsMotion", "1"), [MOTION]),
        (("tns1:RuleEngine/MyRuleDetector/FaceDetect", "State", "true"), []),
        (("tns1:Device/Trigger/DigitalInput", "LogicalState", "true"), []),
    ],
)
def test_motion_begins_and_ends(told, means):
    """What else a camera tells is left alone, faces first of all."""
    assert heard(*told) == means


@pytest.mark.parametrize(
    ("written", "at"),
    [
        ("2026-11-25T09:00:00Z", AT),
        ("2026-11-25T09:00:00", AT),
        ("2026-11-25T09:00:00.250Z", AT.replace(microsecond=250_000)),
        ("2026-11-25T10:00:00+01:00", AT),
        ("25.11.2026 09:00", None),
        ("", None),
    ],
)
def test_a_press_says_when_it_was(written, at):
    """As cameras write it; what cannot be read is no time, and the press counts all the same."""
    told = answers.message(VISITOR, "State", "true", at=AT, operation="Changed")
    envelope = ElementTree.fromstring(answers.envelope(told.replace(answers.stamp(AT), written)))
    [press] = said([each for each in envelope.iter() if each.tag.endswith("}NotificationMessage")])
    assert press.at == at
