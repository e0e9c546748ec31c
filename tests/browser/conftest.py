"""One JupyterLab for all browser tests, one Chromium for each file of tests."""

import driver
import pytest
from playwright.sync_api import sync_playwright


@pytest.fixture(scope="module")
def browser():
    """Run Chromium."""
    if driver.find_chromium() is None:
        pytest.fail(driver.HOW_TO_GET_IT)
    with sync_playwright() as playwright:
        browser = driver.launch(playwright)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def lab_server(tmp_path_factory):
    """Run JupyterLab in a fresh copy of the notebooks."""
    with driver.jupyter_lab(tmp_path_factory.mktemp("jupyter")) as server:
        yield server
