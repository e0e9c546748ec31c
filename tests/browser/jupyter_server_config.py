"""A configuration of Jupyter that sends every message of a kernel at once: copy it into ~/.jupyter/ to use it.

Jupyter Server leaves TCP_NODELAY off. So a small message waits until the page has acknowledged the one before it, for
up to 40 ms on Linux, and where moves are a tenth of a second apart or less every second picture of a lab comes late:
`python tests/browser/latency.py` measures both.
"""

from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection


class Undelayed(ZMQChannelsWebsocketConnection):
    """Join a page to its kernel, and hold nothing back."""

    def connect(self):
        """Turn TCP_NODELAY on, and connect."""
        self.websocket_handler.set_nodelay(True)
        return super().connect()


c.ServerApp.kernel_websocket_connection_class = Undelayed  # noqa: F821  # Jupyter puts its configuration here as c
