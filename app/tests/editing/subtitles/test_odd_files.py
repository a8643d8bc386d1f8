"""Odd files as they are really met: each is read for what it says, and what is odd about it is told with its line."""

import pytest

from app.editing.subtitles.reading import read_subtitles

A, B = "00:00:01,000 --> 00:00:02,500", "00:00:03,000 --> 00:00:04,000"
TWO = ((1000, 2500, "unu"), (3000, 4000, "doi"))
GOOD = f"1\n{A}\nunu\n\n2\n{B}\ndoi\n"

TIME, TIMES, TAGS, VTT = ["time_format 2"], ["time_format 2", "time_format 6"], ["tags 2"], ["webvtt 1"]

Cues = tuple[tuple[int, int, str], ...]


NO_END = ((1000, 1000, "unu"), TWO[1])


def one(text: str) -> Cues:
    return ((1000, 2500, text),)


ODD: dict[str, tuple[str, Cues, list[str]]] = {
    # name: file, its captions, what is found as "code line"
    "good": (GOOD, TWO, []),
    "no line end at the end": (GOOD.rstrip(), TWO, []),
    "many line ends at the end": (GOOD + "\n\n\n", TWO, []),
    "windows line ends": (GOOD.replace("\n", "\r\n"), TWO, []),
    "old mac line ends": (GOOD.replace("\n", "\r"), TWO, ["old_line_ends 1"]),
    "mixed line ends": (f"1\r\n{A}\runu\n\n2\n{B}\r\ndoi", TWO, ["old_line_ends 2"]),
    "byte-order mark": ("\ufeff" + GOOD, TWO, ["byte_order_mark 1"]),
    "two byte-order marks": ("\ufeff\ufeff" + GOOD, TWO, ["byte_order_mark 1"]),
    "byte-order mark inside": (f"1\n{A}\n\ufeffunu\n", one("unu"), ["control_characters 2"]),
    "empty lines first": ("\n\n" + GOOD, TWO, []),
    "three empty lines between": (GOOD.replace("\n\n", "\n\n\n\n"), TWO, []),
    "empty lines of spaces": (GOOD.replace("\n\n", "\n \t\n"), TWO, []),
    "spaces around": (GOOD.replace("unu", "  unu\t").replace("2\n", " 2 \n"), TWO, []),
    "spaces around the time": (GOOD.replace(A, f" {A}  "), TWO, TIME),
    "dots": (GOOD.replace(",", "."), TWO, TIMES),
    "one figure for hours": (GOOD.replace("00:00:0", "0:00:0"), TWO, TIMES),
    "three figures for hours": ("1\n000:00:01,000 --> 000:00:02,500\nunu\n", one("unu"), TIME),
    "one figure everywhere": ("1\n0:0:1,0 --> 0:0:2,5\nunu\n", one("unu"), TIME),
    "no hours": ("1\n00:01,000 --> 00:02,500\nunu\n", one("unu"), TIME),
    "no thousandths": ("1\n00:00:01 --> 00:00:04\nx\n", ((1000, 4000, "x"),), TIME),
    "hundredths": ("1\n00:29:27,46 --> 00:29:29,83\nx\n", ((1767460, 1769830, "x"),), TIME),
    "millionths": ("1\n00:00:01.0004 --> 00:00:02.500499\nunu\n", one("unu"), TIME),
    "a colon before thousandths": ("1\n00:00:01:000 --> 00:00:02:500\nunu\n", one("unu"), TIME),
    "a semicolon before thousandths": ("1\n00:00:01;000 --> 00:00:02;500\nunu\n", one("unu"), TIME),
    "spaces in times": ("1\n00: 00: 01, 000 --> 00 :00 :02 ,500\nunu\n", one("unu"), TIME),
    "full-width times": ("1\n００：００：０１，０００ --> ００：００：０２，５００\nunu\n", one("unu"), TIME),
    "arabic figures": ("1\n٠٠:٠٠:٠١,٠٠٠ --> ٠٠:٠٠:٠٢,٥٠٠\nunu\n", one("unu"), TIME),
    "sixty seconds": ("1\n00:00:60,000 --> 00:01:61,000\nx\n", ((60_000, 121_000, "x"),), TIME),
    "a short arrow": (GOOD.replace("-->", "->"), TWO, TIMES),
    "a long arrow": (GOOD.replace("-->", "--->"), TWO, TIMES),
    "an arrow with a hole": (GOOD.replace("-->", "- ->"), TWO, TIMES),
    "a dash as an arrow": (GOOD.replace("-->", "–>"), TWO, TIMES),
    "a sign as an arrow": (GOOD.replace("-->", "→"), TWO, TIMES),
    "no spaces at the arrow": (GOOD.replace(" --> ", "-->"), TWO, TIMES),
    "a negative time": ("1\n-00:00:01,000 --> 00:00:02,500\nx\n", ((0, 2500, "x"),), ["below_zero 2", "time_format 2"]),
    "coordinates": (GOOD.replace(A, A + " X1:40 X2:600 Y1:20 Y2:50"), TWO, ["settings 2", "time_format 2"]),
    "settings of WebVTT in SRT": (GOOD.replace(A, A + " align:start line:0%"), TWO, ["settings 2", "time_format 2"]),
    "text beside the time": (f"1\n{A} unu\n", one("unu"), ["text_beside_time 2", "time_format 2"]),
    "everything on one line": (
        *(f"1 {A} unu\n2 {B} doi\n", TWO),
        ["text_beside_time 1", "time_format 1", "blank_line_missing 2", "text_beside_time 2", "time_format 2"],
    ),
    "no numbers": (f"{A}\nunu\n\n{B}\ndoi\n", TWO, ["number_missing 1", "number_missing 4"]),
    "numbers from zero": (GOOD.replace("1\n", "0\n", 1).replace("\n2\n", "\n1\n"), TWO, ["number_wrong 1"]),
    "one number twice": (GOOD.replace("\n2\n", "\n1\n"), TWO, ["number_wrong 5"]),
    "a number skipped": (GOOD.replace("\n2\n", "\n9999\n"), TWO, ["number_wrong 5"]),
    "numbers with dots": (GOOD.replace("1\n", "1.\n", 1).replace("\n2\n", "\n#2\n"), TWO, []),
    "an empty line behind the number": (f"1\n\n{A}\nunu\n\n2\n\n{B}\ndoi\n", TWO, []),
    "an empty line behind the time": (f"1\n{A}\n\nunu\n\n2\n{B}\n\n\ndoi\n", TWO, []),
    "no empty line": (f"1\n{A}\nunu\n2\n{B}\ndoi\n", TWO, ["blank_line_missing 4"]),
    "no empty line and no number": (f"1\n{A}\nunu\n{B}\ndoi\n", TWO, ["blank_line_missing 4", "number_missing 4"]),
    "an empty line inside": (f"1\n{A}\nunu\n\ndoi\n", one("unu\ndoi"), ["blank_line_inside 4"]),
    "a number for a text": (f"1\n{A}\n42\n\n2\n{B}\ndoi\n", ((1000, 2500, "42"), TWO[1]), []),
    "a number after an empty line for a text": (
        *(f"7\n{A}\n\n500\n\n8\n{B}\ndoi\n", ((1000, 2500, "500"), TWO[1])),
        ["number_wrong 1"],
    ),
    "a number at the end of a text": (
        *(f"1\n{A}\nCamera\n101\n\n2\n{B}\ndoi\n", ((1000, 2500, "Camera\n101"), TWO[1])),
        [],
    ),
    "a number for a text and none for the next": (
        *(f"1\n{A}\n42\n{B}\ndoi\n", ((1000, 2500, "42"), TWO[1])),
        ["blank_line_missing 4", "number_missing 4"],
    ),
    "a year at the end of a text and no empty line": (
        *(f"1\n{A}\nanul\n1989\n2\n{B}\ndoi\n", ((1000, 2500, "anul\n1989"), TWO[1])),
        ["blank_line_missing 5"],
    ),
    "no text": (f"1\n{A}\n\n2\n{B}\ndoi\n", ((1000, 2500, ""), TWO[1]), ["empty_caption 2"]),
    "no text and no empty line": (
        *(f"1\n{A}\n2\n{B}\ndoi\n", ((1000, 2500, ""), TWO[1])),
        ["empty_caption 2", "blank_line_missing 3"],
    ),
    "numbers only": ("1\n2\n3\n", (), ["empty 1"]),
    "nothing": ("", (), ["empty 1"]),
    "only spaces": (" \n\t\n", (), ["empty 1"]),
    "prose": ("Once upon a time --> there was\na file.", (), ["empty 1"]),
    "a title above": ("Subtitles by X\n\n" + GOOD, TWO, ["lost_text 1"]),
    "a time that is none": (GOOD.replace(A, "0O:00:01,000 --> 00:00:02,500"), TWO[1:], ["bad_time 2"]),
    "words for a time": (GOOD.replace(A, "begin --> end"), TWO[1:], ["bad_time 2"]),
    "an end that is none": (GOOD.replace("02,500", "xx"), NO_END, ["bad_end 2", "zero_length 2"]),
    "an end that is missing": (GOOD.replace(" 00:00:02,500", ""), NO_END, ["bad_end 2", "zero_length 2"]),
    "hours beyond all": ("1\n100:00:00,000 --> 100:00:01,000\nx\n", (), ["bad_time 2"]),
    "a time within the text": (f"1\n{A}\nvino la 10:30 --> mâine\n", one("vino la 10:30 --> mâine"), []),
    "opening hours": (f"1\n{A}\n10:30 -> 18:00\n", one("10:30 -> 18:00"), []),
    "order": (f"1\n{B}\ndoi\n\n2\n{A}\nunu\n", (TWO[1], TWO[0]), ["out_of_order 6"]),
    "overlap": (GOOD.replace("03,000", "02,000"), (TWO[0], (2000, 4000, "doi")), ["overlap 6"]),
    "backwards": ("1\n00:00:02,500 --> 00:00:01,000\nx\n", ((2500, 1000, "x"),), ["negative_length 2"]),
    "no length": ("1\n00:00:01,000 --> 00:00:01,000\nx\n", ((1000, 1000, "x"),), ["zero_length 2"]),
    "fast": (f"1\n{A}\n{'repede ' * 9}\n", one(("repede " * 9).strip()), ["too_fast 2"]),
    "italics": (f"1\n{A}\n<i>unu</i>\n", one("unu"), TAGS),
    "a font": (f"1\n{A}\n<font color=\"#ff0000\" size='9'>unu</FONT>\n", one("unu"), TAGS),
    "tags over lines": (f"1\n{A}\n<i>unu\ndoi</i>\n<b></b>\n", one("unu\ndoi"), TAGS),
    "tags in tags": (f"1\n{A}\n<<b>b>unu</<i>i>\n", one("unu"), TAGS),
    "tags left open": (f"1\n{A}\n<i>unu <b\n", one("unu <b"), TAGS),
    "codes of ASS": (f"1\n{A}\n{{\\an8}}{{\\pos(1,2)\\1c&HFF&}}unu\\Ndoi\\htrei\n", one("unu\ndoi trei"), TAGS),
    "codes of MicroDVD": (f"1\n{A}\n{{y:i}}{{c:$0000ff}}unu\n", one("unu"), TAGS),
    "signs that are no tags": (f"1\n{A}\n1 < 2 > 0 <3 {{name}} <script>\n", one("1 < 2 > 0 <3 {name} <script>"), []),
    "entities in SRT": (f"1\n{A}\nM&amp;M\n", one("M&amp;M"), []),
    "control characters": (f"1\n{A}\nu\0n\x08u\x7f\n", one("unu"), ["control_characters 2"]),
    "half of a letter": (f"1\n{A}\nunu\ud800\n", one("unu"), ["control_characters 2"]),
    "odd spaces": (f"1\n{A}\nunu\u2003\u2028doi\t trei\n", one("unu doi trei"), []),
    "spaces that hold together": (f"1\n{A}\n1\u00a0299\u202flei\n", one("1\u00a0299\u202flei"), []),
    "decomposed letters": (f"1\n{A}\ns\u0326i\n", one("și"), []),
    "emoji": (f"1\n{A}\n👩‍👩‍👧 🔥️\n", one("👩‍👩‍👧 🔥️"), []),
    "right to left": (f"1\n{A}\n\u202bשלום\u202c\n", one("\u202bשלום\u202c"), []),
    "line ends written out": (GOOD.strip().replace("\n", "\\n"), TWO, ["escaped_line_ends 1"]),
    "windows line ends written out": (GOOD.strip().replace("\n", "\\r\\n"), TWO, ["escaped_line_ends 1"]),
    "encoded twice": (f"1\n{A}\nÈ™i Ã®ncÄƒ\n", one("și încă"), ["twice_encoded 1"]),
    "WebVTT": ("WEBVTT\n\n00:01.000 --> 00:02.500\nunu\n", one("unu"), VTT),
    "WebVTT with a title": ("WEBVTT - Un titlu\nKind: captions\n\n00:01.000 --> 00:02.500\nunu\n", one("unu"), VTT),
    "WebVTT with everything": (
        "WEBVTT\n\nSTYLE\n::cue { color: red }\n\nREGION\nid:a\n\nNOTE ceva\nde notat\n\n"
        "intro - 1\n00:01.000 --> 00:02.500 line:91% align:center\n<v Ana>&lt;unu&gt; &amp; <c.x.y>do</c>i\n\n"
        "NOTE\n\n2\n00:00:03.000 --> 00:00:04.000\ndoi\n",
        ((1000, 2500, "<unu> & doi"), TWO[1]),
        VTT,
    ),
    "WebVTT without an empty line": ("WEBVTT\n00:01.000 --> 00:02.500\nunu\n", one("unu"), VTT),
    "WebVTT with an arrow in a text": (
        "WEBVTT\n\n00:01.000 --> 00:02.500\nunu\n00:00:05.000 --&gt; 00:00:06.000\n",
        *(one("unu"), ["webvtt 1", "stray_time 3"]),
    ),
    "WebVTT with times": ("WEBVTT\n\n00:01.000 --> 00:02.500\n<00:01.000>unu <00:02.000>doi\n", one("unu doi"), VTT),
    "WebVTT whose header is late": ("\nWEBVTT\n\n00:01.000 --> 00:02.500\nunu\n", one("unu"), VTT),
}


@pytest.mark.parametrize("name", ODD)
def test_it_is_read_for_what_it_says(name: str) -> None:
    text, cues, found = ODD[name]
    read = read_subtitles(text)
    assert tuple((cue.start, cue.end, cue.text) for cue in read.cues) == cues
    assert sorted(f"{finding.code} {finding.line}" for finding in read.findings) == sorted(found)
    assert read.ok == (not read.errors)


def test_there_are_many() -> None:
    assert len(ODD) > 90


def test_what_is_shown_of_a_line_can_be_shown() -> None:
    (found,) = read_subtitles("1\n00:00:01,000 --> \x1b[31m\ud800\n").errors[:1]
    assert found.message == "The end in 00:00:01,000 --> \ufffd[31m\ufffd cannot be read; the caption has no length."


def test_lines_and_numbers_are_those_of_the_file() -> None:
    first, second = read_subtitles("\n\n7\n" + GOOD.partition("\n")[2]).cues
    assert (first.line, first.number, second.line, second.number) == (4, 7, 8, 2)


def test_times_inside_a_text_go_with_their_words() -> None:
    text = "WEBVTT\n\n00:01.000 --> 00:02.500\nunu <00:01.500><b>doi</b>\n<00:02.000> trei pa<00:02.200>tru\n"
    (cue,) = read_subtitles(text).cues
    assert cue.text == "unu doi\ntrei patru"
    assert cue.stamps == ((1, 1500), (2, 2000))
