"""The server that every client is measured against: one nginx process on loopback, pinned to core 0."""

import contextlib
import ctypes
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

CORE = 0
BODY = '{"data":"' + "x" * (1024 - 11) + '"}'
LARGE = 1024 * 1024
REQUEST_ID = "req_01HK3Z9YF7W7E8PM5QKT9DYXWA"

CONF = """
daemon off;
master_process off;
worker_processes 1;
pid {folder}/pid;
error_log stderr error;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    server_tokens off;
    default_type application/json;
    sendfile on;
    tcp_nodelay on;
    # A connection lives as long as the client wants it to.
    keepalive_requests 1000000000;
    keepalive_timeout 600s;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    ssl_certificate {folder}/cert.pem;
    ssl_certificate_key {folder}/key.pem;
    ssl_protocols TLSv1.3;
    # Half of the answers of /retry are a 503, drawn again for each request.
    split_clients $request_id $turn {{ 50% 503; * 200; }}
    server {{
        listen 127.0.0.1:{http};
        listen 127.0.0.1:{tls} ssl;
        include {folder}/paths.conf;
    }}
    server {{
        listen 127.0.0.1:{h2} ssl{h2_flag};
        {h2_line}
        # A client that did not negotiate HTTP/2 must not pass for one that did.
        if ($server_protocol != HTTP/2.0) {{ return 505; }}
        include {folder}/paths.conf;
    }}
}}
"""

PATHS = """
add_header X-Request-Id {request_id} always;
location = /events {{ return 200 '{body}'; }}
location = /post {{ return 204; }}
location = /large {{ root {folder}/files; }}
location = /retry {{
    if ($turn = 503) {{ return 503 '{{"error":"busy"}}'; }}
    return 200 '{body}';
}}
"""


@dataclass(frozen=True)
class Server:
    pid: int
    version: str
    ca: Path
    http: str
    tls: str
    h2: str

    def url(self, workload: str) -> str:
        return {"tls": self.tls, "h2": self.h2}.get(workload, self.http)


def find() -> str:
    nginx = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
    if not nginx:
        # Installing it here could start a public web server, so that is left to the person who runs the bench.
        sys.exit("nginx is missing: install it, on Debian 'apt-get install nginx-light', then try again.")
    if not shutil.which("openssl"):
        sys.exit("openssl is missing: install it, on Debian 'apt-get install openssl', then try again.")
    return nginx


@contextlib.contextmanager
def serving() -> Iterator[Server]:
    nginx = find()
    version = subprocess.run([nginx, "-v"], capture_output=True, text=True, check=True).stderr
    found = re.search(r"nginx/(\d+)\.(\d+)(\S*)", version)
    number = (int(found[1]), int(found[2])) if found else (0, 0)
    with tempfile.TemporaryDirectory(prefix="reqtrail-bench-") as name:
        folder = Path(name)
        _certificate(folder)
        (folder / "files").mkdir()
        (folder / "files" / "large").write_bytes(b'"' + b"x" * (LARGE - 2) + b'"')
        paths = PATHS.format(folder=folder, body=BODY, request_id=REQUEST_ID)
        (folder / "paths.conf").write_text(paths)
        http, tls, h2 = _free_ports(3)
        modern = number > (1, 25)
        (folder / "nginx.conf").write_text(
            CONF.format(
                folder=folder,
                http=http,
                tls=tls,
                h2=h2,
                h2_flag="" if modern else " http2",
                h2_line="http2 on;" if modern else "",
            )
        )
        process = subprocess.Popen(
            [nginx, "-p", str(folder), "-c", str(folder / "nginx.conf")],
            stdin=subprocess.DEVNULL,
            preexec_fn=_prepare,
        )
        try:
            for port in (http, tls, h2):
                _wait_for(port, process)
            yield Server(
                process.pid,
                found[0].replace("/", " ") if found else "nginx",
                folder / "ca.pem",
                f"http://127.0.0.1:{http}",
                f"https://127.0.0.1:{tls}",
                f"https://127.0.0.1:{h2}",
            )
        finally:
            process.terminate()
            process.wait()


def _prepare() -> None:
    os.sched_setaffinity(0, {CORE})
    # nginx ends with the bench, also if the bench is killed.
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG


def _certificate(folder: Path) -> None:
    """An authority and a P-256 certificate for 127.0.0.1, both thrown away after the run."""

    def openssl(*words: str) -> None:
        subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)

    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    openssl(
        "req", "-x509", *key, "-keyout", "ca-key.pem", "-out", "ca.pem", "-days", "2", "-subj", "/CN=reqtrail bench",
        "-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign",
    )  # fmt: skip
    openssl("req", "-new", *key, "-keyout", "key.pem", "-out", "cert.csr", "-subj", "/CN=127.0.0.1")
    extensions = "subjectAltName=IP:127.0.0.1,DNS:localhost\nbasicConstraints=CA:FALSE\nextendedKeyUsage=serverAuth\n"
    (folder / "cert.ext").write_text(extensions)
    openssl(
        "x509", "-req", "-in", "cert.csr", "-CA", "ca.pem", "-CAkey", "ca-key.pem", "-CAcreateserial", "-days", "2",
        "-extfile", "cert.ext", "-out", "cert.pem",
    )  # fmt: skip


def _free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 10
    while time.monotonic() < end:
        if process.poll() is not None:
            sys.exit(f"nginx ended with {process.returncode} when it was started")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.05)
    sys.exit(f"nginx does not answer on port {port}")
