"""A gate to measure: PostgreSQL, perhaps Redis, and pods of authfcgi and nginx with the files of nginx/, in a folder below
/tmp.

Each nginx listens on a free port of 127.0.0.1, everything else on unix sockets. The end of the `with` block stops everything.
"""
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

CHECKOUT = pathlib.Path(__file__).resolve().parents[2]
USERNAME, PASSWORD = "bench", "a password of the benchmark"

LOAD = """
local tokens = {}
for line in io.lines(os.getenv("TOKENS")) do tokens[#tokens + 1] = "Bearer " .. line end
local next = 0
request = function()
    next = next % #tokens + 1
    return wrk.format("GET", nil, { Authorization = tokens[next] })
end
"""

SITE = """
{user}
daemon off;
worker_processes 1;
error_log {run}/nginx.log warn;
pid {run}/nginx.pid;
events {{ worker_connections 4096; }}
http {{
    access_log off;
    keepalive_requests 1000000;
    client_body_temp_path {run}/body;
    proxy_temp_path {run}/proxy;
    fastcgi_temp_path {run}/fastcgi;
    uwsgi_temp_path {run}/uwsgi;
    scgi_temp_path {run}/scgi;
    include authfcgi/upstream.conf;
    {http_upstream}
    include authfcgi/maps.conf;
    server {{
        listen 127.0.0.1:{port};
        root {run}/www;
        include authfcgi/verify.conf;
        include authfcgi/endpoints.conf;
        include authfcgi/health.conf;
        include authfcgi/protect.conf;
        location /open/ {{ auth_request off; }}
        {http_locations}
    }}
}}
"""

# A page for which nginx asks the gate over HTTP, beside those for which it asks over FastCGI.
HTTP_UPSTREAM = "include authfcgi/upstream-http.conf;"
HTTP_LOCATIONS = """
        location = /_authfcgi/http {
            set $authfcgi_demand -;
            include authfcgi/check-http.conf;
        }
        location /http/ { auth_request /_authfcgi/http; }
"""


def fail(message):
    sys.exit(f"{pathlib.Path(sys.argv[0]).name}: {message}")


def need(*programs):
    """Ends the program with advice if one of `programs` is missing."""
    packages = {"nginx": "nginx", "redis-server": "redis-server", "wrk": "wrk", "h2load": "nghttp2-client"}
    missing = [name for name in programs if not shutil.which(name)]
    if missing:
        fail("missing: apt-get install " + " ".join(packages[name] for name in missing))


def choose(variable, *programs):
    """The first of `programs` in the folder that the environment names, as in `Tests/run --help`."""
    folder = os.environ.get(variable)
    if not folder:
        return None
    for program in programs:
        path = pathlib.Path(folder, program)
        if os.access(path, os.X_OK):
            return str(path.absolute())
    fail(f"{variable} has none of {' '.join(programs)}: {folder}")


def find_gate():
    path = os.environ.get("AUTHFCGI_BINARY") or CHECKOUT / ".build-release/release/authfcgi"
    if not os.access(path, os.X_OK):
        fail(f"there is no {path}; build it:\n  swift build -c release --static-swift-stdlib --product authfcgi "
             "--scratch-path .build-release")
    return str(path)


class Pod:
    """One gate with its nginx; `Stand` sets the other attributes."""

    def __init__(self, number):
        self.number = number
        self.run = self.supervisor = self.port = None


class Stand:
    def __init__(self, workers=1, tokens=10_000, pods=1, settings=None, redis=False, limits=False, http=False,
                 gate=None):
        """settings: the gate's, by their names in the environment. redis: whether Redis is in front of PostgreSQL. limits:
        whether nginx limits the requests of an address, as shipped. http: whether there is also /http/, for which nginx asks
        over HTTP. gate: the program, instead of the usual one."""
        os.environ["PATH"] += ":/usr/sbin"
        self.nginx = os.environ.get("AUTHFCGI_NGINX") or "nginx"
        self.redis_server = choose("AUTHFCGI_REDIS", "redis-server", "valkey-server") or "redis-server"
        need("wrk", *[name for name in [self.nginx] + [self.redis_server] * redis if "/" not in name])
        chosen = choose("AUTHFCGI_POSTGRESQL", "initdb", "bin/initdb")
        found = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name))
        if not chosen and not found:
            fail("missing: apt-get install postgresql")
        self.postgresql, self.gate = pathlib.Path(chosen).parent if chosen else found[-1], gate or find_gate()
        self.workers, self.tokens, self.settings = workers, tokens, dict(settings or {})
        self.has_redis, self.limits, self.http = redis, limits, http
        self.pods = [Pod(number) for number in range(pods)]
        self.processes = []

    def __enter__(self):
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
        self.run = pathlib.Path(tempfile.mkdtemp(prefix="afbench", dir="/tmp"))
        self.run.chmod(0o755)
        try:
            self._start_postgresql()
            if self.has_redis:
                self._start_redis()
            for pod in self.pods:
                self._start_gate(pod)
            made = self.sql(f"SELECT create_access_token('user-' || n) FROM generate_series(1, {self.tokens}) n")
            (self.run / "tokens").write_text(made)
            self.sql("VACUUM ANALYZE session_tokens")
            for pod in self.pods:
                self._start_nginx(pod)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for process, stop in reversed(self.processes):
            process.send_signal(stop)
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        shutil.rmtree(self.run, ignore_errors=True)

    def _start(self, arguments, stop, log=None, **options):
        log = open(self.run / f"{log or pathlib.Path(arguments[0]).name}.log", "ab")
        process = subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                   start_new_session=True, **options)
        self.processes.append((process, stop))
        return process

    def _await(self, what, ready):
        end = time.monotonic() + 30
        while time.monotonic() < end:
            if any(process.poll() is not None for process, _ in self.processes):
                break
            if ready():
                return
            time.sleep(0.05)
        logs = "".join(path.read_text(errors="replace")[-2000:] for path in sorted(self.run.glob("*.log")))
        raise SystemExit(f"{what} does not start:\n{logs}")

    def _start_postgresql(self):
        # PostgreSQL refuses to run as root. Only root and its own user have access to its socket.
        options = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
        folder = self.run / "postgresql"
        folder.mkdir(0o700)
        if options:
            shutil.chown(folder, "postgres", "postgres")
        subprocess.run([self.postgresql / "initdb", "-D", folder, "-U", "postgres", "-A", "trust", "-E", "UTF8",
                        "--locale=C.UTF-8"], check=True, stdout=subprocess.DEVNULL, cwd="/", **options)
        self._start([str(self.postgresql / "postgres"), "-D", str(folder), "-c", "listen_addresses=",
                     "-c", f"unix_socket_directories={folder}", "-c", "shared_buffers=128MB"],
                    signal.SIGINT, cwd="/", **options)
        self.url = f"postgresql:///postgres?host={folder}&user=postgres"
        ready = [self.postgresql / "pg_isready", "-q", "-h", folder, "-U", "postgres"]
        self._await("PostgreSQL", lambda: subprocess.run(ready).returncode == 0)

    def _start_redis(self):
        socket_path = self.run / "redis.sock"
        self._start([self.redis_server, "--port", "0", "--unixsocket", str(socket_path), "--save", "",
                     "--dir", str(self.run)], signal.SIGTERM)
        self._await("Redis", lambda: self.redis("PING") == "PONG")
        self.settings["REDIS_URL"] = f"unix://{socket_path}"

    def redis(self, *command):
        """The output of redis-cli."""
        return subprocess.run(["redis-cli", "-s", self.run / "redis.sock", *command], capture_output=True,
                              text=True).stdout.strip()

    def _start_gate(self, pod):
        environment = {"PATH": os.environ["PATH"], "DATABASE_URL": self.url, **self.settings}
        if os.geteuid() == 0:
            environment["AUTHFCGI_USER"] = "root"
        adding = [self.gate, "user", "add", USERNAME, "--if-absent", "--log-level", "warning"]
        subprocess.run(adding, input=PASSWORD.encode(), env=environment, check=True, stdout=subprocess.DEVNULL)
        pod.run = self.run / f"pod{pod.number}"
        pod.run.mkdir()
        addresses = [f"unix:{pod.run}/gate.sock"] + ([f"http:unix:{pod.run}/http.sock"] if self.http else [])
        pod.supervisor = self._start(
            [self.gate, "serve", "--listen", ",".join(addresses), "--workers", str(self.workers)],
            signal.SIGTERM, log=f"gate{pod.number}", env=environment)
        self._await("the gate", lambda: len(self.worker_pids(pod)) == self.workers)

    def _start_nginx(self, pod):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            pod.port = probe.getsockname()[1]
        shutil.copytree(CHECKOUT / "nginx/authfcgi", pod.run / "authfcgi")
        for file, path in (("upstream.conf", "gate.sock"), ("upstream-http.conf", "http.sock"))[:2 if self.http else 1]:
            upstream = pod.run / "authfcgi" / file
            default = "/run/authfcgi/" + path.replace("gate", "authfcgi")
            upstream.write_text(upstream.read_text().replace(default, f"{pod.run}/{path}"))
        for name in ("index.html", "open/index.html", "http/index.html"):
            page = pod.run / "www" / name
            page.parent.mkdir(exist_ok=True)
            page.write_text("hello\n")
        # As root, workers of nginx stay root: the gate's socket is root's.
        user = "user root;" if os.geteuid() == 0 else ""
        # All clients are on one address here.
        if not self.limits:
            for file, number in (("limits.conf", r"rate=\d+"), ("limit-pages.conf", r"burst=\d+|at_once \d+"),
                                 ("limit-passwords.conf", r"burst=\d+|at_once \d+")):
                path = pod.run / "authfcgi" / file
                path.write_text(re.sub(number, lambda found: re.sub(r"\d+", "65535", found[0]), path.read_text()))
        (pod.run / "nginx.conf").write_text(SITE.format(
            user=user, run=pod.run, port=pod.port, http_upstream=HTTP_UPSTREAM if self.http else "",
            http_locations=HTTP_LOCATIONS if self.http else ""))
        (self.run / "load.lua").write_text(LOAD)
        self._start([shutil.which(self.nginx), "-e", str(pod.run / "nginx.log"), "-p", f"{pod.run}/", "-c",
                     str(pod.run / "nginx.conf")], signal.SIGTERM, log=f"nginx{pod.number}")
        self._await("nginx", lambda: self.get("/readyz", pod=pod) == 200)

    def sql(self, statement):
        return subprocess.run([self.postgresql / "psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-d", self.url, "-c",
                               statement], check=True, capture_output=True, text=True).stdout

    def worker_pids(self, pod=None):
        pid = (pod or self.pods[0]).supervisor.pid
        return [int(child) for child in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

    def get(self, path, token=None, pod=None):
        """The status of a GET; None without an answer."""
        request = urllib.request.Request(f"http://127.0.0.1:{(pod or self.pods[0]).port}{path}")
        if token:
            request.add_header("Authorization", f"Bearer {token}")
        return self._status(request)

    def login(self):
        body = json.dumps({"username": USERNAME, "password": PASSWORD}).encode()
        return self._status(urllib.request.Request(
            f"http://127.0.0.1:{self.pods[0].port}/auth/login", body, {"Content-Type": "application/json"}))

    @staticmethod
    def _status(request):
        try:
            with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=10) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return None

    def load(self, path, connections, seconds):
        """Starts wrk; `report` waits for its end and parses its output."""
        return subprocess.Popen(
            ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "-s", self.run / "load.lua",
             f"http://127.0.0.1:{self.pods[0].port}{path}"],
            stdout=subprocess.PIPE, text=True, env=dict(os.environ, TOKENS=str(self.run / "tokens")))

    @staticmethod
    def report(wrk):
        text = wrk.communicate()[0]
        if wrk.returncode:
            fail(f"wrk ended with {wrk.returncode}")
        scale = {"us": 0.001, "ms": 1, "s": 1000, "m": 60_000}
        latency = {percent: float(number) * scale[unit]
                   for percent, number, unit in re.findall(r"^\s+(\d+)%\s+([\d.]+)(us|ms|s|m)\s*$", text, re.M)}
        refused = re.search(r"Non-2xx or 3xx responses: (\d+)", text)
        broken = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", text)
        return {
            "requests": int(re.search(r"(\d+) requests in", text)[1]),
            "rate": float(re.search(r"Requests/sec:\s+([\d.]+)", text)[1]),
            "p50": latency["50"], "p99": latency["99"],
            "bad": (int(refused[1]) if refused else 0) + (sum(map(int, broken.groups())) if broken else 0),
        }


def anonymous_memory(pid):
    """RssAnon of a process, in MB."""
    text = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"RssAnon:\s+(\d+) kB", text)[1]) / 1024


def processor_time(pid):
    """The processor time of a process so far, in seconds."""
    # proc(5): behind the name, which may have spaces, utime is the 12th field.
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
