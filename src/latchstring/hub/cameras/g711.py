"""The sound of telephones and doorbells (ITU-T G.711): 8000 samples a second, one byte each."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

RATE = 8000
Law = Literal["mulaw", "alaw"]
_BIAS, _CLIP = 0x84, 32635


def encode(pcm: bytes, law: Law) -> bytes:
    """Signed 16-bit little-endian samples, coded."""
    return bytes(_CODES[law][np.frombuffer(pcm, "<u2")])


def decode(coded: bytes, law: Law) -> bytes:
    """As signed 16-bit little-endian samples."""
    return bytes(_VALUES[law][np.frombuffer(coded, np.uint8)].astype("<i2"))


def _mulaw_values() -> NDArray[np.int16]:
    code = ~np.arange(256, dtype=np.uint8)
    sign, exponent, mantissa = code & 0x80, (code >> 4) & 7, (code & 15).astype(np.int32)
    size = ((mantissa << 3) + _BIAS << exponent.astype(np.int32)) - _BIAS
    return np.where(sign, -size, size).astype(np.int16)


def _alaw_values() -> NDArray[np.int16]:
    code = np.arange(256, dtype=np.uint8) ^ 0x55
    sign, exponent, mantissa = code & 0x80, ((code >> 4) & 7).astype(np.int32), (code & 15).astype(np.int32)
    size = (mantissa << 4) + 8 + np.where(exponent > 0, 0x100, 0)
    size = size << np.maximum(exponent - 1, 0)
    return np.where(sign, size, -size).astype(np.int16)


def _mulaw_codes() -> NDArray[np.uint8]:
    value = np.arange(65536, dtype=np.uint16).view(np.int16).astype(np.int32)
    size = np.minimum(np.abs(value), _CLIP) + _BIAS
    exponent = np.floor(np.log2(size)).astype(np.int32) - 7
    mantissa = (size >> (exponent + 3)) & 15
    code = np.where(value < 0, 0x80, 0) | (exponent << 4) | mantissa
    return np.asarray(~code & 0xFF, np.uint8)


def _alaw_codes() -> NDArray[np.uint8]:
    value = np.arange(65536, dtype=np.uint16).view(np.int16).astype(np.int32)
    size = np.where(value >= 0, value, -value - 1)
    exponent = np.maximum(np.floor(np.log2(np.maximum(size, 1))).astype(np.int32) - 7, 0)
    mantissa = (size >> (np.maximum(exponent, 1) + 3)) & 15
    code = np.where(value >= 0, 0x80, 0) | (exponent << 4) | mantissa
    return np.asarray(code ^ 0x55, np.uint8)


_CODES = {"mulaw": _mulaw_codes(), "alaw": _alaw_codes()}
_VALUES = {"mulaw": _mulaw_values(), "alaw": _alaw_values()}
