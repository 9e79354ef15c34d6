"""The owner's password."""

from __future__ import annotations

import pytest

from latchstring.hub.owner.models import WrongPassword
from latchstring.hub.owner.password import WeakPassword, check_password, hash_password


def test_the_right_password_fits_and_another_does_not() -> None:
    hashed = hash_password("three quiet herons")
    check_password(hashed, "three quiet herons")
    with pytest.raises(WrongPassword):
        check_password(hashed, "three quiet heron")


@pytest.mark.usefixtures("in_earnest")
def test_it_is_kept_as_argon2id_and_never_twice_the_same() -> None:
    """Two owners with one password cannot be told so by their files."""
    first, second = hash_password("three quiet herons"), hash_password("three quiet herons")
    assert first.startswith("$argon2id$v=19$m=65536,t=3,")
    assert first != second


@pytest.mark.parametrize("password", ["", "short", "a" * 30, "x" * 1001])
def test_a_weak_password_is_refused(password: str) -> None:
    with pytest.raises(WeakPassword):
        hash_password(password)


def test_a_damaged_hash_lets_nobody_in() -> None:
    with pytest.raises(WrongPassword):
        check_password("$argon2id$nonsense", "three quiet herons")
