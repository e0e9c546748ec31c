"""Measure the bench in a real browser: python tests/browser/latency.py [presses, 50 if not given]

From a key press to the changed pixels, so many presses for each of four sliders: each 0.3 s after the picture of the
last one came, as by a person who looks at it first; 0.1 s after it, as by a finger that comes again; and "at once".
These are the pixels of the quick drawing; `crisp` is the time from a press after which the hand rests 0.3 s until every
picture is crisp. Then a burst of 60 presses at 30 a second: how many pictures came, and the time from the last press
until the last one stands. In ms, measured in the page itself; a frame of the screen is 17 ms.

The table is printed for Jupyter as it comes, also with a network of 1,185 parameters; with `jupyter_server_config.py`
beside this file, which says what it is for; and for a server far away: behind a proxy on this machine that holds back
what it is given for 75 ms, each way.
"""

import asyncio
import statistics
import sys
import tempfile
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from queue import SimpleQueue
from threading import Thread

from driver import HOW_TO_GET_IT, Lab, Notebook, Server, find_chromium, jupyter_lab, launch
from playwright.sync_api import expect, sync_playwright

MEASURE = """
window.pressed = 0
document.addEventListener('keydown', () => { window.pressed = performance.now() }, true)
window.images = () => [...document.querySelectorAll('.gc-lab img')]
window.wide = images().map(img => img.naturalWidth)  // of crisp pictures, for at rest they are
window.frame = () => new Promise(requestAnimationFrame)
window.painted = async () => {  // resolves when the last picture is another one, decoded, and its frame has come
    const img = images().at(-1), old = img.src
    const late = performance.now() + 5000
    while (performance.now() < late) {
        await frame()
        if (img.src === old || !img.complete || !img.naturalWidth) continue
        try { await img.decode() } catch { continue }
        return performance.now() - window.pressed
    }
    return null
}
window.crisp = async () => {  // resolves when all pictures are crisp, decoded, and their frame has come
    const late = performance.now() + 5000
    while (performance.now() < late) {
        await frame()
        if (!images().every((img, n) => img.complete && img.naturalWidth === wide[n])) continue
        try { await Promise.all(images().map(img => img.decode())) } catch { continue }
        return performance.now() - window.pressed
    }
    return null
}
window.watch = () => {  // notes when each quick picture is decoded
    const img = images().at(-1)
    window.watcher?.disconnect()
    window.pictures = []
    const decoded = () => { if (img.naturalWidth < wide.at(-1)) window.pictures.push(performance.now()) }
    window.watcher = new MutationObserver(() => img.decode().then(decoded, () => {}))
    window.watcher.observe(img, {attributes: true, attributeFilter: ['src']})
}
"""
PRESSES = int([*sys.argv, 50][1])
PAUSES = {"after 0.3 s": 300, "after 0.1 s": 100, "at once": 0}  # ms between a picture and the next press
AWAY = 0.075  # seconds to a server far away, each way
NODELAY = {"JUPYTER_CONFIG_PATH": str(Path(__file__).parent)}
LARGE = {"data": "3 or 8, 8×8 pixels", "units": (16, 8)}
ROUNDS = {  # what Jupyter finds in its environment, how far away it is, the bench's network, and the goals
    "Jupyter as it comes": ({}, 0, {}, "45 / 65"),
    "64-16-8-1": ({}, 0, LARGE, ""),
    "with TCP_NODELAY": (NODELAY, 0, {}, "45 / 65"),
    "75 ms away": ({}, AWAY, {}, "200"),
}
SLIDERS = {  # the state of the lab in which a slider stands at v
    "ε": lambda v: {"eps": v},
    "λ": lambda v: {"lam": v},
    "keep_prob": lambda v: {"keep_prob": v},
    "strength": lambda v: {"bugs": [["no_decay", 2, v, None]]},
}


def far(server: Server, delay: float) -> Server:
    """Return the server behind a proxy that holds back what passes for so many seconds, each way."""

    async def carry(reader, writer) -> None:
        loop = asyncio.get_running_loop()
        while data := await reader.read(1 << 16):
            loop.call_later(delay, writer.write, data)
        loop.call_later(delay, writer.close)

    async def join(reader, writer) -> None:
        with suppress(ConnectionError):  # at the end one of them hangs up
            there, back = await asyncio.open_connection("127.0.0.1", int(server.url.rpartition(":")[2]))
            await asyncio.gather(carry(reader, back), carry(there, writer))

    async def serve() -> None:
        proxy = await asyncio.start_server(join, "127.0.0.1", 0)
        ports.put(proxy.sockets[0].getsockname()[1])
        await proxy.serve_forever()

    ports: SimpleQueue[int] = SimpleQueue()
    Thread(target=asyncio.run, args=(serve(),), daemon=True).start()
    return replace(server, url=f"http://127.0.0.1:{ports.get()}")


def arrive(bench: Lab, slider: str, index: int) -> None:
    """Wait until a slider stands at a index, and the picture with it."""
    expect(bench.handle(slider)).to_have_attribute("aria-valuenow", f"{index:.1f}")
    bench.stands(**SLIDERS[slider](float(bench.readout(slider).text_content())))


def single_presses(bench: Lab, slider: str, pause: int) -> tuple[list[float], list[float]]:
    """Press one key after another, each so many ms after the picture of the last one stands.

    Returns the times to the picture, and where the pause is long enough those to the crisp ones.
    """
    quick, crisp = [], []
    for key in bench.there_and_back(slider, PRESSES)[0]:
        bench.page.evaluate("() => { window.next = window.painted() }")
        bench.page.keyboard.press(key)
        quick.append(bench.page.evaluate("window.next"))
        if pause == max(PAUSES.values()):
            crisp.append(bench.page.evaluate("window.crisp()"))
            pause_left = max(0, pause - crisp[-1] + quick[-1])
        else:
            pause_left = pause
        bench.page.wait_for_timeout(pause_left)
    return quick, crisp


def burst(bench: Lab, slider: str, presses: int = 60) -> tuple[int, float]:
    """Press keys 30 times a second; return how many pictures came, and how long after the last press the last one."""
    bench.page.evaluate("window.watch()")
    keys, index = bench.there_and_back(slider, presses)
    for key in keys:
        bench.page.keyboard.press(key, delay=33)
    arrive(bench, slider, index)
    return tuple(bench.page.evaluate("[pictures.length, pictures.at(-1) - pressed]"))


def spread(times: list[float]) -> str:
    """Write the median and the time that 95 of 100 are below."""
    return f"{statistics.median(times):8.0f}{statistics.quantiles(times, n=20)[-1]:6.0f}"


def measure(bench: Lab, slider: str, network: dict, goals: str) -> None:
    """Print a slider's row of the table."""
    bench.start_again()
    bugs = [("no_decay", 2)] if slider == "strength" else []
    bench.ask(f"lab.set(bugs={bugs}, **{network})")
    bench.comes_to(lambda said: True, network)
    print(f"{slider:10}{goals:>8}", end="")
    crisp: list[float] = []
    for pause in PAUSES.values():
        bench.handle(slider).press("Home")
        arrive(bench, slider, 0)
        quick, rested = single_presses(bench, slider, pause)
        crisp += rested
        print(spread(quick), end="")
    bench.handle(slider).press("Home")
    arrive(bench, slider, 0)
    pictures, after = burst(bench, slider)
    print(f"{spread(crisp)}{pictures:11}{after:12.0f}", flush=True)


def main() -> None:
    """Print the table for each server."""
    if find_chromium() is None:
        sys.exit(HOW_TO_GET_IT)
    for name, (environment, away, network, goals) in ROUNDS.items():
        with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
            with jupyter_lab(Path(folder), **environment) as server:
                page = launch(playwright).new_page(viewport={"width": 1280, "height": 1000})
                notebook = Notebook(page, far(server, away) if away else server, "00_start_here.ipynb")
                notebook.run_all()
                (bench,) = notebook.labs()
                bench.start_again()
                page.evaluate(MEASURE)
                heads = [*PAUSES, "crisp, 300"]
                print(f"{name:18}" + "".join(f"{head:>12}  " for head in heads) + "    burst of 60, goal 120")
                print(f"{'in ms':10}{'goals':>8}" + "  median   95%" * len(heads) + "   pictures  last after")
                for slider in SLIDERS:
                    measure(bench, slider, network, goals)


if __name__ == "__main__":
    main()
