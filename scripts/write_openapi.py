"""Writes the API's description, as the app gives it, to the file that is named: the page's client is made of it."""

import json
import sys
import tempfile
from pathlib import Path

from app.config import load_settings
from app.main import create_app


def main(place: Path) -> None:
    """Write the OpenAPI document of this version; nothing of a person's own data is opened."""
    with tempfile.TemporaryDirectory() as folder:
        document = create_app(load_settings(data_dir=Path(folder))).openapi()
    place.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
