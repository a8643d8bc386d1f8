"""What the page has to know of the rest, without a browser."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[3]


def test_the_page_has_a_name_for_every_kind_of_job() -> None:
    modules = (ROOT / "app" / "workflows").rglob("*.py")
    kinds = {kind for path in modules for kind in re.findall(r'@durable\("(\w+)"', path.read_text(encoding="utf-8"))}
    table = (ROOT / "frontend" / "src" / "jobs" / "told.ts").read_text(encoding="utf-8")
    named = set(re.findall(r'^  (\w+): "kind\.', table, re.MULTILINE))
    assert len(kinds) > 8
    assert kinds <= named
