"""`edit-factory library`: what is kept of one's own, for whoever does not use the page."""

import typer

from app.cli import library_import, projects

commands = typer.Typer(help="See to what the library keeps: projects, with their footage and scripts.")
commands.add_typer(projects.commands, name="projects")
commands.command("import")(library_import.import_command)
