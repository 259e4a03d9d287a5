"""Runs the commands round robin, so that whatever the machine does meanwhile hits all alike."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

from . import plan
from .figures import OURS, Collection


def say(text: str):
    print(text, file=sys.stderr, flush=True)


def runnable(commands: list[plan.Command], collection: Collection) -> list[plan.Command]:
    """Leaves out what was never installed, visibly and once a program."""
    kept, missing = [], set()
    for command in commands:
        lacking = [
            word
            for word in command.words
            if word.startswith("/") and looks_needed(word) and not Path(word).exists()
        ]
        if not lacking:
            kept.append(command)
            continue
        reason = f"there is no {short(lacking[0])}"
        note_of_ours(command, reason, collection)
        if (command.workload, reason) not in missing:
            missing.add((command.workload, reason))
            collection.failures[f"{command.workload} {command.name}"] = reason
            say(f"compare: SKIPPED {command.workload}: {reason}")
    return kept


def looks_needed(word: str) -> bool:
    """Programs, scripts and inputs; directories that a program makes are none."""
    return (
        "/bin/" in word
        or Path(word).suffix in (".py", ".jsonl", ".txt", ".pem")
        or Path(word).name == "arbnode"
    )


def short(path: str) -> str:
    return os.path.relpath(path) if path.startswith(os.getcwd()) else path


def pinned(command: plan.Command) -> list[str]:
    words = list(command.words)
    return words if command.core is None else ["taskset", "-c", str(command.core), *words]


def first_line(text: str) -> str:
    return next((line.strip() for line in text.splitlines() if line.strip()), "")


def run(command: plan.Command, ports: dict[str, str], collection: Collection) -> str:
    """Adds what it prints to the rows; answers with the reason when it prints nothing."""
    words = [word.replace("{tls}", ports.get("tls", "")) for word in pinned(command)]
    words = [
        word.replace("{plain}", ports.get("plain", "")).replace("{spin}", ports.get("spin", ""))
        for word in words
    ]
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **command.environment}
    process = subprocess.Popen(
        words,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
        start_new_session=True,
    )
    try:
        output, errors = process.communicate(timeout=command.timeout)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)  # it may have started servers of its own
        process.communicate()
        return f"did not end within {command.timeout:.0f} s"
    lines = [line for line in map(parsed, output.splitlines()) if line]
    if process.returncode or not lines:
        return first_line(errors) or first_line(output) or f"exit code {process.returncode} and not a word"
    for line in lines:
        collection.add(command.workload, command.group_of(str(line.get("variant", ""))), command.role, line)
    return ""


def parsed(line: str) -> dict | None:
    if not line.startswith("{"):
        return None
    try:
        value = json.loads(line)
    except json.JSONDecodeError:
        return None
    return value if isinstance(value, dict) else None


@contextmanager
def servers(places: plan.Places, needed: bool):
    """The servers of W4 on core 0; answers with their ports."""
    if not needed or not (places.home / "bin" / "w4_server").exists():
        yield {}
        return
    tls, processes, ports = places.home / "tls", [], {}
    try:
        for name, extra in (("tls", []), ("plain", ["plain"]), ("spin", ["spin"])):
            file = places.home / "work" / f"port-{name}"
            file.unlink(missing_ok=True)
            words = [
                "taskset",
                "-c",
                "0",
                places.home / "bin" / "w4_server",
                tls / "cert.pem",
                tls / "key.pem",
                file,
                *extra,
            ]
            processes.append(subprocess.Popen(words, stderr=subprocess.DEVNULL))
            ports[name] = awaited(file)
        yield ports
    finally:
        for process in processes:
            process.terminate()
            process.wait()


def awaited(file: Path) -> str:
    for _ in range(100):
        if file.exists() and (text := file.read_text().strip()):
            return text
        time.sleep(0.05)
    sys.exit(f"compare: the server behind {file} did not start")


def rounds(places: plan.Places, count: int, only: list[str]) -> Collection:
    collection, began = Collection(), time.monotonic()
    (places.home / "work").mkdir(parents=True, exist_ok=True)
    commands = runnable(plan.noise(places) + plan.commands(places, only), collection)
    failed: set[int] = set()
    with servers(places, "W4" in only) as ports:
        for number in range(count):
            for place, command in enumerate(commands):
                if place in failed or (command.once and number):
                    continue
                reason = run(command, ports, collection)
                if reason:
                    failed.add(place)  # it would fail again, and take its time again
                    record(command, reason, collection)
            say(f"compare: round {number + 1} of {count} done, {time.monotonic() - began:.0f} s")
    return collection


def record(command: plan.Command, reason: str, collection: Collection):
    say(f"compare: FAILED {command.workload} {command.name}: {reason}")
    collection.failures[f"{command.workload} {command.name}"] = reason
    note_of_ours(command, reason, collection)


def note_of_ours(command: plan.Command, reason: str, collection: Collection):
    if command.role == OURS:
        for group in {command.group, *command.groups.values()}:
            collection.missing_of_ours[(command.workload, group)] = reason
