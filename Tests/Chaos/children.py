"""Child processes that never outlive the harness, however it ends."""
import atexit
import os
import shutil
import signal
import subprocess
import sys
import threading
import time

# Where it exists (util-linux), children also die with a harness that was itself killed. The signal is bound to the
# thread that starts them: a round starts its children on a thread that outlives them.
_BOUND = ["setpriv", "--pdeathsig", "KILL", "--"] if shutil.which("setpriv") else []
_living = set()
_cleanups = []
_lock = threading.Lock()


class Child:
    """One process in its own group. `log` takes its stderr; stdout is read line by line or at the end."""

    def __init__(self, command, log, environment=None):
        self.log_path = log
        with open(log, "ab") as errors:
            self.process = subprocess.Popen(
                _BOUND + command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors, text=True,
                env={**os.environ, **(environment or {})}, start_new_session=True)
        self.started_at = time.monotonic()
        with _lock:
            _living.add(self)

    @property
    def is_alive(self) -> bool:
        return self.process.poll() is None

    def signal(self, number):
        if self.is_alive:
            os.killpg(self.process.pid, number)

    def kill(self):
        """SIGKILL to the group, which also ends a stopped process; returns when it is gone."""
        if self.is_alive:
            try:
                os.killpg(self.process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        self.process.wait()
        self._close()

    def read_line(self, seconds) -> str:
        """The next line of stdout; empty when none came in time."""
        lines = []
        reader = threading.Thread(target=lambda: lines.append(self.process.stdout.readline()), daemon=True)
        reader.start()
        reader.join(seconds)
        return lines[0].strip() if lines else ""

    def end(self, seconds):
        """SIGTERM, then whatever was still printed; None when it had to be killed."""
        self.signal(signal.SIGTERM)
        try:
            output, _ = self.process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            return None
        self._close()
        return output

    def _close(self):
        self.process.stdout.close()
        with _lock:
            _living.discard(self)

    def log_tail(self, bytes_=600) -> str:
        with open(self.log_path, "rb") as file:
            file.seek(0, os.SEEK_END)
            file.seek(max(0, file.tell() - bytes_))
            return file.read().decode("utf-8", "replace")


def kill_all():
    with _lock:
        living = list(_living)
    for child in living:
        child.kill()


def on_exit(cleanup):
    """Runs `cleanup` once the children are gone, however the harness ends (SIGKILL apart)."""
    _cleanups.append(cleanup)


def clean_up():
    kill_all()
    while _cleanups:
        _cleanups.pop()()


def leave_at_once(code: int):
    """Ends the harness without waiting for its threads."""
    clean_up()
    os._exit(code)


def guard():
    """From here on: whatever ends the harness also ends its children."""
    numbers = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)

    def leave(number, _frame):
        # `timeout` and a process group's signal come twice: the second must not interrupt the leaving.
        for other in numbers:
            signal.signal(other, signal.SIG_IGN)
        leave_at_once(128 + number)

    atexit.register(clean_up)
    for number in numbers:
        signal.signal(number, leave)
