"""Cuts the slip's two typefaces out of Debian's Noto packages, for printers that know neither Chinese nor Tamil.

Nobody needs it to run an office: what it writes into kiosk/fonts is committed. The screens' own font files cannot
serve here: a kiosk PC installs no web server, and Pillow's FreeType reads no woff2 without another library.
A slip shows names that an office chose itself, so the Chinese keeps all of GB 2312 and the letters of Malaysian
place names beyond it. To take newer ones: install fonts-noto-core and fonts-noto-cjk, run this, look at the slips.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from fontTools.ttLib import TTFont

NOTO = Path("/usr/share/fonts")
TARGET = Path(__file__).resolve().parent.parent / "kiosk" / "fonts"

PLACES = "峇嗱岜埧㙟滘乪冚嘢栳仝"  # beyond GB 2312, in the names of places and people here
MARKS = "–—‘’“”…·•←↑→↓×℃"
TAMIL = ["U+0020", "U+0B80-0BFF", "U+0964-0965", "U+200C-200D", "U+25CC"]
NAMES = "0,1,2,3,4,5,6,13,14"  # copyright, family, version and licence stay in the file


def chinese() -> set[str]:
    wanted = {chr(code) for code in (*range(0x20, 0x7F), *range(0xA0, 0x100), *range(0x3000, 0x3020))}
    wanted |= {chr(code) for code in range(0xFF01, 0xFF5F)} | set(PLACES) | set(MARKS)
    for row in range(0xB0, 0xF8):
        wanted |= set(bytes(part for cell in range(0xA1, 0xFF) for part in (row, cell)).decode("gb2312", "ignore"))
    return wanted


def cut(source: Path, name: str, *options: str) -> None:
    """Writes TARGET/name-VERSION, and nothing older beside it."""
    for old in TARGET.glob(f"{name}-*.[ot]tf"):
        old.unlink()
    draft = TARGET / f"{name}.part"
    pyftsubset = Path(sys.executable).with_name("pyftsubset")
    keep = ["--no-hinting", "--notdef-outline", f"--name-IDs={NAMES}", f"--output-file={draft}"]
    subprocess.run([pyftsubset, source, *keep, *options], check=True)
    with TTFont(draft) as font:
        version = f"{font['head'].fontRevision:.3f}"
        ending = "otf" if "CFF " in font else "ttf"
    draft.rename(TARGET / f"{name}-{version}.{ending}")


def main() -> None:
    TARGET.mkdir(exist_ok=True)
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as listed:
        listed.write("".join(sorted(chinese())))
        listed.flush()
        cut(
            NOTO / "opentype" / "noto" / "NotoSansCJK-Regular.ttc",
            "noto-sans-cjk-sc",
            "--font-number=2",  # the face for simplified Chinese
            f"--text-file={listed.name}",
            "--layout-features=",
            "--drop-tables+=vmtx,vhea,VORG,BASE,GPOS,GSUB,DSIG,STAT",
        )
    cut(
        NOTO / "truetype" / "noto" / "NotoSansTamil-Regular.ttf",
        "noto-sans-tamil",
        f"--unicodes={','.join(TAMIL)}",
        "--layout-features=*",
    )


if __name__ == "__main__":
    main()
