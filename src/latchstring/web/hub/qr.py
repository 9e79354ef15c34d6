"""An address as a QR code, for a phone's camera. The library is loaded when one is asked for."""

from __future__ import annotations

import io


def svg(address: str) -> bytes:
    """Dark on white, also on a dark page: phones find no other."""
    import segno

    drawn = io.BytesIO()
    segno.make(address, error="m", micro=False).save(drawn, kind="svg", border=3, light="#fff")
    return drawn.getvalue()


def text(address: str) -> str:
    """For a terminal."""
    import segno

    drawn = io.StringIO()
    segno.make(address, micro=False).terminal(out=drawn, compact=True, border=2)
    return drawn.getvalue().rstrip("\n")
