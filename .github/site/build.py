"""Build the site to read: python .github/site/build.py [FOLDER], by default into _site.

Every lesson, solution and text becomes a page at its own path, README.md the front page, and the docstrings of what
`gc_lib` offers the API pages, by pdoc. No page needs a script. Where JupyterLite stands in FOLDER/lite/VERSION already,
as .github/site/lite.py builds it, the lessons link to it.
"""

import gzip
import json
import os
import re
import shutil
import struct
import sys
import tomllib
from base64 import b64decode
from hashlib import sha256
from pathlib import Path
from urllib.parse import unquote

import nbformat
import pdoc.doc
import pdoc.render
import yaml
from bs4 import BeautifulSoup
from latex2mathml.converter import convert as mathml
from nbconvert import HTMLExporter

import gc_lib

sys.path.append(str(Path(__file__).resolve().parents[1]))
import address

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
README = (ROOT / "README.md").read_text("utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
CITATION = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
TITLE = re.search(r"^# (.+)$", README, re.M)[1]
TEXTS = sorted((ROOT / "notebooks").glob("*.md"))
LESSONS = sorted((ROOT / "notebooks").glob("*.ipynb"))
SOLUTIONS = sorted((ROOT / "notebooks" / "solutions").glob("*.ipynb"))
PAGES = {ROOT / "README.md": Path("index.html")} | {
    source: source.relative_to(ROOT).with_suffix(".html") for source in (*TEXTS, *LESSONS, *SOLUTIONS)
}
ROWS = re.findall(r"^\| (★ )?\[(.+?)\]\(notebooks/(\w+)\.ipynb\)", README, re.M)  # of the table of the course
NAMES = {stem: name for _, name, stem in ROWS} | {"quiz": "the quiz"}
CORE = {stem for star, _, stem in ROWS if star}

API = ["gc_lib", *(f"gc_lib.{name}" for name in ("labs", "data", "layers", "network.bugs", "exercises", "quiz"))]

OWNER, NAME, REF = address.present()
SET = (OWNER, NAME) != address.NONE  # whether the address of the repository has been set
CODE = f"https://github.com/{OWNER}/{NAME}"
COLAB = "https://colab.research.google.com/github"
BINDER = "https://mybinder.org/v2/gh"

FORMULA = re.compile(r"\$\$(.+?)\$\$|\$([^$\n]+)\$", re.S)
SAID = re.compile(r"^\*\*(You will|You will learn|You need|Time)\*\* (.+?) *$", re.M)
EXPORTER = HTMLExporter(template_name="basic", exclude_input_prompt=True, exclude_output_prompt=True)
FITS = 30  # letters of a line of code at a width of 360 pixels; what is longer scrolls, also by keyboard


def read(source):
    """Return a source as a notebook, a text as one of a single cell; its formulas are MathML, which needs no script."""
    if source.suffix == ".ipynb":
        notebook = nbformat.read(source, as_version=4)
    else:
        text = front() if source.name == "README.md" else source.read_text("utf-8")
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(text)])
    notebook.cells = [cell for cell in notebook.cells if "fetch" not in cell.metadata.get("tags", [])]  # none to read
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = FORMULA.sub(formula, cell.source)
    return notebook


def formula(found):
    """Return a formula of LaTeX as MathML."""
    return mathml(found[1] or found[2], display="block" if found[1] else "inline")


def front():
    """Return the README with the course before how to start it, and at its end how to cite it."""
    head, *sections = re.split(r"^(?=## )", README, flags=re.M)
    sections.sort(key=lambda section: not section.startswith("## The course"))
    cite = ["\n## How to cite", CITATION["message"], cited(CITATION), "It stands on:"]
    cite.append("\n".join(f"- {cited(work)}" for work in CITATION["references"]))
    return "".join([head, *sections, "\n\n".join(cite)])


def cited(work):
    """Return how a work of CITATION.cff is cited: by whom, what it is called, where it stands, and of when it is."""
    parts = [f"{authors(work)}: *{work['title']}*", work.get("collection-title"), work.get("publisher", {}).get("name")]
    words = {"version": "version ", "date-released": "", "year": "", "repository-code": "", "url": "", "doi": "doi "}
    parts += [f"{before}{work[field]}" for field, before in words.items() if field in work]
    return ", ".join(filter(None, parts)) + "."


def authors(work):
    """Return the names of those who made a work."""
    return ", ".join(each.get("name") or f"{each['given-names']} {each['family-names']}" for each in work["authors"])


def mended(html, source, folder):
    """Return what stands on a page with the site's anchors and links, scrolling tables and code, pictures as files."""
    soup = BeautifulSoup(html, "html.parser")
    for heading in soup.find_all(re.compile(r"^h[1-6]$")):
        for link in heading.find_all(class_="anchor-link"):
            link.decompose()
        heading["id"] = re.sub(r"[^\w -]", "", heading.get_text()).lower().replace(" ", "-")  # as on GitHub
    for link in soup.find_all("a"):
        target = led(link["href"], source)
        if target:
            link["href"] = target
        elif link.img:
            link.decompose()
        else:
            link.unwrap()
    for badge in soup.find_all("img", src=re.compile("^http")):
        badge.replace_with(badge["alt"])
    for picture in soup.find_all("img"):
        kept(picture, source, folder)
    for head in soup.select("th:empty"):
        head.name = "td"
    for wide in soup.find_all(["table", "math"], display=lambda display: display != "inline"):
        wide.wrap(soup.new_tag("div", attrs={"class": "wide", "tabindex": "0"}))
    for code in soup.find_all("pre"):
        if max(map(len, code.get_text().splitlines()), default=0) > FITS:
            code["tabindex"] = "0"
    return soup


def led(link, source):
    """Return where a link of a source leads on the site, or None where that is not known."""
    if "/".join(address.NONE) in link:
        return None
    if re.match(r"https?:|#", link):
        return link
    path, _, anchor = link.partition("#")
    target = (source.parent / unquote(path)).resolve()
    if target in PAGES:
        return os.path.relpath(PAGES[target], PAGES[source].parent) + (anchor and f"#{anchor}")
    return f"{CODE}/blob/{REF}/{target.relative_to(ROOT).as_posix()}" if SET else None


def kept(picture, source, folder):
    """Put a picture into a file of its own, one for all places that show it, and say how large it is."""
    stored = picture["src"].startswith("data:")
    data = b64decode(picture["src"].partition(",")[2]) if stored else (source.parent / picture["src"]).read_bytes()
    file = Path("pictures", f"{sha256(data).hexdigest()[:16]}.png")
    put(folder / file, data)
    picture["src"] = os.path.relpath(file, PAGES[source].parent)
    picture["width"], picture["height"] = (pixels // 2 for pixels in struct.unpack(">II", data[16:24]))
    picture["loading"] = "lazy"


def put(path, content):
    """Write a file, and the folders on the way to it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())


def plain(text):
    """Return text without the marks of Markdown."""
    return re.sub(r"\[([^\]]*)\]\([^)]*\)|[*`]", r"\1", text)


def ways_to_run(source, folder):
    """Return the ways to run a lesson, each with where it leads: those that are there, and no other."""
    path, lite = source.relative_to(ROOT).as_posix(), f"lite/{gc_lib.__version__}"
    pages = {"run it here (experimental)": "lab", "on a phone (experimental)": "notebooks"}  # this has no side panel
    ways = {way: f"../{lite}/{page}/index.html?path={path}" for way, page in pages.items() if (folder / lite).exists()}
    if SET:
        ways["Binder"] = f"{BINDER}/{OWNER}/{NAME}/{REF}?urlpath=lab/tree/{path}"
        ways["Colab (not tried)"] = f"{COLAB}/{OWNER}/{NAME}/blob/{REF}/{path}"
    return ways | {"download it": source.name}


def metadata(name, said, page):
    """Describe a lesson as a Bioschemas TrainingMaterial 1.0."""
    described = {
        "@context": ["https://schema.org/", {"dct": "http://purl.org/dc/terms/"}],
        "@type": "LearningResource",
        "dct:conformsTo": {
            "@id": "https://bioschemas.org/profiles/TrainingMaterial/1.0-RELEASE",
            "@type": "CreativeWork",
        },
        "name": name,
        "description": f"You will {said['You will']}",
        "keywords": PROJECT["keywords"],
        "teaches": said["You will learn"],
        "competencyRequired": said["You need"],
        "timeRequired": f"PT{re.search(r'[0-9]+', said['Time'])[0]}M",
        "educationalLevel": "Undergraduate, from the second year",
        "audience": {"@type": "EducationalAudience", "educationalRole": "student"},
        "learningResourceType": ["notebook", "exercise"],
        "inLanguage": "en",
        "license": "https://creativecommons.org/licenses/by/4.0/",
        "author": {"@type": "Organization", "name": authors(CITATION)},
        "version": gc_lib.__version__,
        "datePublished": str(CITATION["date-released"]),
        "isPartOf": {"@type": "Course", "name": TITLE, "description": PROJECT["description"]},
    }
    return described | ({"url": f"https://{OWNER}.github.io/{NAME}/{page.as_posix()}"} if SET else {})


def neighbours(source):
    """Return the page before a lesson or a solution, and the page after it, each with its name; None where none is."""
    row = [each for each in (LESSONS if source in LESSONS else SOLUTIONS) if each.stem != "quiz"]
    if source not in row:
        return None, None
    n = row.index(source)
    both = (row[n - 1] if n else None, row[n + 1] if n + 1 < len(row) else None)
    return tuple(each and (f"{each.stem}.html", NAMES[each.stem]) for each in both)


def page(source, folder):
    """Write the page of a source."""
    notebook = read(source)
    soup = mended(EXPORTER.from_notebook_node(notebook)[0], source, folder)
    name, place = soup.h1.extract().get_text(), PAGES[source]
    said = {what: plain(words) for what, words in SAID.findall(notebook.cells[0].source)}
    more = {"front": place.name == "index.html"}
    if source.suffix == ".ipynb":
        before, after = neighbours(source)
        more = {"lesson": source in LESSONS, "core": source.stem in CORE, "before": before, "after": after}
        more |= {"minutes": plain(said["Time"]).partition(".")[0], "called": NAMES[source.stem], "file": source.stem}
    if source in LESSONS:
        shutil.copy(source, folder / place.parent)
        more |= {"ways": ways_to_run(source, folder), "described": json.dumps(metadata(name, said, place))}
    root = "../" * (len(place.parts) - 1)
    html = pdoc.render.env.get_template("page.html.jinja2").render(root=root, name=name, html=soup, **more)
    put(folder / place, html)


def prepare(folder):
    """Lay out the folder, and tell pdoc how the pages look."""
    (folder / "notebooks").mkdir(parents=True, exist_ok=True)
    shutil.copy(HERE / "site.css", folder)
    pdoc.render.configure(docformat="markdown", template_directory=HERE, search=False, show_source=False)
    pdoc.render.env.globals |= {"site": TITLE, "version": gc_lib.__version__, "code": CODE if SET else ""}
    pdoc.render.env.globals["shown"] = shown


def build(folder):
    """Write the whole site into a folder, and what it has already stays."""
    prepare(folder)
    for source in PAGES:
        page(source, folder)
    api(folder)


def api(folder):
    """Write the API pages."""
    modules = documented()
    for name, module in modules.items():
        put(folder / "api" / f"{name.replace('.', '/')}.html", pdoc.render.html_module(module, modules))


def documented():
    """Return the modules of the API pages as pdoc reads them, with what it does not see by itself."""
    modules = {name: pdoc.doc.Module.from_name(name) for name in API}
    labs, front = modules["gc_lib.labs"], modules["gc_lib"].members
    slide = pdoc.doc.Module.from_name("gc_lib.checker.slide")
    for name in set(labs.members) - {"BenchState"}:  # a lab is opened as a function is called
        labs.members[name] = pdoc.doc.Function(labs.modulename, name, labs.obj.__dict__[name], (labs.modulename, name))
    for name in ("ONE_SIDED", "SLIDE"):
        front[name].docstring = slide.members[name].docstring
    front["Report"].own_members = list(front["Report"].members.values())  # those of Reading too
    return modules


def shown(doc):
    """Tell whether an API page shows a name: what has an example, what its class says of it, and every bug."""
    if doc.kind == "module":
        return doc.fullname in API
    if doc.kind == "variable":
        return doc.docstring and not (doc.name.startswith("_") or doc.docstring.startswith("Alias for field"))
    return ">>>" in doc.docstring or doc.name in gc_lib.bugs.CATALOGUE or doc.qualname == "Network.__init__"


def main():
    """Build the site into the folder that the command line names, and say how large it is."""
    folder = Path(*sys.argv[1:] or ["_site"])
    build(folder)
    files, size, packed = measured(folder)
    print(f"{folder}: {files} files, {size:,} bytes, {packed:,} compressed by gzip (without lite/)")


def measured(folder):
    """Return how many files of the site to read a folder holds, their bytes, and their bytes compressed."""
    files = [path for path in folder.rglob("*") if path.is_file() and folder / "lite" not in path.parents]
    return len(files), sum(path.stat().st_size for path in files), sum(map(compressed, files))


def compressed(path):
    """Return how many bytes gzip makes of a file; pictures and what else it cannot make smaller stay as they are."""
    data = path.read_bytes()
    return min(len(data), len(gzip.compress(data)))


if __name__ == "__main__":
    main()
