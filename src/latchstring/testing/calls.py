"""Something that is no camera, behind a port."""

from __future__ import annotations

import contextlib
import socket
import threading


class answering:  # noqa: N801  reads as a verb
    """A server on a loopback port that answers every call with the same bytes, or with nothing."""

    def __init__(self, answer: bytes | None) -> None:
        self._answer = answer

    def __enter__(self) -> int:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._calls: list[socket.socket] = []
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        return int(self._listener.getsockname()[1])

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5)
        for call in self._calls:
            call.close()

    def _serve(self) -> None:
        while True:
            try:
                call, _ = self._listener.accept()
            except OSError:
                return
            self._calls.append(call)
            with contextlib.suppress(OSError):  # the caller has heard enough
                call.recv(4096)
                if self._answer is not None:
                    call.sendall(self._answer)
                    call.shutdown(socket.SHUT_WR)
