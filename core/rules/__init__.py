"""Pure rules and their data: no database, no screen."""
