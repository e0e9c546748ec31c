"""The whole site as a reader has it: every page has words, its pictures or its covers, and links that lead somewhere.

It fits 360 pixels, needs no script, and axe holds nothing against one page of each kind; LONG=1 asks axe of all pages.
"""

import re
import sys
from urllib.parse import unquote

import pytest
from axe_playwright_python.sync_playwright import Axe
from bs4 import BeautifulSoup
from driver import ROOT

sys.path += [str(ROOT / "tests"), str(ROOT / ".github" / "site")]
from helpers import LONG

import build

pytestmark = [pytest.mark.browser, pytest.mark.slow]

OF_EACH_KIND = ["index.html", "notebooks/05_remember_regularization.html", "api/gc_lib/data.html"]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Build the whole site."""
    folder = tmp_path_factory.mktemp("site")
    build.build(folder)
    return folder


@pytest.fixture(scope="module")
def pages(site):
    """Read every page."""
    return {path: BeautifulSoup(path.read_text("utf-8"), "html.parser") for path in sorted(site.rglob("*.html"))}


def test_every_link_and_picture_of_a_page_leads_to_what_is_there(pages):
    ids = {path: {each["id"] for each in soup.find_all(id=True)} for path, soup in pages.items()}
    lost = []
    for path, soup in pages.items():
        found = [(each, each.get("href", each.get("src"))) for each in soup.select("a[href], img, [rel=stylesheet]")]
        for each, link in found:
            file, _, anchor = unquote(link).partition("#")
            target = (path.parent / file).resolve() if file else path
            outside = each.name == "a" and link.startswith("https://")
            if not outside and not (target.is_file() and (not anchor or anchor in ids[target])):
                lost.append((path.name, link))
    assert lost == []


def test_every_source_has_a_page_and_every_notebook_its_pictures_or_its_covers(site, pages):
    assert {site / place for place in build.PAGES.values()} <= set(pages)
    for path, soup in pages.items():
        assert len(soup.main.get_text().split()) > 100 and len(soup.find_all("h1")) == 1, path
        assert soup.find_all("script", type=lambda kind: kind != "application/ld+json") == [], path
        assert all(picture["alt"] for picture in soup.find_all("img")), path
        if path.parent.name in ("notebooks", "solutions") and path.stem[:2].isdigit():
            covers = soup.select(f'[role=status] a[href="solutions/{path.stem}.html"]')
            assert soup.select("figure img") or covers, path
            assert path.parent.name == "solutions" or soup.find("a", string="the worked solution"), path


def test_for_teachers_says_how_large_the_site_is(site):
    files, size, packed = build.measured(site)
    said = f"all {files} files of the site in {packed / 1e6:.1f} MB (compressed; {size / 1e6:.1f} MB as they are)"
    assert said in " ".join((ROOT / "notebooks" / "for_teachers.md").read_text("utf-8").split())


def test_every_page_fits_360_pixels_and_shows_its_pictures_without_a_script(browser, pages):
    context = browser.new_context(viewport={"width": 360, "height": 800}, java_script_enabled=False)
    page = context.new_page()
    for path in pages:
        page.goto(path.as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, path
        for picture in page.locator("img").all()[:1]:
            picture.scroll_into_view_if_needed()
            assert picture.bounding_box()["width"] > 100, path
    context.close()


def test_the_procedure_takes_one_sheet_of_paper(browser, site):
    page = browser.new_page()
    page.goto((site / "notebooks" / "procedure.html").as_uri())
    printed = page.pdf(prefer_css_page_size=True)
    assert re.findall(rb"/Type */Pages?\b", printed).count(b"/Type /Page") == 1
    width, height = map(float, re.search(rb"/MediaBox *\[0 0 ([\d.]+) ([\d.]+)\]", printed).groups())
    assert (width, height) == pytest.approx((595, 842), abs=1), "A4, in points"
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_holds_nothing_against_it(browser, site, pages, scheme):
    context = browser.new_context(viewport={"width": 360, "height": 800}, color_scheme=scheme)
    page = context.new_page()
    for path in pages if LONG else [site / name for name in OF_EACH_KIND]:
        page.goto(path.as_uri())
        found = Axe().run(page).response["violations"]
        assert [(each["id"], each["nodes"][0]["html"]) for each in found] == [], path
    context.close()
