import pytest

from app.services.supabase_key import is_too_weak, role_of
from app.tests.ground.supabase import key_of


@pytest.mark.parametrize(
    ("key", "role", "weak"),
    [
        (key_of("anon"), "anon", True),
        (key_of("service_role"), "service_role", False),
        (key_of("authenticated"), "authenticated", True),
        ("sb_publishable_x1", "anon", True),
        ("sb_secret_x1", "service_role", False),
        ("something else", "", False),
        ("a.b.c", "", False),
        ("", "", False),
    ],
)
def test_a_key_tells_its_role(key: str, role: str, weak: bool) -> None:
    assert role_of(key) == role
    assert is_too_weak(key) is weak
