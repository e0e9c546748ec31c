"""Show what it costs to begin: the import, the way from Run All to the first picture, and the memory of one kernel.

Also by how much that memory grows when a student runs the cell of the bench 20 times more.

Run it with `python tests/benchmarks/bench_start.py`. The kernel is a real one, as JupyterLab starts it; without a page
in front of it, so what the browser adds is not in these figures (`tests/browser/latency.py` has it).
"""

import subprocess
import sys
from pathlib import Path
from statistics import median
from time import perf_counter

from jupyter_client.manager import start_new_kernel

CELLS = ["import gc_lib as gcl", "lab = gcl.labs.bench()", "lab"]


def seconds_of(code: str) -> float:
    """Time a fresh Python that runs some code, the least of several."""
    times = []
    for _ in range(9):
        start = perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True)
        times.append(perf_counter() - start)
    return min(times)


def run(client, cell: str) -> None:
    """Run a cell as JupyterLab does, which tells the kernel which cell it is."""
    content = {"code": cell, "silent": False, "store_history": True}
    message = client.session.msg("execute_request", content, metadata={"cellId": cell})
    client.shell_channel.send(message)
    reply = client.get_shell_msg(timeout=120)
    while reply["parent_header"].get("msg_id") != message["header"]["msg_id"]:
        reply = client.get_shell_msg(timeout=120)
    assert reply["content"]["status"] == "ok", reply["content"]


def megabytes(process: int) -> float:
    """Return the memory of a process, on Linux."""
    status = Path(f"/proc/{process}/status")
    lines = status.read_text().splitlines() if status.exists() else []
    kilobytes = [float(line.split()[1]) for line in lines if line.startswith("VmRSS")] or [float("nan")]
    return kilobytes[0] / 1024


def first_picture() -> tuple[float, float, float, float]:
    """Start a kernel and run the cells of the first notebook; return seconds, megabytes, and what 20 runs more add."""
    start = perf_counter()
    manager, client = start_new_kernel(kernel_name="python3")
    try:
        ready = perf_counter()
        for cell in CELLS:
            run(client, cell)
        shown, memory = perf_counter(), megabytes(manager.provisioner.pid)
        for cell in CELLS[1:] * 20:
            run(client, cell)
        grown = megabytes(manager.provisioner.pid) - memory
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    return ready - start, shown - ready, memory, grown


def main() -> None:
    """Print the table."""
    nothing, numpy, ours = (seconds_of(code) for code in ("", "import numpy", "import gc_lib"))
    starts, pictures, memories, grown = zip(*(first_picture() for _ in range(5)), strict=True)
    rows = [
        ("import numpy", numpy - nothing, "s", ""),
        ("import gc_lib", ours - nothing, "s", f"numpy's own and 0.030: {numpy - nothing + 0.03:.3f}"),
        ("a kernel, ready", median(starts), "s", ""),
        ("from Run All to the first picture", median(pictures), "s", "3"),
        ("memory of the kernel, bench open", median(memories), "MB", "150"),
        ("what 20 runs more of its cell add", median(grown), "MB", "20"),
    ]
    print(f"{'':36}{'measured':>12}   goal")
    for name, value, unit, goal in rows:
        print(f"{name:36}{value:9.{0 if unit == 'MB' else 3}f} {unit:2}   {goal}")


if __name__ == "__main__":
    main()
