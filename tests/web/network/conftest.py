"""The shared network of tests/network, for tests of its web app."""

from __future__ import annotations

from network.conftest import network, quick_passwords, shared_data, staff

__all__ = ["network", "quick_passwords", "shared_data", "staff"]
