"""A program in a pseudo-terminal: what it shows is awaited by a pattern, never by time."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time

CONTROL_C, CONTROL_D, CONTROL_R, TAB, UP, ENTER = "\x03", "\x04", "\x12", "\t", "\x1b[A", "\r"
ESCAPES = re.compile(r"\x1b(\[[0-9;?]*[ -/]*[@-~]|\][^\x07]*\x07|[()][A-Z0-9]|[=>78])")
PATIENCE = 20  # seconds until a pattern that does not come is a failure


class Terminal:
    def __init__(self, place, arguments, rows=24, columns=100, environment=None):
        self.raw = b""
        self.seen = 0  # how far earlier patterns have matched
        self.status = None
        self.pid, self.descriptor = pty.fork()
        if self.pid == 0:
            try:
                os.chdir(place.work)
                signal.signal(signal.SIGINT, signal.SIG_DFL)
                os.execvpe("bascule", ["bascule", *arguments], {**place.environment(), **(environment or {})})
            finally:
                os._exit(127)
        fcntl.ioctl(self.descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.status is None:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self.descriptor)

    def screen(self):
        """All that was shown, without escape sequences, carriage returns and bells."""
        text = ESCAPES.sub("", self.raw.decode("utf-8", "replace"))
        erased = None
        while erased != text:  # a backspace takes the character before it away
            erased, text = text, re.sub(r"[^\x08\n]\x08", "", text)
        return re.sub(r"[\r\x07\x08]", "", text)

    def send(self, text):
        data = text.encode()
        while data:
            data = data[os.write(self.descriptor, data):]

    def type(self, line):
        self.send(line + ENTER)

    def expect(self, pattern):
        """Waits for the pattern behind what earlier calls matched; returns the match."""
        deadline = time.monotonic() + PATIENCE
        while True:
            match = re.compile(pattern).search(self.screen(), self.seen)
            if match:
                self.seen = match.end()
                return match
            if not self._read(deadline):
                raise AssertionError(f"never shown: {pattern!r}\n--- shown:\n{self.screen()}")

    def expect_exit(self, code):
        deadline = time.monotonic() + PATIENCE
        while self._read(deadline):
            pass
        while self.status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.status = os.waitstatus_to_exitcode(status)
            elif time.monotonic() > deadline:
                raise AssertionError(f"does not end\n--- shown:\n{self.screen()}")
            else:
                time.sleep(0.02)
        if self.status != code:
            raise AssertionError(f"exit {self.status} instead of {code}\n--- shown:\n{self.screen()}")

    def _read(self, deadline):
        """Reads what there is; False at the end of the program's output or of the patience."""
        ready, _, _ = select.select([self.descriptor], [], [], max(0.0, deadline - time.monotonic()))
        if not ready:
            return False
        try:
            data = os.read(self.descriptor, 65536)
        except OSError:  # the other end is closed
            return False
        self.raw += data
        return bool(data)
