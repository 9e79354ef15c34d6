"""A masked clip on its whole way: from the owner's mask to the officer's screen."""

from __future__ import annotations

import json

import av

from latchstring.cli.verify import checks
from latchstring.hub.cameras.regions import Region
from latchstring.hub.redaction import masks
from latchstring.sealing import inner
from latchstring.sealing.unseal import open_package
from latchstring.testing.waiting import until

LEFT = Region(name="The neighbours' door", corners=((0, 0), (0.5, 0), (0.5, 1), (0, 1)))


def test_a_masked_clip_is_shared_opened_and_verified(town, move_in, tmp_path):
    """The officer sees the porch and not the neighbours' door; every check holds and says that it is redacted."""
    home = move_in()
    [camera] = home.hub.recordings.cameras()
    masks.set_masks(home.hub.store, camera, [LEFT], now=home.hub.clock.now())
    asked = town.ask()
    item = home.wait_for(asked.id)

    home.share(asked.id)

    [made] = until(lambda: town.staff.officer.disclosures(asked.id), "the disclosure")
    town.network.wait_for_kind("disclosure-made", asked.id)
    package = tmp_path / "package.tar"
    package.write_bytes(town.staff.officer.package(made["id"]))
    held = list(
        checks(package, vkey=town.network.verifier.vkey, now=town.network.now, identity=asked.identity)
    )
    assert [check.error for check in held if check.error] == []
    assert any("clip-1 was redacted before it left (privacy masks)" in check.what for check in held)

    opened = open_package(package, asked.identity, tmp_path / "opened")
    told = json.loads((opened / inner.ACQUISITION).read_bytes())["clips"]
    assert len(told) == len(item.clips)
    assert not (opened / "data/original").exists()
    for clip, matched in zip(told, item.clips, strict=True):
        recorded = home.hub.recordings.cut(matched.camera, matched.during)
        with av.open(str(opened / clip["file"])) as film:
            frames = [frame.to_ndarray(format="gray") for frame in film.decode(video=0)]
        assert len(frames) == sum(gop.frames for gop in recorded.gops)
        assert max(int(frame[:, :76].max()) for frame in frames) <= 24
        assert min(int(frame[:, 84:].max()) for frame in frames) > 100
