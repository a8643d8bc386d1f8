"""`edit-factory library`: what is kept of one's own, for whoever does not use the page."""

import typer

from app.cli import library_clips, library_import, library_videos, projects

commands = typer.Typer(help="See to what the library keeps: projects, with their footage and scripts, and clips.")
commands.add_typer(projects.commands, name="projects")
commands.add_typer(library_videos.commands, name="videos")
commands.add_typer(library_clips.commands, name="clips")
commands.command("import")(library_import.import_command)
