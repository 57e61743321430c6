"""The documents name what there is: every setting, every library, and nothing that lives on one machine only."""

import re
import tomllib
from itertools import chain
from pathlib import Path

from libs.runtime.settings import Settings

_ROOT = Path(__file__).parents[2]
_PAGES = [_ROOT / "README.md", _ROOT / "CONTRIBUTING.md", *sorted((_ROOT / "docs").rglob("*.md"))]


def test_the_readme_names_every_setting() -> None:
    named = set(re.findall(r"ESPALIER_([A-Z_]+)", (_ROOT / "README.md").read_text()))
    assert {name.upper() for name in Settings.model_fields} == named


def test_contributing_names_every_library_that_is_declared() -> None:
    project = tomllib.loads((_ROOT / "pyproject.toml").read_text())["project"]
    declared = chain(project["dependencies"], *project["optional-dependencies"].values())
    table = (_ROOT / "CONTRIBUTING.md").read_text().split("## Libraries")[1]
    named = {
        name.strip() for row in table.splitlines() if row.startswith("| ") for name in row.split("|")[1].split(",")
    }
    assert {re.split(r"[\[><=]", library)[0] for library in declared} - named == set()


def test_links_between_the_documents_lead_somewhere() -> None:
    for page in _PAGES:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name}: {target}"
