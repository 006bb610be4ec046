"""Spark as people run it, started here on 127.0.0.1: a cluster and a Connect server.

Each is started once, with one session that all tests share: a Java that has just begun takes
longer to warm up than to do what tests ask of it. `spark_of(way)` gives the session on one of
`WAYS`, until `stop_spark`. A test may kill what runs on the cluster: whoever asks next finds a
worker again.

Every server is started beneath a shell that reads from a pipe of ours: when the tests end, however
they end, the pipe closes and the shell kills its group.
"""

import gc
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any

import psutil
import pytest

HERE = "127.0.0.1"
JAVA_NEEDED = 17
SECONDS_TO_START = 120
SECONDS_TO_STOP = 20
GUARD = '("$@"; kill -9 0) & cat >/dev/null; kill -9 0'

SESSION = {  # what every session has, wherever it runs
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.shuffle.partitions": "4",
}
BRIEF = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xshare:auto"
"""For a Java that lives for minutes: to optimise what it runs takes longer than to run it."""

DRIVER = {  # what the process that plans the jobs is started with
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.driver.bindAddress": HERE,
    "spark.driver.host": HERE,
    "spark.driver.memory": "1g",
    "spark.executor.memory": "1g",
    **SESSION,
}


@cache
def java() -> str:
    """The path of a Java that Spark can use."""
    home = os.environ.get("JAVA_HOME")
    found = shutil.which("java", path=f"{home}/bin") if home else shutil.which("java")
    if found:
        said = subprocess.run([found, "-version"], capture_output=True, text=True, check=False)
        version = re.search(r'version "(\d+)', said.stderr)
        if version and int(version[1]) >= JAVA_NEEDED:
            return found
    raise RuntimeError(
        f"Spark needs Java {JAVA_NEEDED} or later, and {found or 'no java'} was found. "
        f"On Debian: apt-get install openjdk-{JAVA_NEEDED}-jre-headless"
    )


def environment(folder: Path) -> dict[str, str]:
    """What Spark is started with: the variables there are, but for settings of another Spark."""
    import pyspark

    ours = {k: v for k, v in os.environ.items() if not k.startswith(("SPARK_", "PYSPARK_"))}
    return {
        **ours,
        "SPARK_HOME": str(Path(pyspark.__file__).parent),
        "SPARK_LOCAL_IP": HERE,
        "SPARK_LOCAL_DIRS": str(folder),
        "SPARK_DAEMON_MEMORY": "1g",
        "JDK_JAVA_OPTIONS": BRIEF,  # of every Java: that which starts another, too
        "PYSPARK_PYTHON": sys.executable,
        "PYSPARK_DRIVER_PYTHON": sys.executable,
    }


# -- processes ---------------------------------------------------------------------------------


class Server:
    """A program of Spark in a session of its own, with all that it starts."""

    def __init__(self, folder: Path, name: str, *command: str):
        java()
        env = environment(folder)
        self.log = folder / f"{name}.log"
        with self.log.open("wb") as log:
            self._shell = subprocess.Popen(
                [
                    "/bin/sh",
                    "-c",
                    GUARD,
                    name,
                    f"{env['SPARK_HOME']}/bin/{command[0]}",
                    *command[1:],
                ],
                env=env,
                cwd=folder,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def says(self, pattern: str) -> str:
        """The first group of a pattern, once the log has it."""
        for _ in until(SECONDS_TO_START):
            text = self.log.read_text(encoding="utf-8", errors="replace")
            if found := re.search(pattern, text):
                return found[1]
            if self._shell.poll() is not None:
                break
        raise RuntimeError(f"{self.log.stem} did not say {pattern!r} but\n{text[-3000:]}")

    def pids(self, word: str = "") -> list[int]:
        """The processes that run in this session and have the word in their command."""
        return [p.pid for p in psutil.process_iter() if self._has(p.pid) and word in command_of(p)]

    def _has(self, pid: int) -> bool:
        with suppress(ProcessLookupError, PermissionError):
            return os.getsid(pid) == self._shell.pid
        return False

    def kill(self) -> None:
        """Kill all of it at once, as when a machine fails; gone when this returns."""
        for _ in until(SECONDS_TO_STOP):
            left = self.pids()
            for pid in left:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            if self._shell.poll() is not None and not left:
                break
        self._shell.stdin.close()
        self._shell.wait(SECONDS_TO_STOP)


def until(seconds: float) -> Iterator[None]:
    """Try now, and again every tenth of a second until the time is over."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        yield
        time.sleep(0.1)


def command_of(process: psutil.Process) -> str:
    """The command line, or nothing where the process is a zombie or gone."""
    with suppress(psutil.Error):
        return " ".join(process.cmdline())
    return ""


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder for logs and blocks, removed even while a dying process still writes to it."""
    folder = Path(tempfile.mkdtemp(prefix="spark-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def driver(folder: Path, **more: str) -> dict[str, str]:
    """The settings of a driver which writes into this folder only."""
    return {
        **DRIVER,
        "spark.driver.extraJavaOptions": f"-Djava.io.tmpdir={folder}",
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
        **more,
    }


def options(settings: dict[str, str]) -> list[str]:
    """Settings as spark-submit takes them."""
    return [word for key, value in settings.items() for word in ("--conf", f"{key}={value}")]


# -- the ways to run Spark ------------------------------------------------------------------------

KIND = "org.apache.spark.deploy"
AT = ("--host", HERE, "--port", "0", "--webui-port", "0")


class Cluster:
    """A standalone master and one worker; executors come with the first session."""

    def __init__(self, folder: Path, cores: int, memory: str):
        self.folder = folder
        self._master = Server(folder, "master", "spark-class", f"{KIND}.master.Master", *AT)
        self._worker: Server | None = None
        self._size = ("--cores", str(cores), "--memory", memory, "--work-dir", str(folder))
        self._workers = 0

    @property
    def url(self) -> str:
        """The address of the master."""
        return self._master.says(r"Starting Spark master at (spark://\S+)")

    def needs_worker(self) -> None:
        """Start a worker, if there is none, and wait until it has registered with the master."""
        if self._worker is None:
            command = ("spark-class", f"{KIND}.worker.Worker", *AT, *self._size, self.url)
            self._worker = Server(self.folder, f"worker{self._workers}", *command)
            self._workers += 1
            self._worker.says("(Successfully registered with master)")

    def executor_pids(self) -> list[int]:
        """The Java processes that run tasks."""
        return self._pids("CoarseGrainedExecutorBackend")

    def python_pids(self) -> list[int]:
        """The Python processes beneath the executors: a daemon, and those it forked."""
        return self._pids("pyspark.daemon")

    def _pids(self, word: str) -> list[int]:
        return [] if self._worker is None else self._worker.pids(word)

    def kill_worker(self) -> None:
        """Kill the worker and its executors, as when the machine fails. Nothing replaces them."""
        if self._worker is not None:
            self._worker.kill()
            self._worker = None

    def close(self) -> None:
        """Kill all that is left."""
        self.kill_worker()
        self._master.kill()


@contextmanager
def standalone(cores: int = 3, memory: str = "2g") -> Iterator[Cluster]:
    """A cluster whose worker has a core more than the session of the tests takes."""
    with scratch() as folder:
        cluster = Cluster(folder, cores, memory)
        try:
            yield cluster
        finally:
            cluster.close()


@contextmanager
def connect_server(master: str = "local[2]") -> Iterator[str]:
    """A Connect server that listens: its address for `SparkSession.builder.remote`."""
    listening = {
        "spark.connect.grpc.binding.address": HERE,
        "spark.connect.grpc.binding.port": "0",
    }
    with scratch() as folder, ExitStack() as started:
        kind = "org.apache.spark.sql.connect.service.SparkConnectServer"
        command = ("spark-submit", "--class", kind, "--master", master)
        more = options(driver(folder, **listening))
        server = Server(folder, "connect", *command, *more, "spark-internal")
        started.callback(server.kill)
        port = server.says(r"Spark Connect server started at: \S+?:(\d+)")
        yield f"sc://{HERE}:{port}"


# -- sessions --------------------------------------------------------------------------------------


@contextmanager
def session(url: str, **settings: str) -> Iterator[Any]:
    """A session of this process: on `local[2]`, `spark://...` or `sc://...`.

    Of the first two, one at a time: a process has one SparkContext.
    """
    with (connect_session if url.startswith("sc://") else classic_session)(
        url, **settings
    ) as spark:
        yield spark


@contextmanager
def connect_session(url: str, **settings: str) -> Iterator[Any]:
    # Not pyspark.sql.SparkSession: that one turns this whole process to Connect for good.
    from pyspark.sql.connect.session import SparkSession

    spark = SparkSession.builder.remote(url).config(map={**SESSION, **settings}).create()
    try:
        yield spark
    finally:
        spark.stop()


@contextmanager
def classic_session(url: str, **settings: str) -> Iterator[Any]:
    from pyspark import SparkConf, SparkContext
    from pyspark.sql import SparkSession

    if SparkContext._active_spark_context is not None:
        raise RuntimeError("A process has one SparkContext at a time: stop the other one first")
    java()
    with scratch() as folder:
        conf = SparkConf().setMaster(url).setAppName("tests")
        conf.setAll(driver(folder, **settings).items())
        spark = None
        try:
            with _as_before(environment(folder)):
                spark = SparkSession(_context(conf))
            yield spark
        finally:
            if spark is not None:
                spark.stop()
            stop_java()


@contextmanager
def _as_before(variables: dict[str, str]) -> Iterator[None]:
    """Set the environment in the block only; a SparkContext leaves a signal's handler behind."""
    before, on_interrupt = dict(os.environ), signal.getsignal(signal.SIGINT)
    try:
        set_environment(variables)
        yield
    finally:
        set_environment(before)
        signal.signal(signal.SIGINT, on_interrupt)


def _context(conf: Any) -> Any:
    """Start Java, once more where it went before it spoke: a busy machine does that, not audits."""
    from pyspark import SparkContext
    from pyspark.errors import PySparkRuntimeError

    try:
        return SparkContext(conf=conf)
    except PySparkRuntimeError as error:
        if error.getCondition() != "JAVA_GATEWAY_EXITED":
            raise
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # pyspark leaves that process's pipe open
        gc.collect()
    return SparkContext(conf=conf)


def set_environment(variables: dict[str, str]) -> None:
    for name in os.environ.keys() - variables.keys():
        del os.environ[name]
    os.environ.update(variables)


def stop_java() -> None:
    """End the Java process beneath the classic session; pyspark would keep it for the next one."""
    from pyspark import SparkContext

    gateway, SparkContext._gateway, SparkContext._jvm = SparkContext._gateway, None, None
    if gateway is not None:
        gateway.shutdown()
        gateway.proc.stdin.close()
        try:
            gateway.proc.wait(SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            gateway.proc.kill()
            gateway.proc.wait()


# -- what all tests share --------------------------------------------------------------------------

WAYS = ("cluster", "connect")

_running: dict[str, Any] = {}
_ends = ExitStack()


def _kept(name: str, make: Callable[[], AbstractContextManager[Any]]) -> Any:
    if name not in _running:
        _running[name] = _ends.enter_context(make())
    return _running[name]


def stop_spark() -> None:
    """Stop all that runs; whoever asks next starts it again."""
    _running.clear()
    _ends.close()


def spark_of(way: str) -> Any:
    """The session that all tests share on one of the ways into Spark."""
    if way == "connect":
        return _kept("session on a server", lambda: session(_kept("server", connect_server)))
    cluster: Cluster = _kept("cluster", standalone)
    cluster.needs_worker()
    of_two = {"spark.cores.max": "2"}
    return _kept("session on a cluster", lambda: session(cluster.url, **of_two))


@pytest.fixture
def spark_cluster() -> Cluster:
    """The cluster; one more session finds a core there."""
    cluster: Cluster = _kept("cluster", standalone)
    return cluster


@pytest.fixture
def spark_on_connect() -> Any:
    """A session on a server, which this process speaks to."""
    return spark_of("connect")
