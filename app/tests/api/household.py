"""Somebody who has one of everything, for tests of who may see and change what."""

import json
import uuid
from typing import Any

from fastapi import FastAPI
from sqlalchemy import Connection, MetaData, Table, insert, select, text

from app.api.context import Context
from app.db import Database
from app.db.tables import costs, metadata
from app.db.types import now
from app.models.library.project import ProjectVideoFields
from app.models.principal import Scope
from app.services.library.project_videos import ProjectVideos
from app.services.library.uploads import Uploads
from app.tests.api.signing import LIBRARY, Browser, bearer
from app.tests.services.library.clip_rows import add_clip, edit_of, with_words
from app.tests.services.library.things import a_medium

SRT = "1\n00:00:00,000 --> 00:00:01,000\nBună ziua\n"

FIELDS = {"text": "Bună ziua", "tts_text": "Bună ziua", "script": "Bună ziua", "srt": SRT}
"""What is said in forms."""


class Household:
    """One owner's things: `ids` by the names that paths give them; all of them are called by `mark`."""

    def __init__(self, app: FastAPI, owner: str | None, mark: str) -> None:
        self.app, self.owner, self.mark = app, owner, mark
        self.keys: dict[Scope, dict[str, str]] = {
            "admin": bearer(app, "admin", owner),
            "read": bearer(app, "read", owner),
        }
        self.ids: dict[str, str] = {}
        self.renew()

    def renew(self) -> None:
        """Have new things."""
        context: Context = self.app.state.context
        database, settings = context.storage.database, context.settings
        project_id = self._made("projects", name=self.mark, description=self.mark)
        video_id = a_medium(database, owner=self.owner, name=f"{self.mark}.mp4")
        clips = [
            add_clip(
                database,
                settings,
                with_words(edit_of(name=self.mark), self.mark),
                owner=self.owner,
                project_id=project_id,
                name=self.mark,
            )
            for _ in range(2)
        ]
        self.ids = {
            "project_id": project_id,
            "video_id": video_id,
            "asset_id": a_medium(database, owner=self.owner, kind="music", name=f"{self.mark}.mp3"),
            "audio_id": a_medium(database, owner=self.owner, kind="speech", name=f"{self.mark}.wav"),
            "clip_id": clips[0].id,
            "source_clip_id": clips[1].id,
            "script_id": self._made(f"projects/{project_id}/scripts", text=self.mark),
            "segment_id": self._made(f"videos/{video_id}/segments", start=1, end=2, note=self.mark),
            "preset_id": self._made("presets", name=self.mark),
            "export_id": self._made("exports", clip_ids=[clips[0].id], kind="srt"),
            "webhook_id": self._made("webhooks", url="https://example.com/hook"),
            "key_id": self._made("api-keys", name=self.mark),
            "job_id": self._job(context),
            "upload_id": Uploads(database, settings).begin(self.owner, "video", f"{self.mark}.mp4", 4, {}).id,
        }
        self._spent(database)
        ProjectVideos(database).put(self.owner, project_id, video_id, ProjectVideoFields())
        self.ids["delivery_id"] = self._posted(f"webhooks/{self.ids['webhook_id']}/test", None)["id"]

    def body(self, operation: str) -> dict[str, Any]:
        """Return what is asked of an operation, about these things. Raises `KeyError` for one that is not known."""
        ids = self.ids
        bodies: dict[str, dict[str, Any]] = {
            "create_key": {"name": "a key"},
            "change_clip": {"name": "another"},
            "select_clip": {"selected": True},
            "select_clips": {"selected": True, "clip_ids": [ids["clip_id"]]},
            "render_clip": {},
            "render_clips": {"clip_ids": [ids["clip_id"]]},
            "create_project": {"name": "a project", "options": {"music": {"music_id": ids["asset_id"]}}},
            "change_project": {"name": "another", "options": {"music": {"music_id": ids["asset_id"]}}},
            "put_project_video": {"role": "secondary"},
            "create_script": {"text": "Bună ziua"},
            "change_script": {"text": "Bună seara"},
            "create_segment": {"start": 3, "end": 4, "project_id": ids["project_id"]},
            "change_segments": {"ids": [ids["segment_id"]], "change": {"note": "another"}},
            "change_segment": {"note": "another", "project_id": ids["project_id"]},
            "create_preset": {"name": "a preset"},
            "change_preset": {"name": "another"},
            "import_video": {"url": "https://example.com/a.mp4", "project_id": ids["project_id"]},
            "change_video": {"name": "another.mp4"},
            "analyze_video": {},
            "create_webhook": {"url": "https://example.com/other"},
            "change_webhook": {"enabled": False},
            "generate_clips": {"script_ids": [ids["script_id"]]},
            "change_content": {"srt_content": SRT},
            "check_captions": {"srt_content": SRT},
            "swap_shot": {"take": 1},
            "generate_from_segments": {"script_ids": [ids["script_id"]]},
            "estimate_speech": {"scripts": ["Bună ziua"]},
            "make": {"files": [{"video_id": ids["video_id"]}], "script": "Bună ziua"},
            "create_export": {"clip_ids": [ids["clip_id"]], "kind": "srt"},
        }
        return bodies[operation]

    def form(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Return a form of what must be in it, and of what names these things."""
        fields, files = {}, {}
        for name, told in schema["properties"].items():
            one = told.get("items", told)
            if "binary" in (one.get("format"), one.get("contentEncoding")) or "contentMediaType" in one:
                files[name] = ("new.mp4", b"abcd")
            elif name in self.ids:
                fields[name] = self.ids[name]
            elif name == "video_paths":  # of the old routes: by now ids of clips and exports
                fields[name] = json.dumps([self.ids["clip_id"]])
            elif name in schema.get("required", ()) or name in FIELDS:
                fields[name] = FIELDS[name]
        return {"data": fields, "files": files}

    def _made(self, place: str, **body: Any) -> str:
        return str(self._posted(place, body)["id"])

    def _posted(self, place: str, body: dict[str, Any] | None) -> dict[str, Any]:
        answer = Browser(self.app)("POST", f"{LIBRARY}/{place}", json=body, headers=self.keys["admin"])
        assert answer.is_success, (place, answer.text)
        found = answer.json()
        assert isinstance(found, dict)
        return found

    def _spent(self, database: Database) -> None:
        values = {"id": str(uuid.uuid4()), "key": str(uuid.uuid4()), "created_at": now(), "owner": self.owner}
        values |= {name: self.ids[name] for name in ("job_id", "project_id", "clip_id")}
        values |= {"service": "edge_tts", "operation": "tts", "units": 7, "cost_microdollars": 7, "details": {}}
        with database.write() as connection:
            connection.execute(insert(costs).values(**values))

    def _job(self, context: Context) -> str:
        """Return a job that has ended."""
        job = {"job_id": str(uuid.uuid4()), "status": "completed", "title": self.mark}
        with context.storage.database.write() as connection:
            stored, _ = context.storage.rows.create(connection, job, owner=self.owner)
        return str(stored["job_id"])


def rows_of(connection: Connection, owner: str | None, tables: MetaData = metadata) -> dict[str, list[tuple[Any, ...]]]:
    """Return all that the database holds of an owner, table by table."""
    having = [table for table in tables.sorted_tables if "owner" in table.c and table.name != "idempotency_keys"]
    return {table.name: _rows(connection, table, owner) for table in having}


def _rows(connection: Connection, table: Table, owner: str | None) -> list[tuple[Any, ...]]:
    columns = [column for column in table.c if column.name != "last_used_at"]
    query = select(*columns).where(table.c.owner.is_(None) if owner is None else table.c.owner == owner)
    return [tuple(row) for row in connection.execute(query.order_by(text("1")))]
