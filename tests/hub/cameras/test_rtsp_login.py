"""Logins of cameras, with the known answers of the standards."""

from __future__ import annotations

from urllib.parse import urlsplit

from latchstring.hub.cameras.rtsp_login import Login

DIGEST = 'Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc069c"'


def test_nothing_is_shown_before_the_camera_asks() -> None:
    assert Login("owner", "secret").header("DESCRIBE", "rtsp://porch/") is None


def test_basic_as_in_its_standard() -> None:
    """RFC 7617, 2: Aladdin's login."""
    login = Login("Aladdin", "open sesame")
    assert login.take(['Basic realm="WallyWorld"'])
    assert login.header("DESCRIBE", "rtsp://porch/") == "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="


def test_digest_as_in_its_standard() -> None:
    """RFC 2617, 3.5 gives the two inner hashes; this is the answer without a quality of protection (2069)."""
    login = Login("Mufasa", "Circle Of Life")
    assert login.take([DIGEST])
    header = login.header("GET", "/dir/index.html") or ""
    assert 'response="670fd8c2df070c60b045671b8b24ff02"' in header
    assert 'opaque="5ccc069c"' in header
    assert "algorithm" not in header


def test_digest_with_quality_of_protection_counts() -> None:
    """Each request has its own count and its own answer, or the camera takes it for a repeated one."""
    login = Login("owner", "secret")
    assert login.take([DIGEST + ', qop="auth,auth-int", algorithm=SHA-256'])
    first, second = (login.header("PLAY", "rtsp://porch/") or "" for _ in range(2))
    assert "nc=00000001" in first
    assert "nc=00000002" in second
    assert "qop=auth" in first
    assert "algorithm=SHA-256" in first


def test_the_stronger_one_is_taken() -> None:
    """A camera that offers both is not sent the password itself."""
    login = Login("owner", "secret")
    assert login.take(['Basic realm="cam"', DIGEST])
    assert (login.header("PLAY", "rtsp://porch/") or "").startswith("Digest ")


def test_what_is_not_known_is_not_answered() -> None:
    assert not Login("owner", "secret").take(["Bearer x", 'Digest realm="a", nonce="b", algorithm=MD5-sess'])


def test_an_address_may_write_its_login_with_percent_signs() -> None:
    login = Login.of(urlsplit("rtsp://ow%40ner:p%3A%2Fss@porch/"))
    assert (login.user, login.password) == ("ow@ner", "p:/ss")
    assert "p:/ss" not in repr(login)
