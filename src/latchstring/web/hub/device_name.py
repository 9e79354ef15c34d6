"""What people call the device that a browser runs on."""

from __future__ import annotations

_BROWSERS = {
    "Edg/": "Edge",
    "OPR/": "Opera",
    "Firefox/": "Firefox",
    "FxiOS/": "Firefox",
    "CriOS/": "Chrome",
    "Chrome/": "Chrome",
    "Safari/": "Safari",
}
_SYSTEMS = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "Windows": "Windows",
    "CrOS": "ChromeOS",
    "Mac OS X": "Mac",
    "Linux": "Linux",
}
"""The first sign that is found counts: most browsers name others too."""


def device_name(user_agent: str) -> str:
    """`Chrome on Android`, from a User-Agent header (RFC 9110, 10.1.5). Others' words are never repeated."""
    browser = next((name for sign, name in _BROWSERS.items() if sign in user_agent), "A browser")
    system = next((name for sign, name in _SYSTEMS.items() if sign in user_agent), "")
    return f"{browser} on {system}" if system else browser
