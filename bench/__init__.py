"""The measurements of `make bench`: every number beside its yardstick, both taken in one run, in turn."""
