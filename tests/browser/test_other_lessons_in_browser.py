"""The lessons beside the core in a real browser, each by the tests of every_notebook.py."""

from every_notebook import *  # noqa: F403  # its tests, which pytest finds here
from every_notebook import CORE, EVERY

NOTEBOOKS = [name for name in EVERY if name not in CORE]
