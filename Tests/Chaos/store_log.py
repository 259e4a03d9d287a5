"""The node's outbox, read without the node: RocksDB's write-ahead log, the records chained in it, and what lies beside
the store: the head mirror (`outbox.head`) or the reserve file (`outbox.reserve`), whichever the node keeps.

Rows are written to the log first, and stay there until the store is opened again; read after every stop and before
every start, the logs hold every row the node ever wrote. This reader shares no code with the product, which it judges.

Log format: blocks of 32 KiB; each fragment is CRC (4), length (2), kind (1: whole, 2: first, 3: middle, 4: last). A
batch is sequence (8), count (4), then operations. A stored value is version (1), sequence (8, big-endian), hash of the
record before (32), own hash (32), payload (ChainedRecord.swift). The reserve file is a ring of 4 KiB blocks; a frame is
a head of 80 bytes, then each record behind its 32-bit length, big-endian (RingFrame.swift).
"""
import glob
import hashlib
import os
from typing import Dict, Iterator, List, NamedTuple, Optional

BLOCK = 32_768
HEADER = 1 + 8 + 32 + 32
WHOLE, FIRST, MIDDLE, LAST = 1, 2, 3, 4
PUT, PUT_IN_FAMILY, DELETE, LOG_DATA, DELETE_RANGE = 1, 5, 0, 3, 15
RING_BLOCK, RING_HEAD = 4_096, 80


class Record(NamedTuple):
    sequence: int
    previous: bytes
    hash: bytes
    payload: bytes


class Head(NamedTuple):
    sequence: int
    hash: bytes


def batches(log: bytes) -> Iterator[bytes]:
    """Every whole batch, in order; ends at the first fragment that is not whole, as a kill leaves it."""
    pending = None
    position = 0
    while position + 7 <= len(log):
        left = BLOCK - position % BLOCK
        if left < 7:
            position += left
            continue
        length = int.from_bytes(log[position + 4:position + 6], "little")
        kind = log[position + 6]
        if kind == 0 and length == 0:  # the rest of a block that was laid out ahead
            return
        body = log[position + 7:position + 7 + length]
        if kind > LAST or len(body) < length or 7 + length > left:
            return
        position += 7 + length
        if kind == WHOLE:
            yield body
        elif kind == FIRST:
            pending = body
        elif pending is None:
            return
        elif kind == MIDDLE:
            pending += body
        else:
            yield pending + body
            pending = None


def values(batch: bytes) -> Iterator[bytes]:
    """The values a batch puts."""
    position = 12

    def take():
        nonlocal position
        length = shift = 0
        while True:
            byte = batch[position]
            position += 1
            length |= (byte & 0x7F) << shift
            if byte < 0x80:
                break
            shift += 7
        position += length
        return batch[position - length:position]

    while position < len(batch):
        kind = batch[position]
        position += 1
        if kind == PUT:
            take()
            yield take()
        elif kind == PUT_IN_FAMILY:
            while batch[position] >= 0x80:
                position += 1
            position += 1
            take()
            yield take()
        elif kind in (DELETE, LOG_DATA):
            take()
        elif kind == DELETE_RANGE:
            take()
            take()
        else:
            return  # an operation the outbox does not use


def record(value: bytes) -> Optional[Record]:
    """None unless the value is a chained record that matches its own hash."""
    if len(value) < HEADER or value[0] != 1:
        return None
    front, own, payload = value[:41], value[41:73], value[73:]
    if hashlib.sha256(front + payload).digest() != own:
        return None
    return Record(int.from_bytes(value[1:9], "big"), value[9:41], own, payload)


def logs(store: str) -> List[str]:
    """The write-ahead logs under a store's directory, oldest first."""
    found = glob.glob(os.path.join(store, "outbox", "[0-9]*.log"))
    return sorted(found, key=lambda path: int(os.path.basename(path).split(".")[0]))


def logged(store: str) -> List[List[Record]]:
    """Batch by batch: the records in the logs of a stopped node. Sequence 0 is the store's own book-keeping."""
    found = []
    for path in logs(store):
        with open(path, "rb") as file:
            for batch in batches(file.read()):
                chained = [record(value) for value in values(batch)]
                kept = [each for each in chained if each and each.sequence > 0]
                if kept:
                    found.append(kept)
    return found


def reserved(store: str) -> List[Record]:
    """Records in the reserve file: rows that may have been acknowledged before the store had them."""
    try:
        with open(os.path.join(store, "outbox.reserve"), "rb") as file:
            content = file.read()
    except FileNotFoundError:
        return []
    found = []
    for start in range(0, len(content), RING_BLOCK):
        if content[start:start + 7] == b"arbring":
            length = int.from_bytes(content[start + 40:start + 44], "big")
            found += _frame(content[start + RING_HEAD:start + RING_HEAD + length])
    return found


def _frame(body: bytes) -> Iterator[Record]:
    position = 0
    while position + 4 <= len(body):
        end = position + 4 + int.from_bytes(body[position:position + 4], "big")
        chained = record(body[position + 4:end])
        if chained is None:
            return
        yield chained
        position = end


def records(store: str) -> Dict[int, Record]:
    """By sequence: what a stopped node has written, in its logs or its reserve file."""
    found = {each.sequence: each for each in reserved(store)}
    found.update({each.sequence: each for batch in logged(store) for each in batch})
    return found


def acknowledged(store: str, is_killed: bool) -> int:
    """The newest record the node certainly knew to be durable. A killed node may not have been told of its last
    batch."""
    mirror = head(store)
    if mirror:
        return mirror.sequence
    written = logged(store)
    if is_killed and written:
        return written[-1][0].sequence - 1
    return max(records(store), default=0)


def head(store: str) -> Optional[Head]:
    """The newest record the node knows to be durable, from the mirror (`outbox.head`); None without one."""
    try:
        with open(os.path.join(store, "outbox.head"), "rb") as file:
            content = file.read()
    except FileNotFoundError:
        return None
    newest = None
    for offset in (0, 4_096):
        slot = content[offset:offset + 88]
        if len(slot) < 88 or slot[:8] != b"arbhead1" or hashlib.sha256(slot[:56]).digest() != slot[56:]:
            continue
        generation = int.from_bytes(slot[8:16], "big")
        if newest is None or generation > newest[0]:
            newest = generation, Head(int.from_bytes(slot[16:24], "big"), slot[24:56])
    return newest[1] if newest else None


def chain_faults(chain: Dict[int, Record]) -> List[str]:
    """Gaps and broken links between the records of every run so far."""
    faults = []
    previous = bytes(32)
    for expected, sequence in enumerate(sorted(chain), start=1):
        if sequence != expected:
            return faults + [f"record {expected} is missing"]
        if chain[sequence].previous != previous:
            faults.append(f"record {sequence} does not continue the one before it")
        previous = chain[sequence].hash
    return faults
