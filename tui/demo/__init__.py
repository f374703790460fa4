"""The demonstration: a script that plays the whole life of a declaration through the real screens."""
