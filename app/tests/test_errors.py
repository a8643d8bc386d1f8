import app.errors
from app.errors import EditFactoryError

EXIT_STATUSES = {0, 1, 2, 3, 4, 5, 6, 7, 8, 130}


def _all_errors() -> list[type[EditFactoryError]]:
    found = [EditFactoryError]
    for kind in found:
        found += kind.__subclasses__()
    return found


def test_every_error_has_a_code_of_its_own() -> None:
    kinds = _all_errors()
    assert len({kind.code for kind in kinds}) == len(kinds)


def test_every_error_has_a_known_exit_and_http_status() -> None:
    for kind in _all_errors():
        assert kind.exit_status in EXIT_STATUSES, kind
        assert 400 <= kind.http_status < 600, kind


def test_the_tree_at_the_head_of_the_module_names_every_error() -> None:
    assert app.errors.__doc__ is not None
    for kind in _all_errors():
        assert kind.__name__ in app.errors.__doc__


def test_an_error_tells_what_why_and_what_would_work() -> None:
    error = EditFactoryError("It broke.", hint="Mend it.", subject="thing", code="special")
    assert error.as_dict() == {"code": "special", "message": "It broke.", "hint": "Mend it.", "subject": "thing"}
    assert EditFactoryError("x").as_dict()["code"] == "internal_error"
