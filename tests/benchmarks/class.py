"""Measure a class: N students at the bench, on one machine. Run it with `python tests/benchmarks/class.py [N …]`.

One real Jupyter server on the loopback, and behind it one real kernel for each student, as on a JupyterHub's machine.
The students are not browsers but what a browser sends: all click Run All at once, then press keys for half a minute,
each in bursts of ten presses, eight a second, on ε, λ or keep_prob, with three bugs one after the other in between, and
pauses of two seconds. As JupyterLab does, one message is under way at a time, and presses meanwhile become one. Printed
as a Markdown table: the time until all have their first picture, the time from a press to the pictures that show it,
what is held in memory, and how many students ended on a picture or a state that their last press did not ask for.
"""

import asyncio
import hashlib
import json
import random
import sys
import tempfile
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter
from uuid import uuid4

import psutil
from jupyter_server.services.kernels.connection.base import deserialize_binary_message
from tornado.httpclient import AsyncHTTPClient, HTTPRequest
from tornado.websocket import websocket_connect

sys.path.append(str(Path(__file__).parents[1] / "browser"))
from driver import Server, jupyter_lab

STUDENTS = 1, 2, 5, 10, 20, 40
SECONDS = 30  # of pressing keys
LIMIT = 300  # seconds for anything that is waited for
BURST, PRESS, PAUSE = 10, 1 / 8, 2.0
CELLS = "import gc_lib as gcl", "lab = gcl.labs.bench()", "lab"
ASK = """
def _ask():
    import hashlib, json
    moving = {name: lab.bound[name] for name in ("eps", "lam", "keep_prob")} | {"bug": lab.rows[0].bug}
    told = {name: [one.model_id, one.index, len(one.options)] for name, one in moving.items()}
    with lab.lock:
        pictures = {image.model_id: hashlib.sha256(image.value).hexdigest() for image in lab.pictures.images}
        print(json.dumps([told, lab.result.state == lab.state, lab.scale == 2, pictures]))
_ask()
"""


class Student:
    """Hold one kernel through the server's web socket, and press keys as a person would."""

    def __init__(self, server: Server, number: int):
        self.server, self.random = server, random.Random(number)
        self.waiting, self.sent, self.pressed, self.times = {}, {}, {}, []
        self.pictures, self.subshell = {}, None

    async def open(self) -> None:
        """Start a kernel and run the notebook's cells."""
        headers = {"Authorization": f"token {self.server.token}"}
        body = json.dumps({"name": "python3"})
        request = HTTPRequest(f"{self.server.url}/api/kernels", "POST", headers, body, request_timeout=LIMIT)
        kernel = json.loads((await AsyncHTTPClient(max_clients=100).fetch(request)).body)["id"]
        url = f"{self.server.url.replace('http', 'ws')}/api/kernels/{kernel}/channels?session_id={uuid4().hex}"
        self.socket = await websocket_connect(HTTPRequest(url, headers=headers, request_timeout=LIMIT))
        self.reader = asyncio.create_task(self.read())
        for code in CELLS:
            await self.execute(code)
        reply = await self.send("create_subshell_request", {}, "control")
        self.subshell = reply["content"].get("subshell_id")
        self.controls, *_, pictures = json.loads(await self.execute(ASK))
        self.asked = {name: at for name, (_, at, _) in self.controls.items()}
        self.last = list(pictures)[-1]

    async def read(self) -> None:
        """Take what the kernel says, as it comes."""
        while (message := await self.socket.read_message()) is not None:
            message = deserialize_binary_message(message) if isinstance(message, bytes) else json.loads(message)
            kind, content = message["header"]["msg_type"], message["content"]
            parent = message["parent_header"].get("msg_id")
            if kind == "comm_msg" and message["buffers"]:
                self.see(content["comm_id"], bytes(message["buffers"][0]), parent)
            if kind == "stream":
                self.said = content["text"]
            done = kind == "status" and content["execution_state"] == "idle" or kind.endswith("_reply")
            if done and parent in self.waiting:
                self.waiting[parent][kind.endswith("_reply")].set_result(message)

    def see(self, image: str, picture: bytes, parent: str) -> None:
        """Note when the last picture came, for every press that it shows; a press that changes no pixel brings none."""
        self.pictures[image] = picture
        if image == self.last:
            self.times += [perf_counter() - pressed for pressed in self.sent.pop(parent, [])]

    async def send(self, kind: str, content: dict, channel: str = "shell", presses=()) -> dict:
        """Send a message; wait until the kernel is idle again, and has replied where it replies to such messages."""
        name = uuid4().hex
        header = {"msg_id": name, "msg_type": kind, "username": "", "session": "class", "version": "5.4", "date": ""}
        header |= {"subshell_id": self.subshell} if kind == "comm_msg" else {}
        self.sent[name] = list(presses)
        idle, reply = self.waiting[name] = [asyncio.get_running_loop().create_future() for _ in range(2)]
        message = {"header": header, "parent_header": {}, "metadata": {}, "content": content, "channel": channel}
        await self.socket.write_message(json.dumps(message | {"buffers": []}))
        wanted = [idle] if kind == "comm_msg" else [idle, reply]
        await asyncio.wait_for(asyncio.gather(*wanted), LIMIT)
        del self.waiting[name]
        return None if kind == "comm_msg" else reply.result()

    async def execute(self, code: str) -> str:
        """Run a cell, and return what it printed."""
        self.said = ""
        reply = await self.send("execute_request", {"code": code, "silent": False, "store_history": True})
        assert reply["content"]["status"] == "ok", reply["content"]
        return self.said

    async def press(self) -> None:
        """Press keys until the time is over, and wait for the last picture."""
        late, moving = perf_counter() + SECONDS, asyncio.create_task(self.move())
        while perf_counter() < late:
            await asyncio.sleep(self.random.uniform(0.5, 1.5) * PAUSE)
            name = self.random.choice(list(self.controls))
            _, _, values = self.controls[name]
            step, presses, pause = (self.random.randrange(1, 9), 3, 0.5) if name == "bug" else (1, BURST, PRESS)
            for _ in range(presses):
                self.want(name, (self.asked[name] + step) % values)
                await asyncio.sleep(pause)
        while self.pressed:
            await asyncio.sleep(PRESS)
        moving.cancel()

    def want(self, name: str, index: int) -> None:
        """Press a key: note where a control should stand, and when that was."""
        self.asked[name] = index
        self.pressed.setdefault(name, []).append(perf_counter())

    async def move(self) -> None:
        """Send what was pressed, one message at a time."""
        while True:
            if not self.pressed:
                await asyncio.sleep(0.005)
                continue
            name = next(iter(self.pressed))
            presses = list(self.pressed[name])
            data = {"method": "update", "state": {"index": self.asked[name]}, "buffer_paths": []}
            await self.send("comm_msg", {"comm_id": self.controls[name][0], "data": data}, presses=presses)
            self.pressed[name] = self.pressed[name][len(presses) :]
            if not self.pressed[name]:
                del self.pressed[name]

    async def is_wrong(self) -> bool:
        """Tell whether a press was lost, or the pictures are not those of the last press, once they are crisp."""
        crisp = False
        while not crisp:
            controls, whole, crisp, pictures = json.loads(await self.execute(ASK))
        moved = self.asked == {name: at for name, (_, at, _) in controls.items()}
        seen = {image: hashlib.sha256(picture).hexdigest() for image, picture in self.pictures.items()}
        return not (moved and whole and seen == pictures)


def held(process: psutil.Process) -> float:
    """Return the megabytes that a process holds, its share of what it shares with others."""
    info = process.memory_full_info()
    return getattr(info, "pss", info.rss) / 1e6


async def attend(server: Server, count: int) -> str:
    """Let a class of students press keys, and return a row of the table."""
    start = perf_counter()
    students = [Student(server, number) for number in range(count)]
    await asyncio.gather(*(student.open() for student in students))
    opened = perf_counter() - start
    await asyncio.gather(*(student.press() for student in students))
    wrong = sum([await student.is_wrong() for student in students])
    process = psutil.Process(server.process.pid)
    kernels = [held(child) for child in process.children(recursive=True)]
    for student in students:
        student.reader.cancel()
        student.socket.close()
    times = sorted(1000 * time for student in students for time in student.times)
    tail = quantiles(times, n=20)[-1]
    memory = f"{sum(kernels) / count:.0f} | {held(process):.0f} | {(sum(kernels) + held(process)) / 1000:.1f}"
    return f"| {count} | {opened:.0f} | {median(times):.0f} | {tail:.0f} | {times[-1]:.0f} | {memory} | {wrong} |"


def main() -> None:
    """Print the table, a row at a time."""
    counts = [int(word) for word in sys.argv[1:]] or STUDENTS
    print(f"On {psutil.cpu_count()} cores, {psutil.virtual_memory().total / 1e9:.0f} GB.\n")
    print(
        "| students | s until all see it | ms median | ms 95 % | ms worst | MB a kernel | MB server | GB all | wrong |"
    )
    print("|---|---|---|---|---|---|---|---|---|")
    for count in counts:
        with tempfile.TemporaryDirectory() as scratch, jupyter_lab(Path(scratch)) as server:
            print(asyncio.run(attend(server, count)), flush=True)


if __name__ == "__main__":
    main()
