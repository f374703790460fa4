"""Commands and views that cross the border between the core and a screen."""
