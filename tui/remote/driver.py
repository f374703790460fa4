"""The driver of a served session: the cell grid over the socket to the front. No terminal, no thread, no signal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual.app import App

from tui.wire.grid_driver import GridDriver

if TYPE_CHECKING:
    from tui.remote.link import Link


class RemoteDriver(GridDriver):
    """The program at the other end of a link; `app.link` and `app.caps` are set before it runs."""

    def __init__(
        self, app: App[Any], *, debug: bool = False, mouse: bool = False, size: tuple[int, int] | None = None
    ) -> None:
        """As Textual calls it."""
        super().__init__(app, debug=debug, size=size or (80, 24))
        self._link: Link = app.link  # type: ignore[attr-defined]

    @property
    def line_busy(self) -> bool:
        return self._link.busy

    def send(self, data: bytes) -> None:
        self._link.write(data)

    def start_application_mode(self) -> None:
        """The session is open: paint."""
        if self._open:
            return
        self._open = True
        self._link.on_free = self.line_free
        self._begin(self._size or (80, 24))

    def stop_application_mode(self) -> None:
        """The terminal shows again what it showed before."""
        if self._open:
            self._finish()
