"""What a run costs its process. Standard library alone: the peers' environment runs it too."""

import resource
import time
from pathlib import Path
from typing import Self


def _status(name: str) -> float:
    for row in Path("/proc/self/status").read_text(encoding="utf-8").splitlines():
        if row.startswith(name):
            return int(row.split()[1]) / 1024
    return 0.0


def _cpu_s() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


class Meter:
    """Seconds, CPU seconds and growth of memory (peak above the start) of a block, in MiB."""

    def __enter__(self) -> Self:
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # forget the peak so far
        self._memory, self._cpu, self._started = _status("VmRSS"), _cpu_s(), time.perf_counter()
        return self

    def __exit__(self, *_: object) -> None:
        self.figures = {
            "seconds": time.perf_counter() - self._started,
            "cpu_s": _cpu_s() - self._cpu,
            "memory_mib": _status("VmHWM") - self._memory,
        }
