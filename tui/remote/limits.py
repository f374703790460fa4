"""What a process of the service may use of the machine."""

from __future__ import annotations

import resource


def allow_cpu(seconds: int) -> None:
    """From now on so many seconds of the processor; a program that spins longer is ended by the system."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + seconds, hard))


def limit_memory(megabytes: int) -> None:
    """So many MB more than now: what wants more is refused, and only this process suffers."""
    with open("/proc/self/statm", encoding="ascii") as statm:
        held = int(statm.read().split()[5]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_DATA, (held + megabytes * 2**20, resource.RLIM_INFINITY))


def call_process(name: str) -> None:
    """How lists of processes name this one: 15 characters at most."""
    with open("/proc/self/comm", "w", encoding="ascii") as comm:
        comm.write(name)
