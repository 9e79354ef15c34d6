"""`latchstring hub check`, `backup` and `restore` on a folder with real recordings."""

import json
import os
import shutil
from datetime import timedelta
from itertools import pairwise

import pytest
from click.testing import CliRunner

from latchstring.base.files import FolderLock
from latchstring.cli.main import main
from latchstring.hub.recording import index
from latchstring.hub.recording.repair import believe_bytes
from latchstring.hub.recording.writer import GopWriter
from latchstring.hub.store import Store
from latchstring.testing.recorded import SMALL, gops_of, said_once


@pytest.fixture(scope="module")
def gops():
    return gops_of(SMALL, 4)


@pytest.fixture
def data(tmp_path):
    return tmp_path / "hub"


@pytest.fixture
def recorded(data, gops):
    """Four GOPs in one file, and a device key beside them."""
    store = Store(data / "hub.db")
    writer = GopWriter(store)
    stored = [writer.write(gop) for gop in gops]
    writer.close()
    store.close()
    (data / "device.key").write_bytes(b"the key of this hub")
    return stored


@pytest.fixture
def hub(data):
    """Run a subcommand on the data folder."""

    def run(*words):
        return CliRunner().invoke(main, ["hub", "--data", str(data), *map(str, words)])

    return run


@pytest.fixture
def kinds(hub):
    """The kinds of what a check finds."""

    def look(*words):
        document = json.loads(hub("check", "--json", *words).stdout)
        return [(f["kind"], f["mended"]) for f in document["findings"]]

    return look


def file_of(data, gop):
    return data / index.FOLDER / gop.path


def damage(path, at):
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)


def execute(data, sql, *values):
    store = Store(data / "hub.db")
    with store.write() as db:
        db.execute(sql, values)
    store.close()


def test_whole_recordings_are_found_whole(hub, recorded):
    """Nothing is found, and it ends well."""
    answer = hub("check")
    assert (answer.exit_code, answer.stdout.strip()) == (0, "1 files were checked: all is whole.")


def lose_the_file(data, recorded):
    file_of(data, recorded[0]).unlink()


def cut_it_short(data, recorded):
    path = file_of(data, recorded[0])
    path.write_bytes(path.read_bytes()[: recorded[2].byte_offset + 5])


def add_a_torn_tail(data, recorded):
    with file_of(data, recorded[0]).open("ab") as f:
        f.write(b"torn")


def forget_the_last(data, recorded):
    execute(data, "DELETE FROM gop WHERE start_us = ?", recorded[-1].start_us)


def forget_one_between(data, recorded):
    execute(data, "DELETE FROM gop WHERE start_us = ?", recorded[1].start_us)


def forget_the_first(data, recorded):
    execute(data, "DELETE FROM gop WHERE start_us = ?", recorded[0].start_us)


def forget_every_gop(data, recorded):
    execute(data, "DELETE FROM gop")


def end_the_file_long_ago(data, recorded):
    execute(data, "UPDATE segment SET end_us = start_us + 1")


def forget_the_file(data, recorded):
    execute(data, "DELETE FROM gop")
    execute(data, "DELETE FROM segment")


def leave_an_empty_file(data, recorded):
    (file_of(data, recorded[0]).parent / "1700000000000000-00000.mp4").touch()


def move_a_row(data, recorded):
    execute(data, "UPDATE gop SET end_us = end_us + 7 WHERE start_us = ?", recorded[1].start_us)


@pytest.mark.parametrize(
    ("harm", "kind"),
    [
        (lose_the_file, "file-missing"),
        (cut_it_short, "file-short"),
        (add_a_torn_tail, "torn-tail"),
        (forget_the_last, "not-indexed"),
        (forget_one_between, "not-indexed"),
        (forget_the_first, "not-indexed"),
        (forget_every_gop, "not-indexed"),
        (forget_the_file, "not-indexed"),
        (leave_an_empty_file, "no-whole-gop"),
        (move_a_row, "row-differs"),
        (end_the_file_long_ago, "row-differs"),
    ],
)
def test_what_can_be_mended_is_found_then_mended_then_gone(hub, kinds, data, recorded, harm, kind):
    """The check only looks; with --repair it mends; after that all is whole."""
    harm(data, recorded)
    found = kinds()
    assert (kind, False) in found
    assert hub("check").exit_code == 1
    assert (kind, True) in kinds("--repair")
    assert kinds() == []


def starts(data):
    store = Store(data / "hub.db")
    with store.read() as db:
        rows = db.execute(
            "SELECT path, gop.start_us FROM gop JOIN segment ON id = segment ORDER BY 1, 2"
        ).fetchall()
    store.close()
    return [tuple(row) for row in rows]


def shift_all_rows(data, recorded):
    """Each to where the next one belongs."""
    moved = [gop.start_us for gop in recorded] + [recorded[-1].end_us]
    for old, new in reversed(list(pairwise(moved))):
        execute(data, "UPDATE gop SET start_us = ? WHERE start_us = ?", new, old)


def swap_rows_of_two_files(data, recorded):
    first, third = recorded[0].start_us, recorded[2].start_us
    for old, new in ((first, 1), (third, first), (1, third)):
        execute(data, "UPDATE gop SET start_us = ? WHERE start_us = ?", new, old)


@pytest.fixture
def in_two_files(data, gops):
    """Two GOPs in each."""
    store = Store(data / "hub.db")
    writer = GopWriter(store, rotate_after=timedelta(seconds=2))
    stored = [writer.write(gop) for gop in gops]
    writer.close()
    store.close()
    assert len({gop.path for gop in stored}) == 2
    return stored


@pytest.mark.parametrize(("harm", "wrong"), [(shift_all_rows, 4), (swap_rows_of_two_files, 2)])
def test_rows_that_took_each_others_times_are_all_mended(kinds, data, in_two_files, harm, wrong):
    """None is lost on the way, in whatever order they are looked at."""
    before = starts(data)
    harm(data, in_two_files)
    assert kinds("--repair") == [("row-differs", True)] * wrong
    assert starts(data) == before
    assert kinds() == []


def copy_by_hand(data, recorded):
    """Into the folder of another day, as somebody does who fears for it."""
    original = file_of(data, recorded[0])
    copied = original.parent.with_name("2020-01-01") / original.name
    copied.parent.mkdir()
    shutil.copyfile(original, copied)
    return copied.relative_to(data / index.FOLDER).as_posix()


def enter(data, copied):
    """With rows of its own, each a little too late."""
    execute(
        data,
        """INSERT INTO segment (camera, run_us, number, path, start_us, end_us, size_bytes)
           SELECT camera, run_us, 1, ?, start_us, end_us, size_bytes FROM segment""",
        copied,
    )
    execute(
        data,
        """INSERT INTO gop SELECT camera, start_us + 7, end_us, 2, byte_offset, size_bytes, frames, media_start,
                                  sound_bytes FROM gop""",
    )


def test_a_copy_that_somebody_made_takes_nothing_from_its_original(hub, kinds, data, recorded):
    """The check names it; no start and no repair writes to either."""
    before = starts(data)
    copied = copy_by_hand(data, recorded)
    for words in (["--repair"], ["--repair"], []):
        assert kinds(*words) == [("time-taken", False)]
    assert (
        f"10 time-taken  {copied}: 4 GOPs began when others did, in {recorded[0].path}" in hub("check").output
    )
    assert starts(data) == before
    assert file_of(data, recorded[0]).read_bytes() == (data / index.FOLDER / copied).read_bytes()


def test_two_gops_of_one_instant_both_keep_a_row(hub, kinds, data, recorded):
    """The row that lies is left where it is, for the one that tells the truth has the only place."""
    enter(data, copy_by_hand(data, recorded))
    before = starts(data)
    assert len(before) == 8
    for words in (["--repair"], []):
        assert kinds(*words) == [("time-taken", False)] * 4
    assert "began when another one did" in hub("check").output
    assert "can be mended" not in hub("check").output
    assert starts(data) == before


def test_a_row_whose_place_cannot_be_had_stays_too(hub, kinds, data, recorded):
    """Its time is where the row of a copy stands that cannot move itself; it is not called mended."""
    first, second, *_ = recorded
    copied = copy_by_hand(data, recorded)
    os.truncate(data / index.FOLDER / copied, second.byte_offset)
    enter(data, copied)
    execute(data, "DELETE FROM gop WHERE segment = 2 AND start_us <> ?", first.start_us + 7)
    execute(data, "UPDATE gop SET start_us = start_us + 3 WHERE start_us = ?", second.start_us)
    execute(data, "UPDATE gop SET start_us = ? WHERE segment = 2", second.start_us)
    before = starts(data)
    for words in (["--repair"], []):
        assert sorted(kinds(*words)) == [("row-differs", False), ("time-taken", False)]
    assert "can be mended" not in hub("check", "--repair").output
    store = Store(data / "hub.db")
    staying = believe_bytes(store, {first.path, copied})
    store.close()
    assert staying == {(first.path, second.start_us + 3), (copied, second.start_us)}
    assert starts(data) == before


@pytest.mark.parametrize("harm", [forget_one_between, forget_the_first, forget_every_gop, forget_the_file])
def test_rows_that_were_lost_come_back_as_they_were(hub, data, recorded, harm):
    """Every GOP that was recorded is there again, from its own bytes, and its file was not touched."""
    before = content(data)
    harm(data, recorded)
    assert hub("check", "--repair").exit_code == 0
    assert content(data) == before


@pytest.mark.parametrize("harm", [forget_every_gop, forget_the_file])
def test_one_damaged_gop_costs_no_other(hub, kinds, data, recorded, harm):
    """With its rows lost as well: what lies behind the damage is found, and nothing is cut off."""
    path = file_of(data, recorded[1])
    damage(path, recorded[1].byte_offset + 500)
    before = path.read_bytes()
    harm(data, recorded)
    hub("check", "--repair")
    _, rows = content(data)
    assert path.read_bytes() == before
    assert len(rows) == 3
    assert kinds() == []


def test_the_owners_own_files_are_no_finding(kinds, data, recorded):
    """A film that somebody put into the folder is neither ours to mend nor to delete."""
    other = file_of(data, recorded[0]).parent / "holiday.mp4"
    other.write_bytes(b"not ours")
    assert kinds("--repair") == []
    assert other.read_bytes() == b"not ours"


def test_a_bit_that_flipped_is_found_and_left(hub, kinds, data, recorded):
    """The seal tells; the pictures may still be worth something, so nothing is thrown away."""
    path = file_of(data, recorded[1])
    damage(path, recorded[1].byte_offset + 500)
    before = path.read_bytes()
    assert kinds() == [("gop-damaged", False)]
    assert kinds("--repair") == [("gop-damaged", False)]
    assert path.read_bytes() == before
    assert "does not match its seal" in hub("check").output
    assert kinds("--quick") == []


def test_a_changed_head_is_found(kinds, data, recorded):
    """The init segment of a file is compared with the index's."""
    damage(file_of(data, recorded[0]), 30)
    assert kinds() == [("init-differs", False)]


def test_a_file_that_lost_head_and_rows_is_adopted(hub, kinds, data, recorded):
    """The check tells of its GOPs, and the repair finds a head for them elsewhere."""
    _, before = content(data)
    for at in range(30):
        damage(file_of(data, recorded[0]), at)
    forget_the_file(data, recorded)
    execute(data, "DELETE FROM run")
    assert kinds() == [("not-indexed", False)]
    assert kinds("--repair") == [("not-indexed", True)]
    _, after = content(data)
    assert [row[:3] for row in after] == [row[:3] for row in before]
    assert kinds() == [("init-differs", False)]


def test_what_was_set_aside_is_named_for_as_long_as_it_lies_there(hub, kinds, data, recorded):
    """A repair deletes nothing that was recorded, and does not call it mended."""
    before = file_of(data, recorded[0]).read_bytes()
    for gop in recorded:
        damage(file_of(data, recorded[0]), gop.byte_offset + 500)
    changed = file_of(data, recorded[0]).read_bytes()
    assert changed != before
    forget_the_file(data, recorded)
    assert kinds() == [("no-whole-gop", False)]
    assert kinds("--repair") == [("no-whole-gop", False)]
    assert kinds("--repair") == [("set-aside", False)]
    answer = hub("check")
    assert answer.exit_code == 1
    name = answer.stdout.split()[2].rstrip(":")
    assert (data / index.FOLDER / name).read_bytes() == changed


def test_a_file_for_which_no_head_can_be_found_is_set_aside(hub, kinds, data):
    """Its GOPs are whole, and nothing says how to decode them."""
    store = Store(data / "hub.db")
    writer = GopWriter(store)
    recorded = [writer.write(gop) for gop in said_once()]
    writer.close()
    store.close()
    for at in range(30):
        damage(file_of(data, recorded[0]), at)
    forget_the_file(data, recorded)
    execute(data, "DELETE FROM run")
    assert kinds("--repair") == [("not-indexed", False)]
    assert kinds() == [("set-aside", False)]
    assert "11 set-aside  aside/" in hub("check").output


def test_a_damaged_end_without_rows_is_named_and_left(kinds, data, recorded):
    """It was whole once; nothing is cut off."""
    damage(file_of(data, recorded[-1]), recorded[-1].byte_offset + 500)
    forget_the_last(data, recorded)
    before = file_of(data, recorded[0]).read_bytes()
    assert ("gop-damaged", False) in kinds()
    assert ("gop-damaged", False) in kinds("--repair")
    assert kinds() == [("gop-damaged", False)]
    assert file_of(data, recorded[0]).read_bytes() == before


def test_a_broken_index_is_said(hub, data, recorded):
    """And not repaired over: what to do then stands in the reference."""
    content = bytearray((data / "hub.db").read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    (data / "hub.db").write_bytes(content)
    answer = hub("check", "--repair")
    assert answer.exit_code == 1
    assert "1 index-damaged  hub.db" in answer.output


def test_beside_a_hub_that_runs_it_looks_but_does_not_touch(hub, kinds, data, recorded):
    """What is being written is no finding; what is old and wrong is; and repair is refused with a reason."""
    add_a_torn_tail(data, recorded)
    damage(file_of(data, recorded[0]), recorded[1].byte_offset + 500)
    with FolderLock(data):
        assert kinds() == [("gop-damaged", False)]
        refused = hub("check", "--repair")
    assert refused.exit_code == 1
    assert "in use by another process" in refused.output


@pytest.mark.parametrize("words", [["check"], ["backup", "copy"], ["backup", "copy.tar"]])
def test_a_folder_without_a_hub_is_said(hub, tmp_path, monkeypatch, words):
    monkeypatch.chdir(tmp_path)
    answer = hub(*words)
    assert answer.exit_code == 2
    assert "there is no hub in" in answer.output
    assert not any(each.name.startswith("copy") for each in tmp_path.iterdir())


@pytest.fixture(params=["folder", "copy.tar"])
def place(request, tmp_path):
    return tmp_path / "away" / request.param


def restored(tmp_path, place):
    answer = CliRunner().invoke(main, ["hub", "--data", str(tmp_path / "new"), "restore", str(place)])
    return tmp_path / "new", answer


def content(data):
    """What matters of a hub: its files and its rows."""
    files = {
        p.relative_to(data).as_posix(): p.read_bytes()
        for p in data.rglob("*")
        if p.is_file() and p.name not in ("lock",) and not p.name.startswith("hub.db")
    }
    store = Store(data / "hub.db")
    with store.read() as db:
        rows = [tuple(row) for row in db.execute("SELECT * FROM gop ORDER BY start_us")]
    store.close()
    return files, rows


def test_a_hub_is_the_same_after_backup_and_restore(hub, tmp_path, data, recorded, place):
    """Keys, recordings and rows, from a folder or one file, made while another process owns the hub."""
    with FolderLock(data):
        assert hub("backup", place).exit_code == 0
    new, answer = restored(tmp_path, place)
    assert answer.exit_code == 0, answer.output
    assert "the recordings are whole" in answer.output
    assert content(new) == content(data)


def test_root_restores_for_the_user_of_the_hub(hub, tmp_path, data, recorded, place, monkeypatch):
    """A service's folder belongs to the service, and its hub reads what root brought back."""
    given = []
    assert hub("backup", place).exit_code == 0
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(os, "chown", lambda path, *_, **__: given.append(path.name))
    restored(tmp_path, place)
    assert {"hub.db", "device.key", "lock", "recordings"} <= set(given)


def test_what_was_being_written_is_indexed_by_the_restore(hub, tmp_path, data, gops, recorded, place):
    """Bytes are copied after rows: a GOP that came in between is found again, and a torn one is cut off."""
    forget_the_last(data, recorded)
    add_a_torn_tail(data, recorded)
    assert hub("backup", place).exit_code == 0
    new, answer = restored(tmp_path, place)
    assert "1 GOPs indexed again" in answer.output
    assert len(content(new)[1]) == 4


def test_again_into_the_same_folder_only_what_is_new_is_copied(hub, tmp_path, data, recorded):
    """Files that did not grow are left; what was deleted at home goes; the result restores."""
    place = tmp_path / "away"
    hub("backup", place)
    kept = place / "recordings" / recorded[0].path
    kept.touch()
    before = kept.stat().st_mtime_ns
    (data / "device.key").write_bytes(b"another key")
    assert hub("backup", place).exit_code == 0
    assert kept.stat().st_mtime_ns == before
    shutil.rmtree(data / "recordings")
    execute(data, "DELETE FROM gop")
    assert hub("backup", place).exit_code == 0
    assert not kept.exists()
    new, answer = restored(tmp_path, place)
    assert answer.exit_code == 0, answer.output
    assert (new / "device.key").read_bytes() == b"another key"


def test_a_damaged_backup_never_becomes_a_hub(hub, tmp_path, data, recorded):
    """The file is named, and no store is left that a hub would start on."""
    hub("backup", tmp_path / "away")
    damage(tmp_path / "away" / "recordings" / recorded[0].path, 700)
    new, answer = restored(tmp_path, tmp_path / "away")
    assert answer.exit_code == 2
    assert recorded[0].path in answer.output
    assert not (new / "hub.db").exists()


def test_a_backup_that_was_not_finished_is_none(hub, tmp_path, data, recorded):
    """Without its list of files a folder is not taken for a backup."""
    hub("backup", tmp_path / "away")
    (tmp_path / "away" / "backup.json").unlink()
    _, answer = restored(tmp_path, tmp_path / "away")
    assert "not finished" in answer.output


def test_a_backup_cannot_write_outside_its_folder(hub, tmp_path, data, recorded):
    """Somebody gave the owner a backup of their own making."""
    hub("backup", tmp_path / "away")
    listed = (tmp_path / "away" / "backup.json").read_text()
    (tmp_path / "away" / "backup.json").write_text(listed.replace("device.key", "../device.key"))
    _, answer = restored(tmp_path, tmp_path / "away")
    assert answer.exit_code == 2
    assert not (tmp_path / "device.key").exists()


def test_a_hub_is_never_written_over(hub, tmp_path, data, recorded):
    """Restore refuses a folder that has a hub, and backup a folder that has something else."""
    hub("backup", tmp_path / "away")
    assert hub("restore", tmp_path / "away").exit_code == 1
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "holiday.jpg").touch()
    assert hub("backup", tmp_path / "photos").exit_code == 1
