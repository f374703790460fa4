"""Panes and bars that screens are made of."""
