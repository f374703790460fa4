"""The life of a process that the zygote forks: its name, what it may use of the machine, its end."""

from __future__ import annotations

import logging
import os
import resource
from collections.abc import Callable
from typing import NoReturn


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


def become(name: str, live: Callable[[], int], complaint: str) -> NoReturn:
    """Live under a name that lists of processes show (15 characters at most), and end with the code that `live` gives.

    What fails goes to the log under `complaint`. Nothing is run at the end that the parent had in mind for its own.
    """
    code = 1
    try:
        with open("/proc/self/comm", "w", encoding="ascii") as comm:
            comm.write(name)
        code = live()
    except BaseException:
        logging.getLogger("jijiao").exception(complaint)
    finally:
        logging.shutdown()
        os._exit(code)
