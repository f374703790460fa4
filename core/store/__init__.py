"""Engines, units of work, queries, keys, evidence and paper."""
