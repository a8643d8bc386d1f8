"""Edit Factory: raw footage and a script in, many short vertical clips out."""

__version__ = "0.1.0"
