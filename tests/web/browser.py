"""A browser, as far as an API can tell."""

from __future__ import annotations

from fastapi.testclient import TestClient

PASSWORD = "three quiet herons"


class Browser(TestClient):
    """Keeps its cookie, and sends the session's CSRF token as the pages do."""

    def sign_in(self, password: str = PASSWORD) -> None:
        answer = self.post("/api/session", json={"password": password})
        assert answer.status_code == 200, answer.text
        self.headers["X-CSRF-Token"] = answer.json()["csrf"]
