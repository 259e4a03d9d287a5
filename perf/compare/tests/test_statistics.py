"""Rows, their statistics over the rounds, and how figures inside objects are named."""

import unittest

from compare.figures import Collection, Row
from compare.table import cheapest_floor, cost, number


def collected(*lines: dict, role: str = "floor", group: str = "g") -> Row:
    collection = Collection()
    for line in lines:
        collection.add("W1", group, role, line)
    (row,) = collection.rows.values()
    return row


class Statistics(unittest.TestCase):
    def test_rounds_of_one_program_become_one_row_with_median_and_extremes(self):
        row = collected(*({"peer": "p", "variant": "v", "ns_per_frame": value} for value in (5, 1, 9)))
        spread = row.spread("ns_per_frame")
        self.assertEqual((spread.median, spread.lowest, spread.highest, spread.count), (5, 1, 9, 3))

    def test_the_median_of_an_even_number_lies_between_the_middle_two(self):
        self.assertEqual(collected({"peer": "p", "x": 1}, {"peer": "p", "x": 4}).median("x"), 2.5)

    def test_versions_and_variants_are_rows_of_their_own(self):
        collection = Collection()
        for version, variant in (("1", "a"), ("2", "a"), ("1", "b")):
            collection.add("W1", "g", "peer", {"peer": "p", "version": version, "variant": variant})
        self.assertEqual(len(collection.rows), 3)

    def test_a_figure_inside_an_object_is_named_with_a_point(self):
        row = collected({"peer": "p", "fill_to_hedge_us": {"p99": 800}})
        self.assertEqual(row.median("fill_to_hedge_us.p99"), 800)
        self.assertEqual(row.figures(), ["fill_to_hedge_us.p99"])

    def test_truth_and_text_are_no_figures(self):
        row = collected({"peer": "p", "linear": True, "bbo_crc": "a5505da9"})
        self.assertIsNone(row.spread("linear"))
        self.assertIsNone(row.spread("bbo_crc"))

    def test_a_cost_is_above_one_when_it_is_dearer_for_times_and_for_rates(self):
        self.assertEqual(cost(collected({"peer": "p", "x": 20}).spread("x"), 10, more_is_better=False), 2)
        self.assertEqual(cost(collected({"peer": "p", "x": 10}).spread("x"), 20, more_is_better=True), 2)

    def test_a_floor_that_did_other_work_is_no_floor(self):
        row = collected({"peer": "p", "x": 1})
        row.invalid = "other work"
        self.assertIsNone(cheapest_floor([row], "x", more_is_better=False))

    def test_numbers_are_told_with_as_many_digits_as_they_deserve(self):
        self.assertEqual(
            [number(value) for value in (None, 0, 1234567.8, 3.14159, 0.01234)],
            ["-", "0", "1,234,568", "3.14", "0.0123"],
        )


if __name__ == "__main__":
    unittest.main()
