"""Audits over HTTP: the log's own funnel, and tables that are judged as the command line judges them."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from latchstring.cli.main import main
from latchstring.testing.people import Refused

TABLE = "who,flagged,removed,restored,hour\n" + "\n".join(
    f"{who},{flagged},{removed},{restored},{hour}"
    for who, flagged, removed, restored, hour in (
        ("north", 80, 20, 2, "day"), ("north", 20, 15, 1, "night"),
        ("south", 20, 5, 3, "day"), ("south", 80, 64, 9, "night"), ("west", 3, 1, 0, "day"),
    )
)  # fmt: skip


def test_the_page_and_the_command_line_agree(staff, tmp_path):
    """The same table, the same shares, intervals and findings."""
    path = tmp_path / "table.csv"
    path.write_text(TABLE)
    stages = ["flagged", "removed", "restored"]
    answer = staff.operator.post(
        "/api/audits/funnel", {"table": TABLE, "group": "who", "stages": stages, "stratum": "hour"}
    )
    ran = CliRunner().invoke(
        main,
        f"analyse bias funnel {path} --group who --stratum hour --stages {','.join(stages)} --json".split(),
    )
    told = json.loads(ran.output)

    assert answer["reference"] == told["reference"]
    assert len(answer["steps"]) == len(told["steps"])
    for page, line in zip(answer["steps"], told["steps"], strict=True):
        assert (page["group"], page["finding"], page["reverses"]) == (
            line["group"],
            line["finding"],
            line["reverses"],
        )
        for ours, theirs in (("share", "interval"), ("ratio", "ratio")):
            found = page[ours] and [page[ours]["low"], page[ours]["high"]]
            assert found == line[theirs]
    assert any(step["of"] is None for step in answer["steps"]), "west is too few to be shown"


def test_a_table_of_missed_faces_is_judged_as_a_published_one(network, staff):
    """What was published is there for anybody; its counts as a table of one's own give the same answer."""
    published = network.http.get("/api/audits/detectors").raise_for_status().json()
    rekognition = next(each for each in published if each["system"] == "Amazon Rekognition")
    rows = [f"{each['group']},{each['missed']},{each['of']}" for each in rekognition["audit"]["groups"]]
    answer = staff.operator.post(
        "/api/audits/detector", {"table": "\n".join(["group,missed,shown", *rows]) + "\n"}
    )

    assert [each["system"] for each in published] == ["Microsoft", "Face++", "IBM", "Amazon Rekognition"]
    assert "Raji and Buolamwini 2019" in rekognition["source"]
    assert answer == rekognition["audit"]
    assert answer["overall"]["missed"] == 110
    assert answer["said"].startswith("85 of 271 cases of darker women were missed (31 %)")
    with pytest.raises(Refused, match="two groups or more"):
        staff.operator.post("/api/audits/detector", {"table": "group,missed,shown\na,1,9\n"})


def test_a_table_that_cannot_be_used_is_named_by_its_line(staff):
    """A sentence, and nothing is kept."""
    with pytest.raises(Refused, match="line 2"):
        staff.operator.post(
            "/api/audits/funnel",
            {"table": "group,asked,used\na,ten,1\nb,3,1\n", "stages": ["asked", "used"]},
        )


@pytest.mark.parametrize("by", ["agency", "cell"])
def test_the_log_is_audited_for_anybody(network, by):
    """Few requests: nothing is compared or nothing shown, and it says how many there are."""
    answer = network.http.get("/api/audits/requests", params={"by": by}).raise_for_status().json()

    assert answer["stages"] == ["submitted", "approved", "shared", "used"]
    assert all(step["of"] is None or step["of"] >= 5 for step in answer["steps"])
