"""Ours, the floor and the peers on the same work in the same run."""
