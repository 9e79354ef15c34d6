"""Keys of a home and of a case."""

from __future__ import annotations

import hashlib
import hmac
import shutil
import stat
import subprocess
from datetime import UTC, datetime

import pytest

from latchstring.base.ids import RequestId, new
from latchstring.base.signing import SigningKey
from latchstring.sealing.keys import (
    BadKeyFile,
    CaseKey,
    WrongRecoveryCode,
    disclosure_key,
    load_or_make_device_key,
    new_household,
    unwrap_household,
)
from latchstring.sealing.recovery import RecoveryCode


def test_disclosure_key_is_hkdf_of_the_device_seed():
    """RFC 5869 with SHA-256, empty salt, one block: worked out here with hmac alone."""
    seed, request = bytes(range(32)), RequestId("rq_" + "a" * 26)
    prk = hmac.new(bytes(32), seed, hashlib.sha256).digest()
    info = b"latchstring disclosure rq_" + b"a" * 26
    expected = hmac.new(prk, info + b"\x01", hashlib.sha256).digest()
    assert disclosure_key(SigningKey(seed), request).seed == expected


def test_each_request_gets_its_own_key_and_always_the_same():
    """Nobody can link two disclosures by their key; the home finds its key again."""
    device = SigningKey.generate()
    a, b = RequestId(new("rq")), RequestId(new("rq"))
    assert disclosure_key(device, a) == disclosure_key(device, a)
    assert len({device.seed, disclosure_key(device, a).seed, disclosure_key(device, b).seed}) == 3


def test_device_key_is_made_once_for_its_owner_only(tmp_path):
    """The second start reads what the first one wrote, and no other account can."""
    path = tmp_path / "device.key"
    key = load_or_make_device_key(path)
    assert load_or_make_device_key(path) == key
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("content", ["", "not base64!", "YWJj\n", "é"])
def test_damaged_device_key_is_not_replaced(tmp_path, content):
    """A key that cannot be read is an error: a new one in its place would hide the loss."""
    path = tmp_path / "device.key"
    path.write_text(content, "utf-8")
    with pytest.raises(BadKeyFile, match="device"):
        load_or_make_device_key(path)
    assert path.read_text("utf-8") == content


@pytest.mark.parametrize("work", ["quick", pytest.param("in_earnest", marks=pytest.mark.slow)])
def test_household_key_opens_with_its_recovery_code_only(request: pytest.FixtureRequest, work: str):
    """What is stored is useless without the code; with it, the identity comes back."""
    request.getfixturevalue(work)
    code = RecoveryCode.generate()
    household = new_household(code)
    assert b"AGE-SECRET-KEY" not in household.wrapped
    identity = unwrap_household(household, RecoveryCode.read(code.text.lower()))
    assert CaseKey.read(identity).recipient == household.recipient
    with pytest.raises(WrongRecoveryCode):
        unwrap_household(household, RecoveryCode.generate())


def test_case_key_file_reads_back():
    """Comments and blank lines around the secret line are fine."""
    key = CaseKey.generate()
    assert CaseKey.read(key.to_text(datetime.now(UTC))) == key
    assert CaseKey.read(f"\n\n  {key.identity}  \n") == key
    assert key.identity not in repr(key)


@pytest.mark.parametrize(
    "text",
    ["", "# public key: age1\n", "AGE-SECRET-KEY-1QQQQ", "hello", "AGE-SECRET-KEY-1A\nAGE-SECRET-KEY-1B"],
)
def test_what_is_no_case_key_is_refused(text):
    """An empty, cut or doubled key file is named as such."""
    with pytest.raises(BadKeyFile, match="AGE-SECRET-KEY"):
        CaseKey.read(text)


@pytest.mark.skipif(shutil.which("age-keygen") is None, reason="Debian's age is not installed")
def test_age_keygen_and_we_read_each_others_files(tmp_path):
    """A case key is an ordinary age identity file."""
    ours = CaseKey.generate()
    (tmp_path / "ours").write_text(ours.to_text(datetime.now(UTC)))
    told = subprocess.run(["age-keygen", "-y", tmp_path / "ours"], capture_output=True, check=True, text=True)
    assert told.stdout.strip() == ours.recipient
    theirs = subprocess.run(["age-keygen"], capture_output=True, check=True, text=True)
    assert CaseKey.read(theirs.stdout).recipient in theirs.stdout
