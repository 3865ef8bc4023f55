"""Where a case runs: a folder of its own, an environment without the user's settings, a scratch database."""

import itertools
import os
import re
import shutil
import subprocess
import tempfile

ENGINES = ("sqlite", "postgres", "mariadb", "mysql")
numbers = itertools.count(1)


class Skipped(Exception):
    pass


def binary():
    path = os.environ.get("BASCULE")
    if not path or not os.access(path, os.X_OK):
        raise RuntimeError("BASCULE does not name the binary: run this through scripts/test")
    return os.path.abspath(path)


def is_under_test(engine):
    """MySQL is asked for or not; the others are always there."""
    return engine != "mysql" or bool(os.environ.get("TEST_MYSQL_URL") or os.environ.get("TEST_MYSQL_SKIP"))


class Place:
    """A folder, its environment and, with an engine, a fresh database whose URL is in $URL."""

    def __init__(self, engine=None):
        self.engine = engine
        self.directory = tempfile.mkdtemp(prefix="bascule-golden-")
        os.mkdir(os.path.join(self.directory, "bin"))
        os.mkdir(os.path.join(self.directory, "work"))
        os.mkdir(os.path.join(self.directory, "home"))
        os.symlink(binary(), os.path.join(self.directory, "bin", "bascule"))
        self.work = os.path.join(self.directory, "work")
        self.home = os.path.join(self.directory, "home")
        self.server = None
        self.database = None
        self.url = None
        if engine:
            self._make_database(engine)

    def environment(self):
        environment = {
            "PATH": os.path.join(self.directory, "bin") + ":" + os.environ["PATH"],
            "HOME": self.home,
            "XDG_CONFIG_HOME": os.path.join(self.home, "config"),
            "XDG_STATE_HOME": os.path.join(self.home, "state"),
            "XDG_CACHE_HOME": os.path.join(self.home, "cache"),
            "XDG_DATA_HOME": os.path.join(self.home, "data"),
            "TMPDIR": self.directory,
            "LANG": "C.UTF-8",
            "LC_ALL": "C.UTF-8",
            "TZ": "UTC",
            "TERM": "xterm",
        }
        if self.url:
            environment["URL"] = self.url
        return environment

    def _make_database(self, engine):
        if engine == "sqlite":
            open(os.path.join(self.work, "scratch.db"), "w").close()
            self.url = "sqlite:scratch.db"
            return
        server = os.environ.get(f"TEST_{engine.upper()}_URL")
        if not server:
            if engine == "mysql" and os.environ.get("TEST_MYSQL_SKIP"):
                raise Skipped(os.environ["TEST_MYSQL_SKIP"])
            raise RuntimeError(f"no server for {engine}: run this through scripts/test")
        self.server = server
        self.database = f"golden_{os.getpid()}_{next(numbers)}"
        self._administer(f"create database {self.database}")
        self.url = re.sub(r"^([a-z]+://[^/]*)/[^?]*", rf"\1/{self.database}", server)

    def _administer(self, sql):
        done = subprocess.run([binary(), "-X", "-q", self.server, "-c", sql], env=self.environment(), cwd=self.work,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
        if done.returncode != 0:
            raise RuntimeError(f"{sql}: {done.stderr.strip()}")

    def kept(self, text):
        """The text without what differs from run to run."""
        text = text.replace(self.directory + "/work", "{dir}").replace(self.directory, "{place}")
        if self.database:
            text = text.replace(self.database, "{database}")
        if self.server:
            authority = re.sub(r"^[a-z]+://([^/@]*@)?([^/?]*).*", r"\2", self.server)
            host, port = authority.rsplit(":", 1)
            text = text.replace(authority, "{server}")
            text = re.sub(rf"\b{port}\b", "{port}", text)
        return text

    def close(self):
        try:
            if self.database:
                force = " with (force)" if self.engine == "postgres" else ""
                self._administer(f"drop database {self.database}{force}")
        finally:
            shutil.rmtree(self.directory, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
