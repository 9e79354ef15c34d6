"""People who use a network over its HTTP API: an operator, officers, reviewers. They hold their own keys."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import httpx

from latchstring.base import canonical
from latchstring.base.errors import LatchstringError
from latchstring.base.ids import RequestId
from latchstring.base.signing import Envelope, SigningKey, sign
from latchstring.protocol.statements import (
    REQUEST,
    Opening,
    Outcome,
    Vote,
    sign_opening,
    sign_outcome,
    sign_vote,
)


class Refused(LatchstringError):
    """The network refused."""

    def __init__(self, status: int, answer: Mapping[str, Any]) -> None:
        super().__init__(str(answer.get("message")), **answer.get("details", {}))
        self.status = status
        self.error = str(answer.get("error"))


class Person:
    """Signed in at a network. The first sign-in replaces the one-time password."""

    def __init__(
        self,
        url: str,
        name: str,
        password: str,
        *,
        new_password: str | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.name = name
        self.password = password
        self.http = httpx.Client(base_url=url, timeout=30, transport=transport)
        self._csrf = ""
        self.account: dict[str, Any] = {}
        try:
            self.sign_in()
        except BaseException:
            self.close()
            raise
        if self.account["must_change_password"]:
            self.password = new_password or f"{name} has a good password"
            self.account = self.post("/api/session/password", {"old": password, "new": self.password})

    @property
    def holder(self) -> str:
        return str(self.account["holder"])

    def sign_in(self) -> None:
        session = self.post("/api/session", {"name": self.name, "password": self.password})
        self.account, self._csrf = session["account"], session["csrf"]

    def close(self) -> None:
        self.http.close()

    def get(self, path: str, **query: Any) -> Any:
        return self._read(self.http.get(path, params=query))

    def post(self, path: str, body: Any = None) -> Any:
        return self._read(self.http.post(path, json=body, headers={"X-CSRF-Token": self._csrf}))

    def enrol_key(self, key: SigningKey) -> None:
        self.account = self.post("/api/session/key", {"public_key": key.verify_key.to_text()})

    def _read(self, answer: httpx.Response) -> Any:
        if answer.is_error:
            raise Refused(answer.status_code, answer.json())
        return answer.json()


class Operator(Person):
    """Enrols everybody else."""

    def enrol_agency(self, agency: str, title: str, agency_type: str = "local-police") -> None:
        self.post("/api/agencies", {"agency": agency, "title": title, "agency_type": agency_type})

    def create(self, name: str, role: str, agency: str | None = None) -> str:
        """The one-time password of a new account."""
        made = self.post("/api/accounts", {"name": name, "role": role, "agency": agency})
        return str(made["password"])

    def add_places(self, dwellings: Mapping[str, int]) -> None:
        """`dwellings` by H3 cell of resolution 9."""
        places = [{"cell": cell, "dwellings": n} for cell, n in dwellings.items()]
        self.post("/api/places", {"places": places})

    def import_incidents(self, table: str, **columns: str) -> Any:
        """What residents reported, as CSV; `columns` names those that are not called as usual."""
        headers = {"Content-Type": "text/csv", "X-CSRF-Token": self._csrf}
        return self._read(
            self.http.post("/api/incidents/import", content=table, params=columns, headers=headers)
        )


class Officer(Person):
    """Asks, opens, and says what came of it."""

    key: SigningKey

    def enrol(self, key: SigningKey | None = None) -> Officer:
        self.key = key or SigningKey.generate()
        self.enrol_key(self.key)
        return self

    def check(self, draft: Mapping[str, Any]) -> dict[str, Any]:
        return dict(self.post("/api/requests/check", {"draft": draft}))

    def prepare(self, draft: Mapping[str, Any]) -> Envelope:
        """The statement of a draft, signed."""
        prepared = self.post("/api/requests/prepare", {"draft": draft})
        return sign(prepared["statement"].encode(), REQUEST, self.key)

    def hand_in(self, envelope: Envelope) -> dict[str, Any]:
        return dict(self.post("/api/requests", {"envelope": envelope.to_json()}))

    def ask(self, draft: Mapping[str, Any]) -> RequestId:
        """Prepare, sign and submit."""
        return RequestId(self.hand_in(self.prepare(draft))["id"])

    def request(self, request: str) -> dict[str, Any]:
        return dict(self.get(f"/api/requests/{request}"))

    def disclosures(self, request: str) -> list[dict[str, Any]]:
        return list(self.get(f"/api/requests/{request}/disclosures"))

    def package(self, disclosure: str) -> bytes:
        """The outer bag, as a tar."""
        answer = self.http.get(f"/api/disclosures/{disclosure}/package.tar")
        if answer.is_error:
            raise Refused(answer.status_code, answer.json())
        return answer.content

    def opened(self, request: str, disclosure: str, disclosure_sha256: str, *, now: datetime) -> Any:
        """Say that a disclosure was opened."""
        opening = Opening(
            request=RequestId(request), disclosure_sha256=disclosure_sha256, officer=self.holder, at=now
        )
        envelope = sign_opening(opening, self.key)
        return self.post(f"/api/disclosures/{disclosure}/opening", {"envelope": envelope.to_json()})

    def conclude(self, request: str, outcome: str, *, now: datetime) -> Any:
        """Say what became of the footage."""
        said = Outcome(request=RequestId(request), officer=self.holder, outcome=outcome, at=now)
        envelope = sign_outcome(said, self.key)
        return self.post(f"/api/requests/{request}/outcome", {"envelope": envelope.to_json()})


class Reviewer(Person):
    """Votes."""

    key: SigningKey

    def enrol(self, key: SigningKey | None = None) -> Reviewer:
        self.key = key or SigningKey.generate()
        self.enrol_key(self.key)
        return self

    def queue(self) -> list[dict[str, Any]]:
        return list(self.get("/api/review"))

    def vote(
        self, request: str, verdict: str = "for", reason: str | None = None, *, now: datetime
    ) -> dict[str, Any]:
        item = self.get(f"/api/review/{request}")
        vote = Vote(
            request=RequestId(request),
            statement_sha256=canonical.sha256_hex(canonical.from_base64(item["envelope"]["payload"])),
            reviewer=self.holder,
            verdict=verdict,
            reason=reason or ("within-the-rules" if verdict == "for" else "too-wide"),
            at=now,
        )
        return self.hand_in(request, sign_vote(vote, self.key))

    def hand_in(self, request: str, envelope: Envelope) -> dict[str, Any]:
        return dict(self.post(f"/api/review/{request}/vote", {"envelope": envelope.to_json()}))
