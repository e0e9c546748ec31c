"""One JupyterLab and one Chromium for all browser tests, one window of it for each file of tests."""

import os

import driver
import pytest
from playwright.sync_api import sync_playwright

pytest.register_assert_rewrite("every_notebook")


@pytest.fixture(scope="session")
def browser():
    """Run Chromium; a student who has none is told how to get it."""
    if driver.find_chromium() is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(driver.HOW_TO_GET_IT)
    with sync_playwright() as playwright:
        browser = driver.launch(playwright)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def lab_server(browser, tmp_path_factory):
    """Run JupyterLab in a fresh copy of the notebooks."""
    with driver.jupyter_lab(tmp_path_factory.mktemp("jupyter")) as server:
        yield server


@pytest.fixture(scope="module")
def context(browser):
    """Open a window of the browser, which may have several tabs."""
    context = browser.new_context(viewport={"width": 1280, "height": 1000})
    yield context
    context.close()
