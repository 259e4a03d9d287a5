"""The node under test: one real `arbnode run --live` process, watched from outside over its status pages."""
import http.client
import json
import os
import re
import socket
import time

import children

READY_SECONDS = 60
HELD = ("HOLD", "SAFE_MODE", "KILLED")
# As long as this in such a mode, and no operator is watching: it will not become ready by itself.
HELD_SECONDS = 2


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Node:
    def __init__(self, arbnode: str, config: str, log: str, environment: dict, resume: str = "", seconds=None):
        self.port = free_port()
        command = [arbnode, "run", "--config", config, "--live", "--http", f"127.0.0.1:{self.port}", "--json"]
        if resume:
            command += ["--resume", resume]
        if seconds:
            command += ["--seconds", str(seconds)]
        self._log_start = os.path.getsize(log) if os.path.exists(log) else 0
        self.child = children.Child(command, log=log, environment=environment)
        # Why /readyz was last red: tells what a slow start waited for.
        self.last_refusal = ""
        self.log_path = log

    @property
    def is_alive(self) -> bool:
        return self.child.is_alive

    def said(self) -> str:
        """What this run told on stderr."""
        with open(self.log_path, "rb") as file:
            file.seek(self._log_start)
            return file.read().decode("utf-8", "replace")

    @property
    def recovered_rows(self):
        """Rows the node found in its outbox; None when it has not said so."""
        found = re.search(r"Recovered (\d+) outbox rows", self.said())
        return int(found.group(1)) if found else None

    def page(self, path: str, seconds=2.0):
        """(status, body); (0, reason) when nothing answered."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=seconds)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode("utf-8", "replace")
        except (OSError, http.client.HTTPException) as fault:
            return 0, str(fault)
        finally:
            connection.close()

    @property
    def is_held(self) -> bool:
        """/readyz was last red for a mode that only an operator leaves."""
        return any(f"mode {mode}" in self.last_refusal for mode in HELD)

    def until_ready(self, seconds=READY_SECONDS):
        """Milliseconds from exec to a green /readyz; None when it did not become green, or is held."""
        held_since = None
        while time.monotonic() - self.child.started_at < seconds and self.is_alive:
            held_since = (held_since or time.monotonic()) if self.is_held else None
            if held_since and time.monotonic() - held_since > HELD_SECONDS:
                return None
            code, body = self.page("/readyz")
            if code == 200:
                return (time.monotonic() - self.child.started_at) * 1000
            self.last_refusal = body.strip().replace("\n", "; ")[:200]
            time.sleep(0.01)
        return None

    def until(self, question, seconds) -> bool:
        """Waits until `question(status)` holds of /statusz."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and self.is_alive:
            status = self.status()
            if status and question(status):
                return True
            time.sleep(0.05)
        return False

    def status(self) -> dict:
        code, body = self.page("/statusz")
        return json.loads(body) if code == 200 else {}

    def kill(self):
        self.child.kill()

    def end(self, seconds=40):
        """SIGTERM; the final report, or None when there was none."""
        output = self.child.end(seconds)
        try:
            return json.loads(output) if output else None
        except ValueError:
            return None
