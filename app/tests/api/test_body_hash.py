"""The same body has the same hash, however it is cut into blocks and whatever its sender makes up."""

from hypothesis import given
from hypothesis import strategies as st

from app.api.body_hash import BodyHash

FORM = "multipart/form-data; boundary="


def hashed(body: bytes, content_type: str = "", query: bytes = b"", size: int = 1 << 16) -> str:
    found = BodyHash(content_type, query)
    for start in range(0, len(body), size):
        found.update(body[start : start + size])
    return found.hexdigest()


def form(boundary: str, text: bytes) -> bytes:
    line = b"--" + boundary.encode()
    return line + b'\r\nContent-Disposition: form-data; name="a"\r\n\r\n' + text + b"\r\n" + line + b"--\r\n"


@given(st.binary(), st.integers(1, 50))
def test_it_does_not_matter_how_a_body_is_cut(body: bytes, size: int) -> None:
    assert hashed(body, size=size) == hashed(body)


@given(st.binary(), st.integers(1, 50), st.integers(1, 50))
def test_nor_how_a_form_is_cut_and_what_stands_between_its_parts(text: bytes, size: int, other: int) -> None:
    one = hashed(form("one-of-them", text), FORM + "one-of-them", size=size)
    assert one == hashed(form("another", text), FORM + '"another"', size=other)


def test_other_bodies_have_others() -> None:
    bodies = [
        (b"", ""),
        (b"a", ""),
        (b"a", "x"),
        (b"\0", ""),
        (form("b", b"x"), FORM + "b"),
        (form("b", b"y"), FORM + "b"),
    ]
    found = {hashed(body, kind if kind != "x" else "", b"x" if kind == "x" else b"") for body, kind in bodies}
    assert len(found) == len(bodies)


def test_a_form_that_says_no_boundary_is_a_body_as_any() -> None:
    assert hashed(b"--x", "multipart/form-data") == hashed(b"--x", "text/plain")
