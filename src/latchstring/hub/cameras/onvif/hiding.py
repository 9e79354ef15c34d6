"""Privacy masks in the camera itself, by Media2: what they cover is never sent, so never recorded.

Only masks that the hub made are changed; those that somebody drew in the camera's own settings stay.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from latchstring.hub.cameras.onvif.device import Device
from latchstring.hub.cameras.onvif.errors import NotSupported
from latchstring.hub.cameras.onvif.soap import Element, number, one, text, texts
from latchstring.hub.cameras.regions import Corner, Region

Made = Callable[[Sequence[str]], Awaitable[None]]


@dataclass(frozen=True, kw_only=True)
class MaskOptions:
    """What a camera's masks may be."""

    most: int
    most_corners: int
    rectangles_only: bool
    type: str  # Color, Pixelated or Blurred: the one that hides best
    colour: str  # the attributes of a `Color` element; empty: none is wanted


@dataclass(frozen=True, kw_only=True)
class Hidden:
    """How hiding went. `grown`: how many masks cover more than was drawn: the camera knows simpler shapes."""

    tokens: tuple[str, ...]
    grown: int


class TooManyForCamera(NotSupported):
    """The camera has room for fewer privacy masks; make one of several that touch."""


async def hide(
    device: Device, source: str, wanted: Sequence[Region], ours: Sequence[str], *, made: Made
) -> Hidden:
    """Let the camera's masks be these. New ones stand before old ones go: nothing is bared in between.

    `made` hears which are ours as soon as there is another: a camera that fails at the next one keeps this.
    """
    options = await _options(device, source)
    present = await _present(device, source)
    kept = [token for token in ours if token in present]
    if len(wanted) > options.most - (len(present) - len(kept)):
        raise TooManyForCamera
    shapes = [fitted(region, options) for region in wanted]
    tokens: list[str] = []
    for i, shape in enumerate(shapes):
        if i < len(kept):
            await device.ask("media2", "SetMask", _mask(source, shape, options, token=kept[i]))
            tokens.append(kept[i])
        else:
            answer = await device.ask("media2", "CreateMask", _mask(source, shape, options))
            tokens.append(text(answer, "Token"))
            await made(tokens)
    for token in kept[len(shapes) :]:
        await device.ask("media2", "DeleteMask", f"<tr2:Token>{escape(token)}</tr2:Token>")
    grown = sum(shape != region.corners for shape, region in zip(shapes, wanted, strict=True))
    return Hidden(tokens=tuple(tokens), grown=grown)


def fitted(region: Region, options: MaskOptions) -> tuple[Corner, ...]:
    """The region, or the rectangle around it where the camera can't draw it: it hides more, never less."""
    if not options.rectangles_only and len(region.corners) <= options.most_corners:
        return region.corners
    xs, ys = [x for x, _ in region.corners], [y for _, y in region.corners]
    return (min(xs), min(ys)), (max(xs), min(ys)), (max(xs), max(ys)), (min(xs), max(ys))


async def _options(device: Device, source: str) -> MaskOptions:
    answer = await device.ask("media2", "GetMaskOptions", _of(source))
    options = one(answer, "Options")
    if options is None:
        raise NotSupported
    types = texts(options, "Types")
    kind = next((each for each in ("Color", "Pixelated", "Blurred") if each in types), "Color")
    colour = one(options, "ColorList")
    return MaskOptions(
        most=int(number(options, "MaxMasks")),
        most_corners=int(number(options, "MaxPoints")) or 4,
        rectangles_only=(options.get("RectangleOnly") or "").lower() in ("true", "1"),
        type=kind,
        colour=_attributes(colour) if kind == "Color" else "",
    )


async def _present(device: Device, source: str) -> set[str]:
    answer = await device.ask("media2", "GetMasks", _of(source))
    return {each.get("token", "") for each in answer.iter() if each.tag.endswith("}Masks")}


def _of(source: str) -> str:
    return f"<tr2:ConfigurationToken>{escape(source)}</tr2:ConfigurationToken>"


def _mask(source: str, corners: Sequence[Corner], options: MaskOptions, *, token: str = "") -> str:
    """Coordinates run from -1 to 1, upwards (ONVIF Core, 5.7); ours from 0 to 1, downwards."""
    points = "".join(f'<tt:Point x="{2 * x - 1:.4f}" y="{1 - 2 * y:.4f}"/>' for x, y in corners)
    colour = f"<tr2:Color {options.colour}/>" if options.colour else ""
    named = f" token={quoteattr(token)}" if token else ""
    return (
        f"<tr2:Mask{named}>{_of(source)}<tr2:Polygon>{points}</tr2:Polygon>"
        f"<tr2:Type>{options.type}</tr2:Type>{colour}<tr2:Enabled>true</tr2:Enabled></tr2:Mask>"
    )


def _attributes(element: Element | None) -> str:
    if element is None:
        return 'X="0" Y="128" Z="128" Colorspace="http://www.onvif.org/ver10/colorspace/YCbCr"'
    return " ".join(f"{name}={quoteattr(value)}" for name, value in element.attrib.items())
