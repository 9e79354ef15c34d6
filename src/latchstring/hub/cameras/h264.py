"""H.264 as bytes: NAL units and parameter sets. Sources: H.264 7.3 and annex B, ISO/IEC 14496-15 5.3."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from latchstring.hub.cameras.errors import BrokenVideo

SLICE, IDR, SPS, PPS = 1, 5, 7, 8
START_CODE = b"\x00\x00\x01"
_BASELINE = 66
_AS_DECODED = 2
"""The picture order count type of streams that are shown in the order in which they are decoded."""
_HIGH_PROFILES = {100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135}


@dataclass(frozen=True)
class ParameterSets:
    """What a decoder needs before the first picture."""

    sps: tuple[bytes, ...]
    pps: tuple[bytes, ...]

    def avcc(self) -> bytes:
        """The AVCDecoderConfigurationRecord, with four-byte lengths."""
        first = self.sps[0]
        parts = [bytes([1, first[1], first[2], first[3], 0xFF, 0xE0 | len(self.sps)])]
        parts += [len(s).to_bytes(2, "big") + s for s in self.sps]
        parts.append(bytes([len(self.pps)]))
        parts += [len(p).to_bytes(2, "big") + p for p in self.pps]
        if first[1] in _HIGH_PROFILES:
            shape = _read_sps(first)[0]
            parts.append(bytes([0xFC | shape.chroma, 0xF8 | shape.luma_depth, 0xF8 | shape.chroma_depth, 0]))
        return b"".join(parts)

    @property
    def codec(self) -> str:
        """RFC 6381, like avc1.64001f."""
        return "avc1." + self.sps[0][1:4].hex()

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the picture, in pixels."""
        shape, _ = _read_sps(self.sps[0])
        return shape.width, shape.height

    @property
    def reordered(self) -> int | None:
        """How many pictures at most are decoded before one and shown after it; None: it is not said."""
        shape, bits = _read_sps(self.sps[0])
        if shape.profile == _BASELINE or shape.order == _AS_DECODED:
            return 0
        return _read_reordered(bits) if bits.read(1) else None


def split_annex_b(data: bytes) -> list[bytes]:
    """The NAL units between start codes."""
    units = []
    start = data.find(START_CODE)
    while start >= 0:
        start += 3
        end = data.find(START_CODE, start)
        unit = data[start:] if end < 0 else data[start:end]
        unit = unit.rstrip(b"\x00")  # trailing_zero_8bits; a NAL unit itself never ends in a zero byte
        if unit:
            units.append(unit)
        start = end
    return units


def split_at(data: bytes, starts: Sequence[int]) -> list[bytes]:
    """As `split_annex_b`, where it is known at which places the units begin."""
    ends = [start - len(START_CODE) for start in starts[1:]]
    units = [data[start:end].rstrip(b"\x00") for start, end in zip(starts, [*ends, len(data)], strict=True)]
    return [unit for unit in units if unit]


def split_lengths(data: bytes, length_size: int) -> list[bytes]:
    """The NAL units behind length prefixes."""
    units, at = [], 0
    while at < len(data):
        size = int.from_bytes(data[at : at + length_size], "big")
        at += length_size
        if size == 0 or at + size > len(data):
            raise BrokenVideo
        units.append(data[at : at + size])
        at += size
    return units


def split(data: bytes, length_size: int | None) -> list[bytes]:
    """The NAL units of a packet: by length prefixes if `length_size` is given, else by start codes."""
    units = split_annex_b(data) if length_size is None else split_lengths(data, length_size)
    if not units:
        raise BrokenVideo
    return units


def join(units: list[bytes]) -> bytes:
    """The NAL units, bit for bit, behind four-byte lengths."""
    return b"".join([part for unit in units for part in (len(unit).to_bytes(4, "big"), unit)])


def has_keyframe(units: list[bytes]) -> bool:
    return any(unit[0] & 0x1F == IDR for unit in units)


def first_slice(data: bytes, extradata: bytes) -> bytes:
    """The head of a packet's first slice, two bytes; empty if it has none. Reads no further than there."""
    length_size = (extradata[4] & 3) + 1 if extradata[:1] == b"\x01" and len(extradata) > 4 else None
    at = 0
    while True:
        if length_size is None:
            at = data.find(START_CODE, at)
            if at < 0:
                return b""
            at += 3
            size = 0
        else:
            size = int.from_bytes(data[at : at + length_size], "big")
            at += length_size
        if at + 1 >= len(data):
            return b""
        if data[at] & 0x1F in (SLICE, IDR):
            return data[at : at + 2]
        at += size


def parameter_sets(units: list[bytes]) -> ParameterSets | None:
    """Those among the units, each once; None unless there is at least one of each kind."""
    sps = tuple(dict.fromkeys(unit for unit in units if unit[0] & 0x1F == SPS))
    pps = tuple(dict.fromkeys(unit for unit in units if unit[0] & 0x1F == PPS))
    if not sps or not pps:
        return None
    if any(len(s) < 4 for s in sps):
        raise BrokenVideo
    return ParameterSets(sps, pps)


def read_extradata(extradata: bytes) -> tuple[ParameterSets | None, int | None]:
    """Parameter sets and the size of length prefixes (None: Annex B) of a stream."""
    if not extradata:
        return None, None
    if extradata[0] != 1:
        return parameter_sets(split_annex_b(extradata)), None
    try:
        length_size = (extradata[4] & 3) + 1
        at, units = 5, []
        for mask in (0x1F, 0xFF):
            count = extradata[at] & mask
            at += 1
            for _ in range(count):
                size = int.from_bytes(extradata[at : at + 2], "big")
                units.append(extradata[at + 2 : at + 2 + size])
                at += 2 + size
    except IndexError:
        raise BrokenVideo from None
    return parameter_sets([u for u in units if u]), length_size


class _Bits:
    """Reads an RBSP: fixed fields and Exp-Golomb codes (H.264, 9.1)."""

    def __init__(self, unit: bytes) -> None:
        rbsp = unit.replace(b"\x00\x00\x03", b"\x00\x00")
        self._value = int.from_bytes(rbsp, "big")
        self._left = len(rbsp) * 8

    def read(self, count: int) -> int:
        self._left -= count
        if self._left < 0:
            raise BrokenVideo
        return (self._value >> self._left) & ((1 << count) - 1)

    def unsigned(self) -> int:
        zeros = 0
        while self.read(1) == 0:
            zeros += 1
        return (1 << zeros) - 1 + self.read(zeros)

    def signed(self) -> int:
        code = self.unsigned()
        return (code + 1) // 2 if code % 2 else -(code // 2)


class _Shape(NamedTuple):
    """What stands in a sequence parameter set."""

    profile: int
    order: int  # pic_order_cnt_type
    width: int
    height: int
    chroma: int  # chroma_format_idc
    luma_depth: int  # above 8 bits
    chroma_depth: int


def _read_sps(sps: bytes) -> tuple[_Shape, _Bits]:
    """And the rest, from vui_parameters_present_flag on (7.3.2.1.1)."""
    bits = _Bits(sps[1:])
    profile = bits.read(8)
    bits.read(16)  # constraint flags, level
    bits.unsigned()  # seq_parameter_set_id
    chroma, luma_depth, chroma_depth, separate = 1, 0, 0, 0
    if profile in _HIGH_PROFILES:
        chroma = bits.unsigned()
        if chroma == 3:
            separate = bits.read(1)
        luma_depth, chroma_depth = bits.unsigned(), bits.unsigned()
        bits.read(1)  # qpprime_y_zero_transform_bypass_flag
        if bits.read(1):
            _skip_scaling_lists(bits, 8 if chroma != 3 else 12)
    bits.unsigned()  # log2_max_frame_num_minus4
    order = bits.unsigned()
    if order == 0:
        bits.unsigned()
    elif order == 1:
        bits.read(1)
        bits.signed()
        bits.signed()
        for _ in range(bits.unsigned()):
            bits.signed()
    bits.unsigned()  # max_num_ref_frames
    bits.read(1)  # gaps_in_frame_num_value_allowed_flag
    width = (bits.unsigned() + 1) * 16
    map_units = bits.unsigned() + 1
    frames_only = bits.read(1)
    height = (2 - frames_only) * map_units * 16
    if not frames_only:
        bits.read(1)  # mb_adaptive_frame_field_flag
    bits.read(1)  # direct_8x8_inference_flag
    if bits.read(1):
        left, right, top, bottom = (bits.unsigned() for _ in range(4))
        chroma_array = 0 if separate else chroma
        across = 2 if chroma_array in (1, 2) else 1
        down = (2 if chroma_array == 1 else 1) * (2 - frames_only)
        width -= across * (left + right)
        height -= down * (top + bottom)
    if width <= 0 or height <= 0:
        raise BrokenVideo
    return _Shape(profile, order, width, height, chroma, luma_depth, chroma_depth), bits


def _read_reordered(bits: _Bits) -> int | None:
    """max_num_reorder_frames of the VUI (E.1.1); None: not there."""
    if bits.read(1) and bits.read(8) == 255:  # aspect_ratio_idc: Extended_SAR
        bits.read(32)
    if bits.read(1):  # overscan
        bits.read(1)
    if bits.read(1):  # video signal type
        bits.read(4)
        if bits.read(1):  # colours
            bits.read(24)
    if bits.read(1):  # place of the chroma samples
        bits.unsigned()
        bits.unsigned()
    if bits.read(1):  # num_units_in_tick, time_scale, fixed_frame_rate_flag
        bits.read(65)
    has_buffers = False
    for _ in range(2):  # of NAL units, of slices
        if bits.read(1):
            has_buffers = True
            _skip_buffers(bits)
    if has_buffers:
        bits.read(1)  # low_delay_hrd_flag
    bits.read(1)  # pic_struct_present_flag
    if not bits.read(1):
        return None
    bits.read(1)  # motion_vectors_over_pic_boundaries_flag
    for _ in range(4):
        bits.unsigned()  # sizes
    return bits.unsigned()


def _skip_buffers(bits: _Bits) -> None:
    """hrd_parameters (E.1.2)."""
    count = bits.unsigned() + 1
    bits.read(8)
    for _ in range(count):
        bits.unsigned()
        bits.unsigned()
        bits.read(1)
    bits.read(20)


def _skip_scaling_lists(bits: _Bits, count: int) -> None:
    for i in range(count):
        if bits.read(1):
            last = following = 8
            for _ in range(16 if i < 6 else 64):
                if following:
                    following = (last + bits.signed() + 256) % 256
                last = following or last
