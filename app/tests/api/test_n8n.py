"""The workflow for n8n: whole as n8n reads it, and asking for nothing that the API does not have."""

import json
import re
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from app.api.library.make import MakeCall

PLACE = Path(__file__).parents[3] / "docs" / "n8n" / "make-clips.json"
WORKFLOW: dict[str, Any] = json.loads(PLACE.read_text(encoding="utf-8"))
NODES: dict[str, dict[str, Any]] = {node["name"]: node for node in WORKFLOW["nodes"]}


def asked() -> dict[str, tuple[str, str]]:
    """Return the method and path of each request, with `*` for what is filled in."""
    found = {}
    for name, node in NODES.items():
        if node["type"].endswith(".httpRequest"):
            path = re.sub(r"\{\{.*?\}\}", "*", node["parameters"]["url"].partition("?")[0])
            assert path.startswith("=*/"), "the server is a setting"
            found[name] = (node["parameters"]["method"].lower(), path.removeprefix("=*"))
    return found


def test_every_request_is_one_of_the_api(app: FastAPI) -> None:
    described = app.openapi()["paths"]
    known = {(method, re.sub(r"\{.*?\}", "*", path)) for path, item in described.items() for method in item}
    assert len(asked()) == 3 and set(asked().values()) <= known


def test_what_is_made_is_told_to_the_node_that_waits() -> None:
    body = NODES["Make clips"]["parameters"]["jsonBody"]
    named = set(re.findall(r"(\w+):", re.sub(r"files: \[.*?\]", "files:", body)))
    assert named <= set(MakeCall.model_fields) and {"files", "script", "count", "callback_url"} <= named
    assert "callback_url: $execution.resumeUrl" in body
    wait = NODES["Wait until they are made"]["parameters"]
    assert (wait["resume"], wait["httpMethod"]) == ("webhook", "POST")


def test_the_nodes_hang_together() -> None:
    ids = [node["id"] for node in WORKFLOW["nodes"]]
    assert len(set(ids)) == len(ids) == len(NODES)
    follows = {name: out["main"][0][0]["node"] for name, out in WORKFLOW["connections"].items()}
    way, name = ["Start"], "Start"
    while name in follows:
        name = follows[name]
        way.append(name)
    assert way == list(NODES)
    named = {name for node in WORKFLOW["nodes"] for name in re.findall(r"\$\('(.*?)'\)", json.dumps(node))}
    assert named <= set(NODES)
    for node in WORKFLOW["nodes"]:
        assert set(node) >= {"id", "name", "type", "typeVersion", "position", "parameters"}
