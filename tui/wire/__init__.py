"""The wire: the one place through which everything reaches the terminal, and from which keys come."""
