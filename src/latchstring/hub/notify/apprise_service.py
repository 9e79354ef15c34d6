"""Any service that Apprise knows: more than a hundred, from Telegram and Signal to ntfy and e-mail."""

from __future__ import annotations

import logging
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from latchstring.base.errors import BadInput
from latchstring.hub.notify import sending
from latchstring.hub.notify.models import Channel, Notice

if TYPE_CHECKING:
    from apprise import AppriseAsset, NotifyBase

SECONDS = 45.0
_STATUS = re.compile(r"\berror[=: ]+(?P<status>\d{3})\b")
_CLIENT_ERROR = range(400, 500)


class BadServiceUrl(BadInput):
    """Apprise does not know this address; look up how your service's address is written in Apprise's list."""


def settings(url: str) -> dict[str, Any]:
    about(url)
    return {"url": url}


def about(url: str) -> str:
    """The service's name, such as Telegram: the address itself is a secret."""
    name = _service(url).service_name
    return str(name)


class AppriseService:
    """Services show each message that comes, so after a crash nothing is sent a second time."""

    once = False

    def send(self, channel: Channel, notice: Notice) -> str:
        import apprise

        service = _service(channel.secret["url"])
        sender = apprise.Apprise(asset=service.asset)
        sender.add(service)
        with tempfile.TemporaryDirectory(prefix="latchstring-") as folder:
            attached = _attachment(notice, Path(folder)) if service.attachment_support else None
            result = sender.notify(body=notice.body, title=notice.title, attach=attached)
        if result:
            return f"{service.service_name} took it."
        status = next((int(m["status"]) for log in result.logs() if (m := _STATUS.search(log.message))), None)
        if status in _CLIENT_ERROR and status not in (408, 429):
            raise sending.Refused(f"{service.service_name} answered {status}; check the address.")
        raise sending.TryAgain(f"{service.service_name} did not take it; it is tried again.")


def _service(url: str) -> NotifyBase:
    import apprise

    logging.getLogger("apprise").propagate = False  # its messages may hold parts of the address
    service = apprise.Apprise.instantiate(url, asset=_asset())
    if service is None:
        raise BadServiceUrl
    return service


def _asset() -> AppriseAsset:
    """No picture of another host in our messages, no file kept, no redirect followed."""
    import apprise

    return apprise.AppriseAsset(
        app_id="Latchstring",
        app_desc="Latchstring",
        app_url="",
        image_url_mask=None,
        image_url_logo=None,
        http_redirects=False,
        async_mode=False,
        service_timeout=SECONDS,
    )


def _attachment(notice: Notice, folder: Path) -> str | None:
    if notice.jpeg is None:
        return None
    path = folder / "picture.jpg"
    path.write_bytes(notice.jpeg)
    return str(path)
