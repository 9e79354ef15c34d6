"""Padmé: lengths that say little. At most 12 % longer; O(log log n) bits of the length are seen.

Source: Nikitin, Barman, Lueks, Underwood, Hubaux, Ford: "Reducing Metadata Leakage from Encrypted Files and
Communication with PURBs", PoPETs 2019, algorithm 1.
"""

from __future__ import annotations


def padded(length: int) -> int:
    """The length, in bytes, to pad to. A whole number of tar blocks stays one."""
    if length < 2:
        return length
    exponent = length.bit_length() - 1
    free_bits = exponent - exponent.bit_length()
    mask = (1 << free_bits) - 1
    return (length + mask) & ~mask
