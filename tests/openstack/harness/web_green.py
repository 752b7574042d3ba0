"""The web server of the services that run on eventlet: Nova and Cinder."""

import logging
import warnings

import eventlet.green.socket
import eventlet.wsgi


def serve(descriptor: int, application) -> None:
    """Serves on the socket of serve.py until the process ends."""
    warnings.filterwarnings("ignore", message="capitalize_response_headers")
    eventlet.wsgi.server(
        eventlet.green.socket.socket(fileno=descriptor),
        application,
        log=logging.getLogger("eventlet.wsgi"),
        log_output=False,
        # Sends the names of headers as the service writes them.
        capitalize_response_headers=False,
        debug=False,
    )
