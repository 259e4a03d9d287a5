"""Whether a gate is met, and that nothing but an equal piece of work can meet one."""

import unittest

from compare import gates, plan, proof
from compare.figures import Collection

FRAMES = "generated frames"


def gate(name: str) -> gates.Gate:
    return next(it for it in gates.GATES if it.name == name)


def run(ours: dict | None, floor: float = 500, checksum: str = "aa", peers: dict | None = None) -> Collection:
    """W1 with our figures, the floor's and the peers' ns a frame."""
    collection = Collection()
    line = {"peer": "cpp-floor", "variant": "simdjson-flat", "ns_per_frame": floor, "bbo_crc": checksum}
    collection.add("W1", FRAMES, "floor", line)
    for name, ns in (peers or {}).items():
        line = {"peer": name, "variant": "v", "ns_per_frame": ns, "bbo_crc": checksum}
        collection.add("W1", FRAMES, "peer", line)
    if ours is not None:
        collection.add("W1", FRAMES, "ours", {"peer": "arbnode", "variant": "live", "bbo_crc": "aa", **ours})
    proof.check(collection)
    return collection


class Gates(unittest.TestCase):
    def test_a_cost_is_met_up_to_its_limit_and_not_above(self):
        self.assertTrue(gates.judge(gate("W1 frame"), run({"ns_per_frame": 500})).met)
        self.assertFalse(gates.judge(gate("W1 frame"), run({"ns_per_frame": 501})).met)

    def test_a_speed_is_measured_against_the_fastest_peer_named(self):
        peers = {"nautilus_trader a": 50_000, "nautilus_trader b": 22_000, "ccxt": 1_000}
        verdict = gates.judge(gate("W1 vs NautilusTrader"), run({"ns_per_frame": 500}, peers=peers))
        self.assertEqual(verdict.ratio_to_fastest_peer, 44)
        self.assertTrue(verdict.met)
        self.assertFalse(
            gates.judge(gate("W1 vs NautilusTrader"), run({"ns_per_frame": 501}, peers=peers)).met
        )

    def test_a_rate_is_better_when_it_is_higher(self):
        collection = Collection()
        collection.add("W4", "receive", "floor", {"peer": "openssl-floor", "msgs_per_s": 1_700_000})
        collection.add("W4", "receive", "peer", {"peer": "picows", "msgs_per_s": 1_200_000})
        collection.add("W4", "receive", "ours", {"peer": "arbnode", "msgs_per_s": 1_300_000})
        verdict = gates.judge(gate("W4 receive"), collection)
        self.assertTrue(verdict.met)
        self.assertAlmostEqual(verdict.ratio_to_floor, 1.7 / 1.3)
        self.assertAlmostEqual(verdict.ratio_to_fastest_peer, 1.3 / 1.2)

    def test_our_store_is_judged_against_rocksdb_and_told_against_the_disk(self):
        collection = Collection()
        collection.add("W3", "one record", "floor", {"peer": "floor", "variant": "prealloc", "p50_us": 90})
        collection.add("W3", "one record", "peer", {"peer": "rocksdb", "variant": "sync", "p50_us": 130})
        collection.add("W3", "one record", "ours", {"peer": "arbnode", "variant": "single", "p50_us": 135})
        verdict = gates.judge(gate("W3 one row"), collection)
        self.assertTrue(verdict.met)
        self.assertEqual(verdict.ratio_to_floor, 1.5)
        self.assertAlmostEqual(verdict.ratio_of_goal, 135 / 130)

    def test_nothing_dropped_means_nothing(self):
        for dropped, met in ((0, True), (1, False)):
            collection = Collection()
            collection.add("W6", "whole node", "ours", {"order_events_dropped": dropped})
            self.assertEqual(gates.judge(gate("W6 order events"), collection).met, met)

    def test_growth_must_be_linear_in_every_line(self):
        for said, met in (((True,), True), ((True, False), False)):
            collection = Collection()
            for linear in said:
                collection.add("W7", "growth", "ours", {"linear": linear})
            self.assertEqual(gates.judge(gate("W7 growth"), collection).met, met)

    def test_a_figure_whose_checksum_differs_is_not_a_figure(self):
        verdict = gates.judge(gate("W1 frame"), run({"ns_per_frame": 1, "bbo_crc": "bb"}))
        self.assertFalse(verdict.met)
        self.assertIsNone(verdict.ours)
        self.assertIn("bbo_crc bb instead of aa", verdict.reason)

    def test_a_figure_without_proof_is_not_a_figure(self):
        verdict = gates.judge(gate("W1 frame"), run({"ns_per_frame": 1, "bbo_crc": None}))
        self.assertFalse(verdict.met)
        self.assertIn("nothing proves", verdict.reason)

    def test_a_peer_that_did_other_work_is_not_compared_with(self):
        collection = run({"ns_per_frame": 500}, peers={"hummingbot": 20_000})
        next(row for row in collection.rows.values() if row.peer == "hummingbot").lines[0]["bbo_crc"] = "bb"
        proof.check(collection)
        verdict = gates.judge(gate("W1 vs hummingbot"), collection)
        self.assertFalse(verdict.met)
        self.assertIn("nothing to compare with", verdict.reason)

    def test_orders_without_a_checksum_are_compared_by_count(self):
        for count, met in ((588, True), (1_000, True), (587, False)):
            collection = Collection()
            line = {
                "peer": "cpp-floor",
                "variant": "scanner-ladder",
                "p50_ns": 200,
                "orders": 588,
                "orders_crc": "aa",
            }
            collection.add("W2", "unsigned", "floor", line)
            collection.add("W2", "unsigned", "ours", {"p50_ns": 400, "orders": count})
            proof.check(collection)
            self.assertEqual(gates.judge(gate("W2 tick"), collection).met, met)

    def test_a_workload_that_could_not_run_says_why(self):
        collection = run(None)
        collection.missing_of_ours[("W1", FRAMES)] = "error: unknown command w1"
        verdict = gates.judge(gate("W1 frame"), collection)
        self.assertEqual(verdict.json()["met"], False)
        self.assertEqual(verdict.json()["reason"], "error: unknown command w1")

    def test_every_gate_has_a_name_of_its_own_and_a_workload_that_is_run(self):
        names = [it.name for it in gates.GATES]
        self.assertEqual(len(names), len(set(names)))
        self.assertLessEqual({it.workload for it in gates.GATES}, set(plan.WORKLOADS))

    def test_every_group_a_gate_looks_into_is_one_the_plan_fills(self):
        places = plan.Places(plan.Path("/p"), plan.Path("/h"), plan.Path("/a"))
        filled = set()
        for command in plan.commands(places, list(plan.WORKLOADS)):
            filled |= {(command.workload, group) for group in (command.group, *command.groups.values())}
        for it in gates.GATES:
            for pick in (it.ours, it.floor, it.peers, it.against):
                if pick:
                    self.assertIn((it.workload, pick.group), filled, it.name)


if __name__ == "__main__":
    unittest.main()
