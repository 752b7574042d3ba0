//! Starts nginx, HAProxy and Squid on loopback, each with its own folder.

use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::check::Row;

/// Longer than a server takes to start or to stop.
const LONG: Duration = Duration::from_secs(20);

/// The options of a server.
pub(crate) struct Options {
    /// How many requests a connection serves before it ends.
    pub(crate) lifetime: u32,
}

/// A server process. Dropping it ends the process by its ID and removes its files.
struct ServerProcess {
    child: Child,
    folder: PathBuf,
}

impl ServerProcess {
    fn start(mut command: Command, folder: PathBuf, ports: &[u16]) -> Self {
        let output = std::fs::File::create(folder.join("output")).expect("a file");
        let errors = output.try_clone().expect("a file");
        command.stdin(Stdio::null()).stdout(output).stderr(errors);
        let child = command
            .spawn()
            .expect("the server is installed; scripts/test-proxies.sh installs it");
        let process = Self { child, folder };
        for port in ports {
            let end = Instant::now() + LONG;
            while TcpStream::connect(("127.0.0.1", *port)).is_err() {
                let output = std::fs::read_to_string(process.folder.join("output"));
                assert!(
                    Instant::now() < end,
                    "port {port} does not listen: {output:?}"
                );
                std::thread::sleep(Duration::from_millis(20));
            }
        }
        process
    }

    fn signal(&self, signal: libc::c_int) {
        let id = libc::pid_t::try_from(self.child.id()).expect("an ID");
        // SAFETY: the child has not been waited for, so the ID is still its own.
        unsafe { libc::kill(id, signal) };
    }

    fn end(&mut self, signal: libc::c_int) {
        self.signal(signal);
        let end = Instant::now() + LONG;
        while matches!(self.child.try_wait(), Ok(None)) && Instant::now() < end {
            std::thread::sleep(Duration::from_millis(20));
        }
        if matches!(self.child.try_wait(), Ok(None)) {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

impl Drop for ServerProcess {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            self.end(libc::SIGTERM);
        }
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn folder(name: &str) -> PathBuf {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let number = COUNT.fetch_add(1, Ordering::SeqCst);
    let folder =
        std::env::temp_dir().join(format!("reqtrail-{name}-{}-{number}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    // The servers' workers run as other users.
    let mode = std::fs::Permissions::from_mode(0o777);
    std::fs::set_permissions(&folder, mode).expect("a folder of ours");
    folder
}

/// Returns a port that was free a moment ago.
fn port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").port()
}

fn write(folder: &Path, name: &str, text: &str) {
    std::fs::write(folder.join(name), text).expect("a file");
}

/// Makes a self-signed certificate for loopback, and its key.
fn certificate() -> (String, String) {
    let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).expect("a certificate");
    (made.cert.pem(), made.signing_key.serialize_pem())
}

/// The nginx at which all calls end.
pub(crate) struct Nginx {
    process: ServerProcess,
    http: u16,
    https: u16,
    certificate: String,
    key: String,
}

impl Nginx {
    pub(crate) fn start(options: &Options) -> Self {
        let folder = folder("nginx");
        let (http, https) = (port(), port());
        let (certificate, key) = certificate();
        write(&folder, "cert.pem", &certificate);
        write(&folder, "key.pem", &key);
        let place = folder.display();
        let lifetime = options.lifetime;
        let text = format!(
            r#"
daemon off;
worker_processes 2;
pid {place}/pid;
error_log {place}/error.log;
events {{ worker_connections 1024; }}
http {{
    log_format spans '$http_traceparent $status $request_id';
    access_log {place}/access.log spans;
    client_body_temp_path {place}/body;
    proxy_temp_path {place}/proxy;
    fastcgi_temp_path {place}/fastcgi;
    uwsgi_temp_path {place}/uwsgi;
    scgi_temp_path {place}/scgi;
    keepalive_requests {lifetime};
    server {{
        listen 127.0.0.1:{http};
        listen 127.0.0.1:{https} ssl http2;
        ssl_certificate {place}/cert.pem;
        ssl_certificate_key {place}/key.pem;
        add_header X-Request-Id $request_id always;
        location / {{ return 200 "ok"; }}
    }}
}}
"#
        );
        write(&folder, "nginx.conf", &text);
        let mut command = Command::new("nginx");
        command
            .arg("-p")
            .arg(&folder)
            .arg("-c")
            .arg(folder.join("nginx.conf"));
        let process = ServerProcess::start(command, folder, &[http, https]);
        Self {
            process,
            http,
            https,
            certificate,
            key,
        }
    }

    pub(crate) fn http(&self) -> String {
        format!("http://127.0.0.1:{}", self.http)
    }

    pub(crate) fn https(&self) -> String {
        format!("https://127.0.0.1:{}", self.https)
    }

    pub(crate) fn ca(&self) -> String {
        self.certificate.clone()
    }

    /// Replaces the workers. The old ones finish their requests.
    pub(crate) fn reload(&self) {
        self.process.signal(libc::SIGHUP);
    }

    /// Stops nginx after it has finished its requests, and returns its log.
    pub(crate) fn stop(mut self) -> Vec<Row> {
        self.process.end(libc::SIGQUIT);
        let log =
            std::fs::read_to_string(self.process.folder.join("access.log")).unwrap_or_default();
        let row = |line: &str| {
            let mut words = line.split(' ');
            let span = words.next()?.split('-').nth(2)?.to_owned();
            Some(Row {
                span,
                status: words.next()?.parse().ok()?,
                id: words.next()?.to_owned(),
            })
        };
        log.lines().filter_map(row).collect()
    }
}

/// HAProxy with HTTP/2 in front of an nginx.
pub(crate) struct Haproxy {
    process: ServerProcess,
    port: u16,
}

impl Haproxy {
    pub(crate) fn start(nginx: &Nginx) -> Self {
        let folder = folder("haproxy");
        let port = port();
        write(
            &folder,
            "both.pem",
            &format!("{}{}", nginx.certificate, nginx.key),
        );
        let (place, behind) = (folder.display(), nginx.http);
        let text = format!(
            "
global
    tune.h2.max-concurrent-streams 20
    hard-stop-after 10s
defaults
    mode http
    timeout connect 5s
    timeout client 30s
    timeout server 30s
    option http-buffer-request
frontend api
    bind 127.0.0.1:{port} ssl crt {place}/both.pem alpn h2,http/1.1
    default_backend nginx
backend nginx
    http-reuse safe
    server nginx 127.0.0.1:{behind}
"
        );
        write(&folder, "haproxy.cfg", &text);
        let mut command = Command::new("haproxy");
        command
            .arg("-W")
            .arg("-db")
            .arg("-f")
            .arg(folder.join("haproxy.cfg"));
        let process = ServerProcess::start(command, folder, &[port]);
        Self { process, port }
    }

    pub(crate) fn https(&self) -> String {
        format!("https://127.0.0.1:{}", self.port)
    }

    /// Replaces the worker. The old one finishes its requests.
    pub(crate) fn reload(&self) {
        self.process.signal(libc::SIGUSR2);
    }
}

/// Squid, which requires a password.
pub(crate) struct Squid {
    _process: ServerProcess,
    port: u16,
}

impl Squid {
    pub(crate) fn start() -> Self {
        let folder = folder("squid");
        let port = port();
        // The hash of the password `right`.
        let made = Command::new("openssl")
            .args(["passwd", "-apr1", "right"])
            .output()
            .expect("openssl");
        let hash = String::from_utf8_lossy(&made.stdout).trim().to_owned();
        write(&folder, "passwords", &format!("user:{hash}\n"));
        let place = folder.display();
        let text = format!(
            "
http_port 127.0.0.1:{port}
pid_filename {place}/pid
access_log none
cache_log {place}/cache.log
coredump_dir {place}
cache deny all
shutdown_lifetime 1 seconds
pinger_enable off
auth_param basic program /usr/lib/squid/basic_ncsa_auth {place}/passwords
acl known proxy_auth REQUIRED
http_access allow known
http_access deny all
"
        );
        write(&folder, "squid.conf", &text);
        let mut command = Command::new("squid");
        command.arg("-N").arg("-f").arg(folder.join("squid.conf"));
        let process = ServerProcess::start(command, folder, &[port]);
        Self {
            _process: process,
            port,
        }
    }

    /// Returns the proxy's URL with `user:password`.
    pub(crate) fn url(&self, user: &str) -> String {
        format!("http://{user}@127.0.0.1:{}", self.port)
    }
}
