"""What is particular about cameras of one make. `docs/reference/camera-families.md` shows the table."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Family:
    """One entry: how it is recognised, what is done or said for its sake, and why."""

    name: str
    words: tuple[str, ...]  # in the maker's or model's name, lower case
    reason: str
    advice: str = ""  # for the owner, when one is added
    smart_codec: str = ""
    presses: tuple[tuple[str, str, str], ...] = ()  # topic, item, value of a doorbell's press


STANDARD = Family(
    name="Any other camera",
    words=(),
    reason="Makers that nobody knows are as wrong as any. So for all cameras: times are sent in seconds, "
    "since some read PT10M as ten seconds; a Renew that fails without a reason, often as status 400, "
    "changes nothing, and only a camera that says a subscription is over gets a new one; an address that "
    "it tells is used with the host that answered; both logins are offered; its clock is compared, and "
    "used for its login alone.",
)

FAMILIES = (
    Family(
        name="Reolink",
        words=("reolink",),
        reason="ONVIF is switched off when the camera is new, and answers at port 8000. A doorbell tells a "
        "press as MyRuleDetector/Visitor, and what moves under topics of its own besides MotionAlarm.",
        presses=(("RuleEngine/MyRuleDetector/Visitor", "State", "true"),),
    ),
    Family(
        name="Hikvision",
        words=("hikvision", "hiwatch", "annke"),
        reason="ONVIF is switched off when the camera is new, and has users of its own: the login of its "
        "web page is refused. H.264+ stretches the GOP whatever is set.",
        smart_codec="H.264+ or H.265+",
    ),
    Family(
        name="Dahua, Amcrest, Lorex",
        words=("dahua", "amcrest", "lorex", "imou"),
        reason="Asking for the way back to its speaker blocks the call button of its doorbells, so it is "
        "asked for only while somebody talks. Smart Codec leaves out keyframes.",
        smart_codec="Smart Codec",
    ),
    Family(
        name="TP-Link Tapo and VIGI",
        words=("tp-link", "tapo", "vigi"),
        reason="Answers ONVIF at port 2020, to the “camera account” of its app only. Its clock has been "
        "seen an hour off, so the time in its events means nothing. It serves few connections at once.",
        advice="The login is the camera account, made in the Tapo app under Advanced settings; it is not "
        "the login of the app itself.",
    ),
    Family(
        name="Axis",
        words=("axis",),
        reason="Asks for a login before it tells the time, and has users of its own for ONVIF. Zipstream "
        "stretches the GOP when it may.",
        smart_codec="Zipstream with a dynamic GOP",
    ),
    Family(
        name="Uniview",
        words=("uniview", "univiewcctv", "unv"),
        reason="U-Code leaves out keyframes while nothing moves.",
        smart_codec="U-Code",
    ),
    Family(
        name="Mobotix",
        words=("mobotix",),
        reason="A door station tells a press as VideoSource/Alarm with the words Ring or CameraBellButton, "
        "not as a state that is true.",
        presses=(
            ("VideoSource/Alarm", "State", "ring"),
            ("VideoSource/Alarm", "State", "camerabellbutton"),
        ),
    ),
    Family(
        name="Xiongmai and its many names",
        words=("xiongmai", "h264dvr", "xmeye"),
        reason="Answers ONVIF at port 8899.",
    ),
)


def family_of(maker: str, model: str) -> Family:
    """The family that a camera says it is of."""
    said = f"{maker} {model}".lower()
    return next((each for each in FAMILIES if any(word in said for word in each.words)), STANDARD)
