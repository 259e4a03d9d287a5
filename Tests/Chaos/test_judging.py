"""Tests of the judge itself: a judge that cannot find anything wrong is worth nothing."""
import os
import random
import shutil
import tempfile
import unittest
from decimal import Decimal

import client_ids
import damage
import figures
import judgement
import rows
import stops
import venue_journal

MS = 1_000_000


def identity(intent, leg=0, attempt=0, node=7):
    return client_ids.encode(epoch=1, node=node, strategy=0, intent=intent, leg=leg, attempt=attempt)


def order(text, at=0, state="filled", venue="okx", number=1):
    return venue_journal.Order(
        venue=venue, number=number, symbol="BTC-USDT", side="buy", quantity=1, at=at, client_text=text, state=state)


class JudgementTests(unittest.TestCase):
    def setUp(self):
        self.store = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.store)
        self.judge = judgement.Judgement(self.store, node=7)

    def intend(self, text, decided_at=0, send_before=150 * MS, purpose=rows.OPEN, venue="okx"):
        self.judge.intended[text] = rows.Intended(
            client_ids.decode(text), venue, "BTC-USDT", 0, 1, purpose, decided_at, send_before)

    def test_strangers_orders_are_not_judged(self):
        journal = venue_journal.Journal("okx", "/nowhere")
        journal.orders = {1: order(identity(1)), 2: order(identity(1, node=8)), 3: order("web-order")}
        self.assertEqual([found.number for found in self.judge.ours([journal])], [1])
        self.assertEqual(len(self.judge.ours([journal])), 1)

    def test_an_order_without_a_row_is_found(self):
        self.intend(identity(1))
        self.intend(identity(3), venue="kraken")
        found = self.judge.without_row([order(identity(1)), order(identity(2)), order(identity(3))])
        self.assertEqual(found, [f"okx {identity(2)}", f"okx {identity(3)}"])

    def test_a_row_outside_the_log_counts_by_its_bytes(self):
        text = identity(5)
        words = int(text[:16], 16).to_bytes(8, "little") + int(text[16:], 16).to_bytes(8, "little")
        with open(os.path.join(self.store, "reserve"), "wb") as file:
            file.write(b"junk" + words + b"junk")
        self.assertEqual(self.judge.without_row([order(text)]), [])

    def test_repeated_ids_and_twice_filled_legs_are_found(self):
        once, again = identity(1, attempt=0), identity(1, attempt=1)
        self.assertEqual(self.judge.repeated([order(once), order(identity(1, leg=1)), order(identity(2))]), [])
        self.assertEqual(len(self.judge.repeated([order(once), order(once, number=2)])), 1)
        self.assertEqual(len(self.judge.repeated([order(once), order(again)])), 1)
        self.assertEqual(self.judge.repeated([order(once), order(again, state="expired")]), [])

    def test_only_late_orders_decided_before_the_stop_are_stale(self):
        stopped, continued = 100 * MS, 1_100 * MS
        self.intend(identity(1), decided_at=90 * MS, send_before=240 * MS)
        self.intend(identity(2), decided_at=1_101 * MS, send_before=1_251 * MS)
        self.intend(identity(3), decided_at=90 * MS, send_before=5_000 * MS)
        arrivals = [order(identity(1), at=1_102 * MS), order(identity(2), at=1_103 * MS),
                    order(identity(3), at=1_103 * MS)]
        found = self.judge.stale(arrivals, stopped, continued)
        self.assertEqual(len(found), 1)
        self.assertIn(identity(1), found[0])
        self.assertEqual(self.judge.stale([order(identity(1), at=99 * MS)], stopped, continued), [])

    def test_lateness_counts_new_risk_alone(self):
        self.intend(identity(1), send_before=150 * MS)
        self.intend(identity(2), send_before=150 * MS, purpose=1)
        arrivals = [order(identity(1), at=155 * MS), order(identity(2), at=900 * MS), order(identity(1), at=150 * MS)]
        self.assertEqual(self.judge.lateness(arrivals), [5.0])

    def test_lost_rows_are_counted(self):
        self.judge.chain = {n: None for n in range(1, 11)}
        self.assertEqual([self.judge.lost(n) for n in (12, 10, 7, None)], [0, 0, 3, 10])


class BalanceTests(unittest.TestCase):
    opening = {"BTC": "5", "USDT": "1000"}

    def journal(self):
        journal = venue_journal.Journal("okx", "/nowhere")
        bought = order(identity(1))
        bought.fills = [venue_journal.Fill(1, 60_000 * 10 ** 8, 10 ** 6, Decimal("0.6"), "USDT", 0)]
        journal.orders = {1: bought}
        return journal

    def test_the_last_unit_counts(self):
        accounts = [{"venue": "okx", "asset": "BTC", "balance": "5.01"},
                    {"venue": "okx", "asset": "USDT", "balance": "399.4"}]
        self.assertEqual(judgement.unequal_balances({"accounts": accounts}, [self.journal()], self.opening), [])
        accounts[1]["balance"] = "399.400000000000000001"
        self.assertEqual(len(judgement.unequal_balances({"accounts": accounts}, [self.journal()], self.opening)), 1)
        self.assertEqual(len(judgement.unequal_balances({"accounts": []}, [self.journal()], self.opening)), 2)

    def test_an_open_position_is_found(self):
        self.assertEqual(len(judgement.exposure([self.journal()], self.opening)), 1)
        flat = self.journal()
        flat.orders[1].fills[0].quantity = 10 ** 4  # 6 in quote: no venue takes it
        self.assertEqual(judgement.exposure([flat], self.opening), [])

    def test_what_the_venue_said_is_held_against_its_journal(self):
        ended = {"balances": {"BTC": "5.01", "USDT": "399.4"}, "orders": 1, "fills": 1, "open_orders": 0}
        self.assertEqual(judgement.unequal_truth(ended, self.journal(), self.opening), [])
        self.assertEqual(len(judgement.unequal_truth({**ended, "fills": 2}, self.journal(), self.opening)), 1)
        self.assertEqual(len(judgement.unequal_truth({}, self.journal(), self.opening)), 1)


class DamageTests(unittest.TestCase):
    base = damage.Base("/base", acknowledged=90, rows=100, head="ab")

    def test_good_words_about_lost_rows_are_silent(self):
        def said(code, rows=100, head="ab", condition="intact"):
            return damage.verdict(self.base, code, {"rows": rows, "head": head, "condition": condition})

        self.assertEqual(said(0), "intact")
        self.assertEqual(said(0, rows=95, head="cd", condition="repaired"), "repaired")
        self.assertEqual(said(0, rows=89, condition="repaired"), "silent")
        self.assertEqual(said(0, head="cd"), "silent")
        self.assertEqual(said(1, rows=10, condition="damaged"), "detected")
        self.assertEqual(damage.verdict(self.base, 65, {}), "detected")
        self.assertEqual(damage.verdict(self.base, -6, {}), "crashed")
        self.assertEqual(damage.verdict(self.base, None, {}), "hung")
        self.assertEqual(damage.verdict(self.base, 64, {}), "unexpected")

    def test_a_damaged_audit_log_is_told_as_such_and_may_keep_a_node_from_starting(self):
        cut = "cut 33 of 119 bytes off audit/key.pem"
        self.assertEqual(damage.held_for(cut), "AUDIT_BROKEN")
        self.assertEqual(damage.held_for("deleted outbox/CURRENT"), "DIRTY_START")
        self.assertTrue(damage.names_damage("/data/live/audit/key.pem holds no key", cut))
        self.assertFalse(damage.names_damage("", cut))
        self.assertFalse(damage.names_damage("outbox/CURRENT is gone", "deleted outbox/CURRENT"))

    def test_each_kind_of_damage_changes_exactly_one_file(self):
        chance = random.Random(1)
        for kind in ("cut", "flip", "delete") * 20:
            store = tempfile.mkdtemp()
            self.addCleanup(shutil.rmtree, store, ignore_errors=True)
            os.makedirs(os.path.join(store, "outbox"))
            before = {}
            for name in ("outbox/000004.log", "outbox/000009.log", "outbox/000007.sst", "outbox.head"):
                before[name] = os.urandom(1_000)
                with open(os.path.join(store, name), "wb") as file:
                    file.write(before[name])
            said = damage.damage(store, kind, chance)
            after = {}
            for path in damage.files(store):
                with open(path, "rb") as file:
                    after[os.path.relpath(path, store)] = file.read()
            changed = [name for name in before if before[name] != after.get(name)]
            self.assertEqual(len(changed), 1, said)
            self.assertIn(changed[0], said)
            if kind == "cut":
                self.assertNotEqual(changed[0], "outbox/000004.log")
                self.assertTrue(before[changed[0]].startswith(after[changed[0]]))


class FigureTests(unittest.TestCase):
    def test_the_99th_of_few_is_the_largest(self):
        self.assertEqual(figures.percentile([3, 1, 2], 99), 3)
        self.assertEqual(figures.percentile(list(range(1, 201)), 99), 198)
        self.assertEqual(figures.percentile([5], 50), 5)

    def test_stops_run_from_the_shortest_to_the_longest(self):
        found = stops.lengths(20)
        self.assertAlmostEqual(found[0], 0.1)
        self.assertAlmostEqual(found[-1], 20.0)
        self.assertLess(sum(found), 120)


if __name__ == "__main__":
    unittest.main()
