"""The web server of the services that run in ordinary threads: Keystone, Glance and Neutron."""

import io
import logging
import socket
import threading

from cheroot import wsgi

ACCESS = logging.getLogger("access")


class Server(wsgi.Server):
    """Cheroot on a socket that is already bound."""

    def __init__(self, descriptor: int, application) -> None:
        super().__init__(("127.0.0.1", 0), application, numthreads=16, request_queue_size=128, timeout=60)
        self._descriptor = descriptor

    def bind(self, family, type, proto=0):
        self.socket = socket.socket(fileno=self._descriptor)
        self.bind_addr = self.socket.getsockname()[:2]
        return self.socket


def serve(descriptor: int, application) -> None:
    """Starts to serve on the socket of serve.py, and returns."""
    server = Server(descriptor, application)
    server.prepare()
    threading.Thread(target=server.serve).start()


def one_at_a_time(application):
    """Makes requests take turns: if two transactions read and then write, SQLite fails one of them at once.

    A body is read before the turn of its request, so that a slow client does not block others.
    """
    lock = threading.Lock()

    def wrapper(environ, start_response):
        environ["wsgi.input"] = io.BytesIO(environ["wsgi.input"].read())
        with lock:
            return list(application(environ, start_response))

    return wrapper


def with_access_log(application):
    """Logs a line for each request with the request id of the response, like the web server of an installation.

    Glance and Neutron themselves do not log successful requests.
    """

    def wrapper(environ, start_response):
        # Read now, because the application moves parts of the path.
        what = f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}"

        def started(status, headers, *error):
            sent = {name.lower(): value for name, value in headers}
            ACCESS.info('"%s" %s %s', what, status.split()[0], sent.get("x-openstack-request-id", "-"))
            return start_response(status, headers, *error)

        return application(environ, started)

    return wrapper
