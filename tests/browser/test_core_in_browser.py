"""The five lessons of the core in a real browser, each by the tests of every_notebook.py."""

from every_notebook import *  # noqa: F403  # its tests, which pytest finds here
from every_notebook import CORE

NOTEBOOKS = CORE
