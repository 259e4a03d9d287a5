"""Tests of what the judge reads: ids, journals, the write-ahead log, rows. `python3 -m unittest discover Tests/Chaos`."""
import hashlib
import os
import tempfile
import unittest
from decimal import Decimal

import client_ids
import rows
import store_log
import venue_journal


def chained(sequence, previous, payload):
    front = b"\x01" + sequence.to_bytes(8, "big") + previous
    own = hashlib.sha256(front + payload).digest()
    return front + own + payload, own


def batch(*values):
    def varint(number):
        out = b""
        while number >= 0x80:
            out += bytes([number & 0x7F | 0x80])
            number >>= 7
        return out + bytes([number])

    body = bytes(8) + len(values).to_bytes(4, "little")
    for index, value in enumerate(values):
        key = index.to_bytes(8, "big")
        body += b"\x01" + varint(len(key)) + key + varint(len(value)) + value
    return body


def log(*batches_):
    """Written as RocksDB writes: fragments that never cross a block."""
    out = b""
    for body in batches_:
        first = True
        while first or body:
            left = store_log.BLOCK - len(out) % store_log.BLOCK
            if left < 7:
                out += bytes(left)
                continue
            piece, body = body[:left - 7], body[left - 7:]
            kind = {(True, True): 1, (True, False): 2, (False, False): 3, (False, True): 4}[first, not body]
            out += bytes(4) + len(piece).to_bytes(2, "little") + bytes([kind]) + piece
            first = False
    return out


class ClientIDs(unittest.TestCase):
    def test_every_field_comes_back(self):
        text = client_ids.encode(epoch=65_535, node=7, strategy=3, intent=(1 << 40) - 1, leg=255, attempt=2)
        found = client_ids.decode(text)
        self.assertEqual(found, client_ids.ClientID(text, 65_535, 7, 3, (1 << 40) - 1, 255, 2))
        self.assertEqual(found.place, (65_535, (1 << 40) - 1, 255))

    def test_an_id_the_node_made_is_read(self):
        found = client_ids.decode("00070001000200000030390100e16f9c")
        self.assertEqual((found.epoch, found.node, found.strategy, found.intent), (7, 1, 2, 12_345))
        self.assertEqual((found.leg, found.attempt), (1, 0))

    def test_any_changed_digit_is_a_strangers_id(self):
        text = client_ids.encode(epoch=2, node=7, strategy=0, intent=77, leg=1, attempt=0)
        for index in range(32):
            changed = "1" if text[index] != "1" else "2"
            self.assertIsNone(client_ids.decode(text[:index] + changed + text[index + 1:]), index)

    def test_other_spellings_are_refused(self):
        text = client_ids.encode(epoch=10, node=7, strategy=0, intent=1, leg=0, attempt=0)
        for wrong in ("", text[:-1], text + "0", text.upper(), "x" * 32):
            self.assertIsNone(client_ids.decode(wrong))


class Journals(unittest.TestCase):
    def journal(self, *lines, tail=""):
        file = tempfile.NamedTemporaryFile("w", suffix=".journal", delete=False)
        self.addCleanup(os.unlink, file.name)
        with file:
            file.write("".join(line + "\n" for line in lines) + tail)
        return venue_journal.Journal("okx", file.name).refresh()

    placed = "placed\t1\t0\tBTC-USDT\tbuy\tlimit\t0\t6000000000000\t12345678\t-\t1700000000000000000\t" + b"ab".hex()

    def test_balances_are_exact(self):
        journal = self.journal(
            self.placed, "executed\t5\t1\t5999999999999\t12345678\t0.00000123\tBTC\ttaker\t1700000000000000001",
            "ended\t1\tfilled\tnone\t1700000000000000001")
        balances = journal.balances({"BTC": "5", "USDT": "400000"})
        self.assertEqual(balances["BTC"], Decimal("5") + Decimal("0.12345678") - Decimal("0.00000123"))
        self.assertEqual(balances["USDT"], Decimal("392592.5932000012345678"))
        self.assertEqual(journal.open_count, 0)

    def test_a_torn_line_waits_for_its_end(self):
        journal = self.journal(self.placed, tail="executed\t5\t1\t59")
        self.assertEqual(journal.fill_count, 0)
        with open(journal.path, "a") as file:
            file.write("00000000000\t1\t0\tBTC\ttaker\t1\n")
        self.assertEqual(journal.refresh().fill_count, 1)
        self.assertEqual(journal.refresh().fill_count, 1)

    def test_an_unknown_line_is_said(self):
        with self.assertRaises(venue_journal.Unreadable):
            self.journal("mystery\t1")


class Logs(unittest.TestCase):
    def store(self, content):
        directory = tempfile.mkdtemp()
        os.makedirs(os.path.join(directory, "outbox"))
        with open(os.path.join(directory, "outbox", "000004.log"), "wb") as file:
            file.write(content)
        return directory

    def written(self, sizes):
        previous, values = bytes(32), []
        for sequence, size in enumerate(sizes, start=1):
            value, previous = chained(sequence, previous, bytes([sequence & 0xFF]) * size)
            values.append(value)
        return values

    def test_records_across_blocks_come_back(self):
        values = self.written([10, 40_000, 200, 32_700, 100_000, 1])
        found = store_log.records(self.store(log(batch(*values[:2]), *[batch(value) for value in values[2:]])))
        self.assertEqual(sorted(found), [1, 2, 3, 4, 5, 6])
        self.assertEqual([len(found[n].payload) for n in (2, 5)], [40_000, 100_000])
        self.assertEqual(store_log.chain_faults(found), [])

    def test_a_cut_log_yields_what_is_before(self):
        content = log(*[batch(value) for value in self.written([300] * 300)])
        whole = len(store_log.records(self.store(content)))
        self.assertEqual(whole, 300)
        for cut in (1, 7, 300, 32_768, len(content) - 3):
            found = store_log.records(self.store(content[:-cut]))
            self.assertLess(len(found), whole)
            self.assertEqual(store_log.chain_faults(found), [])

    def test_a_missing_or_foreign_record_breaks_the_chain(self):
        values = self.written([50] * 5)
        chain = store_log.records(self.store(log(batch(*values))))
        del chain[3]
        self.assertEqual(store_log.chain_faults(chain), ["record 3 is missing"])
        other, _ = chained(3, b"\x07" * 32, b"other")
        chain[3] = store_log.record(other)
        self.assertEqual(len(store_log.chain_faults(chain)), 2)

    def test_a_flipped_bit_is_no_record(self):
        value = bytearray(self.written([80])[0])
        for index in range(len(value)):
            value[index] ^= 4
            self.assertIsNone(store_log.record(bytes(value)), index)
            value[index] ^= 4

    def test_rows_in_the_reserve_file_alone_are_found(self):
        values = self.written([90] * 3)
        store = self.store(log(batch(values[0]), batch(values[1])))
        body = b"".join(len(value).to_bytes(4, "big") + value for value in values[1:])
        frame = b"arbring\x01" + bytes(32) + len(body).to_bytes(4, "big") + bytes(36) + body
        with open(os.path.join(store, "outbox.reserve"), "wb") as file:
            file.write(bytes(2 * store_log.RING_BLOCK) + frame.ljust(store_log.RING_BLOCK, b"\0"))
        found = store_log.records(store)
        self.assertEqual(sorted(found), [1, 2, 3])
        self.assertEqual(store_log.chain_faults(found), [])
        self.assertEqual(store_log.acknowledged(store, is_killed=True), 1)
        self.assertEqual(store_log.acknowledged(store, is_killed=False), 3)

    def test_the_newest_valid_slot_is_the_head(self):
        def slot(generation, sequence):
            front = b"arbhead1" + generation.to_bytes(8, "big") + sequence.to_bytes(8, "big") + bytes(32)
            return (front + hashlib.sha256(front).digest()).ljust(4_096, b"\0")

        directory = tempfile.mkdtemp()
        self.assertIsNone(store_log.head(directory))
        path = os.path.join(directory, "outbox.head")
        with open(path, "wb") as file:
            file.write(slot(8, 40) + slot(9, 41))
        self.assertEqual(store_log.head(directory).sequence, 41)
        with open(path, "wb") as file:
            file.write(slot(8, 40) + slot(9, 41).replace(b"arbhead1", b"arbhead2"))
        self.assertEqual(store_log.head(directory).sequence, 40)


class Rows(unittest.TestCase):
    def intended(self):
        text = client_ids.encode(epoch=3, node=7, strategy=1, intent=9, leg=1, attempt=0)
        words = int(text[:16], 16).to_bytes(8, "little") + int(text[16:], 16).to_bytes(8, "little")

        def named(name):
            return len(name).to_bytes(2, "little") + name.encode()

        row = b"\x01\x03" + named("okx") + named("BTC-USDT") + words + b"\x01"
        row += (5).to_bytes(8, "little") + (6).to_bytes(8, "little") + b"\x00\x00"
        return text, row + (100).to_bytes(8, "little") + (250).to_bytes(8, "little")

    def test_an_order_comes_back(self):
        text, row = self.intended()
        found = rows.decode(row)
        self.assertEqual((found.id.text, found.venue, found.symbol), (text, "okx", "BTC-USDT"))
        self.assertEqual((found.purpose, found.decided_at, found.send_before), (rows.OPEN, 100, 250))

    def test_a_warrant_stands_for_each_of_its_legs(self):
        def named(name):
            return len(name).to_bytes(2, "little") + name.encode()

        name = client_ids.encode(epoch=3, node=7, strategy=0, intent=9, leg=0, attempt=0)
        words = int(name[:16], 16).to_bytes(8, "little") + int(name[16:], 16).to_bytes(8, "little")
        row = b"\x04\x0e" + named("BTC-USDT") + words
        for number in (100, 55, 7, 6):
            row += number.to_bytes(8, "little")
        row += (2).to_bytes(4, "little") + b"\x00" + named("okx") + b"\x00" + b"\x03" + named("kraken") + b"\x01"
        legs = rows.decode(row).legs
        self.assertEqual([(leg.venue, leg.side, leg.quantity) for leg in legs], [("okx", 0, 55), ("kraken", 1, 55)])
        other = client_ids.encode(epoch=3, node=7, strategy=0, intent=9, leg=3, attempt=0)
        self.assertEqual([leg.id.text for leg in legs], [name, other])
        for length in range(2, len(row)):
            with self.assertRaises(ValueError):
                rows.decode(row[:length])

    def test_short_rows_are_faults_and_other_kinds_are_passed_over(self):
        _, row = self.intended()
        for length in range(2, len(row)):
            with self.assertRaises(ValueError):
                rows.decode(row[:length])
        self.assertIsNone(rows.decode(b"\x01\x05rest"))
        self.assertEqual(rows.decode(b"\x01\x07\x02\x03\x00why" + bytes(10)), rows.Mode(rows.HOLD, "why"))
        self.assertEqual(rows.decode(b"\x01\x01" + (4).to_bytes(8, "little") + (9).to_bytes(8, "little")).epoch, 4)


if __name__ == "__main__":
    unittest.main()
