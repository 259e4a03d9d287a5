"""What a figure depends on besides the programs: the machine, its compilers, the commit."""

from __future__ import annotations

import os
import platform
import re
import subprocess
from pathlib import Path


def said(*words: str) -> str:
    try:
        done = subprocess.run(words, capture_output=True, text=True, timeout=20)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return next((line.strip() for line in (done.stdout + done.stderr).splitlines() if line.strip()), "")


def processor() -> str:
    found = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return found.group(1) if found else platform.processor()


def commit(root: Path) -> tuple[str, bool]:
    """The short hash, and whether the tree differs from it."""
    short = said("git", "-C", str(root), "rev-parse", "--short", "HEAD") or "unknown"
    return short, bool(said("git", "-C", str(root), "status", "--porcelain"))


def description(root: Path) -> dict:
    short, changed = commit(root)
    swift = re.search(r"Swift version [\d.]+", said(os.environ.get("SWIFT", "swift"), "--version"))
    return {
        "commit": short,
        "uncommitted_changes": changed,
        "processor": processor(),
        "cores": os.cpu_count(),
        "kernel": platform.release(),
        "compiler": said("g++", "--version"),
        "swift": swift.group(0) if swift else "",
        "python": platform.python_version(),
    }
