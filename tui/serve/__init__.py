"""The front of `jijiao serve` (服务): it listens, asks who comes, and carries terminals and files. Knows no Textual."""
