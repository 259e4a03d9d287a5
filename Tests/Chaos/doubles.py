"""One venue: a real `arbsim serve` process on loopback TLS, its accounts kept in a journal on disk."""
import json
import os
import signal
import time

import children
import venue_journal

VENUES = ["binance-spot", "okx", "bybit", "kraken"]
OPENING = {"BTC": "5", "ETH": "80", "USDT": "400000"}
START_SECONDS = 60


def write_accounts(path: str):
    """One funded account. Made up, and looks it; base64, because Kraken's secrets are."""
    secret = "Y2hhb3MtaGFybmVzcy1zZWNyZXQtb2YtYS10ZXN0LWFjY291bnQ="
    account = {"api_key": "chaos-key", "secret": secret, "passphrase": "chaos-passphrase", "balances": OPENING}
    with open(path, "w") as file:
        json.dump([account], file)


class Venue:
    def __init__(self, arbsim: str, name: str, seed: int, directory: str):
        self.name = name
        self.directory = directory
        self.port = 0
        self.ready = {}
        self.child = None
        self._arbsim = arbsim
        self._seed = seed
        self.journal = venue_journal.Journal(name, os.path.join(directory, "venues", f"{name}.journal"))

    def start(self):
        """Returns once it listens; a restart takes the same port and finds the same accounts."""
        deadline = time.monotonic() + START_SECONDS
        while True:
            self.child = children.Child(
                [self._arbsim, "serve", "--venue", self.name, "--port", str(self.port), "--seed", str(self._seed),
                 "--data", os.path.join(self.directory, "venues"), "--cert", os.path.join(self.directory, "tls"),
                 "--accounts", os.path.join(self.directory, "accounts.json")],
                log=os.path.join(self.directory, f"{self.name}.log"))
            line = self.child.read_line(START_SECONDS)
            if line:
                self.ready = json.loads(line)
                self.port = int(self.ready["rest"].rsplit(":", 1)[1])
                return self
            self.child.kill()
            if time.monotonic() > deadline:
                raise RuntimeError(f"{self.name} does not start: {self.child.log_tail()}")
            time.sleep(0.2)  # the port of a killed venue may still be in use

    def kill(self):
        self.child.kill()

    def stop_clock(self):
        """SIGSTOP: connections stay up, nothing answers."""
        self.child.signal(signal.SIGSTOP)

    def continue_clock(self):
        self.child.signal(signal.SIGCONT)

    def end(self) -> dict:
        """SIGTERM; what the venue itself says it holds."""
        output = self.child.end(30) or ""
        for line in output.splitlines():
            if line.startswith('{"ended"'):
                return json.loads(line)
        return {}

    def environment(self) -> dict:
        prefix = "ARBNODE_" + self.name.upper().replace("-", "_")
        names = {"API_KEY": "api_key", "SECRET": "secret", "PASSPHRASE": "passphrase"}
        return {f"{prefix}_{name}": self.ready[field] for name, field in names.items()}
