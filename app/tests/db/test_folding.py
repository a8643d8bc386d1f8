"""Inside a query a text is folded as outside it, on both databases."""

from sqlalchemy import Text, literal, select

from app.db import Database
from app.db.folding import folded
from app.models.letters import fold

TEXTS = [
    "Șosete ȘI ciorapi",
    "Şosete ŞI Ţară",
    "s\N{COMBINING COMMA BELOW}osete",
    "într-o ceașcă de CAFEA",
    "Straße, Œuvre, ÆRØ, Đà Nẵng, Łódź, ıI",
    "Ελλάδα ΣΟΦΊΑ",
    "Българска РОЗА Йод",
    "日本 it's 100 % \\ ok_",
    "",
]


def test_a_query_folds_as_python_does(any_database: Database) -> None:
    with any_database.read() as connection:
        for text in TEXTS:
            assert connection.execute(select(folded(literal(text, Text)))).scalar() == fold(text)
        assert connection.execute(select(folded(literal(None, Text)))).scalar() is None


def test_writers_know_it_too(any_database: Database) -> None:
    with any_database.write() as connection:
        assert connection.execute(select(folded(literal("Țară", Text)))).scalar() == "tara"
