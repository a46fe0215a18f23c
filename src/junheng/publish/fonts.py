"""Where the font for Chinese in charts lies; finds files, loads none."""

import os
from pathlib import Path

# Set-up lays the pinned font here; a wheel installed elsewhere has no such folder.
_CHECKOUT_FONT = Path(__file__).parents[3] / "build/fonts/NotoSansSC-Regular.ttf"

# TrueType first: a chart library reads it whole, while a collection (.ttc) opens at its first face.
_SYSTEM_FONTS = (
    Path("/usr/share/fonts/truetype/noto/NotoSansSC-Regular.ttf"),
    Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"),
    Path("/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc"),
    Path("/usr/share/fonts/google-noto-sans-cjk-fonts/NotoSansCJK-Regular.ttc"),
    Path("/usr/share/fonts/truetype/wqy/wqy-microhei.ttc"),
    Path("C:/Windows/Fonts/msyh.ttc"),
    Path("C:/Windows/Fonts/simhei.ttf"),
    Path("/System/Library/Fonts/PingFang.ttc"),
    Path("/System/Library/Fonts/STHeiti Medium.ttc"),
)


def find_font() -> Path | None:
    """Return a font file that has Chinese glyphs, or None where there is none.

    JUNHENG_FONT, when set, is the only candidate: a wrong path there must not go unnoticed
    because some other font happened to be found.
    """
    named = os.environ.get("JUNHENG_FONT")
    candidates = (Path(named),) if named else (_CHECKOUT_FONT, *_SYSTEM_FONTS)
    return next((path for path in candidates if path.is_file()), None)
