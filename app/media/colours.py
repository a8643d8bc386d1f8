"""What colours a source's numbers mean, and the filters that turn them into BT.709, limited range.

Tags must say BT.709 before the encoder sees them: a source's own would reach the stream's header, and parts of
different sources would not join. A file without tags is read as players do: BT.601 up to 576 lines, BT.709 above.
"""

from dataclasses import dataclass

from av.video.stream import VideoStream

_MATRICES = {1: "bt709", 4: "fcc", 5: "bt601", 6: "bt601", 7: "smpte240m", 9: "bt2020", 10: "bt2020"}
"""Matrix coefficients of ITU-T H.273 by the names of ffmpeg's scale filter; 2 is "unspecified", 0 is RGB."""

_TRANSFERS = {16: "smpte2084", 18: "arib-std-b67"}
"""PQ and HLG, H.273's numbers and zscale's names."""

_SD_LINES = 576
_FULL_RANGE = 2
_SDR_WHITE = 203  # nits of diffuse white in HDR: ITU-R BT.2408

TAGS = "setparams=range=tv:color_primaries=bt709:color_trc=bt709:colorspace=bt709"
"""The filter that says what the numbers now are."""


@dataclass(frozen=True)
class Colours:
    """How a source's numbers are read: `matrix` for the scale filter, full or limited range, and the HDR transfer
    (zscale's name) or None."""

    matrix: str = "bt709"
    full_range: bool = False
    hdr: str | None = None


def read_colours(stream: VideoStream) -> Colours:
    """Return how a stream's colours are meant."""
    context = stream.codec_context
    untagged = "bt601" if min(context.width, context.height) <= _SD_LINES else "bt709"
    full = context.color_range == _FULL_RANGE or (context.pix_fmt or "").startswith("yuvj")
    return Colours(_MATRICES.get(context.colorspace, untagged), full, _TRANSFERS.get(context.color_trc))


def scale_options(colours: Colours) -> str:
    """Return the quality and colour options of the scale filter that also sizes the picture: it converts SDR, not HDR.

    HDR keeps its 10 bits in the matrix it has until `to_bt709`.
    """
    source_range = "pc" if colours.full_range else "tv"
    target = colours.matrix if colours.hdr else "bt709"
    # Converting rounds twice, and without accurate_rnd always down: 2 levels too dark (measured; it costs 20 % more).
    flags = "bicubic" if (colours.matrix, source_range) == (target, "tv") else "bicubic+accurate_rnd"
    ways = f"in_color_matrix={colours.matrix}:out_color_matrix={target}:in_range={source_range}:out_range=tv"
    return f"flags={flags}:{ways}"


def to_bt709(colours: Colours) -> str:
    """Return the filters after sizing: tone mapping for HDR, 8 bits, and the tags."""
    if not colours.hdr:
        return f"format=yuv420p,{TAGS}"
    linear = (
        f"zscale=tin={colours.hdr}:min=2020_ncl:pin=2020:rin=limited:t=linear:npl={_SDR_WHITE},"
        "format=gbrpf32le,zscale=p=709"
    )
    return f"format=yuv420p10le,{linear},tonemap=mobius:desat=0,zscale=t=709:m=709:r=limited,format=yuv420p,{TAGS}"
