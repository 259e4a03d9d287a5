#!/usr/bin/env python3
"""The real depth frames of a recording of Binance futures, in the form of generate_frames.py.

usage: real_frames.py RECORDING.rec.gz OUT.jsonl

A recording is text: time in nanoseconds, channel and payload, separated by tabs. The frames are written byte
for byte in the order of their arrival; before them the REST snapshot, in the envelope of a depthUpdate. What
came before the snapshot is left out, as is a frame without levels, which NautilusTrader's adapter takes for
an error.
"""

import gzip
import json
import sys


def enveloped(symbol: str, snapshot: dict) -> str:
    update = snapshot["lastUpdateId"]
    data = {
        "e": "depthUpdate",
        "E": snapshot["E"],
        "T": snapshot["T"],
        "s": symbol,
        "U": update,
        "u": update,
        "pu": update - 1,
        "b": snapshot["bids"],
        "a": snapshot["asks"],
    }
    return json.dumps({"stream": symbol.lower() + "@depth@0ms", "data": data}, separators=(",", ":"))


def main():
    recording, out = sys.argv[1:3]
    frames, snapshots = [], {}
    for line in gzip.open(recording, "rt"):
        if line.startswith("#"):
            continue
        _, channel, payload = line.rstrip("\n").split("\t", 2)
        if channel.startswith("http") and "depth?" in channel:
            symbol = channel.split("symbol=")[1].split("&")[0]
            snapshots[symbol] = json.loads(payload)
        elif '"depthUpdate"' in payload:
            frames.append(payload)
    kept = 0
    with open(out, "w") as file:
        for symbol, snapshot in snapshots.items():
            file.write(enveloped(symbol, snapshot) + "\n")
        for frame in frames:
            data = json.loads(frame)["data"]
            snapshot = snapshots.get(data["s"])
            if snapshot and data["u"] >= snapshot["lastUpdateId"] and (data["b"] or data["a"]):
                file.write(frame + "\n")
                kept += 1
    print(f"{out}: {len(snapshots)} snapshots, {kept} frames")
    if not kept:
        sys.exit(f"{recording} holds no depth frames that follow a snapshot")


if __name__ == "__main__":
    main()
