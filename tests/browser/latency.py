"""Measure the bench in a real browser: python tests/browser/latency.py

From a key press to the changed pixels, 50 presses for each of four sliders: each 0.3 s after the picture of the last
one came, as by a person who looks at it first; 0.1 s after it, as by a finger that comes down again; and "at once".
Then a burst of 60 presses at 30 a second: how many pictures came, and the time from the last press until the last one
stands. In ms, measured in the page itself; a frame of the screen is 17 ms.

The table is printed twice: for Jupyter as it comes, and with `jupyter_server_config.py` beside this file, which says
what it is for.
"""

import statistics
import sys
import tempfile
from pathlib import Path

from driver import HOW_TO_GET_IT, Lab, Notebook, find_chromium, jupyter_lab, launch
from playwright.sync_api import expect, sync_playwright

MEASURE = """
window.pressed = 0
document.addEventListener('keydown', () => { window.pressed = performance.now() }, true)
window.painted = async () => {  // resolves when the picture is another one, decoded, and its frame has come
    const img = document.querySelector('.gc-lab img'), old = img.src
    const late = performance.now() + 5000
    while (performance.now() < late) {
        await new Promise(requestAnimationFrame)
        if (img.src === old || !img.complete || !img.naturalWidth) continue
        try { await img.decode() } catch { continue }
        return performance.now() - window.pressed
    }
    return null
}
window.watch = () => {  // notes when each picture is decoded
    const img = document.querySelector('.gc-lab img')
    window.watcher?.disconnect()
    window.pictures = []
    const decoded = () => window.pictures.push(performance.now())
    window.watcher = new MutationObserver(() => img.decode().then(decoded, () => {}))
    window.watcher.observe(img, {attributes: true, attributeFilter: ['src']})
}
"""
PAUSES = {"after 0.3 s": 300, "after 0.1 s": 100, "at once": 0}  # ms between a picture and the next press
SERVERS = {  # and what each finds in its environment
    "Jupyter as it comes": {},
    "with TCP_NODELAY": {"JUPYTER_CONFIG_PATH": str(Path(__file__).parent)},
}
GOALS = {"keep_prob": "90"}  # at the median; for the others 60 ms, and 95 ms for 95 of 100 presses
SLIDERS = {  # the state of the lab in which a slider stands at v
    "ε": lambda v: {"eps": v},
    "λ": lambda v: {"lam": v},
    "keep_prob": lambda v: {"keep_prob": v},
    "strength": lambda v: {"bugs": [["no_decay", 2, v, None]]},
}


def arrive(bench: Lab, slider: str, index: int) -> None:
    """Wait until a slider stands at a index, and the picture with it."""
    expect(bench.handle(slider)).to_have_attribute("aria-valuenow", f"{index:.1f}")
    bench.stands(**SLIDERS[slider](float(bench.readout(slider).text_content().split(",")[0])))


def single_presses(bench: Lab, slider: str, pause: int, presses: int = 50) -> list[float]:
    """Press one key after another, each so many ms after the picture of the last one stands."""
    times = []
    keys, _ = bench.there_and_back(slider, presses)
    for key in keys:
        bench.page.evaluate("() => { window.next = window.painted() }")
        bench.page.keyboard.press(key)
        times.append(bench.page.evaluate("window.next"))
        bench.page.wait_for_timeout(pause)
    return [time for time in times if time is not None]


def burst(bench: Lab, slider: str, presses: int = 60) -> tuple[int, float]:
    """Press keys 30 times a second; return how many pictures came, and how long after the last press the last one."""
    bench.page.evaluate("window.watch()")
    keys, index = bench.there_and_back(slider, presses)
    for key in keys:
        bench.page.keyboard.press(key, delay=33)
    arrive(bench, slider, index)
    return tuple(bench.page.evaluate("[pictures.length, pictures.at(-1) - pressed]"))


def measure(bench: Lab, slider: str) -> None:
    """Print a slider's row of the table."""
    if slider == "strength":
        bench.ask('lab.set(bugs=[("no_decay", 2)])')
        bench.stands(bugs=[["no_decay", 2, 1.0, None]])
    print(f"{slider:10}{GOALS.get(slider, '60 / 95'):>8}", end="")
    for pause in PAUSES.values():
        bench.handle(slider).press("Home")
        arrive(bench, slider, 0)
        times = single_presses(bench, slider, pause)
        print(f"{statistics.median(times):8.0f}{statistics.quantiles(times, n=20)[-1]:6.0f}", end="")
    bench.handle(slider).press("Home")
    arrive(bench, slider, 0)
    pictures, after = burst(bench, slider)
    print(f"{pictures:11}{after:12.0f}", flush=True)
    bench.start_again()


def main() -> None:
    """Print the table for each server."""
    if find_chromium() is None:
        sys.exit(HOW_TO_GET_IT)
    for name, environment in SERVERS.items():
        with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
            with jupyter_lab(Path(folder), **environment) as server:
                page = launch(playwright).new_page(viewport={"width": 1280, "height": 1000})
                notebook = Notebook(page, server, "00_start_here.ipynb")
                notebook.run_all()
                (bench,) = notebook.labs()
                bench.start_again()
                page.evaluate(MEASURE)
                print(f"{name:20}" + "".join(f"{pause:>12}  " for pause in PAUSES) + "    burst of 60, goal 150")
                print(f"{'in ms':10}{'goals':>8}" + "  median   95%" * len(PAUSES) + "   pictures  last after")
                for slider in SLIDERS:
                    measure(bench, slider)


if __name__ == "__main__":
    main()
