"""An owner at their hub's page, over HTTP, as the browser would."""

from __future__ import annotations

from typing import Any

import httpx

from latchstring.base.errors import LatchstringError
from latchstring.base.time import TimeRange, from_text
from latchstring.demo.patience import PatientTransport


class OwnerRefused(LatchstringError):
    """The hub refused what its owner asked."""

    status = 422


class Owner:
    """Signed in at a hub."""

    def __init__(self, url: str, password: str) -> None:
        self._http = httpx.Client(base_url=url, timeout=30, transport=PatientTransport())
        session = self._call("POST", "/api/session", {"password": password})
        self._http.headers["X-CSRF-Token"] = session["csrf"]

    def close(self) -> None:
        self._http.close()

    def recorded(self, during: TimeRange) -> list[TimeRange]:
        """What all cameras have recorded in that time."""
        query = {"start": during.start.isoformat(), "end": during.end.isoformat()}
        return [
            TimeRange(from_text(span["start"]), from_text(span["end"]))
            for camera in self._call("GET", "/api/cameras")
            for span in self._call("GET", f"/api/cameras/{camera['id']}/timeline", query=query)["recorded"]
        ]

    def inbox(self) -> list[dict[str, Any]]:
        return list(self._call("GET", "/api/inbox"))

    def item(self, request: str) -> dict[str, Any]:
        return dict(self._call("GET", f"/api/inbox/{request}"))

    def share(self, request: str, clips: list[str]) -> None:
        self._call("POST", f"/api/inbox/{request}/share", {"clips": clips})

    def status(self) -> dict[str, Any]:
        return dict(self._call("GET", "/api/status"))

    def download(self, path: str) -> bytes:
        return self._http.get(path).raise_for_status().content

    def _call(self, method: str, path: str, body: Any = None, *, query: Any = None) -> Any:
        answer = self._http.request(method, path, json=body, params=query)
        if answer.is_error:
            raise OwnerRefused(answer.json()["message"])
        return answer.json()
