"""What some work cost this process, as the line that the one who started it reads."""

import resource
import time


def measure(times, each, work):
    for _ in range(times):
        work()
    began, before = time.monotonic(), _cpu()
    for _ in range(times):
        work()
    print(f"seconds={time.monotonic() - began} cpu={_cpu() - before} done={times * each}")


def _cpu():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def expect(wanted, seen):
    """Fails where it has not read everything."""
    if seen != wanted:
        raise RuntimeError(f"read {seen} of {wanted}")
