"""Waiting, as a person at a page does while a machine comes back."""

from __future__ import annotations

import time

import httpx

from latchstring.testing.waiting import WAIT_SECONDS, DidNotHappen


class PatientTransport(httpx.BaseTransport):
    """Asks again while nobody listens, or the answer is 503. What it asks must be safe to ask twice."""

    def __init__(self) -> None:
        self._inner = httpx.HTTPTransport()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()
        deadline = time.monotonic() + WAIT_SECONDS
        while True:
            try:
                answer = self._inner.handle_request(request)
                answer.read()
                if answer.status_code != 503 or time.monotonic() > deadline:
                    return answer
            except httpx.TransportError as e:
                if time.monotonic() > deadline:
                    raise DidNotHappen(f"{request.url} did not answer for {WAIT_SECONDS:.0f} s") from e
            time.sleep(0.2)

    def close(self) -> None:
        self._inner.close()
