"""Use cases: one function each, checked, audited, in one transaction."""
