"""A process of its own for each session of `jijiao serve`: the program with its driver, and the zygote that forks."""
