"""The repository as a reader finds it."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from conftest import ROOT

TRACKED = subprocess.run(
    ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
).stdout.splitlines()
PAGES = [f for f in TRACKED if f.endswith(".md")]
NAMED = re.compile(r"`((?:tests|benchmarks)/[\w./-]*[\w-])`")
LINK = re.compile(r"\]\((?!https?://|#)([^)#\s]+)")


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page):
    """A link from one page to another, or to a picture, finds its file."""
    for target in LINK.findall((ROOT / page).read_text()):
        assert (ROOT / page).parent.joinpath(target).exists(), f"{page} points to {target}"


@pytest.mark.parametrize("page", PAGES)
def test_pages_name_tests_that_are_there(page):
    """A page that says what checks it names a file or a folder of the repository."""
    for name in NAMED.findall((ROOT / page).read_text()):
        assert (ROOT / name).exists(), f"{page} names {name}"


def test_lock_files_name_no_registry():
    """Locks carry names, versions and hashes; where they come from is the reader's setting."""
    for lock in (*(ROOT / "requirements").glob("*.txt"), ROOT / "web" / "package-lock.json"):
        assert not re.search(
            r"https?://(?!.*(funding|opencollective|github\.com|tidelift))", lock.read_text()
        ), lock


def test_only_text_and_small_pictures_are_kept():
    """Footage and built files do not belong in the history."""
    for name in TRACKED:
        path = ROOT / name
        assert path.stat().st_size < 1_000_000, name
        assert path.suffix not in {".mp4", ".whl", ".tar", ".db"}, name


def test_the_page_of_figures_is_what_was_measured():
    """`scripts/bench` writes both; nobody rounds a figure by hand."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.page", "--check"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def test_each_benchmark_has_its_place_on_the_page():
    """A figure that nobody finds is worth nothing."""
    page = (ROOT / "docs" / "reference" / "figures.md").read_text()
    for path in (ROOT / "benchmarks" / "results").glob("*.json"):
        assert f"`benchmarks/{path.stem}.py`" in page


def test_decisions_are_numbered_once():
    """Each decision has a number of its own and says what checks it."""
    pages = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    numbers = [p.name[:4] for p in pages]
    assert len(numbers) == len(set(numbers))
    for page in pages:
        text = page.read_text()
        for heading in ("**Context.**", "**Decision.**", "**Consequences.**", "**What checks it.**"):
            assert heading in text or heading.strip("*. ").lower() in text.lower(), f"{page.name}: {heading}"
