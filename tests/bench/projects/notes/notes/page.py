"""The page, from a template."""

from pathlib import Path

from django.template import Context, Engine
from markdown import markdown
from slugify import slugify

PAGE = Engine().from_string('<article id="{{ id }}">{{ text|safe }}</article>')
NOTE = Path(__file__).with_name("note.md").read_text()


def page():
    title = NOTE.splitlines()[0].lstrip("# ")
    return PAGE.render(Context({"id": slugify(title), "text": markdown(NOTE)}))
