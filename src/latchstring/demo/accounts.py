"""The sample people: an operator, an officer, three reviewers. Their passwords are in plain sight."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from latchstring.base.files import write_whole
from latchstring.demo.patience import PatientTransport
from latchstring.demo.stage import Stage
from latchstring.demo.town import dwellings
from latchstring.testing.people import Operator, Person

AGENCY = "harbour-police"
AGENCY_TITLE = "Harbour Police"
OFFICER = "Officer Okafor"
OPERATOR_PASSWORD = "operator-of-harbour-row"  # noqa: S105  a sample account of a made-up town
REVIEWERS = ("Reviewer Adeyemi", "Reviewer Brandt", "Reviewer Castillo")


@dataclass(frozen=True, kw_only=True)
class Login:
    """A sample account; `name` and `password` are what is typed at the sign-in page."""

    name: str
    password: str
    role: str

    @property
    def typed(self) -> tuple[str, str]:
        """Name and password."""
        return self.name, self.password


def enrol(stage: Stage) -> dict[str, Login]:
    """Make the sample people, or read those of an earlier start."""
    kept = stage.data / "accounts.json"
    if kept.exists():
        return {name: Login(**value) for name, value in json.loads(kept.read_text()).items()}
    once = stage.operator_password.read_text().strip()
    operator = Operator(
        stage.network_url, "operator", once, new_password=OPERATOR_PASSWORD, transport=PatientTransport()
    )
    logins = {"operator": Login(name="operator", password=operator.password, role="operator")}
    operator.add_places(dwellings())
    operator.enrol_agency(AGENCY, AGENCY_TITLE)
    logins[OFFICER] = _create(operator, OFFICER, "officer", AGENCY)
    for name in REVIEWERS:
        logins[name] = _create(operator, name, "reviewer")
    operator.close()
    _keep(logins, kept)
    return logins


def _create(operator: Operator, name: str, role: str, agency: str | None = None) -> Login:
    once = operator.create(name, role, agency)
    password = f"{name.split()[1].lower()}-of-harbour-row"
    url = str(operator.http.base_url)
    Person(url, name, once, new_password=password, transport=PatientTransport()).close()
    return Login(name=name, password=password, role=role)


def _keep(logins: Mapping[str, Login], path: Path) -> None:
    write_whole(
        path, json.dumps({name: asdict(login) for name, login in logins.items()}).encode(), mode=0o600
    )
